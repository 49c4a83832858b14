#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/application_service.pb.h"

namespace qingqu::catalog {

// The rpcs of ApplicationService; their contract is in the proto. Thread-safe. `pool` outlives it.
class ApplicationHandlers {
 public:
  explicit ApplicationHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Application> SubmitApplication(const CallContext& call,
                                                    const v1::SubmitApplicationRequest& request);
  absl::StatusOr<v1::Application> ResubmitApplication(
      const CallContext& call, const v1::ResubmitApplicationRequest& request);
  absl::StatusOr<v1::Application> WithdrawApplication(
      const CallContext& call, const v1::WithdrawApplicationRequest& request);
  absl::StatusOr<v1::Application> ReviewForDepartment(
      const CallContext& call, const v1::ReviewForDepartmentRequest& request);
  absl::StatusOr<v1::Application> ReviewForPharmacy(const CallContext& call,
                                                    const v1::ReviewForPharmacyRequest& request);
  absl::StatusOr<v1::Application> ReviewForInfectionControl(
      const CallContext& call, const v1::ReviewForInfectionControlRequest& request);
  absl::StatusOr<v1::Application> ReviewForAlliance(const CallContext& call,
                                                    const v1::ReviewForAllianceRequest& request);
  absl::StatusOr<v1::Application> GetApplication(const CallContext& call,
                                                 const v1::GetApplicationRequest& request);
  absl::StatusOr<v1::ListApplicationsResponse> ListApplications(
      const CallContext& call, const v1::ListApplicationsRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
