#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"

namespace qingqu::procurement {

// What each rpc does; the proto says what it fails with. Thread-safe.
class ProcurementHandlers {
 public:
  // `pool` outlives the handlers.
  explicit ProcurementHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Agreement> CreateAgreement(const CallContext& call,
                                                const v1::CreateAgreementRequest& request);
  absl::StatusOr<v1::Agreement> ApproveAgreement(const CallContext& call,
                                                 const v1::ApproveAgreementRequest& request);
  absl::StatusOr<v1::Agreement> GetAgreement(const CallContext& call,
                                             const v1::GetAgreementRequest& request);
  absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(
      const CallContext& call, const v1::ListAgreementsRequest& request);

  absl::StatusOr<v1::Requisition> CreateRequisition(const CallContext& call,
                                                    const v1::CreateRequisitionRequest& request);
  absl::StatusOr<v1::Requisition> ApproveRequisition(const CallContext& call,
                                                     const v1::ApproveRequisitionRequest& request);
  absl::StatusOr<v1::Requisition> RejectRequisition(const CallContext& call,
                                                    const v1::RejectRequisitionRequest& request);
  absl::StatusOr<v1::Requisition> GetRequisition(const CallContext& call,
                                                 const v1::GetRequisitionRequest& request);
  absl::StatusOr<v1::ListRequisitionsResponse> ListRequisitions(
      const CallContext& call, const v1::ListRequisitionsRequest& request);

  absl::StatusOr<v1::Order> CreateOrder(const CallContext& call,
                                        const v1::CreateOrderRequest& request);
  absl::StatusOr<v1::Order> RespondToOrder(const CallContext& call,
                                           const v1::RespondToOrderRequest& request);
  absl::StatusOr<v1::Order> GetOrder(const CallContext& call, const v1::GetOrderRequest& request);
  absl::StatusOr<v1::ListOrdersResponse> ListOrders(const CallContext& call,
                                                    const v1::ListOrdersRequest& request);

  absl::StatusOr<v1::Despatch> CreateDespatch(const CallContext& call,
                                              const v1::CreateDespatchRequest& request);
  absl::StatusOr<v1::Despatch> WithdrawDespatch(const CallContext& call,
                                                const v1::WithdrawDespatchRequest& request);
  absl::StatusOr<v1::Despatch> GetDespatch(const CallContext& call,
                                           const v1::GetDespatchRequest& request);
  absl::StatusOr<v1::ListDespatchesResponse> ListDespatches(
      const CallContext& call, const v1::ListDespatchesRequest& request);

  absl::StatusOr<v1::HistoryImport> CreateHistoryImport(
      const CallContext& call, const v1::CreateHistoryImportRequest& request);
  absl::StatusOr<v1::AppendHistoryRowsResponse> AppendHistoryRows(
      const CallContext& call, const v1::AppendHistoryRowsRequest& request);
  absl::StatusOr<v1::HistoryImport> FinishHistoryImport(
      const CallContext& call, const v1::FinishHistoryImportRequest& request);
  absl::StatusOr<v1::ListHistorySummariesResponse> ListHistorySummaries(
      const CallContext& call, const v1::ListHistorySummariesRequest& request);
  absl::StatusOr<v1::ListVendorPerformancesResponse> ListVendorPerformances(
      const CallContext& call, const v1::ListVendorPerformancesRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::procurement
