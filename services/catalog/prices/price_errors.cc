#include "services/catalog/prices/price_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

}  // namespace

absl::Status PriceNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "PRICE_NOT_FOUND",
                   fmt::format("there is no price {}", name), ResourceMetadata(name));
}

absl::Status PriceClosed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "PRICE_CLOSED",
                   fmt::format("{} has been ended already; set a new price instead", name),
                   ResourceMetadata(name));
}

absl::Status PriceOverlaps(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "PRICE_OVERLAPS",
                   fmt::format("{} holds in that period; begin today or later, when it has begun, "
                               "and after whatever was set for later",
                               name),
                   ResourceMetadata(name));
}

absl::Status PriceAboveCeiling(Money ceiling) {
  return MakeError(StatusCode::kFailedPrecondition, "PRICE_ABOVE_CEILING",
                   fmt::format("the ceiling in that period is {}", ceiling.ToString()),
                   {{"ceiling", ceiling.ToString()}});
}

absl::Status PriceTwiceInRequest(size_t first_index) {
  return MakeError(StatusCode::kInvalidArgument, "PRICE_TWICE_IN_REQUEST",
                   fmt::format("prices[{}] is of the same kind, item, supplier and holder; send "
                               "them one after another",
                               first_index));
}

absl::Status HolderNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "HOLDER_NOT_FOUND", fmt::format("there is no {}", name),
                   ResourceMetadata(name));
}

}  // namespace qingqu::catalog
