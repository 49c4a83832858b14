#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/identity/handler_dependencies.h"
#include "services/identity/user.h"

namespace qingqu::identity {

// Wrong codes come from who knows the password already, so the door may close to them for long:
// after ten in a row for a minute, then twice as long each time, to an hour. A recovery code opens
// it.
inline constexpr int kWrongCodesFree = 10;
inline constexpr absl::Duration kWrongCodeLockMin = absl::Minutes(1);
inline constexpr absl::Duration kWrongCodeLockMax = absl::Hours(1);

// Whether it takes a person to act in these roles: to administer, to approve, to inspect, or with a
// second factor. No machine client has them.
bool IsForPeople(const std::set<std::string>& second_factor_roles,
                 const std::vector<std::string>& roles);

bool MustHaveSecondFactor(const HandlerDependencies& dependencies, const User& user);
// The same, also because of another of their posts that is in force: what opens one opens all.
bool MustHaveInAnyPost(pqxx::transaction_base& tx, const HandlerDependencies& dependencies,
                       const User& user, absl::Time now);

enum class FactorOutcome {
  kNotNeeded,    // has none, and needs none
  kPassed,       // by a code
  kRecovered,    // by a recovery code, which is used up now
  kMissing,      // has one, and showed no code
  kWrong,        // noted
  kLocked,       // not looked at
  kNotEnrolled,  // needs one, and has none
};
struct FactorCheck {
  FactorOutcome outcome = FactorOutcome::kNotNeeded;
  absl::Duration wait;  // when locked
};
// Looks at the code of a user whose password was right, and keeps what follows from it: to be
// committed, whatever the outcome.
FactorCheck CheckSecondFactor(pqxx::transaction_base& tx, const HandlerDependencies& dependencies,
                              const User& user, const std::string& code, absl::Time now);

}  // namespace qingqu::identity
