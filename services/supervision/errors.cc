#include "services/supervision/errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::supervision {

absl::Status LotNotFound(std::string_view item_id, std::string_view lot_number) {
  return MakeError(
      absl::StatusCode::kNotFound, "LOT_NOT_FOUND",
      fmt::format("nothing that you may see is known of lot {} of items/{}", lot_number, item_id));
}

absl::Status CheckpointNotFound(uint64_t size) {
  return MakeError(absl::StatusCode::kNotFound, "CHECKPOINT_NOT_FOUND",
                   size == 0 ? "nothing is sealed yet"
                             : fmt::format("no checkpoint of {} entries is kept", size));
}

absl::Status EntryNotSealed(uint64_t size) {
  return MakeError(absl::StatusCode::kNotFound, "ENTRY_NOT_SEALED",
                   fmt::format("there is no such entry in the log of {} entries; what was written "
                               "just now is sealed within a second",
                               size));
}

absl::Status EntryNotAsSealed(uint64_t index) {
  return MakeError(absl::StatusCode::kDataLoss, "ENTRY_NOT_AS_SEALED",
                   fmt::format("the entry is not what was sealed as index {}", index));
}

absl::Status LogTooShort(uint64_t size) {
  return MakeError(absl::StatusCode::kOutOfRange, "LOG_TOO_SHORT",
                   fmt::format("the log has {} entries", size), {{"size", std::to_string(size)}});
}

absl::Status CountyOnly() {
  return MakeError(absl::StatusCode::kPermissionDenied, "COUNTY_ONLY",
                   "the sealed journal is for those who see the whole county");
}

absl::Status TooManyStreams() {
  return WithRetryDelay(
      MakeError(
          absl::StatusCode::kUnavailable, "TOO_MANY_STREAMS",
          "as many exports and followers as may run are running, yours or in all; try again later"),
      absl::Seconds(5));
}

}  // namespace qingqu::supervision
