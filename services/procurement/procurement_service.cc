#include "services/procurement/procurement_service.h"

#include <memory>
#include <utility>

#include "common/db/import_queries.h"
#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/procurement/v1/procurement_service.grpc.pb.h"
#include "services/procurement/order_progress.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/queries.h"

namespace qingqu::procurement {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class ProcurementService final : public v1::ProcurementService::CallbackService {
 public:
  ProcurementService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  void Drain() { runner_->Drain(); }

  ServerUnaryReactor* CreateAgreement(CallbackServerContext* context,
                                      const v1::CreateAgreementRequest* request,
                                      v1::Agreement* response) override {
    return rpc::RunUnary(*runner_, "CreateAgreement", context, request, response, handlers_,
                         &ProcurementHandlers::CreateAgreement);
  }
  ServerUnaryReactor* ApproveAgreement(CallbackServerContext* context,
                                       const v1::ApproveAgreementRequest* request,
                                       v1::Agreement* response) override {
    return rpc::RunUnary(*runner_, "ApproveAgreement", context, request, response, handlers_,
                         &ProcurementHandlers::ApproveAgreement);
  }
  ServerUnaryReactor* GetAgreement(CallbackServerContext* context,
                                   const v1::GetAgreementRequest* request,
                                   v1::Agreement* response) override {
    return rpc::RunUnary(*runner_, "GetAgreement", context, request, response, handlers_,
                         &ProcurementHandlers::GetAgreement);
  }
  ServerUnaryReactor* ListAgreements(CallbackServerContext* context,
                                     const v1::ListAgreementsRequest* request,
                                     v1::ListAgreementsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListAgreements", context, request, response, handlers_,
                         &ProcurementHandlers::ListAgreements);
  }
  ServerUnaryReactor* CreateRequisition(CallbackServerContext* context,
                                        const v1::CreateRequisitionRequest* request,
                                        v1::Requisition* response) override {
    return rpc::RunUnary(*runner_, "CreateRequisition", context, request, response, handlers_,
                         &ProcurementHandlers::CreateRequisition);
  }
  ServerUnaryReactor* ApproveRequisition(CallbackServerContext* context,
                                         const v1::ApproveRequisitionRequest* request,
                                         v1::Requisition* response) override {
    return rpc::RunUnary(*runner_, "ApproveRequisition", context, request, response, handlers_,
                         &ProcurementHandlers::ApproveRequisition);
  }
  ServerUnaryReactor* RejectRequisition(CallbackServerContext* context,
                                        const v1::RejectRequisitionRequest* request,
                                        v1::Requisition* response) override {
    return rpc::RunUnary(*runner_, "RejectRequisition", context, request, response, handlers_,
                         &ProcurementHandlers::RejectRequisition);
  }
  ServerUnaryReactor* GetRequisition(CallbackServerContext* context,
                                     const v1::GetRequisitionRequest* request,
                                     v1::Requisition* response) override {
    return rpc::RunUnary(*runner_, "GetRequisition", context, request, response, handlers_,
                         &ProcurementHandlers::GetRequisition);
  }
  ServerUnaryReactor* ListRequisitions(CallbackServerContext* context,
                                       const v1::ListRequisitionsRequest* request,
                                       v1::ListRequisitionsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListRequisitions", context, request, response, handlers_,
                         &ProcurementHandlers::ListRequisitions);
  }
  ServerUnaryReactor* CreateOrder(CallbackServerContext* context,
                                  const v1::CreateOrderRequest* request,
                                  v1::Order* response) override {
    return rpc::RunUnary(*runner_, "CreateOrder", context, request, response, handlers_,
                         &ProcurementHandlers::CreateOrder);
  }
  ServerUnaryReactor* RespondToOrder(CallbackServerContext* context,
                                     const v1::RespondToOrderRequest* request,
                                     v1::Order* response) override {
    return rpc::RunUnary(*runner_, "RespondToOrder", context, request, response, handlers_,
                         &ProcurementHandlers::RespondToOrder);
  }
  ServerUnaryReactor* GetOrder(CallbackServerContext* context, const v1::GetOrderRequest* request,
                               v1::Order* response) override {
    return rpc::RunUnary(*runner_, "GetOrder", context, request, response, handlers_,
                         &ProcurementHandlers::GetOrder);
  }
  ServerUnaryReactor* ListOrders(CallbackServerContext* context,
                                 const v1::ListOrdersRequest* request,
                                 v1::ListOrdersResponse* response) override {
    return rpc::RunUnary(*runner_, "ListOrders", context, request, response, handlers_,
                         &ProcurementHandlers::ListOrders);
  }
  ServerUnaryReactor* CreateDespatch(CallbackServerContext* context,
                                     const v1::CreateDespatchRequest* request,
                                     v1::Despatch* response) override {
    return rpc::RunUnary(*runner_, "CreateDespatch", context, request, response, handlers_,
                         &ProcurementHandlers::CreateDespatch);
  }
  ServerUnaryReactor* WithdrawDespatch(CallbackServerContext* context,
                                       const v1::WithdrawDespatchRequest* request,
                                       v1::Despatch* response) override {
    return rpc::RunUnary(*runner_, "WithdrawDespatch", context, request, response, handlers_,
                         &ProcurementHandlers::WithdrawDespatch);
  }
  ServerUnaryReactor* GetDespatch(CallbackServerContext* context,
                                  const v1::GetDespatchRequest* request,
                                  v1::Despatch* response) override {
    return rpc::RunUnary(*runner_, "GetDespatch", context, request, response, handlers_,
                         &ProcurementHandlers::GetDespatch);
  }
  ServerUnaryReactor* ListDespatches(CallbackServerContext* context,
                                     const v1::ListDespatchesRequest* request,
                                     v1::ListDespatchesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListDespatches", context, request, response, handlers_,
                         &ProcurementHandlers::ListDespatches);
  }
  ServerUnaryReactor* CreateHistoryImport(CallbackServerContext* context,
                                          const v1::CreateHistoryImportRequest* request,
                                          v1::HistoryImport* response) override {
    return rpc::RunUnary(*runner_, "CreateHistoryImport", context, request, response, handlers_,
                         &ProcurementHandlers::CreateHistoryImport);
  }
  ServerUnaryReactor* AppendHistoryRows(CallbackServerContext* context,
                                        const v1::AppendHistoryRowsRequest* request,
                                        v1::AppendHistoryRowsResponse* response) override {
    return rpc::RunUnary(*runner_, "AppendHistoryRows", context, request, response, handlers_,
                         &ProcurementHandlers::AppendHistoryRows);
  }
  ServerUnaryReactor* FinishHistoryImport(CallbackServerContext* context,
                                          const v1::FinishHistoryImportRequest* request,
                                          v1::HistoryImport* response) override {
    return rpc::RunUnary(*runner_, "FinishHistoryImport", context, request, response, handlers_,
                         &ProcurementHandlers::FinishHistoryImport);
  }
  ServerUnaryReactor* ListHistorySummaries(CallbackServerContext* context,
                                           const v1::ListHistorySummariesRequest* request,
                                           v1::ListHistorySummariesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListHistorySummaries", context, request, response, handlers_,
                         &ProcurementHandlers::ListHistorySummaries);
  }
  ServerUnaryReactor* ListVendorPerformances(
      CallbackServerContext* context, const v1::ListVendorPerformancesRequest* request,
      v1::ListVendorPerformancesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListVendorPerformances", context, request, response, handlers_,
                         &ProcurementHandlers::ListVendorPerformances);
  }

 private:
  std::unique_ptr<rpc::CallRunner> runner_;
  ProcurementHandlers handlers_;
};

class HostedProcurement final : public rpc::HostedService {
 public:
  HostedProcurement(std::unique_ptr<rpc::CallRunner> runner,
                    const rpc::ServiceDependencies& dependencies)
      : service_(std::move(runner), dependencies.pool),
        order_progress_(dependencies.pool, dependencies.metrics) {}

  grpc::Service& grpc_service() override { return service_; }
  void Start() override { order_progress_.Start(); }
  void Stop() override {
    order_progress_.Stop();
    service_.Drain();
  }

 private:
  ProcurementService service_;
  OrderProgress order_progress_;
};

absl::StatusOr<std::unique_ptr<rpc::HostedService>> Create(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner,
      rpc::CreateRunner(dependencies, *v1::CreateOrderRequest::descriptor()->file()->service(0)));
  return std::make_unique<HostedProcurement>(std::move(runner), dependencies);
}

constexpr auto kQueries = db::WithImportQueries(queries::kAllQueries);

}  // namespace

rpc::ServiceSpec ProcurementSpec() {
  return {.area = "procurement",
          .grpc_name = "qingqu.procurement.v1.ProcurementService",
          .queries = kQueries,
          .create = Create};
}

}  // namespace qingqu::procurement
