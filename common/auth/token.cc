#include "common/auth/token.h"

#include <jwt.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "nlohmann/json.hpp"

#include "common/auth/errors.h"
#include "common/auth/key_directory.h"
#include "common/auth/key_pair.h"
#include "common/auth/token_claims.h"
#include "common/auth/verified_token_cache.h"
#include "common/base/base64_url.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/status/status_macros.h"

namespace qingqu::auth {
namespace {

constexpr size_t kTokenBytesMax = 8192;
constexpr size_t kSignatureBytes = 64;  // RFC 7518 3.4
constexpr size_t kVerifiedTokensMax = 10'000;
constexpr absl::Duration kReloadInterval = absl::Seconds(1);
constexpr int64_t kLookIntervalMs = 10'000;
constexpr std::string_view kAlgorithm = "ES256";

struct JwtDeleter {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
  void operator()(char* text) const { std::free(text); }
};
using JwtPtr = std::unique_ptr<jwt_t, JwtDeleter>;
using JwtText = std::unique_ptr<char, JwtDeleter>;

const unsigned char* KeyBytes(const std::string& pem) {
  return reinterpret_cast<const unsigned char*>(pem.data());
}

class KeyPairSigner final : public TokenSigner {
 public:
  KeyPairSigner(std::string key_id, KeyPair keys, std::string jwk, const Clock* clock)
      : key_id_(std::move(key_id)), keys_(std::move(keys)), jwk_(std::move(jwk)), clock_(clock) {}

  absl::StatusOr<std::string> Sign(const Principal& principal,
                                   absl::Duration lifetime) const override {
    if (const absl::Status status = ValidatePrincipal(principal); !status.ok()) {
      return TokenNotSignable(ToStd(status.message()));
    }
    if (ServiceOfKey(key_id_).empty() && !principal.acting_service.empty()) {
      return TokenNotSignable("a service acts with its own key");
    }
    if (lifetime < absl::Seconds(1) || lifetime > kTokenLifetimeMax) {
      return TokenNotSignable("the lifetime must be 1 second to 24 hours");
    }
    // Whole seconds, so that the token neither outlives `lifetime` nor exceeds the greatest one by
    // rounding.
    const absl::Time issued_at = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_->Now()));
    return SignClaims({.principal = principal,
                       .token_id = NewUuidV7(*clock_).ToString(),
                       .issued_at = issued_at,
                       .ends_at = issued_at + absl::Floor(lifetime, absl::Seconds(1))});
  }

  std::string PublicJwk() const override { return jwk_; }

 private:
  absl::StatusOr<std::string> SignClaims(const TokenClaims& claims) const {
    jwt_t* raw = nullptr;
    if (jwt_new(&raw) != 0) return absl::InternalError("libjwt makes no token");
    const JwtPtr jwt(raw);
    const std::string& pem = keys_.private_pem;
    if (jwt_add_header(raw, "kid", key_id_.c_str()) != 0 ||
        jwt_add_grants_json(raw, EncodeClaims(claims).c_str()) != 0 ||
        jwt_set_alg(raw, JWT_ALG_ES256, KeyBytes(pem), static_cast<int>(pem.size())) != 0) {
      return absl::InternalError("libjwt refuses the content of a token");
    }
    const JwtText text(jwt_encode_str(raw));
    if (text == nullptr) return absl::InternalError("libjwt does not sign");
    std::string token = text.get();
    if (token.size() > kTokenBytesMax) return TokenNotSignable("it would exceed 8 KiB");
    return token;
  }

  const std::string key_id_;
  const KeyPair keys_;
  const std::string jwk_;
  const Clock* const clock_;
};

struct TokenParts {
  std::string key_id;
  std::string payload;  // JSON
};

// The key id of a token header that asks for ES256 and nothing else.
absl::StatusOr<std::string> ParseHeader(std::string_view json) {
  const auto header = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return TokenInvalid("has a header that is not a JSON object");
  const auto algorithm = header.find("alg");
  if (algorithm == header.end() || !algorithm->is_string() ||
      algorithm->get_ref<const std::string&>() != kAlgorithm) {
    return TokenInvalid("is not signed with ES256");
  }
  // RFC 7515 4.1.11: who does not understand a critical extension must refuse, and we know none.
  if (header.contains("crit")) return TokenInvalid("has a critical extension");
  const auto key_id = header.find("kid");
  if (key_id == header.end() || !key_id->is_string() ||
      !IsKeyId(key_id->get_ref<const std::string&>())) {
    return TokenInvalid("has no proper key id");
  }
  return key_id->get<std::string>();
}

absl::StatusOr<TokenParts> ParseToken(std::string_view token) {
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) {
    return TokenInvalid("does not have three parts");
  }
  const auto header = DecodeBase64Url(token.substr(0, first));
  auto payload = DecodeBase64Url(token.substr(first + 1, last - first - 1));
  const auto signature = DecodeBase64Url(token.substr(last + 1));
  if (!header || !payload || !signature) return TokenInvalid("is not base64url");
  if (signature->size() != kSignatureBytes) return TokenInvalid("has no ES256 signature");
  QINGQU_ASSIGN_OR_RETURN(std::string key_id, ParseHeader(*header));
  return TokenParts{std::move(key_id), *std::move(payload)};
}

