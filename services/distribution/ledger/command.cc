#include "services/distribution/ledger/command.h"

#include <algorithm>
#include <charconv>

#include "fmt/format.h"

#include "common/auth/role_grants.h"
#include "common/base/quantity.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/ledger/form.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr absl::Duration kIdAgeMax = absl::Hours(24 * 31);
constexpr absl::Duration kIdAheadMax = absl::Hours(24);
constexpr absl::Duration kClockSkewMax = absl::Minutes(5);
constexpr int kLabelTextMax = 20;
constexpr int kReasonMax = 200;
constexpr int kGroupMax = 64;
constexpr int kRegistrationMax = 100;
constexpr int64_t kThousand = 1000;
constexpr std::string_view kMovementPrefix = "movements/";
constexpr std::string_view kReservationPrefix = "reservations/";

std::string_view WithoutPrefix(std::string_view name, std::string_view prefix) {
  return name.substr(0, prefix.size()) == prefix ? name.substr(prefix.size()) : std::string_view();
}

absl::Status ReadMovementId(const std::string& name, absl::Time now, std::string& movement_id,
                            absl::Time& made_at) {
  const absl::StatusOr<Uuid> uuid = Uuid::Parse(WithoutPrefix(name, kMovementPrefix));
  if (!uuid.ok() || uuid->version() != 7) {
    return MakeError(absl::StatusCode::kInvalidArgument, "MOVEMENT_ID_INVALID",
                     "the name must be movements/ and a UUID of version 7 (RFC 9562)",
                     {{"field", "name"}});
  }
  made_at = absl::FromUnixMillis(uuid->unix_millis());
  if (made_at < now - kIdAgeMax || made_at > now + kIdAheadMax) {
    return MakeError(absl::StatusCode::kInvalidArgument, "MOVEMENT_ID_TIME",
                     "the time in the name must not be older than 31 days nor more than one day "
                     "ahead; if it may have been sent before, read it by its name first, else set "
                     "the clock and make a new name",
                     {{"field", "name"}});
  }
  movement_id = uuid->ToString();
  return absl::OkStatus();
}

// Collects what is wrong with the fields of one movement.
class Reader {
 public:
  // `made_at` is when the movement's name was made.
  Reader(const v1::Movement& asked, absl::Time now, absl::Time made_at, Command& command)
      : asked_(asked), now_(now), made_at_(made_at), command_(command), rule_(*command.rule) {}

  absl::Status Read() {
    RefuseNul();
    ReadReferences();
    ReadGoods();
    ReadPlaces();
    ReadConditions();
    ReadQuantity();
    ReadTimes();
    ReadTexts();
    return violations_.ToStatus();
  }

 private:
  // PostgreSQL cannot store them. Ids and names have patterns of their own.
  void RefuseNul() {
    const std::pair<std::string_view, const std::string&> texts[] = {
        {"lot", asked_.lot()},       {"serial", asked_.serial()},
        {"group", asked_.group()},   {"sterilisation_lot", asked_.sterilisation_lot()},
        {"reason", asked_.reason()}, {"registration", asked_.registration()},
        {"pack", asked_.pack()}};
    for (const auto& [field, text] : texts) {
      if (text.find('\0') != std::string::npos) {
        violations_.Add(field, "must not contain NUL characters");
      }
    }
  }

  bool IsOneOf(std::initializer_list<v1::MovementKind> kinds) const {
    return std::find(kinds.begin(), kinds.end(), rule_.kind) != kinds.end();
  }
  bool NamesGoodsElsewhere() const {
    return !command_.reservation_id.empty() || !command_.original_id.empty() ||
           IsOneOf({v1::MOVEMENT_KIND_REVERSAL, v1::MOVEMENT_KIND_VOID});
  }
  void MustBeEmpty(std::string_view field, bool empty) {
    if (!empty) violations_.Add(field, "must be empty for this kind of movement");
  }

  std::string ReadUuid(std::string_view field, const std::string& name, std::string_view prefix) {
    if (name.empty()) return "";
    const absl::StatusOr<Uuid> uuid = Uuid::Parse(WithoutPrefix(name, prefix));
    if (uuid.ok()) return uuid->ToString();
    violations_.Add(field, fmt::format("must be {} and a UUID", prefix));
    return "";
  }

