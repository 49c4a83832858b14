#include "pqxx/pqxx"

#include "common/base/sodium.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/identity/admission.h"
#include "services/identity/api_key_store.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/errors.h"
#include "services/identity/second_factor_check.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

bool SameHash(const std::string& left, const std::string& right) {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

absl::StatusOr<User> CredentialHandlers::UserOfApiKey(pqxx::transaction_base& tx,
                                                      const CallContext& call,
                                                      const ApiKeyText& shown) const {
  const std::optional<ApiKey> key = FindApiKey(tx, shown.handle);
  // Who does not know the secret learns nothing about the key.
  if (!key.has_value() || !SameHash(key->secret_hash, shown.secret_hash)) return ApiKeyInvalid();
  if (!IsActive(*key, call.received_at)) {
    return ApiKeyEnded(key->revoked_at != absl::UnixEpoch() ? "REVOKED" : "EXPIRED");
  }
  const std::optional<MachineClient> client = ReadMachineClient(tx, key->user_id);
  if (!client.has_value() || !CertificateFits(client->certificates, call.client_certificate)) {
    return CertificateRequired();
  }
  const std::optional<Account> account = ReadUser(tx, key->user_id);
  if (!account.has_value() || account->user.disabled) return ApiKeyInvalid();
  User user;
  const absl::Status placed = PutInPost(tx, account->user, {}, call.received_at, user);
  if (!placed.ok()) return placed;
  // A role that the configuration names since the user was made a machine client.
  if (IsForPeople(dependencies_.second_factor_roles, user.roles)) return RoleNotForMachines();
  TouchApiKey(tx, key->handle, call.received_at);
  return user;
}

absl::StatusOr<v1::SignInResponse> CredentialHandlers::ExchangeApiKey(
    const CallContext& call, const v1::ExchangeApiKeyRequest& request) {
  const std::optional<ApiKeyText> shown = ParseApiKey(request.api_key());
  if (!shown.has_value()) return ApiKeyInvalid();
  const CallContext platform = AsPlatform(call);
  QINGQU_ASSIGN_OR_RETURN(
      const User user, db::RunTransaction(*dependencies_.pool, platform,
                                          [&](pqxx::transaction_base& tx) -> absl::StatusOr<User> {
                                            return UserOfApiKey(tx, call, *shown);
                                          }));
  call.database_time += platform.database_time;
  return IssueAccessToken(dependencies_, call, user);
}

}  // namespace qingqu::identity
