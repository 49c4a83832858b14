#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::usage {

absl::Status UseNotFound(std::string_view use_id);
absl::Status UseExists(std::string_view use_id);
absl::Status LocationNotFound(std::string_view location_id);
absl::Status PatientRequired();
absl::Status PseudonymNotFound();
// The posting is under way in another call; the answer comes with a retry.
absl::Status UseInProgress();
// The stock ledger cannot be asked at the moment.
absl::Status StockUnavailable(const absl::Status& cause);

}  // namespace qingqu::usage