// Public keys, and what has been verified under them: with the keys, the memory goes too.
struct KeySet {
  explicit KeySet(PublicKeys loaded) : keys(std::move(loaded)) {}
  const PublicKeys keys;
  mutable VerifiedTokenCache verified{kVerifiedTokensMax};
};

bool IsSignedBy(const KeySet& key_set, const std::string& key_id, const std::string& token) {
  const auto key = key_set.keys.find(key_id);
  if (key == key_set.keys.end()) return false;
  jwt_t* raw = nullptr;
  const int failure =
      jwt_decode(&raw, token.c_str(), KeyBytes(key->second), static_cast<int>(key->second.size()));
  const JwtPtr jwt(raw);
  return failure == 0 && jwt_get_alg(raw) == JWT_ALG_ES256;
}

class DirectoryVerifier final : public TokenVerifier {
 public:
  DirectoryVerifier(std::string keys_dir, PublicKeys keys, const Clock* clock)
      : keys_dir_(std::move(keys_dir)),
        clock_(clock),
        looked_at_ms_(absl::ToUnixMillis(clock->Now())),
        key_set_(std::make_shared<const KeySet>(std::move(keys))) {}

  absl::StatusOr<Principal> Verify(std::string_view token) const override {
    if (token.size() > kTokenBytesMax) return TokenInvalid("is longer than 8 KiB");
    const absl::Time now = clock_->Now();
    std::shared_ptr<const KeySet> key_set = CurrentKeys();
    if (std::abs(absl::ToUnixMillis(now) - looked_at_ms_) >= kLookIntervalMs) {
      key_set = NewerKeys(key_set, now);
    }
    if (auto known = key_set->verified.Find(token, now)) return *std::move(known);
    QINGQU_ASSIGN_OR_RETURN(const TokenParts parts, ParseToken(token));
    const std::string text(token);
    if (!IsSignedBy(*key_set, parts.key_id, text)) {
      // The key may be new, or its file replaced.
      const std::shared_ptr<const KeySet> tried = std::exchange(key_set, NewerKeys(key_set, now));
      if (key_set == tried || !IsSignedBy(*key_set, parts.key_id, text)) {
        return TokenInvalid("is not signed by a known key");
      }
    }
    QINGQU_ASSIGN_OR_RETURN(TokenClaims claims, DecodeClaims(parts.payload));
    QINGQU_RETURN_IF_ERROR(CheckTimes(claims, now));
    claims.principal.acting_service = std::string(ServiceOfKey(parts.key_id));
    key_set->verified.Insert(token, claims.principal, claims.ends_at, now);
    return std::move(claims.principal);
  }

 private:
  std::shared_ptr<const KeySet> CurrentKeys() const {
    const std::lock_guard lock(key_set_mutex_);
    return key_set_;
  }

  // What the directory holds now, or `tried` when that is the same, or it was read less than a
  // second ago, or cannot be read. Callers wait for each other, so that all of them profit from one
  // look.
  std::shared_ptr<const KeySet> NewerKeys(const std::shared_ptr<const KeySet>& tried,
                                          absl::Time now) const {
    const std::lock_guard reload_lock(reload_mutex_);
    if (auto current = CurrentKeys(); current != tried) return current;
    if (absl::AbsDuration(now - reloaded_at_) < kReloadInterval) return tried;
    reloaded_at_ = now;
    looked_at_ms_ = absl::ToUnixMillis(now);
    absl::StatusOr<PublicKeys> keys = LoadPublicKeys(keys_dir_);
    if (!keys.ok() || *keys == tried->keys) return tried;
    auto newer = std::make_shared<const KeySet>(*std::move(keys));
    const std::lock_guard lock(key_set_mutex_);
    key_set_ = newer;
    return newer;
  }

  const std::string keys_dir_;
  const Clock* const clock_;
  mutable std::atomic<int64_t> looked_at_ms_;
  mutable std::mutex reload_mutex_;                        // taken before key_set_mutex_
  mutable absl::Time reloaded_at_ = absl::InfinitePast();  // guarded by reload_mutex_
  mutable std::mutex key_set_mutex_;
  mutable std::shared_ptr<const KeySet> key_set_;  // guarded by key_set_mutex_
};

}  // namespace

absl::StatusOr<std::unique_ptr<TokenSigner>> TokenSigner::LoadOrCreate(const std::string& keys_dir,
                                                                       std::string_view key_id,
                                                                       const Clock* clock) {
  QINGQU_ASSIGN_OR_RETURN(KeyPair keys, LoadOrCreateKeyPair(keys_dir, key_id));
  QINGQU_ASSIGN_OR_RETURN(std::string jwk, PublicKeyToJwk(keys.public_pem, key_id));
  return std::make_unique<KeyPairSigner>(std::string(key_id), std::move(keys), std::move(jwk),
                                         clock);
}

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Create(const std::string& keys_dir,
                                                                     const Clock* clock) {
  QINGQU_ASSIGN_OR_RETURN(PublicKeys keys, LoadPublicKeys(keys_dir));
  return std::make_unique<DirectoryVerifier>(keys_dir, std::move(keys), clock);
}

}  // namespace qingqu::auth
