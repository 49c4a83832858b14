#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "common/auth/principal.h"

namespace qingqu::auth {

// The one table of who may do what: permissions as declared in the protos' method options (and
// read_permission options of fields), granted to roles.

// All roles, in the order of qingqu.identity.v1.Role: "hospital_pharmacist", …,
// "bureau_administrator".
const std::vector<std::string_view>& AllRoles();

// True when one of the principal's roles (or, when a service acts, that service) holds the
// permission. "public" is always held, "authenticated" by every principal with a user.
bool IsGranted(const Principal& principal, std::string_view permission);
bool RoleHolds(std::string_view role, std::string_view permission);

// Every permission that some role or service holds: for the test that no proto names one that
// nobody has.
std::set<std::string_view> AllGrantedPermissions();

}  // namespace qingqu::auth
