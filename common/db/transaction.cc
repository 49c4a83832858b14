#include "common/db/transaction.h"

#include <algorithm>
#include <random>
#include <string>
#include <thread>

#include "fmt/format.h"
#include "pqxx/nontransaction"
#include "pqxx/transaction"

#include "common/db/array.h"
#include "common/db/core_queries.h"
#include "common/db/sqlstate.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

constexpr int kAttemptsMax = 4;

void WriteScope(pqxx::transaction_base& tx, const CallContext& call, const std::string& scope,
                bool only_this_transaction) {
  const auth::Principal& principal = call.principal;
  tx.exec_prepared(kEnterScope.name, principal.user_id, principal.institution_id,
                   principal.alliance_id, principal.supplier_id, scope, TextArray(principal.roles),
                   call.client, principal.on_behalf_of, principal.delegation_id,
                   principal.department_id, only_this_transaction);
}

// Writes the caller into the session's settings, where row-level security and journal.append read
// it.
void EnterScope(Connection& connection, const CallContext& call, bool beyond_scope) {
  const auth::Principal& principal = call.principal;
  const std::string scope(beyond_scope ? "system" : auth::ScopeName(principal.scope));
  const std::string roles = TextArray(principal.roles);
  const std::string key = fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", principal.user_id, principal.institution_id,
      principal.alliance_id, principal.supplier_id, scope, roles, call.client,
      principal.on_behalf_of, principal.delegation_id, principal.department_id);
  if (connection.entered_scope == key) return;
  connection.entered_scope.clear();
  pqxx::nontransaction tx(*connection.session);
  WriteScope(tx, call, scope, false);
  connection.entered_scope = key;
}

using Body = absl::FunctionRef<absl::Status(pqxx::transaction_base&)>;

template <typename Transaction>
absl::Status RunIn(Connection& connection, Body body) {
  Transaction tx(*connection.session);
  QINGQU_RETURN_IF_ERROR(body(tx));
  tx.commit();
  return absl::OkStatus();
}

absl::Status RunOnce(Connection& connection, const CallContext& call,
                     const TransactionOptions& options, Body body) {
  EnterScope(connection, call, options.beyond_scope);
  if (options.single_read) return RunIn<pqxx::nontransaction>(connection, body);
  if (options.snapshot_read) {
    return RunIn<pqxx::transaction<pqxx::isolation_level::repeatable_read,
                                   pqxx::readwrite_policy::read_only>>(connection, body);
  }
  if (options.serializable) {
    return RunIn<pqxx::transaction<pqxx::isolation_level::serializable>>(connection, body);
  }
  return RunIn<pqxx::work>(connection, body);
}

// A different wait for each of those that collided, longer with each attempt.
void WaitBeforeRetry(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int> microseconds(500, 4000 << attempt);
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
}

}  // namespace

void ActAs(pqxx::transaction_base& tx, const CallContext& call) {
  WriteScope(tx, call, std::string(auth::ScopeName(call.principal.scope)), true);
}

namespace internal {

absl::Status RunTransactionBody(ConnectionPool& pool, const CallContext& call,
                                const TransactionOptions& options, Body body) {
  const absl::Time started = absl::Now();
  absl::Status last;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (attempt > 0) WaitBeforeRetry(attempt);
    if (absl::Now() >= call.deadline) {
      if (!last.ok()) break;
      last = MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                       "the deadline passed before the work could begin");
      break;
    }
    absl::StatusOr<ConnectionPool::Lease> lease = pool.Acquire(call.deadline);
    if (!lease.ok()) {
      last = lease.status();
      break;
    }
    Failure failure = Failure::kFinal;
    try {
      last = RunOnce(lease->connection(), call, options, body);
      if (last.ok()) break;
    } catch (const std::exception& thrown) {
      DatabaseError error = StatusFromException(thrown);
      last = std::move(error.status);
      failure = error.failure;
      // Whatever happened, the session's settings and state are known again only on a new
      // connection; a refused statement is an exception to that, and the common case.
      if (failure == Failure::kBroken || failure == Failure::kInDoubt) lease->Discard();
    }
    if (failure != Failure::kRetryable && failure != Failure::kBroken) break;
  }
  call.database_time += absl::Now() - started;
  return last;
}

}  // namespace internal
}  // namespace qingqu::db
