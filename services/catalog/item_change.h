#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "qingqu/catalog/v1/catalog.pb.h"
#include "services/catalog/item.h"

namespace qingqu::catalog {

enum class ItemChangeState { kOpen, kApproved, kRejected, kWithdrawn };

// "open", "approved", "rejected", "withdrawn": as in the database.
std::string_view ItemChangeStateName(ItemChangeState state);
// QINGQU_CHECKs that `name` is one of them.
ItemChangeState ItemChangeStateFromName(std::string_view name);

// A change of an item in force that waits for another person, or did.
struct ItemChange {
  std::string id;
  std::string item_id;
  v1::Item content;                // as the item would have been
  std::vector<std::string> paths;  // the fields of `content` that count
  std::string reason;
  ItemChangeState state = ItemChangeState::kOpen;
  auth::Actor proposer;
  absl::Time proposed_at;
  std::string decider_id;  // empty while open
  absl::Time decided_at;
  std::string decision_reason;
};

struct ItemChangeName {
  std::string item_id;
  std::string change_id;
};

std::string NameOfItemChange(const ItemChange& change);
// INVALID_ARGUMENT that names `field`.
absl::StatusOr<ItemChangeName> ParseItemChangeName(std::string_view field, std::string_view name);

// OK when each path may be changed. INVALID_ARGUMENT for update_mask.
absl::Status CheckItemPaths(const std::vector<std::string>& paths);

// `item` with what `paths` name taken from `content`, checked as a proposal is; the class follows
// the registration number. INVALID_ARGUMENT with every violation.
absl::StatusOr<Item> ApplyItemChange(const Item& item, const v1::Item& content,
                                     const std::vector<std::string>& paths, absl::Time now);

}  // namespace qingqu::catalog
