#include "services/identity/session_store.h"

#include "pqxx/pqxx"

#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {

void InsertSession(pqxx::transaction_base& tx, const NewSession& session, absl::Time now) {
  tx.exec_prepared(queries::kInsertSession.name, session.token.handle_hash, session.user_id,
                   session.token.secret_hash, InstantText(now), session.address, session.client,
                   session.second_factor, session.post_id, session.only_institution_id,
                   session.delegation_id);
}

std::optional<Session> LockSession(pqxx::transaction_base& tx, const std::string& handle_hash) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockSession.name, handle_hash);
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return Session{.user_id = row["user_id"].as<std::string>(),
                 .post_id = row["post_id"].as<std::string>(),
                 .delegation_id = row["delegation_id"].as<std::string>(),
                 .only_institution_id = row["only_institution_id"].as<std::string>(),
                 .secret_hash = row["secret_hash"].as<std::string>(),
                 .started_at = absl::FromUnixMicros(row["started_us"].as<int64_t>()),
                 .used_at = absl::FromUnixMicros(row["used_us"].as<int64_t>()),
                 .ended = row["ended"].as<bool>(),
                 .second_factor = row["second_factor"].as<bool>(),
                 .ended_because = row["ended_because"].as<std::string>()};
}

void RotateSession(pqxx::transaction_base& tx, const RefreshToken& token, absl::Time now) {
  tx.exec_prepared(queries::kRotateSession.name, token.handle_hash, token.secret_hash,
                   InstantText(now));
}

void SetSessionPost(pqxx::transaction_base& tx, const std::string& handle_hash, const User& user) {
  tx.exec_prepared(queries::kSetSessionPost.name, handle_hash, user.post_id, user.delegation_id);
}

bool EndSession(pqxx::transaction_base& tx, const std::string& handle_hash, absl::Time now,
                std::string_view because) {
  const pqxx::result ended = tx.exec_prepared(queries::kEndSession.name, handle_hash,
                                              InstantText(now), std::string(because));
  return ended.affected_rows() == 1;
}

bool EndSessionOfUser(pqxx::transaction_base& tx, const std::string& user_id,
                      const std::string& session_id, absl::Time now) {
  const pqxx::result ended =
      tx.exec_prepared(queries::kEndSessionOfUser.name, user_id, session_id, InstantText(now),
                       InstantText(now - kSessionIdleMax), InstantText(now - kSessionMax));
  return ended.affected_rows() == 1;
}

int EndUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now,
                    std::string_view because) {
  const pqxx::result ended = tx.exec_prepared(
      queries::kEndUserSessions.name, user_id, InstantText(now), std::string(because),
      InstantText(now - kSessionIdleMax), InstantText(now - kSessionMax));
  return static_cast<int>(ended.affected_rows());
}

std::vector<ListedSession> ListSessions(pqxx::transaction_base& tx, const std::string& user_id,
                                        absl::Time now) {
  std::vector<ListedSession> sessions;
  for (const auto& row :
       tx.exec_prepared(queries::kListSessions.name, user_id, InstantText(now - kSessionIdleMax),
                        InstantText(now - kSessionMax))) {
    sessions.push_back({.session_id = row["session_id"].as<std::string>(),
                        .address = row["address"].as<std::string>(),
                        .client = row["client"].as<std::string>(),
                        .started_at = absl::FromUnixMicros(row["started_us"].as<int64_t>()),
                        .used_at = absl::FromUnixMicros(row["used_us"].as<int64_t>())});
  }
  return sessions;
}

void ClearUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now) {
  tx.exec_prepared(queries::kClearUserSessions.name, user_id, InstantText(now - kSessionIdleMax),
                   InstantText(now - kSessionMax), kSessionsPerUserMax);
}

}  // namespace qingqu::identity
