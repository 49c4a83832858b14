#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/status/status.h"
#include "services/identity/post.h"

namespace qingqu::identity {

// A person or a machine client, as they are in one of their posts: that in which a session acts,
// or else the present one (identity.present_post).
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
  std::string post_id;
  std::string department_id;
  absl::Time post_ends_at = absl::InfiniteFuture();
  // As in Post.
  std::string delegation_id = {};
  std::string on_behalf_of = {};
  std::vector<std::string> only_permissions = {};
  bool confined = false;  // as in auth::Principal
};

// What is wrong with a user to be created, apart from what only the database knows; see CheckPlace.
void CheckUser(const User& user, FieldViolations& violations);

// The post that a new user begins with.
Post PostOf(const User& user);
// The user as they are in this post of theirs.
User InPost(User user, const Post& post);

// What the user's tokens say.
auth::Principal PrincipalOfUser(const User& user);

}  // namespace qingqu::identity
