#include "services/catalog/item.h"

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

namespace qingqu::catalog {
namespace {

constexpr TextLimits kNameLimits{1, 200};
constexpr TextLimits kSpecificationLimits{0, 200};
constexpr TextLimits kUnitLimits{1, 20};

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

absl::Status CheckRegistrationInForce(const Item& item, absl::Time now) {
  if (!item.registration_expire_date || *item.registration_expire_date >= BusinessDay(now)) {
    return absl::OkStatus();
  }
  return RegistrationExpired(ItemName(item.id), *item.registration_expire_date);
}

}  // namespace

std::string ItemName(std::string_view id) { return fmt::format("items/{}", id); }

absl::StatusOr<Item> ProposeItem(const ItemDraft& draft, std::string_view proposer_id,
                                 absl::Time now) {
  FieldViolations violations;
  Item item{.id = std::string(draft.id),
            .lot_tracked = draft.lot_tracked,
            .serial_tracked = draft.serial_tracked,
            .expiry_tracked = draft.expiry_tracked,
            .high_value = draft.high_value,
            .approval = NewApproval(proposer_id, now)};
  violations.AddIfError("item_id", ValidateResourceId(draft.id));
  item.display_name = CheckText("item.display_name", draft.display_name, kNameLimits, violations);
  item.specification =
      CheckText("item.specification", draft.specification, kSpecificationLimits, violations);
  CheckRegistration(draft, item, violations);
  item.national_code =
      CheckParsed("item.national_code", ParseNationalCode(draft.national_code), violations);
  item.base_unit = CheckText("item.base_unit", draft.base_unit, kUnitLimits, violations);
  CheckPacks(draft, item, violations);
  item.manufacturer = CheckText("item.manufacturer", draft.manufacturer, kNameLimits, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return item;
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
  if (!MaySuspend(item.approval)) return ItemNotApproved(ItemName(item.id));
  Item suspended = item;
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
