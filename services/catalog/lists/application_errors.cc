#include "services/catalog/lists/application_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

}  // namespace

absl::Status ApplicationNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "APPLICATION_NOT_FOUND",
                   fmt::format("there is no application {}", name), ResourceMetadata(name));
}

absl::Status ApplicationExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "APPLICATION_EXISTS",
                   fmt::format("{} is there already", name), ResourceMetadata(name));
}

absl::Status ApplicationPending(std::string_view item) {
  return MakeError(StatusCode::kAlreadyExists, "APPLICATION_PENDING",
                   fmt::format("the department has applied for {} already", item),
                   ResourceMetadata(item));
}

absl::Status ApplicationNotInReview(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "APPLICATION_NOT_IN_REVIEW",
                   fmt::format("{} does not wait for a decision", name), ResourceMetadata(name));
}

absl::Status ApplicationAtOtherStep(std::string_view name, std::string_view step) {
  return MakeError(StatusCode::kFailedPrecondition, "APPLICATION_AT_OTHER_STEP",
                   fmt::format("{} waits for {}", name, step),
                   {{"resource", std::string(name)}, {"step", std::string(step)}});
}

absl::Status ApplicationNotEnded(std::string_view name) {
  return MakeError(
      StatusCode::kFailedPrecondition, "APPLICATION_NOT_ENDED",
      fmt::format("{} was neither refused nor withdrawn, so it cannot be made again", name),
      ResourceMetadata(name));
}

absl::Status NotApplicant(std::string_view name) {
  return MakeError(StatusCode::kPermissionDenied, "NOT_APPLICANT",
                   fmt::format("somebody else made {}, who alone takes it back", name),
                   ResourceMetadata(name));
}

absl::Status HadAHandInApplication(std::string_view name) {
  return MakeError(
      StatusCode::kPermissionDenied, "SAME_PERSON",
      fmt::format("you, or for whom you stand in, had a hand in {}; another person must decide",
                  name),
      ResourceMetadata(name));
}

absl::Status ItemAlreadyListed(std::string_view item, std::string_view list) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_ALREADY_LISTED",
                   fmt::format("{} is on {} already; refuse the application", item, list),
                   {{"resource", std::string(item)}, {"list", std::string(list)}});
}

}  // namespace qingqu::catalog
