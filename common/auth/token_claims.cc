#include "common/auth/token_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "nlohmann/json.hpp"

#include "common/auth/errors.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu::auth {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kParty = "qingqu";
constexpr std::string_view kEnrolment = "enrolment";
constexpr std::string_view kDelegation = "delegation";
constexpr std::string_view kWithinInstitution = "institution";
constexpr size_t kTextBytesMax = 256;
constexpr size_t kRolesMax = 16;
constexpr size_t kRoleCharactersMax = 40;
constexpr size_t kPermissionsMax = 64;
constexpr uint64_t kUnixSecondsMax = 253'402'300'799;  // the end of the year 9999

bool IsClaimText(std::string_view text) {
  return text.size() <= kTextBytesMax && IsStorableText(text);
}

bool IsRoleName(std::string_view role) {
  if (role.empty() || role.size() > kRoleCharactersMax) return false;
  return std::all_of(role.begin(), role.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool IsPermissionName(std::string_view permission) {
  return !permission.empty() && permission.size() <= kTextBytesMax &&
         std::all_of(permission.begin(), permission.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '.'; });
}

absl::Status ValidateDelegation(const Principal& principal) {
  if (principal.delegation_id.empty()) {
    if (principal.on_behalf_of.empty() && principal.only_permissions.empty()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError("there is no delegation to act by");
  }
  if (principal.on_behalf_of.empty() || principal.on_behalf_of == principal.user_id) {
    return absl::InvalidArgumentError("a delegation is somebody else's");
  }
  if (principal.enrolment_only) {
    return absl::InvalidArgumentError("nobody enrols a second factor for another");
  }
  const std::vector<std::string>& permissions = principal.only_permissions;
  if (permissions.size() > kPermissionsMax ||
      !std::all_of(permissions.begin(), permissions.end(), IsPermissionName)) {
    return absl::InvalidArgumentError("there are too many permissions, or one has no proper name");
  }
  return absl::OkStatus();
}

std::string_view MissingIdOfScope(const Principal& principal) {
  switch (principal.scope) {
    case Scope::kInstitution:
      return principal.institution_id.empty() ? "institution" : "";
    case Scope::kAlliance:
      return principal.alliance_id.empty() ? "alliance" : "";
    case Scope::kSupplier:
      return principal.supplier_id.empty() ? "supplier" : "";
    case Scope::kDepartment:
      if (principal.institution_id.empty()) return "institution";
      return principal.department_id.empty() ? "department" : "";
    case Scope::kCounty:
    case Scope::kSystem:
      return "";
  }
  return "";
}

std::optional<Scope> ScopeOfName(std::string_view name) {
  for (const Scope scope : {Scope::kInstitution, Scope::kAlliance, Scope::kCounty, Scope::kSupplier,
                            Scope::kDepartment}) {
    if (ScopeName(scope) == name) return scope;
  }
  return std::nullopt;
}

// Reads claims one after the other and remembers the first that is wrong.
class ClaimReader {
 public:
  explicit ClaimReader(const Json& object) : object_(object) {}

  std::string Text(const char* name) {
    const auto claim = object_.find(name);
    if (claim == object_.end() || !claim->is_string()) return Fail<std::string>(name);
    return claim->get<std::string>();
  }

  std::string OptionalText(const char* name) {
    return object_.contains(name) ? Text(name) : std::string();
  }

  absl::Time Seconds(const char* name) {
    const auto claim = object_.find(name);
    // The parser makes every integer from 0 on an unsigned one.
    if (claim == object_.end() || !claim->is_number_unsigned()) return Fail<absl::Time>(name);
    const auto seconds = claim->get<uint64_t>();
    if (seconds > kUnixSecondsMax) return Fail<absl::Time>(name);
    return absl::FromUnixSeconds(static_cast<int64_t>(seconds));
  }

  absl::Time OptionalSeconds(const char* name) {
    return object_.contains(name) ? Seconds(name) : absl::InfinitePast();
  }

  std::vector<std::string> Texts(const char* name) {
    std::vector<std::string> texts;
    const auto claim = object_.find(name);
    if (claim == object_.end() || !claim->is_array()) return Fail<std::vector<std::string>>(name);
    for (const Json& element : *claim) {
      if (!element.is_string()) return Fail<std::vector<std::string>>(name);
      texts.push_back(element.get<std::string>());
    }
    return texts;
  }

  Scope ScopeClaim() {
    const std::optional<Scope> scope = ScopeOfName(Text("scope"));
    return scope ? *scope : Fail<Scope>("scope");
  }

  absl::Status status() const {
    if (wrong_.empty()) return absl::OkStatus();
    return TokenInvalid(fmt::format("has a wrong claim '{}'", wrong_));
  }

 private:
  template <typename T>
  T Fail(std::string_view name) {
    if (wrong_.empty()) wrong_ = name;
    return T{};
  }

  const Json& object_;
  std::string wrong_;
};

}  // namespace

absl::Status ValidatePrincipal(const Principal& principal) {
  if (principal.scope == Scope::kSystem) {
    return absl::InvalidArgumentError("no token speaks for the system");
  }
  if (principal.user_id.empty()) return absl::InvalidArgumentError("there is no user");
  for (const std::string* text :
       {&principal.user_id, &principal.institution_id, &principal.alliance_id,
        &principal.supplier_id, &principal.department_id, &principal.on_behalf_of,
        &principal.delegation_id}) {
    if (!IsClaimText(*text)) return absl::InvalidArgumentError("an id is too long or not UTF-8");
  }
  if (const std::string_view missing = MissingIdOfScope(principal); !missing.empty()) {
    return absl::InvalidArgumentError(
        ToAbsl(fmt::format("the scope is '{}', but there is none", missing)));
  }
  if (principal.confined && principal.institution_id.empty()) {
    return absl::InvalidArgumentError("there is no institution to stay in");
  }
  if (principal.roles.size() > kRolesMax ||
      !std::all_of(principal.roles.begin(), principal.roles.end(), IsRoleName)) {
    return absl::InvalidArgumentError("there are too many roles, or one has no proper name");
  }
  return ValidateDelegation(principal);
}

std::string EncodeClaims(const TokenClaims& claims) {
  const Principal& principal = claims.principal;
  Json object = {{"iss", std::string(kParty)},
                 {"aud", std::string(kParty)},
                 {"sub", principal.user_id},
                 {"scope", std::string(ScopeName(principal.scope))},
                 {"roles", principal.roles},
                 {"jti", claims.token_id},
                 {"iat", absl::ToUnixSeconds(claims.issued_at)},
                 {"exp", absl::ToUnixSeconds(claims.ends_at)}};
  if (!principal.institution_id.empty()) object["inst"] = principal.institution_id;
  if (!principal.alliance_id.empty()) object["alliance"] = principal.alliance_id;
  if (!principal.supplier_id.empty()) object["supplier"] = principal.supplier_id;
  if (principal.enrolment_only) object["only"] = std::string(kEnrolment);
  if (!principal.department_id.empty()) object["dept"] = principal.department_id;
  if (principal.confined) object["within"] = std::string(kWithinInstitution);
  if (!principal.delegation_id.empty()) {
    object["only"] = std::string(kDelegation);
    object["for"] = principal.on_behalf_of;
    object["dlg"] = principal.delegation_id;
    if (!principal.only_permissions.empty()) object["perms"] = principal.only_permissions;
  }
  return object.dump();
}

absl::StatusOr<TokenClaims> DecodeClaims(std::string_view json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return TokenInvalid("has a payload that is not a JSON object");
  ClaimReader reader(object);
  const std::string issuer = reader.Text("iss");
  const std::string audience = reader.Text("aud");
  TokenClaims claims;
  claims.principal.user_id = reader.Text("sub");
  claims.principal.institution_id = reader.OptionalText("inst");
  claims.principal.alliance_id = reader.OptionalText("alliance");
  claims.principal.supplier_id = reader.OptionalText("supplier");
  claims.principal.department_id = reader.OptionalText("dept");
  claims.principal.scope = reader.ScopeClaim();
  claims.principal.roles = reader.Texts("roles");
  const std::string only = reader.OptionalText("only");
  claims.principal.enrolment_only = only == kEnrolment;
  if (only == kDelegation) {
    claims.principal.on_behalf_of = reader.Text("for");
    claims.principal.delegation_id = reader.Text("dlg");
    if (object.contains("perms")) claims.principal.only_permissions = reader.Texts("perms");
    if (claims.principal.delegation_id.empty()) return TokenInvalid("has a wrong claim 'dlg'");
  }
  const std::string within = reader.OptionalText("within");
  claims.principal.confined = within == kWithinInstitution;
  claims.token_id = reader.Text("jti");
  claims.issued_at = reader.Seconds("iat");
  claims.not_before = reader.OptionalSeconds("nbf");
  claims.ends_at = reader.Seconds("exp");
  QINGQU_RETURN_IF_ERROR(reader.status());
  if (issuer != kParty) return TokenInvalid("was not issued by qingqu");
  // A limit that is not understood must not be overlooked.
  if (!only.empty() && only != kEnrolment && only != kDelegation) {
    return TokenInvalid("has a wrong claim 'only'");
  }
  if (!within.empty() && within != kWithinInstitution) {
    return TokenInvalid("has a wrong claim 'within'");
  }
  if (audience != kParty) return TokenInvalid("is not meant for qingqu");
  if (claims.token_id.empty() || !IsClaimText(claims.token_id)) {
    return TokenInvalid("has a wrong claim 'jti'");
  }
  if (const absl::Status status = ValidatePrincipal(claims.principal); !status.ok()) {
    return TokenInvalid(fmt::format("is wrong: {}", ToStd(status.message())));
  }
  return claims;
}

absl::Status CheckTimes(const TokenClaims& claims, absl::Time now) {
  if (claims.ends_at - claims.issued_at > kTokenLifetimeMax) return TokenInvalid("lives too long");
  if (now >= claims.ends_at) return TokenExpired();
  if (now < claims.not_before || now < claims.issued_at - kIssuerClockLeeway) {
    return TokenInvalid("is not valid yet");
  }
  return absl::OkStatus();
}

}  // namespace qingqu::auth
