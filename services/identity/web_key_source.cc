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

absl::Status ExternalTokenVerifier::ReadKeys(Known& known) {
  known.tried_at = clock_->Now();
  absl::StatusOr<std::string> text = fetch_(known.issuer.jwks);
  absl::StatusOr<WebKeys> keys = text.ok() ? ParseWebKeys(*text) : text.status();
  if (!keys.ok()) {
    spdlog::warn("keys of {} at {}: {}", known.issuer.issuer, known.issuer.jwks,
                 ToStd(keys.status().message()));
    return keys.status();
  }
  known.keys = *std::move(keys);
  known.read_at = known.tried_at;
  return absl::OkStatus();
}

absl::Status ExternalTokenVerifier::CheckWithKeys(Known& known, const ExternalToken& token) {
  const std::lock_guard lock(known.mutex);
  const absl::Time now = clock_->Now();
  const bool may_read = absl::AbsDuration(now - known.tried_at) >= kWebKeysReadInterval;
  if (now - known.read_at >= kWebKeysAgeMax && may_read) {
    // Withdrawn keys must not live on because the issuer cannot be reached.
    if (!ReadKeys(known).ok() && now - known.read_at >= 2 * kWebKeysAgeMax) known.keys.clear();
  }
  if (known.keys.empty()) return IssuerUnavailable();
  const absl::Status checked = CheckSignature(token, known.issuer, known.keys);
  if (checked.ok() || !IsWorthAnotherLook(checked) || known.tried_at == now || !may_read) {
    return checked;
  }
  if (!ReadKeys(known).ok()) return checked;
  return CheckSignature(token, known.issuer, known.keys);
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
