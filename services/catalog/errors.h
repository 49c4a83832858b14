#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"

namespace qingqu::catalog {

// Every error that the catalogue answers, besides field violations and those of imports
// (common/db/import_session.h). `name` is a resource name.

absl::Status SupplierNotFound(std::string_view name);
absl::Status SupplierExists(std::string_view name);
absl::Status SupplierNotProposed(std::string_view name);
absl::Status SupplierNotApproved(std::string_view name);
absl::Status SupplierNotSuspended(std::string_view name);
absl::Status LicenceExpired(std::string_view name, CivilDate expire_date);

absl::Status ItemNotFound(std::string_view name);
absl::Status ItemExists(std::string_view name);
absl::Status ItemNotProposed(std::string_view name);
absl::Status ItemNotApproved(std::string_view name);
absl::Status ItemNotSuspended(std::string_view name);
absl::Status ItemNotDraft(std::string_view name);
absl::Status ItemInReview(std::string_view name);
absl::Status ItemWithdrawn(std::string_view name);
absl::Status RegistrationExpired(std::string_view name, CivilDate expire_date);
absl::Status DeviceIdentifierTaken(std::string_view device_identifier, std::string_view item_name);
absl::Status DeviceIdentifierUnknown(std::string_view device_identifier);

// The items are still being read into memory; with the delay after which to try again.
absl::Status SearchNotReady();

absl::Status ClassNotFound(std::string_view name);

absl::Status ReinstatementAlreadyProposed(std::string_view name);
absl::Status ReinstatementNotProposed(std::string_view name);
absl::Status SamePerson(std::string_view name);
absl::Status EtagMismatch(std::string_view name, std::string_view present_etag);

}  // namespace qingqu::catalog
