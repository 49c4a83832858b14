#include "fmt/format.h"

#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/organisation_store.h"
#include "services/identity/signing_keys.h"

namespace qingqu::identity {
namespace {

// The longest that a key may wait for its turn.
constexpr absl::Duration kActivationDelayMax = absl::Hours(24 * 30);

absl::StatusOr<absl::Time> ActivationOf(const v1::RotateSigningKeyRequest& request,
                                        absl::Time now) {
  if (!request.has_activate_time()) return StoredInstant(now);
  FieldViolations violations;
  const absl::Time activates_at = absl::FromUnixSeconds(request.activate_time().seconds());
  if (activates_at < now || activates_at > now + kActivationDelayMax) {
    violations.Add("activate_time", "must lie within the next 30 days");
  }
  if (request.revoke_present()) {
    violations.Add("activate_time", "must be left out when the present key is revoked");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return activates_at;
}

}  // namespace

absl::StatusOr<v1::SigningKey> CredentialHandlers::RotateSigningKey(
    const CallContext& call, const v1::RotateSigningKeyRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const absl::Time activates_at, ActivationOf(request, call.received_at));
  absl::StatusOr<v1::SigningKey> rotated = db::RunIdempotent<v1::SigningKey>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::SigningKey> {
        QINGQU_ASSIGN_OR_RETURN(const int number, dependencies_.signing_keys->Rotate(
                                                      tx, activates_at, request.revoke_present()));
        v1::SigningKey key;
        key.set_key_id(SigningKeyId(number));
        *key.mutable_activate_time() = rpc::ToTimestamp(activates_at);
        db::AppendJournal(
            tx, call,
            {.event = "signing_key.rotated",
             .resource = "signingKeys/" + key.key_id(),
             .details_json = fmt::format(R"({{"activates_at": "{}", "revoke_present": {}}})",
                                         InstantText(activates_at), request.revoke_present())});
        return key;
      });
  if (!rotated.ok()) return rotated;
  dependencies_.signing_keys->Forget();
  // Reading the table takes the files of what was revoked away, which nobody counts any more.
  if (request.revoke_present()) static_cast<void>(dependencies_.signing_keys->PublicJwk());
  return rotated;
}

absl::StatusOr<v1::JsonWebKeys> CredentialHandlers::GetJsonWebKeys(
    const CallContext& /*call*/, const v1::GetJsonWebKeysRequest& /*request*/) {
  v1::JsonWebKeys response;
  QINGQU_ASSIGN_OR_RETURN(*response.mutable_json(), dependencies_.signing_keys->PublicJwks());
  return response;
}

}  // namespace qingqu::identity
