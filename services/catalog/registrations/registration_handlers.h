#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/registration_service.pb.h"

namespace qingqu::catalog {

// The rpcs on registrations; their contract is in the proto. Thread-safe. `pool` outlives it.
class RegistrationHandlers {
 public:
  explicit RegistrationHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Registration> CreateRegistration(const CallContext& call,
                                                      const v1::CreateRegistrationRequest& request);
  absl::StatusOr<v1::Registration> RecordRegistrationChange(
      const CallContext& call, const v1::RecordRegistrationChangeRequest& request);
  absl::StatusOr<v1::Registration> ApproveRegistration(
      const CallContext& call, const v1::ApproveRegistrationRequest& request);
  absl::StatusOr<v1::Registration> RejectRegistrationChange(
      const CallContext& call, const v1::RejectRegistrationChangeRequest& request);
  absl::StatusOr<v1::Registration> SuspendRegistration(
      const CallContext& call, const v1::SuspendRegistrationRequest& request);
  absl::StatusOr<v1::Registration> CancelRegistration(const CallContext& call,
                                                      const v1::CancelRegistrationRequest& request);
  absl::StatusOr<v1::Registration> ProposeRegistrationResumption(
      const CallContext& call, const v1::ProposeRegistrationResumptionRequest& request);

  absl::StatusOr<v1::Registration> GetRegistration(const CallContext& call,
                                                   const v1::GetRegistrationRequest& request);
  absl::StatusOr<v1::ListRegistrationsResponse> ListRegistrations(
      const CallContext& call, const v1::ListRegistrationsRequest& request);
  absl::StatusOr<v1::ListRegistrationVersionsResponse> ListRegistrationVersions(
      const CallContext& call, const v1::ListRegistrationVersionsRequest& request);
  absl::StatusOr<v1::ParseRegistrationNumbersResponse> ParseRegistrationNumbers(
      const CallContext& call, const v1::ParseRegistrationNumbersRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
