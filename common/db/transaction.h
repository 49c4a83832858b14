#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"

namespace qingqu::db {

struct TransactionOptions {
  // Runs SERIALIZABLE instead of READ COMMITTED: for writes whose rule spans rows that no lock or
  // constraint covers.
  bool serializable = false;
  // Several statements that only read and must see the same moment: REPEATABLE READ READ ONLY,
  // which no other transaction can make fail.
  bool snapshot_read = false;
  // One statement that only reads: no BEGIN and COMMIT around it.
  bool single_read = false;
  // Row-level security lets everything through, as for the platform itself; the journal still names
  // the caller. For effects that reach beyond what the caller may see (a supplier's answer frees a
  // ward's requisition), after the handler checked that the caller may cause them.
  bool beyond_scope = false;
};

// Runs `body` in a transaction as the caller of `call`: row-level security and the journal see its
// principal. `body` returns a Status or StatusOr; anything but OK rolls back. `body` may run
// several times (serialization failures, deadlocks and connections lost before commit are tried up
// to 4 times with jitter, inside the deadline), so it must keep no state between runs.
//
// Never throws. Failures: ABORTED CONCURRENT_CHANGE, DEADLINE_EXCEEDED, UNAVAILABLE
// DATABASE_UNAVAILABLE, UNKNOWN COMMIT_IN_DOUBT (repeat with the same request id), INTERNAL
// DATABASE_ERROR.
template <typename Body>
auto RunTransaction(ConnectionPool& pool, const CallContext& call,
                    const TransactionOptions& options, Body&& body)
    -> std::invoke_result_t<Body, pqxx::transaction_base&>;

template <typename Body>
auto RunTransaction(ConnectionPool& pool, const CallContext& call, Body&& body) {
  return RunTransaction(pool, call, TransactionOptions{}, std::forward<Body>(body));
}

// For one statement that only reads.
template <typename Body>
auto RunRead(ConnectionPool& pool, const CallContext& call, Body&& body) {
  return RunTransaction(pool, call, TransactionOptions{.single_read = true},
                        std::forward<Body>(body));
}

// For the rest of the transaction its caller is that of `call`, in the scope of their own: for who
// proves only within it who they are.
void ActAs(pqxx::transaction_base& tx, const CallContext& call);

namespace internal {
absl::Status RunTransactionBody(ConnectionPool& pool, const CallContext& call,
                                const TransactionOptions& options,
                                absl::FunctionRef<absl::Status(pqxx::transaction_base&)> body);
}  // namespace internal

template <typename Body>
auto RunTransaction(ConnectionPool& pool, const CallContext& call,
                    const TransactionOptions& options, Body&& body)
    -> std::invoke_result_t<Body, pqxx::transaction_base&> {
  using Result = std::invoke_result_t<Body, pqxx::transaction_base&>;
  if constexpr (std::is_same_v<Result, absl::Status>) {
    return internal::RunTransactionBody(pool, call, options, body);
  } else {
    std::optional<Result> result;
    const absl::Status status =
        internal::RunTransactionBody(pool, call, options, [&](pqxx::transaction_base& tx) {
          result.emplace(body(tx));
          return result->status();
        });
    if (!status.ok()) return status;
    return *std::move(result);
  }
}

}  // namespace qingqu::db
