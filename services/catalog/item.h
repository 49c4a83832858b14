#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "services/catalog/approval.h"

namespace qingqu::catalog {

inline constexpr size_t kPacksMax = 10;
inline constexpr int64_t kPackBaseUnitsMin = 2;
inline constexpr int64_t kPackBaseUnitsMax = 1'000'000;

struct Pack {
  std::string device_identifier;
  std::string unit;
  int64_t base_units = 0;
};

struct Item {
  std::string id;
  std::string display_name;
  std::string specification;
  std::string registration_number;
  std::optional<CivilDate> registration_expire_date;  // none for filings
  DeviceClass device_class = DeviceClass::kI;
  std::string national_code;
  std::string device_identifier;
  std::string base_unit;
  std::vector<Pack> packs;
  std::string manufacturer;
  bool lot_tracked = false;
  bool serial_tracked = false;
  bool expiry_tracked = false;
  bool high_value = false;
  Approval approval;
};

struct PackDraft {
  std::string_view device_identifier;
  std::string_view unit;
  int64_t base_units = 0;
};

// What a caller proposes, as text.
struct ItemDraft {
  std::string_view id;
  std::string_view display_name;
  std::string_view specification;
  std::string_view registration_number;
  std::string_view registration_expire_date;
  std::optional<DeviceClass> device_class;  // none: not said
  std::string_view national_code;
  std::string_view device_identifier;
  std::string_view base_unit;
  std::vector<PackDraft> packs;
  std::string_view manufacturer;
  bool lot_tracked = false;
  bool serial_tracked = false;
  bool expiry_tracked = false;
  bool high_value = false;
};

std::string ItemName(std::string_view id);

// The proposal, normalised. INVALID_ARGUMENT with every violation.
absl::StatusOr<Item> ProposeItem(const ItemDraft& draft, std::string_view proposer_id,
                                 absl::Time now);

// The item approved. FAILED_PRECONDITION ITEM_NOT_PROPOSED or REGISTRATION_EXPIRED,
// PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Item> ApproveItem(const Item& item, const auth::Actor& approver, absl::Time now);

// The item suspended, which also refuses that it come back. FAILED_PRECONDITION
// ITEM_NOT_APPROVED.
absl::StatusOr<Item> SuspendItem(const Item& item, absl::Time now);

// The item with somebody asking that it come back. FAILED_PRECONDITION ITEM_NOT_SUSPENDED,
// REINSTATEMENT_ALREADY_PROPOSED or REGISTRATION_EXPIRED.
absl::StatusOr<Item> ProposeItemReinstatement(const Item& item, std::string_view proposer_id,
                                              absl::Time now);

// The item approved again. FAILED_PRECONDITION ITEM_NOT_SUSPENDED, REINSTATEMENT_NOT_PROPOSED
// or REGISTRATION_EXPIRED, PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Item> ReinstateItem(const Item& item, const auth::Actor& reinstater, absl::Time now);

}  // namespace qingqu::catalog
