#include "services/identity/signing_keys.h"

#include <algorithm>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/auth/key_directory.h"
#include "common/auth/key_pair.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/identity/credential_errors.h"
#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"
#include "services/identity/session.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

// At how many keys that are trusted or to come no other one is made: each process reads 64 at most.
constexpr int kTrustedSigningKeysMax = 8;
constexpr absl::Duration kTableReadInterval = absl::Seconds(1);
// By how much clocks of processes may differ.
constexpr absl::Duration kClockLeeway = absl::Minutes(1);

std::vector<SigningKey> ListSigningKeys(pqxx::transaction_base& tx) {
  std::vector<SigningKey> keys;
  for (const auto& row : tx.exec_prepared(queries::kListSigningKeys.name)) {
    keys.push_back({.number = row["number"].as<int>(),
                    .activates_at = absl::FromUnixMicros(row["activates_us"].as<int64_t>()),
                    .revoked = row["revoked"].as<bool>()});
  }
  return keys;
}

CallContext ReadCall(absl::Time now) {
  CallContext call;
  call.principal = auth::SystemPrincipal("identity");
  call.method = "identity/signing_keys";
  call.client = "identity";
  call.received_at = now;
  call.deadline = absl::Now() + absl::Seconds(5);
  return call;
}

// The last of those that are active.
int ActiveNumber(const std::vector<SigningKey>& keys, absl::Time now) {
  int active = keys.empty() ? 0 : keys.front().number;
  for (const SigningKey& key : keys) {
    if (key.activates_at <= now) active = key.number;
  }
  return active;
}

// That the key at this place, not the last one, has signed.
absl::Time LastTokenEnds(const std::vector<SigningKey>& keys, size_t index) {
  return keys[index + 1].activates_at + kAccessTokenLifetime + kClockLeeway;
}

// Those whose files have to be there: active, to come, or with tokens that are out.
int CountTrusted(const std::vector<SigningKey>& keys, absl::Time now) {
  int trusted = 0;
  for (size_t index = 0; index < keys.size(); ++index) {
    const bool last = index + 1 == keys.size();
    if (!keys[index].revoked && (last || now < LastTokenEnds(keys, index))) ++trusted;
  }
  return trusted;
}

}  // namespace

std::string SigningKeyId(int number) {
  if (number == 0) return std::string(auth::kIdentityKeyId);
  return fmt::format("{}-{}", auth::kIdentityKeyId, number);
}

absl::StatusOr<std::unique_ptr<SigningKeys>> SigningKeys::Create(const Options& options) {
  auto keys = std::unique_ptr<SigningKeys>(new SigningKeys(options));
  QINGQU_RETURN_IF_ERROR(keys->Active().status());
  return keys;
}

absl::Status SigningKeys::Refresh(absl::Time now) const {
  if (absl::AbsDuration(now - read_at_) < kTableReadInterval) return absl::OkStatus();
  absl::StatusOr<std::vector<SigningKey>> keys =
      db::RunRead(*options_.pool, ReadCall(now),
                  [](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<SigningKey>> {
                    return ListSigningKeys(tx);
                  });
  if (!keys.ok()) return keys.status();
  keys_ = *std::move(keys);
  read_at_ = now;
  TakeAway(now);
  return absl::OkStatus();
}

absl::Status SigningKeys::Load(int number) const {
  if (signers_.contains(number)) return absl::OkStatus();
  QINGQU_ASSIGN_OR_RETURN(
      auto signer,
      auth::TokenSigner::LoadOrCreate(options_.keys_dir, SigningKeyId(number), options_.clock));
  signers_.emplace(number, std::move(signer));
  return absl::OkStatus();
}

void SigningKeys::TakeAway(absl::Time now) const {
  const int active = ActiveNumber(keys_, now);
  for (size_t index = 0; index + 1 < keys_.size(); ++index) {
    const SigningKey& key = keys_[index];
    if (key.number >= active || gone_.contains(key.number)) continue;
    if (!key.revoked && now < LastTokenEnds(keys_, index)) continue;
    const absl::Status removed = auth::RemoveKeyPair(options_.keys_dir, SigningKeyId(key.number));
    if (!removed.ok()) {
      spdlog::error("signing keys: {}", ToStd(removed.message()));
      continue;
    }
    signers_.erase(key.number);
    gone_.insert(key.number);
  }
}

absl::StatusOr<std::shared_ptr<const auth::TokenSigner>> SigningKeys::Active() const {
  const absl::Time now = options_.clock->Now();
  const std::lock_guard lock(mutex_);
  if (const absl::Status read = Refresh(now); !read.ok()) {
    // What was read before is better than no token, for as long as the database is away.
    if (keys_.empty()) return read;
    spdlog::warn("signing keys: {}", ToStd(read.message()));
  }
  const int active = ActiveNumber(keys_, now);
  QINGQU_RETURN_IF_ERROR(Load(active));
  return signers_.at(active);
}

absl::StatusOr<std::string> SigningKeys::Sign(const auth::Principal& principal,
                                              absl::Duration lifetime) const {
  QINGQU_ASSIGN_OR_RETURN(const std::shared_ptr<const auth::TokenSigner> signer, Active());
  return signer->Sign(principal, lifetime);
}

std::string SigningKeys::PublicJwk() const {
  const absl::StatusOr<std::shared_ptr<const auth::TokenSigner>> signer = Active();
  return signer.ok() ? (*signer)->PublicJwk() : "";
}

absl::StatusOr<std::string> SigningKeys::PublicJwks() const {
  QINGQU_RETURN_IF_ERROR(Active().status());
  QINGQU_ASSIGN_OR_RETURN(const auth::PublicKeys keys, auth::LoadPublicKeys(options_.keys_dir));
  nlohmann::json set = {{"keys", nlohmann::json::array()}};
  for (const auto& [key_id, pem] : keys) {
    if (!auth::ServiceOfKey(key_id).empty()) continue;
    QINGQU_ASSIGN_OR_RETURN(const std::string jwk, auth::PublicKeyToJwk(pem, key_id));
    set["keys"].push_back(nlohmann::json::parse(jwk));
  }
  return set.dump();
}

absl::StatusOr<int> SigningKeys::Rotate(pqxx::transaction_base& tx, absl::Time activates_at,
                                        bool revoke) const {
  LockNamed(tx, "signing_key");
  const std::vector<SigningKey> keys = ListSigningKeys(tx);
  if (!revoke && CountTrusted(keys, options_.clock->Now()) >= kTrustedSigningKeysMax) {
    return TooManySigningKeys();
  }
  const int number = keys.back().number + 1;
  // The files come before the row, so that nobody reads of a key that is not there. Files without a
  // row, of a transaction that failed, are taken over by the next one.
  QINGQU_RETURN_IF_ERROR(
      auth::LoadOrCreateKeyPair(options_.keys_dir, SigningKeyId(number)).status());
  tx.exec_prepared(queries::kInsertSigningKey.name, number, InstantText(activates_at));
  if (revoke) tx.exec_prepared(queries::kRevokeSigningKeys.name, number);
  return number;
}

void SigningKeys::Forget() const {
  const std::lock_guard lock(mutex_);
  read_at_ = absl::InfinitePast();
}

}  // namespace qingqu::identity
