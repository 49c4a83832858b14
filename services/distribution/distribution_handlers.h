#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"

namespace qingqu::distribution {

// One method for each rpc of DistributionService; see the proto for what they promise. Thread-safe.
class DistributionHandlers {
 public:
  // `pool` outlives the handlers.
  explicit DistributionHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  // location_handlers.cc
  absl::StatusOr<v1::Location> CreateLocation(const CallContext& call,
                                              const v1::CreateLocationRequest& request);
  absl::StatusOr<v1::Location> UpdateLocation(const CallContext& call,
                                              const v1::UpdateLocationRequest& request);
  absl::StatusOr<v1::Location> CloseLocation(const CallContext& call,
                                             const v1::CloseLocationRequest& request);
  absl::StatusOr<v1::ListLocationsResponse> ListLocations(const CallContext& call,
                                                          const v1::ListLocationsRequest& request);

  // receipt_handlers.cc
  absl::StatusOr<v1::Receipt> CreateReceipt(const CallContext& call,
                                            const v1::CreateReceiptRequest& request);
  absl::StatusOr<v1::Receipt> GetReceipt(const CallContext& call,
                                         const v1::GetReceiptRequest& request);

  // transfer_handlers.cc
  absl::StatusOr<v1::Transfer> CreateTransfer(const CallContext& call,
                                              const v1::CreateTransferRequest& request);
  absl::StatusOr<v1::Transfer> ReceiveTransfer(const CallContext& call,
                                               const v1::ReceiveTransferRequest& request);
  absl::StatusOr<v1::Transfer> GetTransfer(const CallContext& call,
                                           const v1::GetTransferRequest& request);
  absl::StatusOr<v1::ListTransfersResponse> ListTransfers(const CallContext& call,
                                                          const v1::ListTransfersRequest& request);

  // consumption_handlers.cc
  absl::StatusOr<v1::ConsumeStockResponse> ConsumeStock(const CallContext& call,
                                                        const v1::ConsumeStockRequest& request);

  // stock_handlers.cc
  absl::StatusOr<v1::ListBalancesResponse> ListBalances(const CallContext& call,
                                                        const v1::ListBalancesRequest& request);
  absl::StatusOr<v1::ListMovementsResponse> ListMovements(const CallContext& call,
                                                          const v1::ListMovementsRequest& request);
  absl::StatusOr<v1::CheckLedgerResponse> CheckLedger(const CallContext& call,
                                                      const v1::CheckLedgerRequest& request);

 private:
  db::ConnectionPool* const pool_;
};

}  // namespace qingqu::distribution
