#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/base/civil_date.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"
#include "services/catalog/organisations/organisation.h"

namespace qingqu::catalog {

v1::Organisation ToProto(const Organisation& organisation);
// With its state as on `day`.
v1::Qualification ToProto(const Qualification& qualification, CivilDate day);

// What `call` wants to create, normalised: the organisation, and its first business licence under
// the id of the request. INVALID_ARGUMENT with every violation.
struct NewOrganisation {
  Organisation organisation;
  Qualification licence;
};
absl::StatusOr<NewOrganisation> ReadNewOrganisation(const CallContext& call,
                                                    const v1::CreateOrganisationRequest& request);

// What `call` submits, normalised, under the id of the request. INVALID_ARGUMENT with every
// violation.
absl::StatusOr<Qualification> ReadQualification(const CallContext& call,
                                                const v1::Qualification& message);

// The name in the database, "" when unspecified. INVALID_ARGUMENT when it is no known value.
absl::StatusOr<std::string> KindFilter(v1::OrganisationKind kind);
absl::StatusOr<std::string> KindFilter(v1::QualificationKind kind);
absl::StatusOr<std::string> StateFilter(v1::OrganisationState state);
absl::StatusOr<std::string> StateFilter(v1::QualificationState state);

v1::QualificationKind KindToProto(QualificationKind kind);

}  // namespace qingqu::catalog
