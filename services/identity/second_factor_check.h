#pragma once

#include <string>

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

bool MustHaveSecondFactor(const HandlerDependencies& dependencies, const User& user);

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
