#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/organisations/qualification.h"

namespace qingqu::catalog {

// INVALID_ARGUMENT when it names an organisation or an item that is not there, ALREADY_EXISTS
// QUALIFICATION_SUBMITTED when one like it waits for its review already.
absl::Status InsertQualification(pqxx::transaction_base& tx, const Qualification& qualification);

// Those that are there and the caller's to see, in no order.
std::vector<Qualification> GetQualifications(pqxx::transaction_base& tx,
                                             const std::vector<std::string>& ids);
// NOT_FOUND QUALIFICATION_NOT_FOUND when it is missing or not the caller's to see.
absl::StatusOr<Qualification> GetQualification(pqxx::transaction_base& tx, const std::string& id);
// The same, locked until the end of the transaction; several in the order of their ids.
absl::StatusOr<Qualification> LockQualification(pqxx::transaction_base& tx, const std::string& id);
std::vector<Qualification> LockQualifications(pqxx::transaction_base& tx,
                                              const std::vector<std::string>& ids);

// Whether the institution leads its alliance.
bool LeadsAlliance(pqxx::transaction_base& tx, const std::string& institution_id);

// Whether another document that is not refused or withdrawn renews it.
bool HasRenewal(pqxx::transaction_base& tx, const std::string& id);

struct QualificationListOptions {
  std::string after_id;
  std::string organisation_id;  // "": any
  std::string kind;             // "": any
  std::string state;            // also "superseded" and "expired", as on `day`; "": any
  CivilDate day;
  int limit = 0;
};
std::vector<Qualification> ListQualifications(pqxx::transaction_base& tx,
                                              const QualificationListOptions& options);

// Writes state, reason, reviewers and suspension of a locked document. One that is approved now
// takes its place: what it renews ends, a business licence becomes live in its organisation.
// FAILED_PRECONDITION AUTHORISATION_NOT_COVERED or AUTHORISATION_EXCLUSIVE.
absl::Status UpdateQualification(pqxx::transaction_base& tx, const Qualification& qualification);

}  // namespace qingqu::catalog
