#pragma once

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
  PostHandlers(db::ConnectionPool* pool, const Clock* clock) : pool_(pool), clock_(clock) {}

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
};

}  // namespace qingqu::identity
