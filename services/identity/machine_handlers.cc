#include <algorithm>

#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/identity/api_key_store.h"
#include "services/identity/convert.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/errors.h"
#include "services/identity/organisation_store.h"
#include "services/identity/post_store.h"
#include "services/identity/second_factor_check.h"
#include "services/identity/second_factor_store.h"
#include "services/identity/session_store.h"
#include "services/identity/totp.h"
#include "services/identity/user_journal.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

std::string IdIn(std::string_view field, std::string_view pattern, const std::string& name,
                 FieldViolations& violations) {
  const absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  violations.AddIfError(field, id.status());
  return id.ok() ? *id : "";
}

template <typename Request>
std::vector<std::string> CertificatesIn(const Request& request, FieldViolations& violations) {
  std::vector<std::string> certificates;
  for (const std::string& text : request.certificates()) {
    certificates.push_back(CertificateFingerprint(text));
    if (certificates.back().empty()) {
      violations.Add("certificates", "must be SHA-256 fingerprints in hex");
    }
  }
  if (certificates.size() > static_cast<size_t>(kCertificatesMax)) {
    violations.Add("certificates", "must be 4 at most");
  }
  return certificates;
}

v1::MachineClient ToProto(const MachineClient& client) {
  v1::MachineClient proto;
  proto.set_user("users/" + client.user_id);
  for (const std::string& certificate : client.certificates) proto.add_certificates(certificate);
  *proto.mutable_create_time() = rpc::ToTimestamp(client.created_at);
  return proto;
}

v1::ApiKey ToProto(const ApiKey& key) {
  v1::ApiKey proto;
  proto.set_name("apiKeys/" + key.handle);
  proto.set_user("users/" + key.user_id);
  *proto.mutable_create_time() = rpc::ToTimestamp(key.created_at);
  *proto.mutable_expire_time() = rpc::ToTimestamp(key.expires_at);
  if (key.revoked_at != absl::UnixEpoch()) {
    *proto.mutable_revoke_time() = rpc::ToTimestamp(key.revoked_at);
  }
  if (key.last_used_at != absl::UnixEpoch()) {
    *proto.mutable_last_use_time() = rpc::ToTimestamp(key.last_used_at);
  }
  return proto;
}

db::JournalEntry EntryOf(const v1::ApiKey& key, const std::string& event) {
  return {.event = event,
          .resource = key.name(),
          .subjects = {key.user()},
          .details_json = ToJson(key)};
}

// What no password fits.
absl::StatusOr<std::string> UnusablePasswordHash(const HandlerDependencies& dependencies,
                                                 const CallContext& call) {
  return dependencies.hasher->Hash(Base32(NewTotpKey()) + Base32(NewTotpKey()), call.deadline);
}

}  // namespace

absl::StatusOr<v1::MachineClient> CredentialHandlers::MakeMachineClient(
    const CallContext& call, const v1::MakeMachineClientRequest& request) {
  FieldViolations violations;
  MachineClient client{.user_id = IdIn("user", "users/{user}", request.user(), violations),
                       .certificates = CertificatesIn(request, violations),
                       .created_at = StoredInstant(call.received_at)};
  if (client.user_id == call.principal.user_id) violations.Add("user", "must be another user");
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(const std::string hash, UnusablePasswordHash(dependencies_, call));
  return db::RunIdempotent<v1::MachineClient>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::MachineClient> {
        const std::optional<Account> account = LockUser(tx, client.user_id);
        if (!account.has_value()) return UserNotFound(client.user_id);
        const std::vector<Post> posts = PostsOfUser(tx, client.user_id, call.received_at);
        if (std::any_of(posts.begin(), posts.end(), [&](const Post& post) {
              return IsForPeople(dependencies_.second_factor_roles, post.roles);
            })) {
          return RoleNotForMachines();
        }
        if (!InsertMachineClient(tx, client)) return MachineClientExists(client.user_id);
        SetPasswordHash(tx, client.user_id, hash);
        identity::RemoveSecondFactor(tx, client.user_id);
        identity::EndUserSessions(tx, client.user_id, call.received_at, "ENDED_BY_ADMINISTRATOR");
        JournalUser(tx, call, "user.machine_client_created", account->user);
        return ToProto(client);
      });
}

