#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::auth {

class RoleTable;

// What part of the county's data a principal sees (qingqu.identity.v1.Scope, and "system" for the
// platform's own work such as journal followers, which no token can claim).
enum class Scope { kInstitution, kAlliance, kCounty, kSupplier, kDepartment, kSystem };

// "institution", "alliance", "county", "supplier", "department", "system".
std::string_view ScopeName(Scope scope);

// Who is calling. Ids are the last parts of resource names ("wang", not "users/wang"); empty when
// not applicable.
struct Principal {
  std::string user_id;
  std::string institution_id;
  std::string alliance_id;
  std::string supplier_id;
  std::string department_id;  // of a post in a department of the institution; of kDepartment always
  Scope scope = Scope::kInstitution;
  // Lower-case role names as in role_grants.h: "department_nurse".
  std::vector<std::string> roles;
  // By a delegation (授权代理): for whom they act, and by which. Belonging, scope and roles are
  // those of that post then. Both empty: for themselves.
  std::string on_behalf_of;
  std::string delegation_id;
  // Of what the roles hold only this, when it is not empty: a delegation of a part.
  std::vector<std::string> only_permissions;
  // "usage" when the service `usage` acts on behalf of the user; its own grants then count, not the
  // user's.
  std::string acting_service;
  // What the roles hold, as it stood when the call came; null: as in the seed.
  std::shared_ptr<const RoleTable> role_table;
  // True where the session began with the sign-in of one institution, institution_id: that vouches
  // for who they are in its own posts, so elsewhere they neither act nor give anything away.
  bool confined = false;
  // True for who still has to enrol a second factor: nothing but that is granted.
  bool enrolment_only = false;
};

// Somebody who acts, and for whom, when it is not for themselves; a document remembers both.
struct Actor {
  std::string user_id;
  std::string on_behalf_of;  // empty: for themselves, or nobody yet
};
Actor ActorOf(const Principal& principal);
// Whether one person stands behind both: then the second cannot confirm what the first did. Nobody
// confirms what they did, what was done for them, or what they did or do for somebody else.
bool ShareAPerson(const Actor& first, const Actor& second);

// The platform itself.
Principal SystemPrincipal(std::string_view service);

}  // namespace qingqu::auth
