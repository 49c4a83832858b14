#include "services/identity/bootstrap.h"

#include <fstream>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/identity/password.h"
#include "services/identity/post_store.h"
#include "services/identity/user_journal.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

constexpr std::string_view kFirstPostId = "first";

absl::Status Unusable(const std::string& path, std::string_view problem) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "BOOTSTRAP_PASSWORD_UNUSABLE",
                   fmt::format("{}: {}", path, problem));
}

absl::StatusOr<std::string> ReadPassword(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return Unusable(path, "cannot read the first user's password");
  const std::string password(TrimAsciiSpace(line));
  FieldViolations violations;
  CheckPassword("password", {.user_id = std::string(kFirstUserId)}, password, violations);
  if (!violations.empty()) return Unusable(path, ToStd(violations.ToStatus().message()));
  return password;
}

CallContext BootstrapCall(absl::Time now) {
  CallContext call;
  call.principal = auth::SystemPrincipal("identity");
  call.method = "identity/bootstrap";
  call.client = "identity";
  call.received_at = now;
  call.deadline = absl::Now() + absl::Seconds(30);
  return call;
}

}  // namespace

absl::Status CreateFirstUser(db::ConnectionPool& pool, PasswordHasher& hasher,
                             const std::string& password_file, absl::Time now) {
  const CallContext call = BootstrapCall(now);
  QINGQU_ASSIGN_OR_RETURN(
      const bool any_user,
      db::RunRead(pool, call, [](pqxx::transaction_base& tx) -> absl::StatusOr<bool> {
        return AnyUserExists(tx);
      }));
  if (any_user) return absl::OkStatus();
  QINGQU_ASSIGN_OR_RETURN(const std::string password, ReadPassword(password_file));
  Account account{.user = {.user_id = std::string(kFirstUserId),
                           .display_name = "平台管理员",
                           .roles = {"bureau_administrator"},
                           .scope = auth::Scope::kCounty,
                           .created_at = StoredInstant(now)}};
  QINGQU_ASSIGN_OR_RETURN(account.password_hash, hasher.Hash(password, call.deadline));
  return db::RunTransaction(pool, call, [&](pqxx::transaction_base& tx) -> absl::Status {
    LockNamed(tx, "first_user");
    if (AnyUserExists(tx)) return absl::OkStatus();
    QINGQU_RETURN_IF_ERROR(InsertUser(tx, account));
    account.user.post_id = std::string(kFirstPostId);
    InsertPost(tx, PostOf(account.user));
    JournalUser(tx, call, "user.created", account.user);
    return absl::OkStatus();
  });
}

}  // namespace qingqu::identity
