#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"

namespace qingqu::catalog {

// The errors of approved lists and of changes on them. `name` is a resource name.

absl::Status ListNotFound(std::string_view name);
absl::Status ListExists(std::string_view name);
absl::Status ListNotProposed(std::string_view name);
// It governs nobody after `last_day`; another one can be proposed.
absl::Status ListEnded(std::string_view name, CivilDate last_day);
// Its holder has `other` already.
absl::Status HolderHasList(std::string_view name, std::string_view other);

absl::Status ListChangeNotFound(std::string_view name);
absl::Status ListChangeExists(std::string_view name);
absl::Status ListChangeNotProposed(std::string_view name);
// Somebody else proposed it, who alone takes it back.
absl::Status NotProposer(std::string_view name);

}  // namespace qingqu::catalog
