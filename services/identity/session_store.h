#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/identity/session.h"

namespace qingqu::identity {

void InsertSession(pqxx::transaction_base& tx, const RefreshToken& token,
                   const std::string& user_id, absl::Time now);
std::optional<Session> LockSession(pqxx::transaction_base& tx, const std::string& handle_hash);
// From now on only `token`, of the same session, is good for a refresh.
void RotateSession(pqxx::transaction_base& tx, const RefreshToken& token, absl::Time now);
// True when the session was not over before.
bool EndSession(pqxx::transaction_base& tx, const std::string& handle_hash, absl::Time now);
void EndUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now);
// Removes the user's sessions that are over, and the oldest of too many.
void ClearUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now);

}  // namespace qingqu::identity
