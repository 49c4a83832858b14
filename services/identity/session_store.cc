#include "services/identity/session_store.h"

#include "pqxx/pqxx"

#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {

void InsertSession(pqxx::transaction_base& tx, const RefreshToken& token,
                   const std::string& user_id, absl::Time now) {
  tx.exec_prepared(queries::kInsertSession.name, token.handle_hash, user_id, token.secret_hash,
                   InstantText(now));
}

std::optional<Session> LockSession(pqxx::transaction_base& tx, const std::string& handle_hash) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockSession.name, handle_hash);
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return Session{.user_id = row["user_id"].as<std::string>(),
                 .secret_hash = row["secret_hash"].as<std::string>(),
                 .started_at = absl::FromUnixMicros(row["started_us"].as<int64_t>()),
                 .used_at = absl::FromUnixMicros(row["used_us"].as<int64_t>()),
                 .ended = row["ended"].as<bool>()};
}

void RotateSession(pqxx::transaction_base& tx, const RefreshToken& token, absl::Time now) {
  tx.exec_prepared(queries::kRotateSession.name, token.handle_hash, token.secret_hash,
                   InstantText(now));
}

bool EndSession(pqxx::transaction_base& tx, const std::string& handle_hash, absl::Time now) {
  return tx.exec_prepared(queries::kEndSession.name, handle_hash, InstantText(now))
             .affected_rows() == 1;
}

void EndUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now) {
  tx.exec_prepared(queries::kEndUserSessions.name, user_id, InstantText(now));
}

void ClearUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now) {
  tx.exec_prepared(queries::kClearUserSessions.name, user_id, InstantText(now - kSessionIdleMax),
                   InstantText(now - kSessionMax), kSessionsPerUserMax);
}

}  // namespace qingqu::identity
