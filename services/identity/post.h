#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/status/status.h"

namespace qingqu::identity {

inline constexpr size_t kRolesMax = 5;

// Where somebody works and as what, for a period. Ids are empty when not applicable.
struct Post {
  std::string post_id;
  std::string user_id;
  std::vector<std::string> roles;  // as in role_grants.h, sorted, each once
  auth::Scope scope = auth::Scope::kInstitution;
  std::string institution_id;
  std::string alliance_id;
  std::string supplier_id;
  std::string department_id;
  absl::Time starts_at;
  absl::Time ends_at = absl::InfiniteFuture();  // the first instant at which it is over
  int64_t version = 1;
  absl::Time created_at;
  // When it is somebody else's post in which `user_id` acts by a delegation (delegation.h): which,
  // whose, and what alone of the roles; else empty.
  std::string delegation_id = {};
  std::string on_behalf_of = {};
  std::vector<std::string> only_permissions = {};
};

// The roles that somebody may have in a post of this scope.
std::span<const std::string_view> RolesOfScope(auth::Scope scope);

// What is wrong with a post to be created, apart from what only the database knows: that roles,
// scope and where it is fit together. A supplier and a discipline inspector have no other role.
// `prefix` is that of the fields: "user" or "post".
void CheckPlace(std::string_view prefix, const Post& post, FieldViolations& violations);

bool IsInForce(const Post& post, absl::Time now);

// Whether the caller's session may have to do with a post of this institution (auth::Principal).
bool IsWithinSession(const auth::Principal& caller, const std::string& institution_id);

// The one of `posts` in which a session acts that begins at `now`: `wanted`, or, when that is
// empty, the first that is in force (for as long as a token lives at least). NOT_FOUND
// POST_NOT_FOUND, FAILED_PRECONDITION POST_NOT_IN_FORCE.
absl::StatusOr<Post> ChoosePost(const std::vector<Post>& posts, const std::string& wanted,
                                absl::Time now);

}  // namespace qingqu::identity
