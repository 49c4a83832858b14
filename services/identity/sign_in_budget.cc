#include "services/identity/sign_in_budget.h"

#include <algorithm>

namespace qingqu::identity {
namespace {

absl::Time OpensAt(const Failures& failures, int free) {
  if (failures.count < free) return absl::InfinitePast();
  absl::Duration lock = kLockMin;
  for (int beyond = failures.count - free; beyond > 0 && lock < kLockMax; --beyond) lock *= 2;
  return failures.last + std::min(lock, kLockMax);
}

}  // namespace

absl::Duration WaitBeforeTry(const RecentFailures& recent, absl::Time now) {
  absl::Time opens_at = std::max(OpensAt(recent.pair, kPairFailuresFree),
                                 OpensAt(recent.address, kAddressFailuresFree));
  if (!recent.address_known) {
    opens_at = std::max(opens_at, OpensAt(recent.account, kAccountFailuresFree));
  }
  return std::max(opens_at - now, absl::ZeroDuration());
}

}  // namespace qingqu::identity
