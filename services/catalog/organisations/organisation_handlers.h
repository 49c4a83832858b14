#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"

namespace qingqu::catalog {

// The rpcs on organisations and on what is demanded of them; their contract is in the proto.
// Thread-safe. `pool` outlives it.
class OrganisationHandlers {
 public:
  explicit OrganisationHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Organisation> CreateOrganisation(const CallContext& call,
                                                      const v1::CreateOrganisationRequest& request);
  absl::StatusOr<v1::Organisation> GetOrganisation(const CallContext& call,
                                                   const v1::GetOrganisationRequest& request);
  absl::StatusOr<v1::BatchGetOrganisationsResponse> BatchGetOrganisations(
      const CallContext& call, const v1::BatchGetOrganisationsRequest& request);
  absl::StatusOr<v1::ListOrganisationsResponse> ListOrganisations(
      const CallContext& call, const v1::ListOrganisationsRequest& request);
  absl::StatusOr<v1::Organisation> SuspendOrganisation(
      const CallContext& call, const v1::SuspendOrganisationRequest& request);
  absl::StatusOr<v1::Organisation> BlacklistOrganisation(
      const CallContext& call, const v1::BlacklistOrganisationRequest& request);
  absl::StatusOr<v1::Organisation> ProposeOrganisationReinstatement(
      const CallContext& call, const v1::ProposeOrganisationReinstatementRequest& request);
  absl::StatusOr<v1::Organisation> ReinstateOrganisation(
      const CallContext& call, const v1::ReinstateOrganisationRequest& request);
  absl::StatusOr<v1::QualificationPolicy> GetQualificationPolicy(
      const CallContext& call, const v1::GetQualificationPolicyRequest& request);
  absl::StatusOr<v1::QualificationPolicy> UpdateQualificationPolicy(
      const CallContext& call, const v1::UpdateQualificationPolicyRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
