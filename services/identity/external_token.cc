#include "services/identity/external_token.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "nlohmann/json.hpp"

#include "common/base/base64_url.h"
#include "common/base/strings.h"
#include "services/identity/errors.h"

namespace qingqu::identity {
namespace {

using Json = nlohmann::json;

constexpr size_t kSubjectBytesMax = 255;  // OpenID Connect Core 1.0, 2
constexpr uint64_t kUnixSecondsMax = 253'402'300'799;

std::string TextOf(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// nullopt when it is not there or no whole number of seconds from 0 on.
std::optional<absl::Time> SecondsOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto seconds = found->get<uint64_t>();
  if (seconds > kUnixSecondsMax) return std::nullopt;
  return absl::FromUnixSeconds(static_cast<int64_t>(seconds));
}

bool IsMeantFor(const Json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (found->is_string()) return *found == audience;
  return found->is_array() && std::find(found->begin(), found->end(), audience) != found->end();
}

}  // namespace

absl::StatusOr<ExternalToken> ParseExternalToken(std::string_view token) {
  if (token.size() > kExternalTokenBytesMax) return ExternalTokenRefused("TOO_LONG");
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return ExternalTokenRefused("MALFORMED");
  const auto header_text = DecodeBase64Url(token.substr(0, first));
  const auto payload = DecodeBase64Url(token.substr(first + 1, last - first - 1));
  const auto signature = DecodeBase64Url(token.substr(last + 1));
  if (!header_text || !payload || !signature) return ExternalTokenRefused("MALFORMED");
  const Json header = Json::parse(*header_text, nullptr, /*allow_exceptions=*/false);
  const Json claims = Json::parse(*payload, nullptr, /*allow_exceptions=*/false);
  // RFC 7515 4.1.11: who does not understand a critical extension must refuse, and we know none.
  if (!header.is_object() || !claims.is_object() || header.contains("crit")) {
    return ExternalTokenRefused("MALFORMED");
  }
  return ExternalToken{.algorithm = TextOf(header, "alg"),
                       .key_id = TextOf(header, "kid"),
                       .issuer = TextOf(claims, "iss"),
                       .payload = *payload,
                       .signed_text = std::string(token.substr(0, last)),
                       .signature = *signature};
}

absl::Status CheckSignature(const ExternalToken& token, const OidcIssuer& issuer,
                            const WebKeys& keys) {
  const auto& allowed = issuer.algorithms;
  if (std::find(allowed.begin(), allowed.end(), token.algorithm) == allowed.end()) {
    return ExternalTokenRefused("ALGORITHM");
  }
  const auto key = keys.find(token.key_id);
  if (key == keys.end()) return ExternalTokenRefused("KEY_UNKNOWN");
  if (key->second->algorithm() != token.algorithm) return ExternalTokenRefused("ALGORITHM");
  if (!key->second->Verifies(token.signed_text, token.signature)) {
    return ExternalTokenRefused("SIGNATURE");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SubjectOf(const ExternalToken& token, const OidcIssuer& issuer,
                                      absl::Time now) {
  const Json claims = Json::parse(token.payload, nullptr, /*allow_exceptions=*/false);
  if (token.issuer != issuer.issuer) return ExternalTokenRefused("ISSUER");
  if (!IsMeantFor(claims, issuer.audience)) return ExternalTokenRefused("AUDIENCE");
  const auto ends_at = SecondsOf(claims, "exp");
  const auto issued_at = SecondsOf(claims, "iat");
  if (!ends_at || !issued_at) return ExternalTokenRefused("MALFORMED");
  if (now >= *ends_at) return ExternalTokenRefused("EXPIRED");
  if (claims.contains("nbf")) {
    const auto not_before = SecondsOf(claims, "nbf");
    if (!not_before) return ExternalTokenRefused("MALFORMED");
    if (now + kExternalClockLeeway < *not_before) return ExternalTokenRefused("NOT_YET_VALID");
  }
  if (now + kExternalClockLeeway < *issued_at) return ExternalTokenRefused("NOT_YET_VALID");
  if (now - *issued_at > kExternalTokenAgeMax) return ExternalTokenRefused("TOO_OLD");
  const std::string subject = TextOf(claims, issuer.subject_claim);
  if (subject.empty() || subject.size() > kSubjectBytesMax || !IsStorableText(subject)) {
    return ExternalTokenRefused("SUBJECT");
  }
  return subject;
}

}  // namespace qingqu::identity
