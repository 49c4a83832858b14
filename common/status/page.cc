#include "common/status/page.h"

#include "common/status/status.h"

namespace qingqu {

absl::StatusOr<int> ParsePageSize(int page_size) {
  const absl::StatusOr<int> size = EffectivePageSize(page_size);
  if (!size.ok()) return InvalidField("page_size", "must not be negative");
  return *size;
}

absl::StatusOr<std::vector<std::string>> ParsePageToken(std::string_view page_token,
                                                        std::string_view filter, size_t key_size) {
  absl::StatusOr<std::vector<std::string>> key = DecodePageToken(page_token, filter, key_size);
  if (!key.ok()) return WrongPageToken();
  return key;
}

absl::Status WrongPageToken() {
  return InvalidField("page_token",
                      "must come from the previous page of the same list, with the same filter");
}

}  // namespace qingqu
