#include "services/supervision/supervision_service.h"

#include <memory>
#include <utility>

#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/supervision/v1/supervision_service.grpc.pb.h"
#include "services/supervision/queries.h"
#include "services/supervision/supervision_handlers.h"

namespace qingqu::supervision {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class SupervisionService final : public v1::SupervisionService::CallbackService {
 public:
  SupervisionService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  void Drain() { runner_->Drain(); }

  ServerUnaryReactor* TraceLot(CallbackServerContext* context, const v1::TraceLotRequest* request,
                               v1::TraceLotResponse* response) override {
    return rpc::RunUnary(*runner_, "TraceLot", context, request, response, handlers_,
                         &SupervisionHandlers::TraceLot);
  }
  ServerUnaryReactor* ListEntries(CallbackServerContext* context,
                                  const v1::ListEntriesRequest* request,
                                  v1::ListEntriesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListEntries", context, request, response, handlers_,
                         &SupervisionHandlers::ListEntries);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  SupervisionHandlers handlers_;
};

class HostedSupervision final : public rpc::HostedService {
 public:
  HostedSupervision(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : service_(std::move(runner), pool) {}

  grpc::Service& grpc_service() override { return service_; }
  void Stop() override { service_.Drain(); }

 private:
  SupervisionService service_;
};

absl::StatusOr<std::unique_ptr<rpc::HostedService>> CreateHosted(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner, rpc::CreateRunner(dependencies, *v1::Entry::descriptor()->file()->service(0)));
  return std::make_unique<HostedSupervision>(std::move(runner), dependencies.pool);
}

}  // namespace

rpc::ServiceSpec SupervisionSpec() {
  return {.area = "supervision",
          .grpc_name = v1::SupervisionService::service_full_name(),
          .queries = queries::kAllQueries,
          .create = CreateHosted};
}

}  // namespace qingqu::supervision
