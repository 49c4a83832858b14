#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"

namespace qingqu::catalog {

inline constexpr int64_t kMergeBaseUnitsMax = 1'000'000;
inline constexpr size_t kLeftPricesMax = 100;

enum class MergeState { kProposed, kApproved, kRejected };
std::string_view MergeStateName(MergeState state);  // "proposed", …
MergeState MergeStateFromName(std::string_view name);

// One item is another.
struct ItemMerge {
  std::string id;
  std::string item_id;
  std::string into_item_id;
  int64_t base_units = 1;  // one base unit of the first is so many of the other's
  std::string reason;
  MergeState state = MergeState::kProposed;
  auth::Actor proposer;
  std::string decider_id;
  int64_t repointed_count = 0;
  int64_t listed_count = 0;
  int64_t priced_count = 0;
  int64_t authorised_count = 0;
  std::vector<std::string> left_price_ids;  // at most kLeftPricesMax
  absl::Time created_at;
  absl::Time updated_at;
  int64_t version = 1;
};

std::string MergeName(std::string_view id);

// INVALID_ARGUMENT with every violation.
absl::Status CheckMerge(const ItemMerge& merge);
// OK when `decider` may approve, or reject, what another proposed. FAILED_PRECONDITION
// ITEM_MERGE_DECIDED, PERMISSION_DENIED SAME_PERSON (to approve).
absl::Status CheckDecision(const ItemMerge& merge, const auth::Actor& decider, bool approves);

// It was there twice and became the other for good.
absl::Status ItemMerged(std::string_view item_id, std::string_view into_item_id);
absl::Status ItemMergeNotFound(std::string_view id);
absl::Status ItemMergeExists(std::string_view item_id);
absl::Status UnitFactorTooLarge(std::string_view institution_id, std::string_view local_code);

}  // namespace qingqu::catalog
