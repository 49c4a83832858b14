#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/identity/session.h"
#include "services/identity/user.h"

namespace qingqu::identity {

// A session that begins: whose, with what token, and from where.
struct NewSession {
  const RefreshToken& token;
  std::string user_id;
  std::string post_id;
  std::string delegation_id;
  std::string only_institution_id;
  std::string address;
  std::string client;
  bool second_factor = false;  // shown
};
void InsertSession(pqxx::transaction_base& tx, const NewSession& session, absl::Time now);
std::optional<Session> LockSession(pqxx::transaction_base& tx, const std::string& handle_hash);
// From now on only `token`, of the same session, is good for a refresh.
void RotateSession(pqxx::transaction_base& tx, const RefreshToken& token, absl::Time now);
// From now on the session acts in the post, or by the delegation, in which `user` is.
void SetSessionPost(pqxx::transaction_base& tx, const std::string& handle_hash, const User& user);
// True when the session was not over before.
bool EndSession(pqxx::transaction_base& tx, const std::string& handle_hash, absl::Time now,
                std::string_view because);
// The same for a session of this user, by the id that ListedSession shows.
bool EndSessionOfUser(pqxx::transaction_base& tx, const std::string& user_id,
                      const std::string& session_id, absl::Time now);
// How many there were.
int EndUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now,
                    std::string_view because);
// Those that are not over, the one used last first.
std::vector<ListedSession> ListSessions(pqxx::transaction_base& tx, const std::string& user_id,
                                        absl::Time now);
// Removes the user's sessions that are over, and the oldest of too many.
void ClearUserSessions(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now);

}  // namespace qingqu::identity
