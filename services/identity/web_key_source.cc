#include "services/identity/web_key_source.h"

#include <curl/curl.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/identity/errors.h"
#include "services/identity/secret_hash.h"

namespace qingqu::identity {
namespace {

constexpr long kConnectTimeoutMs = 2'000;
constexpr long kTimeoutMs = 3'000;
constexpr long kHttpOk = 200;

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

size_t Append(char* data, size_t size, size_t count, void* target) {
  auto& text = *static_cast<std::string*>(target);
  if (text.size() + size * count > kWebKeySetBytesMax) return 0;
  text.append(data, size * count);
  return size * count;
}

absl::StatusOr<std::string> FetchUrl(const std::string& url) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, CurlDeleter> handle(curl_easy_init());
  if (ready != CURLE_OK || handle == nullptr) return absl::UnavailableError("libcurl is not ready");
  std::string text;
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
  const CURLcode result = curl_easy_perform(curl);
  if (result != CURLE_OK) return absl::UnavailableError(curl_easy_strerror(result));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != kHttpOk) return absl::UnavailableError(fmt::format("HTTP status {}", status));
  return text;
}

bool IsWorthAnotherLook(const absl::Status& status) {
  const std::string because = ErrorDetails(status)["because"];
  return because == "KEY_UNKNOWN" || because == "SIGNATURE";
}

}  // namespace

absl::StatusOr<std::string> FetchWebKeySet(const std::string& source) {
  if (!source.starts_with('/')) return FetchUrl(source);
  std::ifstream file(source, std::ios::binary);
  if (!file) return absl::UnavailableError("the file cannot be read");
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.size() > kWebKeySetBytesMax) return absl::UnavailableError("the file is too long");
  return text;
}

ExternalTokenVerifier::ExternalTokenVerifier(std::vector<OidcIssuer> issuers, const Clock* clock,
                                             Fetch fetch)
    : clock_(clock), fetch_(std::move(fetch)) {
  for (OidcIssuer& issuer : issuers) {
    auto known = std::make_unique<Known>();
    known->issuer = std::move(issuer);
    const std::string name = known->issuer.issuer;
    known_.emplace(name, std::move(known));
  }
}

const OidcIssuer* ExternalTokenVerifier::Find(std::string_view issuer) const {
  const auto found = known_.find(issuer);
  return found == known_.end() ? nullptr : &found->second->issuer;
}

bool ExternalTokenVerifier::WasReadLately(const Known& known) const {
  return absl::AbsDuration(clock_->Now() - known.tried_at) < kWebKeysReadInterval;
}

absl::StatusOr<ExternalTokenVerifier::KeysPtr> ExternalTokenVerifier::FetchKeys(
    const OidcIssuer& issuer) const {
  absl::StatusOr<std::string> text = fetch_(issuer.jwks);
  absl::StatusOr<WebKeys> keys = text.ok() ? ParseWebKeys(*text) : text.status();
  if (keys.ok()) return std::make_shared<const WebKeys>(*std::move(keys));
  spdlog::warn("keys of {} at {}: {}", issuer.issuer, issuer.jwks, ToStd(keys.status().message()));
  return keys.status();
}

ExternalTokenVerifier::KeysPtr ExternalTokenVerifier::ReadKeys(Known& known, bool wait) {
  std::unique_lock reading(known.reading, std::defer_lock);
  if (wait) {
    reading.lock();
  } else if (!reading.try_lock()) {
    const std::lock_guard lock(known.mutex);
    return known.keys;
  }
  {
    const std::lock_guard lock(known.mutex);
    if (WasReadLately(known)) return known.keys;
  }
  const absl::Time tried_at = clock_->Now();
  absl::StatusOr<KeysPtr> keys = FetchKeys(known.issuer);
  const std::lock_guard lock(known.mutex);
  known.tried_at = tried_at;
  if (keys.ok()) {
    known.keys = *std::move(keys);
    known.read_at = tried_at;
  } else if (tried_at - known.read_at >= 2 * kWebKeysAgeMax) {
    // Withdrawn keys must not live on because the issuer cannot be reached.
    known.keys = nullptr;
  }
  return known.keys;
}

ExternalTokenVerifier::KeysPtr ExternalTokenVerifier::KeysOf(Known& known) {
  bool wait = false;
  {
    const std::lock_guard lock(known.mutex);
    const absl::Duration age = clock_->Now() - known.read_at;
    if (age < kWebKeysAgeMax) return known.keys;
    wait = age >= 2 * kWebKeysAgeMax;
  }
  return ReadKeys(known, wait);
}

absl::Status ExternalTokenVerifier::CheckWithKeys(Known& known, const ExternalToken& token) {
  const KeysPtr keys = KeysOf(known);
  if (keys == nullptr) return IssuerUnavailable();
  absl::Status checked = CheckSignature(token, known.issuer, *keys);
  if (checked.ok() || !IsWorthAnotherLook(checked)) return checked;
  const KeysPtr newer = ReadKeys(known, /*wait=*/true);
  if (newer == nullptr || newer == keys) return checked;
  return CheckSignature(token, known.issuer, *newer);
}

absl::StatusOr<ExternalTokenVerifier::Verified> ExternalTokenVerifier::Verify(
    std::string_view token) {
  QINGQU_ASSIGN_OR_RETURN(const ExternalToken read, ParseExternalToken(token));
  const auto known = known_.find(read.issuer);
  if (known == known_.end()) return ExternalTokenRefused("ISSUER");
  QINGQU_RETURN_IF_ERROR(CheckWithKeys(*known->second, read));
  QINGQU_ASSIGN_OR_RETURN(std::string subject,
                          SubjectOf(read, known->second->issuer, clock_->Now()));
  return Verified{.issuer = &known->second->issuer,
                  .subject = std::move(subject),
                  .token_hash = SecretHash(read.signed_text)};
}

}  // namespace qingqu::identity
