#include "services/catalog/item.h"

#include <algorithm>
#include <set>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/status/status_macros.h"
#include "services/catalog/device_identifier.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/national_code.h"
#include "services/catalog/registration_number.h"
#include "services/catalog/registrations/registration_errors.h"

namespace qingqu::catalog {
namespace {

constexpr TextLimits kNameLimits{1, 200};
constexpr TextLimits kSpecificationLimits{0, 200};
constexpr TextLimits kUnitLimits{1, 20};
constexpr int kCelsiusMin = -200;
constexpr int kCelsiusMax = 100;

// Number, class and expiry, which must agree with each other.
void CheckRegistration(const ItemDraft& draft, Item& item, FieldViolations& violations) {
  if (!draft.device_class.has_value()) violations.Add("item.device_class", "must be set");
  const auto number = ParseRegistrationNumber(draft.registration_number);
  violations.AddIfError("item.registration_number", number.status());
  const bool is_filing = number.ok() && number->is_filing;
  if (number.ok()) {
    item.registration_number = number->text;
    item.device_class = number->device_class;
    if (draft.device_class.has_value() && *draft.device_class != number->device_class) {
      violations.Add("item.device_class", fmt::format("the registration number says class {}",
                                                      static_cast<int>(number->device_class)));
    }
  }
  if (draft.registration_expire_date.empty()) {
    if (number.ok() && number->device_class != DeviceClass::kI) {
      violations.Add("item.registration_expire_date",
                     "is required for class II and III: a registration holds for five years");
    }
    return;
  }
  if (is_filing) {
    violations.Add("item.registration_expire_date", "must be empty: a filing does not expire");
    return;
  }
  const auto expire_date = CivilDate::Parse(draft.registration_expire_date);
  violations.AddIfError("item.registration_expire_date", expire_date.status());
  if (expire_date.ok()) item.registration_expire_date = *expire_date;
}

// Identifiers of the base unit and of the packs: all different.
void CheckPacks(const ItemDraft& draft, Item& item, FieldViolations& violations) {
  item.device_identifier = CheckParsed("item.device_identifier",
                                       ParseDeviceIdentifier(draft.device_identifier), violations);
  if (draft.packs.size() > kPacksMax) {
    violations.Add("item.packs", fmt::format("must be at most {}", kPacksMax));
    return;
  }
  std::set<std::string> seen{item.device_identifier};
  for (size_t index = 0; index < draft.packs.size(); ++index) {
    const PackDraft& pack = draft.packs[index];
    const std::string field = fmt::format("item.packs[{}]", index);
    const std::string identifier_field = field + ".device_identifier";
    std::string identifier =
        CheckParsed(identifier_field, ParseDeviceIdentifier(pack.device_identifier), violations);
    if (!identifier.empty() && !seen.insert(identifier).second) {
      violations.Add(identifier_field, "stands twice in this item; each pack has its own");
    }
    std::string unit = CheckText(field + ".unit", pack.unit, kUnitLimits, violations);
    if (pack.base_units < kPackBaseUnitsMin || pack.base_units > kPackBaseUnitsMax) {
      violations.Add(field + ".base_units",
                     fmt::format("must be {} to {}", kPackBaseUnitsMin, kPackBaseUnitsMax));
    }
    item.packs.push_back({.device_identifier = std::move(identifier),
                          .unit = std::move(unit),
                          .base_units = pack.base_units});
  }
}

// Printable ASCII without spaces, as hospital systems keep it; may be empty.
std::string CheckChargeCode(std::string_view text, FieldViolations& violations) {
  std::string code = CheckText("item.charge_code", text, {0, 50}, violations);
  const bool fits = std::all_of(code.begin(), code.end(),
                                [](char character) { return character > ' ' && character <= '~'; });
  if (!fits) violations.Add("item.charge_code", "must be printable ASCII without spaces");
  return code;
}

void CheckStorage(const ItemDraft& draft, Item& item, FieldViolations& violations) {
  item.storage_conditions =
      CheckText("item.storage_conditions", draft.storage_conditions, {0, 200}, violations);
  const auto check = [&](std::string_view field, std::optional<int> celsius) {
    if (celsius && (*celsius < kCelsiusMin || *celsius > kCelsiusMax)) {
      violations.Add(field, fmt::format("must be {} to {}", kCelsiusMin, kCelsiusMax));
    }
    return celsius;
  };
  item.storage_celsius_min = check("item.storage_celsius_min", draft.storage_celsius_min);
  item.storage_celsius_max = check("item.storage_celsius_max", draft.storage_celsius_max);
  if (draft.storage_celsius_min && draft.storage_celsius_max &&
      *draft.storage_celsius_max < *draft.storage_celsius_min) {
    violations.Add("item.storage_celsius_max", "must not be below the lowest temperature");
  }
}

// Everything but the id and where the item stands.
Item CheckContent(const ItemDraft& draft, FieldViolations& violations) {
  Item item{.id = std::string(draft.id),
            .lot_tracked = draft.lot_tracked,
            .serial_tracked = draft.serial_tracked,
            .expiry_tracked = draft.expiry_tracked,
            .high_value = draft.high_value,
            .sterile = draft.sterile,
            .single_use = draft.single_use,
            .implant = draft.implant};
  item.display_name = CheckText("item.display_name", draft.display_name, kNameLimits, violations);
  item.specification =
      CheckText("item.specification", draft.specification, kSpecificationLimits, violations);
  item.model = CheckText("item.model", draft.model, kSpecificationLimits, violations);
  CheckRegistration(draft, item, violations);
  item.national_code =
      CheckParsed("item.national_code", ParseNationalCode(draft.national_code), violations);
  item.base_unit = CheckText("item.base_unit", draft.base_unit, kUnitLimits, violations);
  CheckPacks(draft, item, violations);
  item.manufacturer = CheckText("item.manufacturer", draft.manufacturer, kNameLimits, violations);
  CheckStorage(draft, item, violations);
  item.procurement_group =
      CheckText("item.procurement_group", draft.procurement_group, {0, 100}, violations);
  item.charge_code = CheckChargeCode(draft.charge_code, violations);
  return item;
}

}  // namespace

std::string ItemName(std::string_view id) { return fmt::format("items/{}", id); }

absl::StatusOr<Item> ProposeItem(const ItemDraft& draft, std::string_view proposer_id,
                                 absl::Time now) {
  FieldViolations violations;
  violations.AddIfError("item_id", ValidateResourceId(draft.id));
  Item item = CheckContent(draft, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  item.approval = NewApproval(proposer_id, now);
  if (draft.is_draft) item.approval.state = ApprovalState::kDraft;
  return item;
}

absl::StatusOr<Item> ReviseItem(const Item& item, const ItemDraft& draft, absl::Time now) {
  FieldViolations violations;
  Item revised = CheckContent(draft, violations);
  if (revised.device_identifier != item.device_identifier) {
    violations.Add("item.device_identifier", "never changes; propose another item");
  }
  if (revised.base_unit != item.base_unit) {
    violations.Add("item.base_unit", "never changes, for stock is counted in it");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  revised.id = item.id;
  revised.approval = Changed(item.approval, now);
  revised.withdrawn_state = item.withdrawn_state;
  revised.pack_version = item.pack_version;
  return revised;
}

absl::StatusOr<bool> MayChangeAtOnce(const Item& item, std::string_view user_id) {
  const std::string name = ItemName(item.id);
  switch (item.approval.state) {
    case ApprovalState::kDraft:
      if (item.approval.proposer_id != user_id) return NotTheAuthor(name);
      return true;
    case ApprovalState::kProposed:
      return ItemInReview(name);
    case ApprovalState::kWithdrawn:
      return ItemWithdrawn(name);
    case ApprovalState::kApproved:
    case ApprovalState::kSuspended:
      return false;
  }
  return false;
}

absl::StatusOr<Item> SubmitItem(const Item& item, std::string_view user_id, absl::Time now) {
  const std::string name = ItemName(item.id);
  if (item.approval.state != ApprovalState::kDraft) return ItemNotDraft(name);
  if (item.approval.proposer_id != user_id) return NotTheAuthor(name);
  Item submitted = item;
  submitted.approval = Submitted(item.approval, now);
  return submitted;
}

absl::StatusOr<Item> ReturnItem(const Item& item, absl::Time now) {
  if (item.approval.state != ApprovalState::kProposed) return ItemNotProposed(ItemName(item.id));
  Item returned = item;
  returned.approval = Returned(item.approval, now);
  return returned;
}

absl::StatusOr<Item> WithdrawItem(const Item& item, absl::Time now) {
  if (item.approval.state == ApprovalState::kWithdrawn) return ItemWithdrawn(ItemName(item.id));
  Item withdrawn = item;
  withdrawn.withdrawn_state = item.approval.state;
  withdrawn.approval = Withdrawn(item.approval, now);
  return withdrawn;
}

absl::Status CheckRegistrationInForce(const Item& item, absl::Time now) {
  const std::string name = RegistrationName(item.registration_number);
  switch (item.registration_state.value_or(RegistrationState::kValid)) {
    case RegistrationState::kProposed:
      return RegistrationNotApproved(name);
    case RegistrationState::kSuspended:
      return RegistrationSuspended(name);
    case RegistrationState::kCancelled:
      return RegistrationCancelled(name);
    case RegistrationState::kValid:
      break;
  }
  const CivilDate today = BusinessDay(now);
  if (item.registration_valid_from && *item.registration_valid_from > today) {
    return RegistrationNotYetValid(name, *item.registration_valid_from);
  }
  if (!item.registration_expire_date || *item.registration_expire_date >= today) {
    return absl::OkStatus();
  }
  return RegistrationExpired(ItemName(item.id), *item.registration_expire_date);
}

absl::StatusOr<Item> ApproveItem(const Item& item, const auth::Actor& approver, absl::Time now) {
  const std::string name = ItemName(item.id);
  if (item.approval.state != ApprovalState::kProposed) return ItemNotProposed(name);
  if (auth::ShareAPerson(approver, Proposer(item.approval))) return SamePerson(name);
  QINGQU_RETURN_IF_ERROR(CheckRegistrationInForce(item, now));
  Item approved = item;
  approved.approval = Approved(item.approval, approver.user_id, now);
  return approved;
}

absl::StatusOr<Item> SuspendItem(const Item& item, absl::Time now) {
  Item suspended = item;
  // What left the catalogue may lie in the stores for years yet.
  if (item.withdrawn_state == ApprovalState::kApproved) {
    suspended.withdrawn_state = ApprovalState::kSuspended;
    suspended.approval = Changed(item.approval, now);
    return suspended;
  }
  if (!MaySuspend(item.approval)) return ItemNotApproved(ItemName(item.id));
  suspended.approval = Suspended(item.approval, now);
  return suspended;
}

absl::StatusOr<Item> ProposeItemReinstatement(const Item& item, std::string_view proposer_id,
                                              absl::Time now) {
  const std::string name = ItemName(item.id);
  if (item.approval.state != ApprovalState::kSuspended) return ItemNotSuspended(name);
  if (!item.approval.reinstatement_proposer_id.empty()) return ReinstatementAlreadyProposed(name);
  QINGQU_RETURN_IF_ERROR(CheckRegistrationInForce(item, now));
  Item proposed = item;
  proposed.approval = ReinstatementProposed(item.approval, proposer_id, now);
  return proposed;
}

absl::StatusOr<Item> ReinstateItem(const Item& item, const auth::Actor& reinstater,
                                   absl::Time now) {
  const std::string name = ItemName(item.id);
  const Approval& approval = item.approval;
  if (approval.state != ApprovalState::kSuspended) return ItemNotSuspended(name);
  if (approval.reinstatement_proposer_id.empty()) return ReinstatementNotProposed(name);
  if (auth::ShareAPerson(reinstater, ReinstatementProposer(approval))) return SamePerson(name);
  QINGQU_RETURN_IF_ERROR(CheckRegistrationInForce(item, now));
  Item reinstated = item;
  reinstated.approval = Reinstated(approval, reinstater.user_id, now);
  return reinstated;
}

}  // namespace qingqu::catalog
