#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "services/identity/organisation_store.h"
#include "services/identity/post.h"
#include "services/identity/user.h"

namespace qingqu::identity {

// A user with what must not leave this service.
struct Account {
  User user;
  std::string password_hash;
};

// The scope that a table names.
auth::Scope ScopeOfName(const std::string& name);

// Without a post. ALREADY_EXISTS USER_EXISTS.
absl::Status InsertUser(pqxx::transaction_base& tx, const Account& account);
std::optional<Account> ReadUser(pqxx::transaction_base& tx, const std::string& user_id);
// The same, and no other transaction changes the user until this one ends.
std::optional<Account> LockUser(pqxx::transaction_base& tx, const std::string& user_id);
std::vector<User> ListUsers(pqxx::transaction_base& tx, const PageOf& page);
// The user's next version, because of a change of their posts.
void TouchUser(pqxx::transaction_base& tx, const std::string& user_id);
void SetDisabled(pqxx::transaction_base& tx, const std::string& user_id);
void SetPasswordHash(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& password_hash);

// Waits for others that hold the lock of this name, and holds it until the transaction ends.
void LockNamed(pqxx::transaction_base& tx, const std::string& name);
bool AnyUserExists(pqxx::transaction_base& tx);
// How many bureau administrators can sign in for good, without this user and this post ("" for
// none): those whose post has begun and has no end.
int CountOtherAdministrators(pqxx::transaction_base& tx, const std::string& user_id,
                             const std::string& post_id, absl::Time now);

}  // namespace qingqu::identity
