#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "common/base/civil_date.h"

namespace qingqu::procurement {

// One line of what is to be bought, and the field that an answer names it by.
struct PurchaseLine {
  std::string field;
  std::string institution_id;  // empty: for no buyer yet, as in an agreement
  std::string department_id;
  std::string item_id;
};

// Asks the catalogue's purchase check, which knows every rule (approved lists, licences and
// authorisations, registrations, withdrawn codes, prices), about all lines at once; without a
// supplier only what does not depend on one. PURCHASE_OBSTACLES names each line with each reason.
absl::Status CheckPurchase(pqxx::transaction_base& tx, const std::vector<PurchaseLine>& lines,
                           std::string_view supplier_id, const CivilDate& day);

}  // namespace qingqu::procurement
