#include "services/catalog/organisations/organisation_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

}  // namespace

absl::Status OrganisationNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "ORGANISATION_NOT_FOUND",
                   fmt::format("there is no organisation {}", name), ResourceMetadata(name));
}

absl::Status OrganisationExists(std::string_view name) {
  return MakeError(
      StatusCode::kAlreadyExists, "ORGANISATION_EXISTS",
      fmt::format("{}, or another organisation with its credit code, is there already", name),
      ResourceMetadata(name));
}

absl::Status OrganisationNotApproved(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ORGANISATION_NOT_APPROVED",
                   fmt::format("{} is not in good standing, so it cannot be suspended", name),
                   ResourceMetadata(name));
}

absl::Status OrganisationNotSuspended(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ORGANISATION_NOT_SUSPENDED",
                   fmt::format("{} is neither suspended nor blacklisted", name),
                   ResourceMetadata(name));
}

absl::Status OrganisationBlacklisted(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ORGANISATION_BLACKLISTED",
                   fmt::format("{} is on the blacklist already", name), ResourceMetadata(name));
}

absl::Status QualificationNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "QUALIFICATION_NOT_FOUND",
                   fmt::format("there is no document {}", name), ResourceMetadata(name));
}

absl::Status QualificationSubmitted(std::string_view number) {
  return MakeError(StatusCode::kAlreadyExists, "QUALIFICATION_SUBMITTED",
                   fmt::format("a document like '{}' waits for its review already; withdraw it "
                               "first, or wait",
                               number));
}

absl::Status QualificationNotSubmitted(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "QUALIFICATION_NOT_SUBMITTED",
                   fmt::format("{} does not wait for a review", name), ResourceMetadata(name));
}

absl::Status QualificationNotApproved(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "QUALIFICATION_NOT_APPROVED",
                   fmt::format("{} is not approved, so it cannot be suspended", name),
                   ResourceMetadata(name));
}

absl::Status QualificationNotRenewable(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "QUALIFICATION_NOT_RENEWABLE",
                   fmt::format("{} was never approved, or has a renewal already; submit a document "
                               "of its own, or renew the latest",
                               name),
                   ResourceMetadata(name));
}

absl::Status QualificationExpired(std::string_view name, CivilDate expire_date) {
  return MakeError(StatusCode::kFailedPrecondition, "QUALIFICATION_EXPIRED",
                   fmt::format("{} held until {}; reject it", name, expire_date.ToString()),
                   ResourceMetadata(name));
}

absl::Status AlreadyReviewed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ALREADY_REVIEWED",
                   fmt::format("somebody of your office reviewed {} already", name),
                   ResourceMetadata(name));
}

absl::Status AuthorisationRefused(std::string_view reason, std::string_view name) {
  const std::string_view why =
      reason == "AUTHORISATION_EXCLUSIVE"
          ? "somebody else was authorised for some of it in that time, one of both exclusively"
          : "who gave it is not the manufacturer of all that it names and holds no authorisation "
            "in "
            "force that covers it in what and when, or is not admitted";
  return MakeError(StatusCode::kFailedPrecondition, reason, fmt::format("{}: {}", name, why),
                   ResourceMetadata(name));
}

absl::Status SamePersonInReview(std::string_view name) {
  return MakeError(StatusCode::kPermissionDenied, "SAME_PERSON",
                   fmt::format("you had a hand in {} already; another person must review it", name),
                   ResourceMetadata(name));
}

}  // namespace qingqu::catalog
