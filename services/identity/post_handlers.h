#pragma once

#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "qingqu/identity/v1/post_service.pb.h"

namespace qingqu::identity {

// One method for each rpc of PostService; see the proto for what they promise. Thread-safe.
class PostHandlers {
 public:
  // `pool` and `clock` outlive the handlers.
  // `second_factor_roles` as in HandlerDependencies.
  PostHandlers(db::ConnectionPool* pool, const Clock* clock,
               std::set<std::string> second_factor_roles = {})
      : pool_(pool), clock_(clock), second_factor_roles_(std::move(second_factor_roles)) {}

  absl::StatusOr<v1::Post> CreatePost(const CallContext& call,
                                      const v1::CreatePostRequest& request);
  absl::StatusOr<v1::Post> EndPost(const CallContext& call, const v1::EndPostRequest& request);
  absl::StatusOr<v1::Post> GetPost(const CallContext& call, const v1::GetPostRequest& request);
  absl::StatusOr<v1::ListPostsResponse> ListPosts(const CallContext& call,
                                                  const v1::ListPostsRequest& request);
  absl::StatusOr<v1::ListPostsResponse> ListOwnPosts(const CallContext& call,
                                                     const v1::ListOwnPostsRequest& request);

 private:
  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const std::set<std::string> second_factor_roles_;
};

}  // namespace qingqu::identity
