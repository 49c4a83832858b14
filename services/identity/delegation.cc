#include "services/identity/delegation.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "fmt/format.h"

#include "services/identity/delegation_errors.h"
#include "services/identity/post_errors.h"

namespace qingqu::identity {
namespace {

constexpr std::array<std::string_view, 6> kDelegable{"hospital_pharmacist",
                                                     "department_nurse",
                                                     "procurement_officer",
                                                     "approver",
                                                     "operator",
                                                     "supplier"};

}  // namespace

bool IsDelegable(const std::string& role) {
  return std::find(kDelegable.begin(), kDelegable.end(), role) != kDelegable.end();
}

absl::Status TakeFromPost(const Post& post, Delegation& delegation) {
  for (const std::string& role : delegation.roles) {
    if (std::find(post.roles.begin(), post.roles.end(), role) == post.roles.end()) {
      return InvalidField("delegation.roles", fmt::format("{} is no role of the post", role));
    }
    if (!IsDelegable(role)) return RoleNotDelegable(role);
  }
  if (delegation.roles.empty()) {
    std::copy_if(post.roles.begin(), post.roles.end(), std::back_inserter(delegation.roles),
                 IsDelegable);
    if (delegation.roles.empty()) return RoleNotDelegable(post.roles.front());
  }
  if (delegation.starts_at < post.starts_at || delegation.ends_at > post.ends_at) {
    return PostNotInForce();
  }
  delegation.holder_id = post.user_id;
  delegation.institution_id = post.institution_id;
  delegation.alliance_id = post.alliance_id;
  delegation.supplier_id = post.supplier_id;
  return absl::OkStatus();
}

}  // namespace qingqu::identity
