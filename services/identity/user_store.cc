#include "services/identity/user_store.h"

#include <sstream>

#include "pqxx/pqxx"

#include "common/base/check.h"
#include "services/identity/errors.h"
#include "services/identity/queries.h"

namespace qingqu::identity {
namespace {

Account AccountOf(const pqxx::row& row) {
  Account account;
  User& user = account.user;
  user.user_id = row["user_id"].as<std::string>();
  user.display_name = row["display_name"].as<std::string>();
  std::istringstream roles(row["roles"].as<std::string>());
  for (std::string role; roles >> role;) user.roles.push_back(role);
  user.scope = ScopeOfName(row["scope"].as<std::string>());
  user.institution_id = row["institution_id"].as<std::string>();
  user.alliance_id = row["alliance_id"].as<std::string>();
  user.supplier_id = row["supplier_id"].as<std::string>();
  user.disabled = row["disabled"].as<bool>();
  user.version = row["version"].as<int64_t>();
  user.department_id = row["department_id"].as<std::string>();
  user.post_id = row["post_id"].as<std::string>();
  if (!row["post_ends_us"].is_null()) {
    user.post_ends_at = absl::FromUnixMicros(row["post_ends_us"].as<int64_t>());
  }
  user.created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>());
  account.password_hash = row["password_hash"].as<std::string>();
  return account;
}

std::optional<Account> AccountIn(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return AccountOf(rows[0]);
}

}  // namespace

auth::Scope ScopeOfName(const std::string& name) {
  for (const auth::Scope scope :
       {auth::Scope::kInstitution, auth::Scope::kAlliance, auth::Scope::kCounty,
        auth::Scope::kSupplier, auth::Scope::kDepartment}) {
    if (auth::ScopeName(scope) == name) return scope;
  }
  QINGQU_CHECK(false);  // the table's CHECK lets no other in
}

absl::Status InsertUser(pqxx::transaction_base& tx, const Account& account) {
  const User& user = account.user;
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertUser.name, user.user_id, user.display_name,
                       account.password_hash, InstantText(user.created_at));
  if (inserted.affected_rows() == 0) return UserExists(user.user_id);
  return absl::OkStatus();
}

std::optional<Account> ReadUser(pqxx::transaction_base& tx, const std::string& user_id) {
  return AccountIn(tx.exec_prepared(queries::kReadUser.name, user_id));
}

std::optional<Account> LockUser(pqxx::transaction_base& tx, const std::string& user_id) {
  return AccountIn(tx.exec_prepared(queries::kLockUser.name, user_id));
}

std::vector<User> ListUsers(pqxx::transaction_base& tx, const PageOf& page) {
  std::vector<User> users;
  for (const auto& row : tx.exec_prepared(queries::kListUsers.name, page.after, page.rows_max)) {
    users.push_back(AccountOf(row).user);
  }
  return users;
}

void TouchUser(pqxx::transaction_base& tx, const std::string& user_id) {
  tx.exec_prepared(queries::kTouchUser.name, user_id);
}

void SetDisabled(pqxx::transaction_base& tx, const std::string& user_id) {
  tx.exec_prepared(queries::kDisableUser.name, user_id);
}

void SetPasswordHash(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& password_hash) {
  tx.exec_prepared(queries::kChangePassword.name, user_id, password_hash);
}

void LockNamed(pqxx::transaction_base& tx, const std::string& name) {
  tx.exec_prepared(queries::kLockNamed.name, name);
}

bool AnyUserExists(pqxx::transaction_base& tx) {
  return tx.exec_prepared(queries::kAnyUserExists.name)[0]["any_user"].as<bool>();
}

int CountOtherAdministrators(pqxx::transaction_base& tx, const std::string& user_id,
                             const std::string& post_id, absl::Time now) {
  const pqxx::result counted =
      tx.exec_prepared(queries::kCountOtherAdministrators.name, user_id, post_id, InstantText(now));
  return counted[0]["administrators"].as<int>();
}

}  // namespace qingqu::identity
