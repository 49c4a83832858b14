#include "services/catalog/registrations/registration_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

}  // namespace

absl::Status RegistrationNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "REGISTRATION_NOT_FOUND",
                   fmt::format("there is no registration {}, or was none then", name),
                   ResourceMetadata(name));
}

absl::Status RegistrationExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "REGISTRATION_EXISTS",
                   fmt::format("{} is there already; record what changed", name),
                   ResourceMetadata(name));
}

absl::Status RegistrationNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_NOT_PROPOSED",
                   fmt::format("{} does not wait for an approval", name), ResourceMetadata(name));
}

absl::Status RegistrationNotValid(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_NOT_VALID",
                   fmt::format("{} does not stand, so it cannot be suspended", name),
                   ResourceMetadata(name));
}

absl::Status RegistrationNotSuspended(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_NOT_SUSPENDED",
                   fmt::format("{} is not suspended", name), ResourceMetadata(name));
}

absl::Status RegistrationCancelled(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_CANCELLED",
                   fmt::format("the authority cancelled {}, for good", name),
                   ResourceMetadata(name));
}

absl::Status RegistrationSuspended(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_SUSPENDED",
                   fmt::format("the authority suspended {}", name), ResourceMetadata(name));
}

absl::Status RegistrationNotApproved(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_NOT_APPROVED",
                   fmt::format("{} waits for an approval itself", name), ResourceMetadata(name));
}

absl::Status RegistrationNotYetValid(std::string_view name, CivilDate valid_from) {
  return MakeError(StatusCode::kFailedPrecondition, "REGISTRATION_NOT_YET_VALID",
                   fmt::format("{} holds from {}", name, valid_from.ToString()),
                   ResourceMetadata(name));
}

absl::Status ChangeNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "CHANGE_NOT_FOUND",
                   fmt::format("there is no change {}", name), ResourceMetadata(name));
}

absl::Status ChangeAlreadyOpen(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "CHANGE_ALREADY_OPEN",
                   fmt::format("a change of {} waits for another person's decision", name),
                   ResourceMetadata(name));
}

absl::Status ChangeDecided(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "CHANGE_DECIDED",
                   fmt::format("the change of {} was decided already", name),
                   ResourceMetadata(name));
}

absl::Status NotTheAuthor(std::string_view name) {
  return MakeError(StatusCode::kPermissionDenied, "NOT_THE_AUTHOR",
                   fmt::format("only who wrote {} changes it before it is approved", name),
                   ResourceMetadata(name));
}

}  // namespace qingqu::catalog
