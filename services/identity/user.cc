#include "services/identity/user.h"

#include "services/identity/organisation.h"

namespace qingqu::identity {

void CheckUser(const User& user, FieldViolations& violations) {
  CheckDisplayName("user.display_name", user.display_name, violations);
  CheckPlace("user", PostOf(user), violations);
}

Post PostOf(const User& user) {
  return {.post_id = user.post_id,
          .user_id = user.user_id,
          .roles = user.roles,
          .scope = user.scope,
          .institution_id = user.institution_id,
          .alliance_id = user.alliance_id,
          .supplier_id = user.supplier_id,
          .department_id = user.department_id,
          .starts_at = user.created_at,
          .ends_at = user.post_ends_at,
          .created_at = user.created_at};
}

User InPost(User user, const Post& post) {
  user.post_id = post.post_id;
  user.roles = post.roles;
  user.scope = post.scope;
  user.institution_id = post.institution_id;
  user.alliance_id = post.alliance_id;
  user.supplier_id = post.supplier_id;
  user.department_id = post.department_id;
  user.post_ends_at = post.ends_at;
  user.delegation_id = post.delegation_id;
  user.on_behalf_of = post.on_behalf_of;
  user.only_permissions = post.only_permissions;
  return user;
}

auth::Principal PrincipalOfUser(const User& user) {
  auth::Principal principal;
  principal.user_id = user.user_id;
  principal.institution_id = user.institution_id;
  principal.alliance_id = user.alliance_id;
  principal.supplier_id = user.supplier_id;
  principal.department_id = user.department_id;
  principal.scope = user.scope;
  principal.roles = user.roles;
  principal.delegation_id = user.delegation_id;
  principal.on_behalf_of = user.on_behalf_of;
  principal.only_permissions = user.only_permissions;
  principal.confined = user.confined;
  return principal;
}

}  // namespace qingqu::identity
