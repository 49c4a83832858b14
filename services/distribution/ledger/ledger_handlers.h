#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"

namespace qingqu::distribution {

// One method for each unary rpc of LedgerService that does not post; see the proto for what they
// promise. What posts goes through the lane. Thread-safe.
class LedgerHandlers {
 public:
  // Both outlive the handlers.
  LedgerHandlers(db::ConnectionPool* pool, const Clock* clock) : pool_(pool), clock_(clock) {}

  // allocate_handlers.cc
  absl::StatusOr<v1::AllocateResponse> Allocate(const CallContext& call,
                                                const v1::AllocateRequest& request);

  // reservation_handlers.cc
  absl::StatusOr<v1::Reservation> GetReservation(const CallContext& call,
                                                 const v1::GetReservationRequest& request);
  absl::StatusOr<v1::ListReservationsResponse> ListReservations(
      const CallContext& call, const v1::ListReservationsRequest& request);

  // history_handlers.cc
  absl::StatusOr<v1::Movement> GetMovement(const CallContext& call,
                                           const v1::GetMovementRequest& request);
  absl::StatusOr<v1::ExplainBalanceResponse> ExplainBalance(
      const CallContext& call, const v1::ExplainBalanceRequest& request);

  // lot_handlers.cc
  absl::StatusOr<v1::Lot> GetLot(const CallContext& call, const v1::GetLotRequest& request);
  absl::StatusOr<v1::Lot> CorrectLot(const CallContext& call, const v1::CorrectLotRequest& request);

  // period_handlers.cc
  absl::StatusOr<v1::Period> ClosePeriod(const CallContext& call,
                                         const v1::ClosePeriodRequest& request);
  absl::StatusOr<v1::ListPeriodsResponse> ListPeriods(const CallContext& call,
                                                      const v1::ListPeriodsRequest& request);
  absl::StatusOr<v1::ListPeriodBalancesResponse> ListPeriodBalances(
      const CallContext& call, const v1::ListPeriodBalancesRequest& request);

 private:
  db::ConnectionPool* const pool_;
  const Clock* const clock_;
};

}  // namespace qingqu::distribution
