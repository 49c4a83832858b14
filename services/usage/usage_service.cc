#include "services/usage/usage_service.h"

#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/usage/v1/usage_service.grpc.pb.h"
#include "services/usage/queries.h"
#include "services/usage/usage_handlers.h"

namespace qingqu::usage {
namespace {

class Face final : public v1::UsageService::CallbackService {
 public:
  Face(rpc::CallRunner* runner, UsageHandlers* handlers) : runner_(runner), handlers_(handlers) {}

  grpc::ServerUnaryReactor* CreateUse(grpc::CallbackServerContext* context,
                                      const v1::CreateUseRequest* request,
                                      v1::Use* response) override {
    return rpc::RunUnary(*runner_, "CreateUse", context, request, response, *handlers_,
                         &UsageHandlers::CreateUse);
  }
  grpc::ServerUnaryReactor* GetUse(grpc::CallbackServerContext* context,
                                   const v1::GetUseRequest* request, v1::Use* response) override {
    return rpc::RunUnary(*runner_, "GetUse", context, request, response, *handlers_,
                         &UsageHandlers::GetUse);
  }
  grpc::ServerUnaryReactor* ListUses(grpc::CallbackServerContext* context,
                                     const v1::ListUsesRequest* request,
                                     v1::ListUsesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListUses", context, request, response, *handlers_,
                         &UsageHandlers::ListUses);
  }
  grpc::ServerUnaryReactor* ResolvePseudonym(grpc::CallbackServerContext* context,
                                             const v1::ResolvePseudonymRequest* request,
                                             v1::ResolvePseudonymResponse* response) override {
    return rpc::RunUnary(*runner_, "ResolvePseudonym", context, request, response, *handlers_,
                         &UsageHandlers::ResolvePseudonym);
  }

 private:
  rpc::CallRunner* runner_;
  UsageHandlers* handlers_;
};

class Hosted final : public rpc::HostedService {
 public:
  Hosted(const rpc::ServiceDependencies& dependencies, std::unique_ptr<auth::TokenSigner> signer,
         std::unique_ptr<rpc::CallRunner> runner)
      : stock_(dependencies.channel_to, dependencies.call_gate, std::move(signer)),
        posting_(dependencies.pool, &stock_),
        handlers_(dependencies.pool, &posting_, dependencies.pseudonyms),
        runner_(std::move(runner)),
        face_(runner_.get(), &handlers_) {}

  grpc::Service& grpc_service() override { return face_; }
  void Start() override { posting_.Start(); }
  void Stop() override {
    runner_->Drain();
    posting_.Stop();
  }

 private:
  GrpcStockClient stock_;
  Posting posting_;
  UsageHandlers handlers_;
  std::unique_ptr<rpc::CallRunner> runner_;
  Face face_;
};

absl::StatusOr<std::unique_ptr<rpc::HostedService>> Create(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto signer,
      auth::TokenSigner::LoadOrCreate(dependencies.keys_dir, "service-usage", dependencies.clock));
  QINGQU_ASSIGN_OR_RETURN(
      auto runner, rpc::CreateRunner(dependencies, *v1::Use::descriptor()->file()->service(0)));
  return std::make_unique<Hosted>(dependencies, std::move(signer), std::move(runner));
}

}  // namespace

rpc::ServiceSpec UsageSpec() {
  return {.area = "usage",
          .grpc_name = "qingqu.usage.v1.UsageService",
          .queries = queries::kAllQueries,
          .names_people = true,
          .create = Create};
}

}  // namespace qingqu::usage
