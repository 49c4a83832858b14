#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/identity/organisation_store.h"
#include "services/identity/post.h"

namespace qingqu::identity {

// The lock behind which posts and roles change, so that nobody comes to hold both sides of a
// separation. To be taken before anything else.
void LockGrants(pqxx::transaction_base& tx);

// Fills in the alliance of the post's institution, and says what is missing: NOT_FOUND
// INSTITUTION_NOT_FOUND, ALLIANCE_NOT_FOUND, DEPARTMENT_NOT_FOUND; FAILED_PRECONDITION UNIT_CLOSED,
// SUPPLIER_NOT_USABLE. `prefix` is that of the fields.
absl::Status PlacePost(pqxx::transaction_base& tx, std::string_view prefix, Post& post);

void InsertPost(pqxx::transaction_base& tx, const Post& post);
std::optional<Post> ReadPost(pqxx::transaction_base& tx, const std::string& post_id);
// The same, and no other transaction changes the post until this one ends.
std::optional<Post> LockPost(pqxx::transaction_base& tx, const std::string& post_id);
// Those that are not over at `now`, in the order of their beginning.
std::vector<Post> PostsOfUser(pqxx::transaction_base& tx, const std::string& user_id,
                              absl::Time now);

// What a list of posts is about; empty ids for any.
struct PostFilter {
  std::string user_id;
  std::string institution_id;
  std::string alliance_id;  // as a whole
  std::string supplier_id;
  std::string department_id;
};
std::vector<Post> ListPosts(pqxx::transaction_base& tx, const PageOf& page,
                            const PostFilter& filter);

void EndPost(pqxx::transaction_base& tx, const std::string& post_id, absl::Time ends_at);
void EndPostsOfUser(pqxx::transaction_base& tx, const std::string& user_id, absl::Time ends_at);

// OK when this person, or with "" everybody, keeps apart what is separate. FAILED_PRECONDITION
// SEPARATION_OF_DUTIES.
absl::Status CheckSeparation(pqxx::transaction_base& tx, const std::string& user_id);

}  // namespace qingqu::identity
