#include "services/identity/post_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/identity/v1/post_service.grpc.pb.h"
#include "services/identity/post_handlers.h"

namespace qingqu::identity {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class PostService final : public v1::PostService::CallbackService, public PostFace {
 public:
  PostService(std::unique_ptr<rpc::CallRunner> runner, const HandlerDependencies& dependencies)
      : runner_(std::move(runner)),
        handlers_(dependencies.pool, dependencies.clock, dependencies.second_factor_roles) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* CreatePost(CallbackServerContext* context,
                                 const v1::CreatePostRequest* request,
                                 v1::Post* response) override {
    return rpc::RunUnary(*runner_, "CreatePost", context, request, response, handlers_,
                         &PostHandlers::CreatePost);
  }
  ServerUnaryReactor* EndPost(CallbackServerContext* context, const v1::EndPostRequest* request,
                              v1::Post* response) override {
    return rpc::RunUnary(*runner_, "EndPost", context, request, response, handlers_,
                         &PostHandlers::EndPost);
  }
  ServerUnaryReactor* GetPost(CallbackServerContext* context, const v1::GetPostRequest* request,
                              v1::Post* response) override {
    return rpc::RunUnary(*runner_, "GetPost", context, request, response, handlers_,
                         &PostHandlers::GetPost);
  }
  ServerUnaryReactor* ListPosts(CallbackServerContext* context, const v1::ListPostsRequest* request,
                                v1::ListPostsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListPosts", context, request, response, handlers_,
                         &PostHandlers::ListPosts);
  }
  ServerUnaryReactor* ListOwnPosts(CallbackServerContext* context,
                                   const v1::ListOwnPostsRequest* request,
                                   v1::ListPostsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListOwnPosts", context, request, response, handlers_,
                         &PostHandlers::ListOwnPosts);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  PostHandlers handlers_;
};

}  // namespace

std::unique_ptr<PostFace> MakePostFace(std::unique_ptr<rpc::CallRunner> runner,
                                       const HandlerDependencies& dependencies) {
  return std::make_unique<PostService>(std::move(runner), dependencies);
}

}  // namespace qingqu::identity