absl::StatusOr<v1::MachineClient> CredentialHandlers::SetMachineCertificates(
    const CallContext& call, const v1::SetMachineCertificatesRequest& request) {
  FieldViolations violations;
  const std::string user_id = IdIn("user", "users/{user}", request.user(), violations);
  const std::vector<std::string> certificates = CertificatesIn(request, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::MachineClient>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::MachineClient> {
        const std::optional<Account> account = LockUser(tx, user_id);
        std::optional<MachineClient> client = ReadMachineClient(tx, user_id);
        if (!account.has_value() || !client.has_value()) return NoMachineClient(user_id);
        identity::SetMachineCertificates(tx, user_id, certificates);
        client->certificates = certificates;
        db::AppendJournal(tx, call,
                          {.event = "user.certificates_changed",
                           .resource = "users/" + user_id,
                           .details_json = ToJson(ToProto(*client))});
        return ToProto(*client);
      });
}

absl::StatusOr<v1::ApiKey> CredentialHandlers::CreateApiKey(
    const CallContext& call, const v1::CreateApiKeyRequest& request) {
  FieldViolations violations;
  const std::string user_id = IdIn("user", "users/{user}", request.user(), violations);
  absl::Time expires_at = call.received_at + kApiKeyLifetimeDefault;
  if (request.has_expire_time()) {
    expires_at = absl::FromUnixSeconds(request.expire_time().seconds());
  }
  if (expires_at <= call.received_at || expires_at > call.received_at + kApiKeyLifetimeMax) {
    violations.Add("expire_time", "must lie within the next 366 days");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  std::string shown_once;
  absl::StatusOr<v1::ApiKey> created = db::RunIdempotent<v1::ApiKey>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ApiKey> {
        if (!LockUser(tx, user_id).has_value() || !ReadMachineClient(tx, user_id).has_value()) {
          return NoMachineClient(user_id);
        }
        const std::vector<ApiKey> keys = identity::ListApiKeys(tx, user_id);
        const auto active = std::count_if(keys.begin(), keys.end(), [&](const ApiKey& key) {
          return IsActive(key, call.received_at);
        });
        if (active >= kActiveApiKeysMax) return TooManyApiKeys();
        const ApiKeyText text = NewApiKey();
        const ApiKey key{.handle = text.handle,
                         .user_id = user_id,
                         .secret_hash = text.secret_hash,
                         .created_at = StoredInstant(call.received_at),
                         .expires_at = StoredInstant(expires_at)};
        InsertApiKey(tx, key);
        const v1::ApiKey proto = ToProto(key);
        db::AppendJournal(tx, call, EntryOf(proto, "api_key.created"));
        shown_once = text.text;
        return proto;
      });
  // What is remembered for repeated calls has no secret.
  if (created.ok()) created->set_key(shown_once);
  return created;
}

absl::StatusOr<v1::ListApiKeysResponse> CredentialHandlers::ListApiKeys(
    const CallContext& call, const v1::ListApiKeysRequest& request) {
  FieldViolations violations;
  const std::string user_id = IdIn("user", "users/{user}", request.user(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunRead(*dependencies_.pool, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListApiKeysResponse> {
                       v1::ListApiKeysResponse response;
                       for (const ApiKey& key : identity::ListApiKeys(tx, user_id)) {
                         *response.add_api_keys() = ToProto(key);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::ApiKey> CredentialHandlers::RevokeApiKey(
    const CallContext& call, const v1::RevokeApiKeyRequest& request) {
  FieldViolations violations;
  const std::string handle = IdIn("name", "apiKeys/{api_key}", request.name(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::ApiKey>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ApiKey> {
        std::optional<ApiKey> key = FindApiKey(tx, handle);
        if (!key.has_value()) return ApiKeyNotFound(handle);
        if (key->revoked_at != absl::UnixEpoch()) return ToProto(*key);
        identity::RevokeApiKey(tx, handle, call.received_at);
        key->revoked_at = StoredInstant(call.received_at);
        const v1::ApiKey proto = ToProto(*key);
        db::AppendJournal(tx, call, EntryOf(proto, "api_key.revoked"));
        return proto;
      });
}

}  // namespace qingqu::identity
