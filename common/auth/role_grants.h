#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "common/auth/principal.h"

namespace qingqu::auth {

// The seed of who may do what: permissions as declared in the protos' method options (and
// read_permission options of fields), granted to roles. It is what a new platform begins with; from
// then on an administrator edits the table in the database (services/identity), and each process
// keeps a copy of that (role_table.h).

// All roles, in the order of qingqu.identity.v1.Role: "hospital_pharmacist", …,
// "bureau_administrator".
const std::vector<std::string_view>& AllRoles();

// True when one of the principal's roles (or, when a service acts, that service) holds the
// permission, by the principal's table or, when it has none, by the seed. "public" is always held,
// "authenticated" by every principal with a user, "enrolment" by every user who calls without a
// service; of who still has to enrol a second factor nothing else is. Who acts by a delegation of
// some permissions holds no others. Looks into memory and takes no lock.
bool IsGranted(const Principal& principal, std::string_view permission);
// In the seed.
bool RoleHolds(std::string_view role, std::string_view permission);

// Every permission that the seed gives to some role or service: all that there are, because a test
// holds them against what the protos name.
std::set<std::string_view> AllGrantedPermissions();
// Those that some role holds in the seed; the others are for services alone.
std::set<std::string_view> AllRolePermissions();

}  // namespace qingqu::auth
