#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "common/base/money.h"
#include "common/base/quantity.h"
#include "services/procurement/document_state.h"

namespace qingqu::procurement {

// Price and ceiling of one item from one supplier for one alliance, from the first to the last day.
struct Agreement {
  std::string agreement_id;
  std::string alliance_id;
  std::string supplier_id;
  std::string item_id;
  Money unit_price;  // of one base unit
  Quantity quantity_ceiling;
  Quantity quantity_ordered;  // and not given back
  Quantity quantity_received;
  CivilDate start_date;
  CivilDate end_date;
  AgreementState state = AgreementState::kProposed;
  std::string proposer_id;
  std::string proposer_for_id;  // whom they stood in for; empty: nobody
  std::string approver_id;      // empty while proposed
  absl::Time created_at;
  int64_t version = 1;
};

// OK when `approver` may approve it on `day`: AGREEMENT_NOT_PROPOSED, SAME_PERSON,
// AGREEMENT_ENDED.
absl::Status CheckApproval(const Agreement& agreement, const auth::Actor& approver, CivilDate day);

}  // namespace qingqu::procurement
