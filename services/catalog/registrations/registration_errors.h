#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"

namespace qingqu::catalog {

// What rpcs on registrations answer besides services/catalog/errors.h. `name` is a resource name.

absl::Status RegistrationNotFound(std::string_view name);
absl::Status RegistrationExists(std::string_view name);
absl::Status RegistrationNotProposed(std::string_view name);
absl::Status RegistrationNotValid(std::string_view name);
absl::Status RegistrationNotSuspended(std::string_view name);
absl::Status RegistrationCancelled(std::string_view name);
absl::Status RegistrationSuspended(std::string_view name);
absl::Status RegistrationNotApproved(std::string_view name);
absl::Status RegistrationNotYetValid(std::string_view name, CivilDate valid_from);

// Of changes that wait for another person, of registrations and of items.
absl::Status ChangeNotFound(std::string_view name);
absl::Status ChangeAlreadyOpen(std::string_view name);
absl::Status ChangeDecided(std::string_view name);
absl::Status NotTheAuthor(std::string_view name);

}  // namespace qingqu::catalog
