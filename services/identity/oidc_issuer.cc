#include "services/identity/oidc_issuer.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "common/base/resource_name.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/identity/jose_algorithms.h"

namespace qingqu::identity {
namespace {

using Json = nlohmann::json;

constexpr size_t kIssuersMax = 64;
constexpr std::string_view kMembers[] = {"issuer", "audience",      "institution",
                                         "jwks",   "subject_claim", "algorithms"};

absl::Status Invalid(std::string_view problem) {
  return MakeError(absl::StatusCode::kInvalidArgument, "OIDC_ISSUERS_INVALID",
                   fmt::format("the file of OpenID Connect issuers: {}", problem));
}

bool IsLoopbackUrl(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://[::1]", "http://localhost"}) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    return rest.empty() || rest.front() == ':' || rest.front() == '/';
  }
  return false;
}

bool IsUsableSource(std::string_view jwks) {
  return jwks.starts_with("https://") || jwks.starts_with('/') || IsLoopbackUrl(jwks);
}

absl::StatusOr<std::string> Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string() || found->get<std::string>().empty()) {
    return Invalid(fmt::format("'{}' must be a text", name));
  }
  return found->get<std::string>();
}

absl::StatusOr<std::vector<std::string>> Algorithms(const Json& list) {
  std::vector<std::string> algorithms;
  if (!list.is_array() || list.empty()) return Invalid("'algorithms' must be a list");
  for (const Json& one : list) {
    algorithms.push_back(one.is_string() ? one.get<std::string>() : "");
    if (algorithms.back() != kRs256 && algorithms.back() != kEs256) {
      return Invalid("'algorithms' may be RS256 and ES256");
    }
  }
  return algorithms;
}

absl::StatusOr<OidcIssuer> IssuerOf(const Json& object) {
  if (!object.is_object()) return Invalid("an issuer must be an object");
  for (const auto& [name, value] : object.items()) {
    if (std::find(std::begin(kMembers), std::end(kMembers), name) == std::end(kMembers)) {
      return Invalid(fmt::format("there is no member '{}'", name));
    }
  }
  OidcIssuer issuer;
  QINGQU_ASSIGN_OR_RETURN(issuer.issuer, Text(object, "issuer"));
  QINGQU_ASSIGN_OR_RETURN(issuer.audience, Text(object, "audience"));
  QINGQU_ASSIGN_OR_RETURN(issuer.institution, Text(object, "institution"));
  QINGQU_ASSIGN_OR_RETURN(issuer.jwks, Text(object, "jwks"));
  if (!ValidateResourceId(issuer.institution).ok()) return Invalid("'institution' must be an id");
  if (!IsUsableSource(issuer.jwks)) {
    return Invalid("'jwks' must be https, http on this machine, or a file's full path");
  }
  if (object.contains("subject_claim")) {
    QINGQU_ASSIGN_OR_RETURN(issuer.subject_claim, Text(object, "subject_claim"));
  }
  if (object.contains("algorithms")) {
    QINGQU_ASSIGN_OR_RETURN(issuer.algorithms, Algorithms(object["algorithms"]));
  }
  return issuer;
}

}  // namespace

absl::StatusOr<std::vector<OidcIssuer>> ParseOidcIssuers(std::string_view json) {
  const Json file = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!file.is_object() || file.size() != 1 || !file.contains("issuers") ||
      !file["issuers"].is_array() || file["issuers"].size() > kIssuersMax) {
    return Invalid("must be {\"issuers\": […]} with at most 64");
  }
  std::vector<OidcIssuer> issuers;
  std::set<std::string> names;
  for (const Json& object : file["issuers"]) {
    QINGQU_ASSIGN_OR_RETURN(OidcIssuer issuer, IssuerOf(object));
    if (!names.insert(issuer.issuer).second) return Invalid("an issuer stands there twice");
    issuers.push_back(std::move(issuer));
  }
  return issuers;
}

absl::StatusOr<std::vector<OidcIssuer>> ReadOidcIssuers(const std::string& path) {
  if (path.empty()) return std::vector<OidcIssuer>();
  std::ifstream file(path, std::ios::binary);
  if (!file) return Invalid(fmt::format("cannot read {}", path));
  return ParseOidcIssuers(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace qingqu::identity
