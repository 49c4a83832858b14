#include "common/db/transaction.h"

#include <algorithm>
#include <array>
#include <optional>
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

constexpr size_t kSettings = std::tuple_size_v<CallerSettings>;
constexpr std::array<std::string_view, kSettings> kSettingNames{
    "qingqu.user",       "qingqu.institution", "qingqu.alliance", "qingqu.supplier",
    "qingqu.scope",      "qingqu.roles",       "qingqu.client",   "qingqu.on_behalf_of",
    "qingqu.delegation", "qingqu.department"};

CallerSettings SettingsOf(const CallContext& call, std::string_view scope) {
  const auth::Principal& principal = call.principal;
  return {principal.user_id,
          principal.institution_id,
          principal.alliance_id,
          principal.supplier_id,
          std::string(scope),
          TextArray(principal.roles),
          call.client,
          principal.on_behalf_of,
          principal.delegation_id,
          principal.department_id};
}

// Writes what differs from `known`, or all when nothing is known.
void WriteScope(pqxx::transaction_base& tx, const CallerSettings& settings,
                const std::optional<CallerSettings>& known, bool only_this_transaction) {
  ArrayBuilder names;
  ArrayBuilder values;
  for (size_t index = 0; index < kSettings; ++index) {
    if (known.has_value() && (*known)[index] == settings[index]) continue;
    names.AddText(kSettingNames[index]);
    values.AddText(settings[index]);
  }
  tx.exec_prepared(kEnterScope.name, names.Build(), values.Build(), only_this_transaction);
}

// Writes the caller into the session's settings, where row-level security and journal.append read
// it.
void EnterScope(Connection& connection, const CallerSettings& caller) {
  if (connection.entered_scope == caller) return;
  const std::optional<CallerSettings> known = std::move(connection.entered_scope);
  connection.entered_scope.reset();  // unknown, should writing them fail
  pqxx::nontransaction tx(*connection.session);
  WriteScope(tx, caller, known, false);
  connection.entered_scope = caller;
}

using Body = absl::FunctionRef<absl::Status(pqxx::transaction_base&)>;

template <typename Transaction>
absl::Status RunIn(Connection& connection, Body body) {
  Transaction tx(*connection.session);
  QINGQU_RETURN_IF_ERROR(body(tx));
  tx.commit();
  return absl::OkStatus();
}

absl::Status RunOnce(Connection& connection, const CallerSettings& caller,
                     const TransactionOptions& options, Body body) {
  EnterScope(connection, caller);
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
  WriteScope(tx, SettingsOf(call, auth::ScopeName(call.principal.scope)), std::nullopt, true);
}

namespace internal {

absl::Status RunTransactionBody(ConnectionPool& pool, const CallContext& call,
                                const TransactionOptions& options, Body body) {
  const absl::Time started = absl::Now();
  const CallerSettings caller =
      SettingsOf(call, options.beyond_scope ? "system" : auth::ScopeName(call.principal.scope));
  absl::Status last;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (attempt > 0) WaitBeforeRetry(attempt);
    if (absl::Now() >= call.deadline) {
      if (!last.ok()) break;
      last = MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                       "the deadline passed before the work could begin");
      break;
    }
    absl::StatusOr<ConnectionPool::Lease> lease = pool.Acquire(call.deadline, &caller);
    if (!lease.ok()) {
      last = lease.status();
      break;
    }
    Failure failure = Failure::kFinal;
    try {
      last = RunOnce(lease->connection(), caller, options, body);
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
