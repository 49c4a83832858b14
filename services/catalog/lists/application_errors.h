#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::catalog {

// The errors of new-item applications. `name` is a resource name.

absl::Status ApplicationNotFound(std::string_view name);
absl::Status ApplicationExists(std::string_view name);
// The department waits for the item already.
absl::Status ApplicationPending(std::string_view item);
absl::Status ApplicationNotInReview(std::string_view name);
absl::Status ApplicationAtOtherStep(std::string_view name, std::string_view step);
// It waits, or was approved: there is nothing to apply for again.
absl::Status ApplicationNotEnded(std::string_view name);
absl::Status NotApplicant(std::string_view name);
absl::Status HadAHandInApplication(std::string_view name);
absl::Status ItemAlreadyListed(std::string_view item, std::string_view list);

}  // namespace qingqu::catalog
