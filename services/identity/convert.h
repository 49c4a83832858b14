#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

#include "common/status/status.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "services/identity/organisation.h"
#include "services/identity/user.h"

namespace qingqu::identity {

v1::Alliance ToProto(const Alliance& alliance);
v1::Institution ToProto(const Institution& institution);
v1::Department ToProto(const Department& department);
v1::User ToProto(const User& user);
std::string EtagOf(const User& user);
// "institutions/a", or "" for no id.
std::string NameOrEmpty(std::string_view collection, const std::string& id);
// The id in a name that may be empty; what is wrong is added to `violations`.
std::string IdFromName(std::string_view pattern, std::string_view field, const std::string& name,
                       FieldViolations& violations);
v1::Scope ScopeToProto(auth::Scope scope);
// kSystem stands for "not set": no role goes with it.
auth::Scope ScopeFromProto(v1::Scope scope);
// Sorted, each once.
std::vector<std::string> RolesFromProto(std::string_view field,
                                        const google::protobuf::RepeatedField<int>& proto,
                                        FieldViolations& violations);
// `role` is one of auth::AllRoles().
v1::Role RoleToProto(const std::string& role);

// A user as a request describes it; what is wrong is added to `violations`.
User UserFromProto(const std::string& user_id, const v1::User& proto, FieldViolations& violations);

// For the journal.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace qingqu::identity
