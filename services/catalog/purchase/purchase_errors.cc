#include "services/catalog/purchase/purchase_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {

absl::Status BuyerNotFound(std::string_view institution, std::string_view department) {
  const std::string buyer = department.empty() ? std::string(institution)
                                               : fmt::format("{} of {}", department, institution);
  return MakeError(absl::StatusCode::kNotFound, "BUYER_NOT_FOUND",
                   fmt::format("there is no buyer {}", buyer), ResourceMetadata(buyer));
}

}  // namespace qingqu::catalog
