#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/organisations/organisation.h"

namespace qingqu::catalog {

// ALREADY_EXISTS ORGANISATION_EXISTS when the id or the credit code is taken.
absl::Status InsertOrganisation(pqxx::transaction_base& tx, const Organisation& organisation);

// Those that are there and the caller's to see, in no order.
std::vector<Organisation> GetOrganisations(pqxx::transaction_base& tx,
                                           const std::vector<std::string>& ids);
// NOT_FOUND ORGANISATION_NOT_FOUND when it is missing or not the caller's to see.
absl::StatusOr<Organisation> GetOrganisation(pqxx::transaction_base& tx, const std::string& id);
// The same, locked until the end of the transaction.
absl::StatusOr<Organisation> LockOrganisation(pqxx::transaction_base& tx, const std::string& id);

struct OrganisationListOptions {
  std::string after_id;
  std::string kind;   // "": any
  std::string state;  // "submitted", "approved", "suspended", "blacklisted"; "": any
  int limit = 0;
};
std::vector<Organisation> ListOrganisations(pqxx::transaction_base& tx,
                                            const OrganisationListOptions& options);

// Writes standing, reason, who asked and who agreed, and time of a locked organisation.
void UpdateStanding(pqxx::transaction_base& tx, const Organisation& organisation);

// Makes live what the approved business licence says of its organisation.
void TakeOnProfile(pqxx::transaction_base& tx, const std::string& qualification_id, absl::Time now);
// Adds the kind, unless it has it: its production licence is approved.
void BecomeManufacturer(pqxx::transaction_base& tx, const std::string& organisation_id,
                        absl::Time now);

// Contacts as the database keeps them.
std::string ContactsToJson(const std::vector<Contact>& contacts);
std::vector<Contact> ContactsFromJson(const std::string& json);

}  // namespace qingqu::catalog
