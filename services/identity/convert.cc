#include "services/identity/convert.h"

#include <algorithm>

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

#include "common/auth/role_grants.h"
#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/rpc/timestamp.h"

namespace qingqu::identity {
namespace {

// The roles of the proto are numbered from 1 in the order of auth::AllRoles().
std::string RoleOfProto(int role) {
  const auto& roles = auth::AllRoles();
  if (role < 1 || role > static_cast<int>(roles.size())) return "";
  return std::string(roles[static_cast<size_t>(role) - 1]);
}

}  // namespace

std::string NameOrEmpty(std::string_view collection, const std::string& id) {
  return id.empty() ? "" : fmt::format("{}/{}", collection, id);
}

v1::Scope ScopeToProto(auth::Scope scope) {
  switch (scope) {
    case auth::Scope::kInstitution:
      return v1::SCOPE_INSTITUTION;
    case auth::Scope::kAlliance:
      return v1::SCOPE_ALLIANCE;
    case auth::Scope::kCounty:
      return v1::SCOPE_COUNTY;
    case auth::Scope::kSupplier:
      return v1::SCOPE_SUPPLIER;
    case auth::Scope::kDepartment:
      return v1::SCOPE_DEPARTMENT;
    case auth::Scope::kSystem:
      break;
  }
  QINGQU_CHECK(false);
}

auth::Scope ScopeFromProto(v1::Scope scope) {
  switch (scope) {
    case v1::SCOPE_INSTITUTION:
      return auth::Scope::kInstitution;
    case v1::SCOPE_ALLIANCE:
      return auth::Scope::kAlliance;
    case v1::SCOPE_COUNTY:
      return auth::Scope::kCounty;
    case v1::SCOPE_SUPPLIER:
      return auth::Scope::kSupplier;
    case v1::SCOPE_DEPARTMENT:
      return auth::Scope::kDepartment;
    default:
      return auth::Scope::kSystem;
  }
}

std::string IdFromName(std::string_view pattern, std::string_view field, const std::string& name,
                       FieldViolations& violations) {
  if (name.empty()) return "";
  const absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  violations.AddIfError(field, id.status());
  return id.value_or("");
}

std::vector<std::string> RolesFromProto(std::string_view field,
                                        const google::protobuf::RepeatedField<int>& proto,
                                        FieldViolations& violations) {
  std::vector<std::string> roles;
  for (const int role : proto) {
    roles.push_back(RoleOfProto(role));
    if (roles.back().empty()) violations.Add(field, "holds a role that is not known");
  }
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return roles;
}

v1::Role RoleToProto(const std::string& role) {
  const auto& roles = auth::AllRoles();
  const auto found = std::find(roles.begin(), roles.end(), role);
  QINGQU_CHECK(found != roles.end());
  return static_cast<v1::Role>(found - roles.begin() + 1);
}

v1::Alliance ToProto(const Alliance& alliance) {
  v1::Alliance proto;
  proto.set_name("alliances/" + alliance.alliance_id);
  proto.set_display_name(alliance.display_name);
  *proto.mutable_create_time() = rpc::ToTimestamp(alliance.created_at);
  proto.set_etag(std::to_string(alliance.version));
  return proto;
}

v1::Institution ToProto(const Institution& institution) {
  v1::Institution proto;
  proto.set_name("institutions/" + institution.institution_id);
  proto.set_display_name(institution.display_name);
  proto.set_alliance("alliances/" + institution.alliance_id);
  proto.set_lead(institution.lead);
  *proto.mutable_create_time() = rpc::ToTimestamp(institution.created_at);
  if (institution.closed_at != absl::InfiniteFuture()) {
    *proto.mutable_close_time() = rpc::ToTimestamp(institution.closed_at);
  }
  proto.set_etag(std::to_string(institution.version));
  return proto;
}

v1::Department ToProto(const Department& department) {
  v1::Department proto;
  proto.set_name("departments/" + department.department_id);
  proto.set_display_name(department.display_name);
  proto.set_institution("institutions/" + department.institution_id);
  *proto.mutable_create_time() = rpc::ToTimestamp(department.created_at);
  if (department.closed_at != absl::InfiniteFuture()) {
    *proto.mutable_close_time() = rpc::ToTimestamp(department.closed_at);
  }
  proto.set_etag(std::to_string(department.version));
  return proto;
}

v1::User ToProto(const User& user) {
  v1::User proto;
  proto.set_name("users/" + user.user_id);
  proto.set_display_name(user.display_name);
  for (const std::string& role : user.roles) proto.add_roles(RoleToProto(role));
  proto.set_scope(ScopeToProto(user.scope));
  proto.set_institution(NameOrEmpty("institutions", user.institution_id));
  proto.set_alliance(NameOrEmpty("alliances", user.alliance_id));
  proto.set_supplier(NameOrEmpty("suppliers", user.supplier_id));
  proto.set_department(NameOrEmpty("departments", user.department_id));
  proto.set_disabled(user.disabled);
  *proto.mutable_create_time() = rpc::ToTimestamp(user.created_at);
  proto.set_etag(EtagOf(user));
  proto.set_on_behalf_of(NameOrEmpty("users", user.on_behalf_of));
  return proto;
}

std::string EtagOf(const User& user) { return std::to_string(user.version); }

User UserFromProto(const std::string& user_id, const v1::User& proto, FieldViolations& violations) {
  User user;
  user.user_id = user_id;
  user.display_name = proto.display_name();
  user.roles = RolesFromProto("user.roles", proto.roles(), violations);
  user.scope = ScopeFromProto(proto.scope());
  user.institution_id =
      IdFromName("institutions/{institution}", "user.institution", proto.institution(), violations);
  user.alliance_id =
      IdFromName("alliances/{alliance}", "user.alliance", proto.alliance(), violations);
  user.supplier_id =
      IdFromName("suppliers/{supplier}", "user.supplier", proto.supplier(), violations);
  user.department_id =
      IdFromName("departments/{department}", "user.department", proto.department(), violations);
  if (user.scope == auth::Scope::kSystem) violations.Add("user.scope", "must be set");
  return user;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  QINGQU_CHECK(status.ok());
  return json;
}

}  // namespace qingqu::identity