  void ReadReferences() {
    command_.reservation_id = ReadUuid("reservation", asked_.reservation(), kReservationPrefix);
    command_.original_id = ReadUuid("original", asked_.original(), kMovementPrefix);
    const bool reverses = rule_.kind == v1::MOVEMENT_KIND_REVERSAL;
    if (reverses && asked_.original().empty()) violations_.Add("original", "is required");
    if (!reverses) MustBeEmpty("original", asked_.original().empty());
    if (reverses) ReadReversed();
    if (rule_.kind == v1::MOVEMENT_KIND_VOID && asked_.reservation().empty()) {
      violations_.Add("reservation", "is required");
    }
    if (reverses || rule_.kind == v1::MOVEMENT_KIND_RESERVE ||
        (rule_.kind != v1::MOVEMENT_KIND_VOID && rule_.from != Side::kPlace)) {
      MustBeEmpty("reservation", asked_.reservation().empty());
    }
  }

  // Which goods go back the original says; what may be confirmed is compared with it.
  void ReadReversed() {
    MustBeEmpty("owner", asked_.owner().empty());
    MustBeEmpty("condition", asked_.condition() == v1::STOCK_CONDITION_UNSPECIFIED);
    MustBeEmpty("expiry_date", asked_.expiry_date().empty());
    MustBeEmpty("manufacture_date", asked_.manufacture_date().empty());
    MustBeEmpty("sterilisation_lot", asked_.sterilisation_lot().empty());
    MustBeEmpty("registration", asked_.registration().empty());
    MustBeEmpty("override_expiry", !asked_.override_expiry());
  }

  void ReadGoods() {
    if (!asked_.item().empty() || !NamesGoodsElsewhere()) {
      command_.item_id = ReadId("items/{item}", "item", asked_.item(), violations_);
    }
    command_.lot_number = ReadLabel("lot", asked_.lot());
    command_.serial = ReadLabel("serial", asked_.serial());
    command_.sterilisation_lot = ReadLabel("sterilisation_lot", asked_.sterilisation_lot());
    command_.expiry = ReadDate("expiry_date", asked_.expiry_date());
    command_.manufactured = ReadDate("manufacture_date", asked_.manufacture_date());
  }

  std::string ReadLabel(std::string_view field, const std::string& text) {
    if (CodePointCount(text) > kLabelTextMax) {
      violations_.Add(field, "must be at most 20 characters");
    }
    return text;
  }

  std::optional<CivilDate> ReadDate(std::string_view field, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
    violations_.AddIfError(field, date.status());
    return date.ok() ? std::optional(*date) : std::nullopt;
  }

  void ReadPlaces() {
    const bool both = IsOneOf({v1::MOVEMENT_KIND_TRANSFER_OUT, v1::MOVEMENT_KIND_TRANSFER_IN,
                               v1::MOVEMENT_KIND_ISSUE, v1::MOVEMENT_KIND_RETURN_TO_STORE});
    const bool needs_from = both || rule_.from == Side::kPlace;
    const bool needs_to = both || (rule_.to == Side::kPlace && rule_.from != Side::kPlace);
    ReadPlace("from_location", asked_.from_location(), needs_from && !NamesGoodsElsewhere(),
              needs_from, command_.from_location_id);
    ReadPlace("to_location", asked_.to_location(), needs_to, needs_to, command_.to_location_id);
    if (both && !command_.to_location_id.empty() &&
        command_.from_location_id == command_.to_location_id) {
      violations_.Add("to_location", "must be another place than from_location");
    }
    if (asked_.owner().empty()) {
      if (rule_.kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP) violations_.Add("owner", "is required");
      return;
    }
    ReadOwner();
  }

  void ReadPlace(std::string_view field, const std::string& name, bool required, bool allowed,
                 std::string& location_id) {
    if (!allowed) return MustBeEmpty(field, name.empty());
    if (name.empty() && !required) return;
    location_id = ReadId("locations/{location}", field, name, violations_);
  }

