#include "services/catalog/codes/code_errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::catalog {

absl::Status NationalCodeUnknown(std::string_view code, std::string_view day) {
  return MakeError(absl::StatusCode::kNotFound, "NATIONAL_CODE_UNKNOWN",
                   fmt::format("no release that holds on {} names {}", day, code),
                   {{"national_code", std::string(code)}});
}

absl::Status ReleaseDateDiffers(std::string_view release_id, CivilDate present) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "RELEASE_DATE_DIFFERS",
      fmt::format("the release {} holds from {} on; all of its lists have that day, and another "
                  "release has another id",
                  release_id, present.ToString()),
      {{"effective_date", present.ToString()}});
}

absl::Status ReleaseOutOfOrder(std::string_view release_id, CivilDate latest) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "RELEASE_OUT_OF_ORDER",
      fmt::format("a release that holds from {} on was imported, so {} comes too "
                  "late: releases are imported in the order of their days, and of one day "
                  "one after the other",
                  latest.ToString(), release_id),
      {{"latest_date", latest.ToString()}});
}

absl::Status RestorationIsTheCountys(int64_t codes) {
  return MakeError(absl::StatusCode::kPermissionDenied, "SCOPE_TOO_NARROW",
                   fmt::format("the sheet brings back {} codes that were withdrawn or transcoded, "
                               "which is decided for the whole county; nothing was applied: have "
                               "the bureau import it",
                               codes));
}

absl::Status ImportOfOtherList(std::string_view import_id, CodeList list) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "IMPORT_OF_OTHER_LIST",
                   fmt::format("the import {} is of {}; open another one for this list", import_id,
                               CodeListName(list)));
}

absl::Status CodeTranscodedOtherwise(const OtherTranscoding& row) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "CODE_TRANSCODED_OTHERWISE",
                   fmt::format("line {}: another list of this release transcodes {} to {}, or "
                               "otherwise; nothing was applied: correct it, or import a correction "
                               "as a release of its own",
                               row.line, row.code, row.present_new_code),
                   {{"line", fmt::format("{}", row.line)},
                    {"national_code", std::string(row.code)},
                    {"new_code", std::string(row.present_new_code)}});
}

}  // namespace qingqu::catalog
