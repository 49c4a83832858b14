#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "services/procurement/agreement.h"

namespace qingqu::procurement {

// False when the id is taken.
bool InsertAgreement(pqxx::transaction_base& tx, const Agreement& agreement);
std::optional<Agreement> ReadAgreement(pqxx::transaction_base& tx, const std::string& agreement_id);
// Locks its row as well.
std::optional<Agreement> LockAgreement(pqxx::transaction_base& tx, const std::string& agreement_id);

struct AgreementPage {
  std::string after_id;
  std::string supplier_id;  // empty: any
  std::string item_id;      // empty: any
  int limit = 0;
};
std::vector<Agreement> ListAgreements(pqxx::transaction_base& tx, const AgreementPage& page);

// Lets one transaction at a time approve agreements of these parties on this item.
void LockPeriod(pqxx::transaction_base& tx, const Agreement& agreement);
// The id of an approved agreement of the same parties on the same item in some of the same days.
std::optional<std::string> FindOverlap(pqxx::transaction_base& tx, const Agreement& agreement);
void MarkApproved(pqxx::transaction_base& tx, const std::string& agreement_id,
                  const std::string& approver_id);

struct AgreementsInForce {
  std::string alliance_id;
  std::string supplier_id;
  std::vector<std::string> item_ids;
  CivilDate day;
};
// Locks them, in the order of their ids; at most one for an item.
std::vector<Agreement> LockAgreementsInForce(pqxx::transaction_base& tx,
                                             const AgreementsInForce& wanted);

using QuantityById = std::map<std::string, Quantity>;
// Adds to what is ordered. The rows are locked and the ceilings checked; INTERNAL when an agreement
// has less left nevertheless.
absl::Status OrderFromAgreements(pqxx::transaction_base& tx, const QuantityById& quantities);
// Locks the rows and takes off what is ordered.
void ReturnToAgreements(pqxx::transaction_base& tx, const QuantityById& quantities);
// Locks the rows and adds to what is received.
void ReceiveOnAgreements(pqxx::transaction_base& tx, const QuantityById& quantities);

}  // namespace qingqu::procurement
