#include "services/catalog/item_change.h"

#include <algorithm>
#include <iterator>

#include "fmt/format.h"
#include "google/protobuf/util/field_mask_util.h"

#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/catalog/convert.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kPaths[] = {"display_name",
                                       "specification",
                                       "model",
                                       "registration_number",
                                       "national_code",
                                       "registration_expire_date",
                                       "packs",
                                       "manufacturer",
                                       "lot_tracked",
                                       "serial_tracked",
                                       "expiry_tracked",
                                       "high_value",
                                       "storage_conditions",
                                       "storage_celsius_min",
                                       "storage_celsius_max",
                                       "sterile",
                                       "single_use",
                                       "implant",
                                       "procurement_group",
                                       "charge_code"};

}  // namespace

std::string_view ItemChangeStateName(ItemChangeState state) {
  switch (state) {
    case ItemChangeState::kOpen:
      return "open";
    case ItemChangeState::kApproved:
      return "approved";
    case ItemChangeState::kRejected:
      return "rejected";
    case ItemChangeState::kWithdrawn:
      return "withdrawn";
  }
  return "";
}

ItemChangeState ItemChangeStateFromName(std::string_view name) {
  if (name == "open") return ItemChangeState::kOpen;
  if (name == "approved") return ItemChangeState::kApproved;
  if (name == "rejected") return ItemChangeState::kRejected;
  QINGQU_CHECK(name == "withdrawn");
  return ItemChangeState::kWithdrawn;
}

std::string NameOfItemChange(const ItemChange& change) {
  return fmt::format("{}/changes/{}", ItemName(change.item_id), change.id);
}

absl::StatusOr<ItemChangeName> ParseItemChangeName(std::string_view field, std::string_view name) {
  auto ids = ParseResourceName("items/{item}/changes/{change}", name);
  if (!ids.ok()) return InvalidField(field, ToStd(ids.status().message()));
  return ItemChangeName{.item_id = ids->at(0), .change_id = ids->at(1)};
}

absl::Status CheckItemPaths(const std::vector<std::string>& paths) {
  if (paths.empty()) return InvalidField("update_mask", "must name what changes");
  for (const std::string& path : paths) {
    if (std::find(std::begin(kPaths), std::end(kPaths), path) == std::end(kPaths)) {
      return InvalidField("update_mask", fmt::format("'{}' is no field that may change", path));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Item> ApplyItemChange(const Item& item, const v1::Item& content,
                                     const std::vector<std::string>& paths, absl::Time now) {
  v1::Item merged = ToProto(item);
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_repeated_fields(true);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(content, mask, options, &merged);
  ItemDraft draft = DraftOf(merged);
  const auto number = ParseRegistrationNumber(draft.registration_number);
  draft.device_class = number.ok() ? number->device_class : item.device_class;
  return ReviseItem(item, draft, now);
}

}  // namespace qingqu::catalog