  void ReadOwner() {
    const std::string& owner = asked_.owner();
    const size_t slash = owner.find('/');
    const std::string_view collection = std::string_view(owner).substr(0, slash);
    const bool known =
        collection == "suppliers" || collection == "alliances" || collection == "institutions";
    if (slash == std::string::npos || !known ||
        !ValidateResourceId(std::string_view(owner).substr(slash + 1)).ok()) {
      violations_.Add("owner", "must be suppliers/…, institutions/… or alliances/…");
    } else if (rule_.kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP && collection != "suppliers") {
      violations_.Add("owner", "must be the supplier whose goods they are");
    }
    command_.owner = owner;
  }

  void ReadConditions() {
    if (!v1::StockCondition_IsValid(asked_.condition()) ||
        !v1::StockCondition_IsValid(asked_.to_condition())) {
      violations_.Add("condition", "is none of the conditions");
      return;
    }
    command_.condition = ConditionName(asked_.condition());
    if (rule_.kind != v1::MOVEMENT_KIND_CHANGE_CONDITION) {
      MustBeEmpty("to_condition", asked_.to_condition() == v1::STOCK_CONDITION_UNSPECIFIED);
      command_.to_condition = command_.condition;
      return;
    }
    command_.to_condition = ConditionName(asked_.to_condition());
    if (command_.condition == command_.to_condition) {
      violations_.Add("to_condition", "must be another condition");
    }
  }

  void ReadQuantity() {
    if (IsOneOf({v1::MOVEMENT_KIND_REVERSAL, v1::MOVEMENT_KIND_VOID})) {
      const bool confirms = rule_.kind == v1::MOVEMENT_KIND_REVERSAL && asked_.quantity() > 0;
      command_.quantity = asked_.quantity();
      MustBeEmpty("quantity", asked_.quantity() == 0 || confirms);
      MustBeEmpty("pack", asked_.pack().empty());
      MustBeEmpty("pack_quantity", asked_.pack_quantity().empty());
      return;
    }
    if (asked_.pack().empty() && asked_.pack_quantity().empty()) {
      command_.quantity = asked_.quantity();
      violations_.AddIfError("quantity",
                             ParsePositiveQuantity(asked_.quantity(), "quantity").status());
      return;
    }
    MustBeEmpty("quantity", asked_.quantity() == 0);
    command_.pack = asked_.pack();
    if (command_.pack.empty() || command_.pack.size() > 100) {
      violations_.Add("pack", "must be the device identifier of a pack");
    }
    ReadPackQuantity();
  }

  // Up to 12 digits and 3 decimals.
  void ReadPackQuantity() {
    const std::string& text = asked_.pack_quantity();
    const size_t point = std::min(text.find('.'), text.size());
    std::string digits = text.substr(0, point);
    std::string decimals = point < text.size() ? text.substr(point + 1) : "";
    const bool shaped = !digits.empty() && digits.size() <= 12 && decimals.size() <= 3 &&
                        (point == text.size() || !decimals.empty());
    decimals.resize(3, '0');
    digits += decimals;
    const bool digits_only = std::all_of(digits.begin(), digits.end(),
                                         [](char digit) { return digit >= '0' && digit <= '9'; });
    if (shaped && digits_only) {
      std::from_chars(digits.data(), digits.data() + digits.size(), command_.pack_thousandths);
    }
    if (command_.pack_thousandths <= 0) {
      violations_.Add("pack_quantity",
                      "must be a decimal number above 0 with at most 12 digits and 3 decimals");
    }
  }

  void ReadTimes() {
    if (asked_.has_effective_time()) {
      const absl::Time effective_at =
          ReadInstant("effective_time", asked_.effective_time(), violations_);
      if (effective_at > now_ + kClockSkewMax) {
        violations_.Add("effective_time", "must not lie in the future");
      }
      command_.effective_at = effective_at;
    }
    if (rule_.kind != v1::MOVEMENT_KIND_RESERVE) {
      return MustBeEmpty("expire_time", !asked_.has_expire_time());
    }
    // From when the name was made, so that who asks again later gets the first answer.
    command_.expire_at = ReadHeldUntil(asked_.has_expire_time() ? &asked_.expire_time() : nullptr,
                                       now_, std::min(now_, made_at_), violations_);
  }

