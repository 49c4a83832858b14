#include "services/catalog/errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

}  // namespace

absl::Status SupplierNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "SUPPLIER_NOT_FOUND",
                   fmt::format("there is no supplier {}", name), ResourceMetadata(name));
}

absl::Status SupplierExists(std::string_view name) {
  return MakeError(
      StatusCode::kAlreadyExists, "SUPPLIER_EXISTS",
      fmt::format("{}, or another supplier with its credit code, is there already", name),
      ResourceMetadata(name));
}

absl::Status SupplierNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "SUPPLIER_NOT_PROPOSED",
                   fmt::format("{} does not wait for an approval", name), ResourceMetadata(name));
}

absl::Status SupplierNotApproved(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "SUPPLIER_NOT_APPROVED",
                   fmt::format("{} is not approved, so it cannot be suspended", name),
                   ResourceMetadata(name));
}

absl::Status SupplierNotSuspended(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "SUPPLIER_NOT_SUSPENDED",
                   fmt::format("{} is not suspended, so it cannot be reinstated", name),
                   ResourceMetadata(name));
}

absl::Status LicenceExpired(std::string_view name, CivilDate expire_date) {
  return MakeError(StatusCode::kFailedPrecondition, "LICENCE_EXPIRED",
                   fmt::format("the licence of {} held until {}; have the new one approved first "
                               "(SubmitQualification)",
                               name, expire_date.ToString()),
                   ResourceMetadata(name));
}

absl::Status ItemNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "ITEM_NOT_FOUND",
                   fmt::format("there is no item {}", name), ResourceMetadata(name));
}

absl::Status ItemExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "ITEM_EXISTS",
                   fmt::format("{} is there already", name), ResourceMetadata(name));
}

absl::Status ItemNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_NOT_PROPOSED",
                   fmt::format("{} does not wait for an approval", name), ResourceMetadata(name));
}

absl::Status ItemNotApproved(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_NOT_APPROVED",
                   fmt::format("{} is not approved, so it cannot be suspended", name),
                   ResourceMetadata(name));
}

absl::Status ItemNotSuspended(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_NOT_SUSPENDED",
                   fmt::format("{} is not suspended, so it cannot be reinstated", name),
                   ResourceMetadata(name));
}

absl::Status ItemNotDraft(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_NOT_DRAFT",
                   fmt::format("{} is no draft", name), ResourceMetadata(name));
}

absl::Status ItemInReview(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_IN_REVIEW",
                   fmt::format("{} waits for an approval; have it returned to change it", name),
                   ResourceMetadata(name));
}

absl::Status ItemWithdrawn(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_WITHDRAWN",
                   fmt::format("{} left the catalogue for good", name), ResourceMetadata(name));
}

absl::Status RegistrationExpired(std::string_view name, CivilDate expire_date) {
  return MakeError(
      StatusCode::kFailedPrecondition, "REGISTRATION_EXPIRED",
      fmt::format("the registration of {} held until {}; record its renewal, or change "
                  "the item to a registration in force",
                  name, expire_date.ToString()),
      ResourceMetadata(name));
}

absl::Status DeviceIdentifierTaken(std::string_view device_identifier, std::string_view item_name) {
  return MakeError(
      StatusCode::kAlreadyExists, "DEVICE_IDENTIFIER_TAKEN",
      fmt::format("the device identifier {} belongs to {}", device_identifier, item_name),
      {{"device_identifier", std::string(device_identifier)}, {"item", std::string(item_name)}});
}

absl::Status DeviceIdentifierUnknown(std::string_view device_identifier) {
  return MakeError(StatusCode::kNotFound, "DEVICE_IDENTIFIER_UNKNOWN",
                   fmt::format("no item carries the device identifier {}", device_identifier),
                   {{"device_identifier", std::string(device_identifier)}});
}

absl::Status SearchNotReady() {
  return WithRetryDelay(MakeError(StatusCode::kUnavailable, "SEARCH_NOT_READY",
                                  "the items are being read; try again in a moment"),
                        absl::Seconds(1));
}

absl::Status ClassNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "CLASS_NOT_FOUND",
                   fmt::format("there is no class {}", name), ResourceMetadata(name));
}

absl::Status ReinstatementAlreadyProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REINSTATEMENT_ALREADY_PROPOSED",
                   fmt::format("that {} come back waits for another person's decision", name),
                   ResourceMetadata(name));
}

absl::Status ReinstatementNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "REINSTATEMENT_NOT_PROPOSED",
                   fmt::format("nobody has asked that {} come back; propose it first", name),
                   ResourceMetadata(name));
}

absl::Status SamePerson(std::string_view name) {
  return MakeError(StatusCode::kPermissionDenied, "SAME_PERSON",
                   fmt::format("you proposed {}; another person must approve it", name),
                   ResourceMetadata(name));
}

absl::Status EtagMismatch(std::string_view name, std::string_view present_etag) {
  return MakeError(StatusCode::kAborted, "ETAG_MISMATCH",
                   fmt::format("{} was changed since you read it; read it again", name),
                   {{"resource", std::string(name)}, {"etag", std::string(present_etag)}});
}

}  // namespace qingqu::catalog
