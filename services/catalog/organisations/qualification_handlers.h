#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"

namespace qingqu::catalog {

// The rpcs on documents; their contract is in the proto. Thread-safe. `pool` outlives it.
class QualificationHandlers {
 public:
  explicit QualificationHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Qualification> SubmitQualification(
      const CallContext& call, const v1::SubmitQualificationRequest& request);
  absl::StatusOr<v1::Qualification> WithdrawQualification(
      const CallContext& call, const v1::WithdrawQualificationRequest& request);
  absl::StatusOr<v1::Qualification> SuspendQualification(
      const CallContext& call, const v1::SuspendQualificationRequest& request);
  absl::StatusOr<v1::Qualification> GetQualification(const CallContext& call,
                                                     const v1::GetQualificationRequest& request);
  absl::StatusOr<v1::BatchGetQualificationsResponse> BatchGetQualifications(
      const CallContext& call, const v1::BatchGetQualificationsRequest& request);
  absl::StatusOr<v1::ListQualificationsResponse> ListQualifications(
      const CallContext& call, const v1::ListQualificationsRequest& request);

  // review_handlers.cc
  absl::StatusOr<v1::Qualification> ReviewAsEquipment(const CallContext& call,
                                                      const v1::ReviewAsEquipmentRequest& request);
  absl::StatusOr<v1::Qualification> ReviewAsInfectionControl(
      const CallContext& call, const v1::ReviewAsInfectionControlRequest& request);
  absl::StatusOr<v1::BatchReviewResponse> BatchReviewAsEquipment(
      const CallContext& call, const v1::BatchReviewAsEquipmentRequest& request);
  absl::StatusOr<v1::BatchReviewResponse> BatchReviewAsInfectionControl(
      const CallContext& call, const v1::BatchReviewAsInfectionControlRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
