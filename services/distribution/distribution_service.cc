#include "services/distribution/distribution_service.h"

#include <memory>
#include <utility>

#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/distribution/v1/distribution_service.grpc.pb.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/ledger/ledger_service.h"
#include "services/distribution/ledger/upkeep.h"
#include "services/distribution/ledger/watch.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using Handlers = DistributionHandlers;

class DistributionService final : public v1::DistributionService::CallbackService {
 public:
  DistributionService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  void Drain() { runner_->Drain(); }

  ServerUnaryReactor* CreateLocation(CallbackServerContext* context,
                                     const v1::CreateLocationRequest* request,
                                     v1::Location* response) override {
    return rpc::RunUnary(*runner_, "CreateLocation", context, request, response, handlers_,
                         &Handlers::CreateLocation);
  }
  ServerUnaryReactor* UpdateLocation(CallbackServerContext* context,
                                     const v1::UpdateLocationRequest* request,
                                     v1::Location* response) override {
    return rpc::RunUnary(*runner_, "UpdateLocation", context, request, response, handlers_,
                         &Handlers::UpdateLocation);
  }
  ServerUnaryReactor* CloseLocation(CallbackServerContext* context,
                                    const v1::CloseLocationRequest* request,
                                    v1::Location* response) override {
    return rpc::RunUnary(*runner_, "CloseLocation", context, request, response, handlers_,
                         &Handlers::CloseLocation);
  }
  ServerUnaryReactor* ListLocations(CallbackServerContext* context,
                                    const v1::ListLocationsRequest* request,
                                    v1::ListLocationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListLocations", context, request, response, handlers_,
                         &Handlers::ListLocations);
  }
  ServerUnaryReactor* CreateReceipt(CallbackServerContext* context,
                                    const v1::CreateReceiptRequest* request,
                                    v1::Receipt* response) override {
    return rpc::RunUnary(*runner_, "CreateReceipt", context, request, response, handlers_,
                         &Handlers::CreateReceipt);
  }
  ServerUnaryReactor* GetReceipt(CallbackServerContext* context,
                                 const v1::GetReceiptRequest* request,
                                 v1::Receipt* response) override {
    return rpc::RunUnary(*runner_, "GetReceipt", context, request, response, handlers_,
                         &Handlers::GetReceipt);
  }
  ServerUnaryReactor* CreateTransfer(CallbackServerContext* context,
                                     const v1::CreateTransferRequest* request,
                                     v1::Transfer* response) override {
    return rpc::RunUnary(*runner_, "CreateTransfer", context, request, response, handlers_,
                         &Handlers::CreateTransfer);
  }
  ServerUnaryReactor* ReceiveTransfer(CallbackServerContext* context,
                                      const v1::ReceiveTransferRequest* request,
                                      v1::Transfer* response) override {
    return rpc::RunUnary(*runner_, "ReceiveTransfer", context, request, response, handlers_,
                         &Handlers::ReceiveTransfer);
  }
  ServerUnaryReactor* GetTransfer(CallbackServerContext* context,
                                  const v1::GetTransferRequest* request,
                                  v1::Transfer* response) override {
    return rpc::RunUnary(*runner_, "GetTransfer", context, request, response, handlers_,
                         &Handlers::GetTransfer);
  }
  ServerUnaryReactor* ListTransfers(CallbackServerContext* context,
                                    const v1::ListTransfersRequest* request,
                                    v1::ListTransfersResponse* response) override {
    return rpc::RunUnary(*runner_, "ListTransfers", context, request, response, handlers_,
                         &Handlers::ListTransfers);
  }
  ServerUnaryReactor* ConsumeStock(CallbackServerContext* context,
                                   const v1::ConsumeStockRequest* request,
                                   v1::ConsumeStockResponse* response) override {
    return rpc::RunUnary(*runner_, "ConsumeStock", context, request, response, handlers_,
                         &Handlers::ConsumeStock);
  }
  ServerUnaryReactor* ListBalances(CallbackServerContext* context,
                                   const v1::ListBalancesRequest* request,
                                   v1::ListBalancesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListBalances", context, request, response, handlers_,
                         &Handlers::ListBalances);
  }
  ServerUnaryReactor* ListMovements(CallbackServerContext* context,
                                    const v1::ListMovementsRequest* request,
                                    v1::ListMovementsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListMovements", context, request, response, handlers_,
                         &Handlers::ListMovements);
  }
  ServerUnaryReactor* CheckLedger(CallbackServerContext* context,
                                  const v1::CheckLedgerRequest* request,
                                  v1::CheckLedgerResponse* response) override {
    return rpc::RunUnary(*runner_, "CheckLedger", context, request, response, handlers_,
                         &Handlers::CheckLedger);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  DistributionHandlers handlers_;
};

class HostedDistribution final : public rpc::HostedService {
 public:
  HostedDistribution(std::unique_ptr<rpc::CallRunner> runner,
                     std::unique_ptr<rpc::CallRunner> ledger_runner,
                     const rpc::ServiceDependencies& dependencies)
      : service_(std::move(runner), dependencies.pool),
        ledger_(MakeLedgerFace(std::move(ledger_runner), dependencies.pool, dependencies.clock)),
        upkeep_(dependencies.pool, dependencies.clock, &ledger_->lane(), dependencies.metrics, {}),
        watch_pool_({.conninfo = dependencies.pool->conninfo(),
                     .connections_max = 1,
                     .queries = {queries::kAllQueries.begin(), queries::kAllQueries.end()}}),
        watch_(&watch_pool_, dependencies.clock, dependencies.metrics, {}) {}

  grpc::Service& grpc_service() override { return service_; }
  std::vector<grpc::Service*> grpc_services() override {
    return {&service_, &ledger_->grpc_service()};
  }
  void Start() override {
    upkeep_.Start();
    watch_.Start();
  }
  void Stop() override {
    watch_.Stop();
    upkeep_.Stop();
    service_.Drain();
    ledger_->Drain();
  }

 private:
  DistributionService service_;
  const std::unique_ptr<LedgerFace> ledger_;
  Upkeep upkeep_;
  // Its own connection: a round may take minutes.
  db::ConnectionPool watch_pool_;
  LedgerWatch watch_;
};

absl::StatusOr<std::unique_ptr<rpc::HostedService>> CreateHosted(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner, rpc::CreateRunner(dependencies, *v1::Receipt::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(
      auto ledger_runner,
      rpc::CreateRunner(dependencies, *v1::PostMovementRequest::descriptor()->file()->service(0)));
  return std::make_unique<HostedDistribution>(std::move(runner), std::move(ledger_runner),
                                              dependencies);
}

}  // namespace

rpc::ServiceSpec DistributionSpec() {
  return {.area = "distribution",
          .grpc_name = v1::DistributionService::service_full_name(),
          .more_grpc_names = {"qingqu.distribution.v1.LedgerService"},
          .queries = queries::kAllQueries,
          .create = CreateHosted};
}

}  // namespace qingqu::distribution
