#include "services/identity/second_factor_check.h"

#include <algorithm>

#include "services/identity/post_store.h"
#include "services/identity/second_factor_store.h"
#include "services/identity/totp.h"

namespace qingqu::identity {
namespace {

absl::Duration WaitOf(const SecondFactor& factor, absl::Time now) {
  if (factor.failed_count < kWrongCodesFree) return absl::ZeroDuration();
  absl::Duration lock = kWrongCodeLockMin;
  for (int beyond = factor.failed_count - kWrongCodesFree; beyond > 0 && lock < kWrongCodeLockMax;
       --beyond) {
    lock *= 2;
  }
  return std::max(factor.failed_at + std::min(lock, kWrongCodeLockMax) - now, absl::ZeroDuration());
}

}  // namespace

bool IsForPeople(const std::set<std::string>& second_factor_roles,
                 const std::vector<std::string>& roles) {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
    return role == "bureau_administrator" || role == "approver" || role == "discipline_inspector" ||
           second_factor_roles.contains(role);
  });
}

bool MustHaveSecondFactor(const HandlerDependencies& dependencies, const User& user) {
  return std::any_of(user.roles.begin(), user.roles.end(), [&](const std::string& role) {
    return dependencies.second_factor_roles.contains(role);
  });
}

bool MustHaveInAnyPost(pqxx::transaction_base& tx, const HandlerDependencies& dependencies,
                       const User& user, absl::Time now) {
  if (MustHaveSecondFactor(dependencies, user)) return true;
  const std::vector<Post> posts = PostsOfUser(tx, user.user_id, now);
  return std::any_of(posts.begin(), posts.end(), [&](const Post& post) {
    return IsInForce(post, now) && MustHaveSecondFactor(dependencies, InPost(user, post));
  });
}

FactorCheck CheckSecondFactor(pqxx::transaction_base& tx, const HandlerDependencies& dependencies,
                              const User& user, const std::string& code, absl::Time now) {
  const std::optional<SecondFactor> factor = LockSecondFactor(tx, user.user_id);
  if (!factor.has_value() || !factor->confirmed) {
    return {.outcome = MustHaveInAnyPost(tx, dependencies, user, now) ? FactorOutcome::kNotEnrolled
                                                                      : FactorOutcome::kNotNeeded};
  }
  if (code.empty()) return {.outcome = FactorOutcome::kMissing};
  if (const std::string hash = RecoveryCodeHash(code); !hash.empty()) {
    if (UseRecoveryCode(tx, user.user_id, hash)) {
      AcceptSecondFactor(tx, user.user_id, factor->last_step, now);
      return {.outcome = FactorOutcome::kRecovered};
    }
  }
  if (const absl::Duration wait = WaitOf(*factor, now); wait > absl::ZeroDuration()) {
    return {.outcome = FactorOutcome::kLocked, .wait = wait};
  }
  const std::optional<std::string> key = dependencies.box->Open(user.user_id, factor->sealed_key);
  const std::optional<int64_t> step =
      key.has_value() ? FindTotpStep(*key, code, now, factor->last_step) : std::nullopt;
  if (!step.has_value()) {
    NoteWrongCode(tx, user.user_id, now);
    return {.outcome = FactorOutcome::kWrong};
  }
  AcceptSecondFactor(tx, user.user_id, *step, now);
  return {.outcome = FactorOutcome::kPassed};
}

}  // namespace qingqu::identity
