#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"

namespace qingqu::catalog {

// What the calls on organisations and their documents fail with, besides field violations and what
// services/catalog/errors.h has for all of the catalogue. `name` is a resource name.

absl::Status OrganisationNotFound(std::string_view name);
absl::Status OrganisationExists(std::string_view name);
absl::Status OrganisationNotApproved(std::string_view name);
absl::Status OrganisationNotSuspended(std::string_view name);
absl::Status OrganisationBlacklisted(std::string_view name);

absl::Status QualificationNotFound(std::string_view name);
absl::Status QualificationSubmitted(std::string_view number);
absl::Status QualificationNotSubmitted(std::string_view name);
absl::Status QualificationNotApproved(std::string_view name);
absl::Status QualificationNotRenewable(std::string_view name);
absl::Status QualificationExpired(std::string_view name, CivilDate expire_date);
absl::Status AlreadyReviewed(std::string_view name);
// AUTHORISATION_NOT_COVERED or AUTHORISATION_EXCLUSIVE, as catalog.authorisation_refusal says.
absl::Status AuthorisationRefused(std::string_view reason, std::string_view name);
// SAME_PERSON, as services/catalog/errors.h has it, where three people are concerned.
absl::Status SamePersonInReview(std::string_view name);

}  // namespace qingqu::catalog
