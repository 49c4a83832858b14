#include "services/supervision/errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::supervision {

absl::Status LotNotFound(std::string_view item_id, std::string_view lot_number) {
  return MakeError(
      absl::StatusCode::kNotFound, "LOT_NOT_FOUND",
      fmt::format("nothing that you may see is known of lot {} of items/{}", lot_number, item_id));
}

}  // namespace qingqu::supervision
