#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/catalog/registrations/registration.h"

namespace qingqu::catalog {

// False when the number is known already.
bool InsertRegistration(pqxx::transaction_base& tx, const Registration& registration);

// NOT_FOUND REGISTRATION_NOT_FOUND.
absl::StatusOr<Registration> GetRegistration(pqxx::transaction_base& tx, std::string_view number);
// The same, locked until the end of the transaction.
absl::StatusOr<Registration> LockRegistration(pqxx::transaction_base& tx, std::string_view number);
// The version that was the catalogue's just before `instant`.
absl::StatusOr<Registration> GetRegistrationAsOf(pqxx::transaction_base& tx,
                                                 std::string_view number, absl::Time instant);

// Writes the next version of a locked registration.
void UpdateRegistration(pqxx::transaction_base& tx, const Registration& registration);

struct RegistrationListOptions {
  std::string after_number;
  std::optional<RegistrationState> state;
  std::optional<CivilDate> expire_by;
  int limit = 0;
};

std::vector<Registration> ListRegistrations(pqxx::transaction_base& tx,
                                            const RegistrationListOptions& options);

// The newest first, of the versions below `before_version`.
std::vector<Registration> ListRegistrationVersions(pqxx::transaction_base& tx,
                                                   std::string_view number, int64_t before_version,
                                                   int limit);

// Of a locked registration. False when another change is open.
bool InsertRegistrationChange(pqxx::transaction_base& tx, std::string_view number,
                              const RegistrationChange& change);
std::optional<RegistrationChange> FindOpenRegistrationChange(pqxx::transaction_base& tx,
                                                             std::string_view number);
std::optional<RegistrationChange> GetRegistrationChange(pqxx::transaction_base& tx,
                                                        std::string_view number,
                                                        std::string_view change_id);
struct RegistrationDecision {
  bool approved = false;
  std::string decider_id;
  absl::Time decided_at;
  std::string reason;
};

// The caller has locked the registration and seen that the change is open.
void DecideRegistrationChange(pqxx::transaction_base& tx, std::string_view change_id,
                              const RegistrationDecision& decision);

}  // namespace qingqu::catalog