  void ReadTexts() {
    command_.registration = asked_.registration();
    if (CodePointCount(asked_.registration()) > kRegistrationMax) {
      violations_.Add("registration", "must be at most 100 characters");
    }
    command_.reason = asked_.reason();
    command_.override_expiry = asked_.override_expiry();
    const bool needs_reason = rule_.needs_reason || command_.override_expiry;
    if (CodePointCount(command_.reason) > kReasonMax) {
      violations_.Add("reason", "must be at most 200 characters");
    } else if (needs_reason && TrimAsciiSpace(command_.reason).empty()) {
      violations_.Add("reason", "is required for this kind of movement");
    }
    command_.group = asked_.group();
    if (CodePointCount(command_.group) > kGroupMax) {
      violations_.Add("group", "must be at most 64 characters");
    }
    ReadDocument();
  }

  void ReadDocument() {
    command_.document = asked_.document();
    CheckDocument(command_.document, violations_);
    // These are posted by their own calls only, with their own rules.
    for (const std::string_view own : {"receipts/", "transfers/", "uses/"}) {
      if (command_.document.rfind(own, 0) == 0) {
        violations_.Add("document", "of this collection post their movements themselves");
      }
    }
  }

  const v1::Movement& asked_;
  const absl::Time now_;
  const absl::Time made_at_;
  Command& command_;
  const KindRule& rule_;
  FieldViolations violations_;
};

absl::Status CheckRight(const auth::Principal& principal, std::string_view permission) {
  if (auth::IsGranted(principal, permission)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, "PERMISSION_MISSING",
                   fmt::format("this movement needs the permission {}, which none of your roles "
                               "holds",
                               permission),
                   {{"permission", std::string(permission)}});
}

bool IsSameGoods(const v1::Movement& one, const v1::Movement& other) {
  return one.from_location() == other.from_location() && one.item() == other.item() &&
         one.lot() == other.lot() && one.serial() == other.serial() &&
         one.quantity() == other.quantity() && one.pack() == other.pack();
}

}  // namespace

bool IsTakenToUse(const Movements& movements, int index) {
  const v1::Movement& taken = movements[index];
  if (taken.kind() != v1::MOVEMENT_KIND_TAKE_OWNERSHIP || taken.group().empty()) return false;
  const auto is_in_group = [&](int at) {
    return at >= 0 && at < movements.size() && movements[at].group() == taken.group();
  };
  int first = index;
  while (is_in_group(first - 1)) --first;
  int uses_left = 0;
  for (int at = first; is_in_group(at); ++at) {
    const v1::Movement& member = movements[at];
    if (!IsSameGoods(member, taken)) continue;
    if (member.kind() == v1::MOVEMENT_KIND_USE) ++uses_left;
    if (member.kind() == v1::MOVEMENT_KIND_TAKE_OWNERSHIP) --uses_left;
  }
  return uses_left >= 0;
}

absl::StatusOr<Command> ParseCommand(const auth::Principal& principal, absl::Time now,
                                     const v1::Movement& asked, bool taken_to_use) {
  Command command{.asked = &asked, .rule = FindKindRule(asked.kind())};
  absl::Time made_at;
  QINGQU_RETURN_IF_ERROR(ReadMovementId(asked.name(), now, command.movement_id, made_at));
  if (command.rule == nullptr) return InvalidField("kind", "must be a kind of movement to post");
  QINGQU_RETURN_IF_ERROR(Reader(asked, now, made_at, command).Read());
  if (!command.rule->permission.empty()) {
    QINGQU_RETURN_IF_ERROR(CheckRight(principal, command.rule->permission));
  }
  // At the bedside goods change hands only together with their use.
  if (command.rule->kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP && !taken_to_use) {
    QINGQU_RETURN_IF_ERROR(CheckRight(principal, "distribution.stock.keep"));
  }
  // A recall is lifted by whoever may release goods, never by who keeps them.
  if (command.rule->kind == v1::MOVEMENT_KIND_CHANGE_CONDITION && command.condition == "recalled") {
    QINGQU_RETURN_IF_ERROR(CheckRight(principal, "distribution.recall.lift"));
  }
  if (command.override_expiry) {
    QINGQU_RETURN_IF_ERROR(CheckRight(principal, "distribution.expiry.override"));
  }
  return command;
}

}  // namespace qingqu::distribution
