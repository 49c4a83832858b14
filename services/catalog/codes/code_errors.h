#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"
#include "services/catalog/codes/code_release.h"

namespace qingqu::catalog {

// What the rpcs on national codes answer, besides field violations and the errors of imports
// (common/db/import_session.h).

absl::Status NationalCodeUnknown(std::string_view code, std::string_view day);
absl::Status ReleaseDateDiffers(std::string_view release_id, CivilDate present);
absl::Status ReleaseOutOfOrder(std::string_view release_id, CivilDate latest);
// A sheet that brings back codes which were withdrawn or transcoded is the county's to import.
absl::Status RestorationIsTheCountys(int64_t codes);
absl::Status ImportOfOtherList(std::string_view import_id, CodeList list);

struct OtherTranscoding {
  int64_t line = 0;
  std::string_view code;
  std::string_view present_new_code;
};
absl::Status CodeTranscodedOtherwise(const OtherTranscoding& row);

}  // namespace qingqu::catalog
