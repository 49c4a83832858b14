#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/identity/post.h"

namespace qingqu::identity {

inline constexpr absl::Duration kDelegationMax = absl::Hours(24 * 90);
// How far ahead one may begin.
inline constexpr absl::Duration kDelegationAheadMax = absl::Hours(24 * 365);
inline constexpr size_t kDelegatedPermissionsMax = 64;
// Of one holder, that are not over.
inline constexpr int kDelegationsPerHolderMax = 20;

// Who acts in whose post, how far, and for how long.
struct Delegation {
  std::string delegation_id;
  std::string post_id;
  std::string holder_id;
  std::string delegate_id;
  std::vector<std::string> roles;        // of the post, sorted
  std::vector<std::string> permissions;  // only these of what the roles hold; empty: all
  absl::Time starts_at;
  absl::Time ends_at;
  // When it is over in fact, as far as is known: with the holder's post, or the delegate's own.
  absl::Time effective_ends_at;
  int64_t version = 1;
  absl::Time created_at;
  // Of the post.
  std::string institution_id = {};
  std::string alliance_id = {};
  std::string supplier_id = {};
};

// Whether who holds this role may let others act in it: what the county's authorities do is
// entrusted to persons, by a post each.
bool IsDelegable(const std::string& role);

// Fills in the roles of `delegation` (all of the post's that can be delegated, when it names none)
// and whose it is. INVALID_ARGUMENT for a role that the post has not, FAILED_PRECONDITION
// ROLE_NOT_DELEGABLE, POST_NOT_IN_FORCE unless the post is known to last as long.
absl::Status TakeFromPost(const Post& post, Delegation& delegation);

}  // namespace qingqu::identity
