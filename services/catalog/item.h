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
#include "services/catalog/registrations/registration.h"

namespace qingqu::catalog {

inline constexpr size_t kPacksMax = 10;
inline constexpr int64_t kPackBaseUnitsMin = 2;
inline constexpr int64_t kPackBaseUnitsMax = 1'000'000;

struct Pack {
  std::string device_identifier;
  std::string unit;
  int64_t base_units = 0;

  friend bool operator==(const Pack&, const Pack&) = default;
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
  std::string model;
  std::string storage_conditions;
  std::optional<int> storage_celsius_min;
  std::optional<int> storage_celsius_max;
  bool sterile = false;
  bool single_use = false;
  bool implant = false;
  std::string procurement_group;
  std::string charge_code;
  Approval approval;
  std::optional<ApprovalState> withdrawn_state;  // from which it was withdrawn
  int64_t pack_version = 1;
  // What the last version came from.
  std::string event;
  std::string reason;
  std::string changed_by_id;
  std::string change_id;
  // What the registration and the class tree say of it, as they stand when it is read.
  std::optional<RegistrationState> registration_state;
  std::optional<CivilDate> registration_valid_from;
  std::string monitored_group;
  std::string merged_into_id;  // what it became; read of items that are named, not of lists
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
  std::string_view model;
  std::string_view storage_conditions;
  std::optional<int> storage_celsius_min;
  std::optional<int> storage_celsius_max;
  bool sterile = false;
  bool single_use = false;
  bool implant = false;
  std::string_view procurement_group;
  std::string_view charge_code;
  bool is_draft = false;  // not submitted yet
};

std::string ItemName(std::string_view id);

// The proposal, normalised. INVALID_ARGUMENT with every violation.
absl::StatusOr<Item> ProposeItem(const ItemDraft& draft, std::string_view proposer_id,
                                 absl::Time now);

// The item with what `draft` says, its id aside. INVALID_ARGUMENT with every violation: the device
// identifier of the base unit and the base unit itself never change, for stock is counted in it.
absl::StatusOr<Item> ReviseItem(const Item& item, const ItemDraft& draft, absl::Time now);

// OK when the author may change a draft at once (`true`) or anybody may propose to change what was
// approved (`false`). FAILED_PRECONDITION ITEM_IN_REVIEW or ITEM_WITHDRAWN, PERMISSION_DENIED
// NOT_THE_AUTHOR.
absl::StatusOr<bool> MayChangeAtOnce(const Item& item, std::string_view user_id);

// Handed in for approval by its author. FAILED_PRECONDITION ITEM_NOT_DRAFT, PERMISSION_DENIED
// NOT_THE_AUTHOR.
absl::StatusOr<Item> SubmitItem(const Item& item, std::string_view user_id, absl::Time now);
// Back to its author. FAILED_PRECONDITION ITEM_NOT_PROPOSED.
absl::StatusOr<Item> ReturnItem(const Item& item, absl::Time now);
// Out of the catalogue for good. FAILED_PRECONDITION ITEM_WITHDRAWN.
absl::StatusOr<Item> WithdrawItem(const Item& item, absl::Time now);

// The registration may be bought under on the county's day: FAILED_PRECONDITION
// REGISTRATION_NOT_APPROVED, REGISTRATION_SUSPENDED, REGISTRATION_CANCELLED,
// REGISTRATION_NOT_YET_VALID or REGISTRATION_EXPIRED.
absl::Status CheckRegistrationInForce(const Item& item, absl::Time now);

// The item approved. FAILED_PRECONDITION ITEM_NOT_PROPOSED or as CheckRegistrationInForce,
// PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Item> ApproveItem(const Item& item, const auth::Actor& approver, absl::Time now);

// The item suspended, which also refuses that it come back; one that was withdrawn stays withdrawn,
// and its stock is blocked. FAILED_PRECONDITION ITEM_NOT_APPROVED.
absl::StatusOr<Item> SuspendItem(const Item& item, absl::Time now);

// The item with somebody asking that it come back. FAILED_PRECONDITION ITEM_NOT_SUSPENDED,
// REINSTATEMENT_ALREADY_PROPOSED or as CheckRegistrationInForce.
absl::StatusOr<Item> ProposeItemReinstatement(const Item& item, std::string_view proposer_id,
                                              absl::Time now);

// The item approved again. FAILED_PRECONDITION ITEM_NOT_SUSPENDED, REINSTATEMENT_NOT_PROPOSED
// or as CheckRegistrationInForce, PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Item> ReinstateItem(const Item& item, const auth::Actor& reinstater, absl::Time now);

}  // namespace qingqu::catalog
