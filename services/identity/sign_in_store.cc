#include "services/identity/sign_in_store.h"

#include <string_view>

#include "pqxx/pqxx"

#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"
#include "services/identity/sign_in_budget.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

constexpr int kAddressesPerUserMax = 50;

Failures FailuresIn(const pqxx::row& row, const std::string& budget) {
  return {.count = row[budget + "_failures"].as<int>(),
          .last = absl::FromUnixMicros(row[budget + "_last_us"].as<int64_t>())};
}

}  // namespace

absl::Duration NoteAttempt(pqxx::transaction_base& tx, const Attempt& attempt) {
  const std::string window_start = InstantText(attempt.tried_at - kFailureWindow);
  tx.exec_prepared(queries::kClearOldAttempts.name, window_start);
  // All take the account's lock before an address's, so nobody waits in a circle.
  LockNamed(tx, "sign_in." + attempt.user_id);
  LockNamed(tx, "sign_in_from." + attempt.address);
  const pqxx::row row =
      tx.exec_prepared1(queries::kRecentFailures.name, attempt.user_id, attempt.address,
                        window_start, InstantText(attempt.tried_at - kAddressKnownFor));
  const RecentFailures recent{.address_known = row["known"].as<bool>(),
                              .pair = FailuresIn(row, "pair"),
                              .account = FailuresIn(row, "account"),
                              .address = FailuresIn(row, "address")};
  const absl::Duration wait = WaitBeforeTry(recent, attempt.tried_at);
  if (wait == absl::ZeroDuration()) {
    tx.exec_prepared(queries::kInsertAttempt.name, attempt.attempt_id, attempt.user_id,
                     InstantText(attempt.tried_at), attempt.address, recent.address_known);
  }
  return wait;
}

void ForgetAttempt(pqxx::transaction_base& tx, const std::string& attempt_id) {
  tx.exec_prepared(queries::kForgetAttempt.name, attempt_id);
}

void RememberAddress(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& address, absl::Time now) {
  if (address.empty()) return;
  tx.exec_prepared(queries::kRememberAddress.name, user_id, address, InstantText(now));
  tx.exec_prepared(queries::kClearAddresses.name, user_id, InstantText(now - kAddressKnownFor),
                   kAddressesPerUserMax);
}

}  // namespace qingqu::identity
