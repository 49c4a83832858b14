#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/status/status.h"

namespace qingqu::identity {

inline constexpr size_t kRolesMax = 5;

struct User {
  std::string user_id;
  std::string display_name;
  std::vector<std::string> roles;  // as in role_grants.h, sorted, each once
  auth::Scope scope = auth::Scope::kInstitution;
  std::string institution_id;
  std::string alliance_id;
  std::string supplier_id;
  bool disabled = false;
  int64_t version = 1;
  absl::Time created_at;
};

// The roles that a user of this scope may have.
std::span<const std::string_view> RolesOfScope(auth::Scope scope);

// What is wrong with a user to be created, apart from what only the database knows: that roles,
// scope and where the user belongs fit together. A supplier and a discipline inspector have no
// other role.
void CheckUser(const User& user, FieldViolations& violations);

// What the user's tokens say.
auth::Principal PrincipalOfUser(const User& user);

}  // namespace qingqu::identity
