#include "services/catalog/merges/item_merge.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/resource_metadata.h"
#include "common/status/status.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

constexpr TextLimits kReasonLimits{1, 500};
constexpr std::array<std::pair<MergeState, std::string_view>, 3> kStates{{
    {MergeState::kProposed, "proposed"},
    {MergeState::kApproved, "approved"},
    {MergeState::kRejected, "rejected"},
}};

}  // namespace

std::string_view MergeStateName(MergeState state) {
  return std::ranges::find(kStates, state, [](const auto& pair) { return pair.first; })->second;
}

MergeState MergeStateFromName(std::string_view name) {
  const auto* const found =
      std::ranges::find(kStates, name, [](const auto& pair) { return pair.second; });
  QINGQU_CHECK(found != kStates.end());
  return found->first;
}

std::string MergeName(std::string_view id) { return fmt::format("itemMerges/{}", id); }

absl::Status CheckMerge(const ItemMerge& merge) {
  FieldViolations violations;
  if (!merge.item_id.empty() && merge.item_id == merge.into_item_id) {
    violations.Add("item_merge.into_item", "must be another item");
  }
  if (merge.base_units < 1 || merge.base_units > kMergeBaseUnitsMax) {
    violations.Add("item_merge.base_units", fmt::format("must be 1 to {}", kMergeBaseUnitsMax));
  }
  CheckText("item_merge.reason", merge.reason, kReasonLimits, violations);
  return violations.ToStatus();
}

absl::Status CheckDecision(const ItemMerge& merge, const auth::Actor& decider, bool approves) {
  if (merge.state != MergeState::kProposed) {
    return MakeError(
        StatusCode::kFailedPrecondition, "ITEM_MERGE_DECIDED",
        fmt::format("{} is {} already", MergeName(merge.id), MergeStateName(merge.state)));
  }
  if (approves && auth::ShareAPerson(decider, merge.proposer)) {
    return SamePerson(MergeName(merge.id));
  }
  return absl::OkStatus();
}

absl::Status ItemMerged(std::string_view item_id, std::string_view into_item_id) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_MERGED",
                   fmt::format("items/{} was merged into items/{} for good; use that one", item_id,
                               into_item_id),
                   ResourceMetadata(fmt::format("items/{}", into_item_id)));
}

absl::Status ItemMergeNotFound(std::string_view id) {
  return MakeError(StatusCode::kNotFound, "ITEM_MERGE_NOT_FOUND",
                   fmt::format("there is no {}", MergeName(id)), ResourceMetadata(MergeName(id)));
}

absl::Status ItemMergeExists(std::string_view item_id) {
  return MakeError(StatusCode::kAlreadyExists, "ITEM_MERGE_EXISTS",
                   fmt::format("a merge of items/{} is proposed, or done", item_id),
                   ResourceMetadata(fmt::format("items/{}", item_id)));
}

absl::Status UnitFactorTooLarge(std::string_view institution_id, std::string_view local_code) {
  return MakeError(StatusCode::kFailedPrecondition, "UNIT_FACTOR_TOO_LARGE",
                   fmt::format("one unit of {} in institutions/{} would hold more base units than "
                               "can be counted; end that mapping first",
                               local_code, institution_id));
}

}  // namespace qingqu::catalog
