#include "services/distribution/ledger/plan.h"

#include <tuple>

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/refusals.h"
#include "services/distribution/receipt.h"

namespace qingqu::distribution {
namespace {

constexpr int64_t kThousand = 1000;

// What moved by itself may be moved back: a reversal is not reversed, and a recall is lifted by
// whoever may release goods, never by a reversal.
bool MayBeReversed(std::string_view kind, std::string_view to_condition) {
  return kind != "reversal" && !(kind == "change_condition" && to_condition == "recalled");
}

bool IsStore(const Location& place) {
  return place.kind == LocationKind::kCentralStore || place.kind == LocationKind::kInstitutionStore;
}

// The store of the institution to which the other place belongs.
bool IsStoreAbove(const Location& store, const Location& place) {
  return store.kind == LocationKind::kInstitutionStore &&
         store.institution_id == place.institution_id;
}

// Who sees the two sides of what goes back: the sides of the original, exchanged.
template <typename Original>
void SeenBackwards(const Original& original, Plan& plan) {
  plan.from_institution_id = original.to_institution_id;
  plan.to_institution_id = original.from_institution_id;
  plan.from_department_id = original.to_department_id;
  plan.to_department_id = original.from_department_id;
}

// Goods of a supplier stay his wherever they go; all others belong to where they lie.
std::string OwnerAfter(std::string_view owner, const Location& place) {
  return IsSupplierOwned(owner) ? std::string(owner) : OwnerAt(place);
}

absl::Status QuantityOdd(std::string_view message, std::string_view field) {
  return MovementRefused(absl::StatusCode::kInvalidArgument, "QUANTITY_ODD", message, field);
}

absl::Status ReservationMismatch() {
  return RuleBroken("RESERVATION_MISMATCH", "the reservation holds other goods", "reservation");
}

absl::Status RouteRefused(std::string_view message) {
  return MovementRefused(absl::StatusCode::kPermissionDenied, "ROUTE_NOT_ALLOWED", message,
                         "to_location");
}

}  // namespace

const Location* Planner::FindLocation(std::string_view location_id) const {
  const auto found = facts_.locations.find(location_id);
  return found == facts_.locations.end() ? nullptr : &found->second;
}

void Planner::Concern(const Location& place, Plan& plan) const {
  plan.alliance_id = place.alliance_id;
  plan.holders.push_back(OwnerAt(place));
}

// Who may move goods between these places, and whether they fit the kind.
absl::Status Planner::PlanPlaces(const auth::Principal& principal, const Command& command,
                                 Plan& plan) {
  from_ = FindLocation(command.from_location_id);
  to_ = FindLocation(command.to_location_id);
  if (!command.from_location_id.empty() && from_ == nullptr) {
    return LocationNotFound(command.from_location_id);
  }
  if (!command.to_location_id.empty() && to_ == nullptr) {
    return LocationNotFound(command.to_location_id);
  }
  // Else the form tells; here a reservation told where the goods are.
  if (from_ != nullptr && from_ == to_) {
    return InvalidField("to_location", "must be another place than from_location");
  }
  switch (command.rule->kind) {
    case v1::MOVEMENT_KIND_TRANSFER_OUT:
      QINGQU_RETURN_IF_ERROR(CheckRoute(principal, *from_, *to_));
      plan.goes_back_to_central = to_->kind == LocationKind::kCentralStore;
      break;
    case v1::MOVEMENT_KIND_TRANSFER_IN:
      if (from_->alliance_id != to_->alliance_id) return LocationNotFound(from_->location_id);
      QINGQU_RETURN_IF_ERROR(CheckDestination(principal, *to_));
      plan.changes_hands = SeenBy(*from_) != SeenBy(*to_);
      break;
    case v1::MOVEMENT_KIND_USE:
      if (!MayUseUp(principal, *from_)) return LocationNotFound(from_->location_id);
      break;
    case v1::MOVEMENT_KIND_RETURN_TO_STORE:
      if (!WorksAt(principal, *from_)) return LocationNotFound(from_->location_id);
      if (!WorksAt(principal, *to_) && !IsStoreAbove(*to_, *from_)) {
        return LocationNotFound(to_->location_id);
      }
      break;
    default:
      for (const Location* place : {from_, to_}) {
        if (place != nullptr && !WorksAt(principal, *place)) {
          return LocationNotFound(place->location_id);
        }
      }
  }
  const bool at_once = command.rule->kind == v1::MOVEMENT_KIND_ISSUE ||
                       command.rule->kind == v1::MOVEMENT_KIND_RETURN_TO_STORE;
  if (at_once && (SeenBy(*from_) != SeenBy(*to_) || from_->alliance_id != to_->alliance_id)) {
    return RouteRefused("goods go to another institution by transfer only: sent, then received");
  }
  if (command.rule->kind == v1::MOVEMENT_KIND_ISSUE && !IsStore(*from_)) {
    return RouteRefused("goods are issued out of a store");
  }
  if (command.rule->kind == v1::MOVEMENT_KIND_RETURN_TO_STORE &&
      (!IsStore(*to_) || IsStore(*from_))) {
    return RouteRefused("goods are returned to a store, from a place that is none");
  }
  for (const Location* place : {from_, to_}) {
    if (place != nullptr) Concern(*place, plan);
  }
  const Location& first = from_ != nullptr ? *from_ : *to_;
  const Location& last = to_ != nullptr ? *to_ : *from_;
  plan.from_institution_id = SeenBy(first);
  plan.to_institution_id = SeenBy(last);
  plan.from_department_id = first.department_id;
  plan.to_department_id = last.department_id;
  if (command.owner.empty() || IsSupplierOwned(command.owner)) return absl::OkStatus();
  if (command.owner == OwnerAt(first)) return absl::OkStatus();
  return InvalidField("owner", fmt::format("must be {} or a supplier", OwnerAt(first)));
}

absl::Status Planner::PlanGoods(const Command& command, Plan& plan) {
  const auto item = facts_.items.find(command.item_id);
  if (item == facts_.items.end()) {
    return MovementRefused(absl::StatusCode::kNotFound, "ITEM_NOT_FOUND",
                           fmt::format("there is no items/{}", command.item_id), "item");
  }
  const scanning::ItemFacts& facts = item->second;
  plan.enters = command.rule->from != Side::kPlace && command.rule->from != Side::kTransit;
  if (plan.enters && IsSupplierOwned(command.owner) &&
      !facts_.suppliers.contains(command.owner.substr(command.owner.find('/') + 1))) {
    return MovementRefused(absl::StatusCode::kNotFound, "SUPPLIER_NOT_FOUND",
                           fmt::format("there is no {}", command.owner), "owner");
  }
  const bool onwards = command.rule->must_be_issuable && !plan.goes_back_to_central;
  if (facts.suspended && (onwards || command.rule->kind == v1::MOVEMENT_KIND_RECEIVE)) {
    return RuleBroken("ITEM_SUSPENDED",
                      fmt::format("items/{} is suspended; it is neither received, used nor sent on",
                                  command.item_id),
                      "item");
  }
  if (facts.high_value && command.rule->kind == v1::MOVEMENT_KIND_USE) {
    return RuleBroken("USE_NEEDS_PATIENT",
                      "a high-value item is used by scanning it for a patient, not here", "item");
  }
  plan.quantity = command.quantity;
  if (!command.pack.empty()) {
    const auto pack = facts_.packs.find(command.pack);
    if (pack == facts_.packs.end() || pack->second.item_id != command.item_id) {
      return QuantityOdd("the pack is none of the item's", "pack");
    }
    const int64_t per_pack = pack->second.base_units_per_pack;
    const absl::StatusOr<Quantity> whole =
        Multiply(Quantity(command.pack_thousandths / kThousand), per_pack);
    const absl::StatusOr<Quantity> thousandths =
        Multiply(Quantity(command.pack_thousandths % kThousand), per_pack);
    if (!whole.ok() || !thousandths.ok() || thousandths->base_units() % kThousand != 0) {
      return QuantityOdd("the packs do not come out as whole base units", "pack_quantity");
    }
    const absl::StatusOr<Quantity> units =
        Add(*whole, Quantity(thousandths->base_units() / kThousand));
    if (!units.ok() || *units > kQuantityMax) {
      return QuantityOdd("the packs hold too many base units for one movement", "pack_quantity");
    }
    plan.quantity = units->base_units();
  }
  item_id_ = command.item_id;
  lot_number_ = facts.lot_tracked ? command.lot_number : "";
  serial_ = facts.serial_tracked ? command.serial : "";
  plan.expiry_tracked = facts.expiry_tracked;
  if (facts.expiry_tracked) plan.expiry = command.expiry;
  if (facts.serial_tracked && plan.quantity != 1) {
    return QuantityOdd("a piece with a serial number is exactly one", "quantity");
  }
  if (facts.lot_tracked && lot_number_.empty()) {
    return RuleBroken("LOT_MISSING", "the item is tracked by lot", "lot");
  }
  if (facts.serial_tracked && serial_.empty()) {
    return RuleBroken("SERIAL_MISSING", "the item is tracked piece by piece", "serial");
  }
  if (facts.expiry_tracked && lot_number_.empty() && !plan.expiry.has_value()) {
    return RuleBroken("EXPIRY_MISSING", "goods without a lot number are known by their expiry",
                      "expiry_date");
  }
  lot_id_ = LotIdOf(item_id_, lot_number_, plan.expiry);
  plan.lot = book_.AddLot(lot_id_, item_id_, lot_number_);
  // It is what the lot is known by, so who names a reservation in the same batch needs it at once.
  if (lot_number_.empty()) book_.lots[*plan.lot].expiry = plan.expiry;
  return absl::OkStatus();
}

void Planner::PlanAccounts(const Command& command, Plan& plan) {
  const Location& first = from_ != nullptr ? *from_ : *to_;
  const Location& last = to_ != nullptr ? *to_ : *from_;
  const std::string owner = command.owner.empty() ? OwnerAt(first) : command.owner;
  const auto add = [&](const LedgerSide& side, std::string_view whose, std::string_view condition) {
    return book_.AddAccount(side, item_id_, lot_id_, serial_, whose, condition);
  };
  switch (command.rule->from) {
    case Side::kPlace:
      plan.credit = add(StockAt(first), owner, command.condition);
      break;
    case Side::kTransit:
      plan.credit = add(TransitBetween(first, last), owner, command.condition);
      break;
    case Side::kSupply:
      plan.credit = add(SupplyOf(last), owner, command.condition);
      break;
    default:
      plan.credit = add(AdjustmentOf(last), owner, command.condition);
  }
  switch (command.rule->to) {
    case Side::kPlace: {
      const bool takes = command.rule->kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP;
      plan.debit =
          add(StockAt(last), takes ? OwnerAt(last) : OwnerAfter(owner, last), command.to_condition);
      break;
    }
    case Side::kTransit:
      plan.debit = add(TransitBetween(first, last), owner, command.condition);
      break;
    case Side::kSupply:
      plan.debit = add(SupplyOf(first), owner, command.condition);
      break;
    case Side::kUse:
      plan.debit = add(UseOf(first), owner, command.condition);
      break;
    case Side::kLoss:
      plan.debit = add(LossOf(first), owner, command.condition);
      break;
    default:
      break;
  }
}

// True when the account is of a place where the caller works; places in between are nobody's.
absl::Status Planner::CheckWorksAt(const auth::Principal& principal,
                                   const BookAccount& account) const {
  if (account.kind != "stock" || principal.scope == auth::Scope::kSystem) return absl::OkStatus();
  const Location* const place = FindLocation(account.location_id);
  if (place != nullptr && WorksAt(principal, *place)) return absl::OkStatus();
  return LocationNotFound(account.location_id);
}

// What the reservation says of the goods need not be said again, but must not be contradicted.
// Fills in what was not said.
bool Planner::FitsReservation(const BookAccount& held, const BookLot& lot, Command& command) const {
  const std::pair<std::string&, const std::string&> said[] = {
      {command.item_id, held.item_id},
      {command.serial, held.serial},
      {command.owner, held.owner},
      {command.lot_number, lot.lot_number},
      {command.from_location_id, held.location_id}};
  bool fits = command.asked->condition() == v1::STOCK_CONDITION_UNSPECIFIED ||
              command.condition == held.condition;
  for (const auto& [given, known] : said) {
    if (given.empty()) given = known;
    fits = fits && given == known;
  }
  if (lot.lot_number.empty()) {
    const bool other =
        lot.expiry.has_value() && command.expiry.value_or(*lot.expiry) != *lot.expiry;
    fits = fits && !other;
    command.expiry = lot.expiry;
  }
  command.condition = held.condition;
  return fits;
}

absl::Status Planner::PlanFromReservation(const auth::Principal& principal, const Command& command,
                                          Plan& plan) {
  const std::optional<size_t> found = book_.FindReservation(command.reservation_id);
  if (!found.has_value()) return ReservationNotFound(command.reservation_id);
  const BookAccount held = book_.accounts[book_.reservations[*found].account];
  if (!CheckWorksAt(principal, held).ok()) return ReservationNotFound(command.reservation_id);
  plan.reservation = *found;
  Command filled = command;
  const BookLot lot = book_.lots[book_.AddLot(held.lot_id, held.item_id, "")];
  const bool fits = FitsReservation(held, lot, filled);
  const bool changes = filled.rule->kind == v1::MOVEMENT_KIND_CHANGE_CONDITION;
  if (changes && filled.to_condition == held.condition) {
    return InvalidField("to_condition", "must be another condition");
  }
  if (!changes) filled.to_condition = held.condition;
  QINGQU_RETURN_IF_ERROR(PlanPlaces(principal, filled, plan));
  plan.burns = true;
  if (!fits) return ReservationMismatch();
  QINGQU_RETURN_IF_ERROR(PlanGoods(filled, plan));
  PlanAccounts(filled, plan);
  // The item may be tracked otherwise by now.
  return *plan.credit == book_.reservations[*found].account ? absl::OkStatus()
                                                            : ReservationMismatch();
}

absl::Status Planner::PlanVoid(const auth::Principal& principal, const Command& command,
                               Plan& plan) {
  const std::optional<size_t> found = book_.FindReservation(command.reservation_id);
  if (!found.has_value()) return ReservationNotFound(command.reservation_id);
  const size_t held = book_.reservations[*found].account;
  if (!CheckWorksAt(principal, book_.accounts[held]).ok()) {
    return ReservationNotFound(command.reservation_id);
  }
  plan.reservation = *found;
  plan.credit = held;
  plan.alliance_id = book_.accounts[held].alliance_id;
  plan.from_institution_id = book_.accounts[held].institution_id;
  plan.to_institution_id = plan.from_institution_id;
  const Location* const place = FindLocation(book_.accounts[held].location_id);
  if (place != nullptr) plan.from_department_id = plan.to_department_id = place->department_id;
  plan.burns = true;
  Command filled = command;
  const BookAccount& account = book_.accounts[held];
  const BookLot lot = book_.lots[book_.AddLot(account.lot_id, account.item_id, "")];
  return FitsReservation(account, lot, filled) ? absl::OkStatus() : ReservationMismatch();
}

// From one side of a stored movement to the other, backwards.
void Planner::PlanBackwards(const StoredMovement& original, Plan& plan) {
  const auto add = [&](const std::string& location_id, const std::string& owner,
                       const std::string& condition) {
    const size_t slash = location_id.find('/', location_id.find('/') + 1);
    LedgerSide side{.location_id = location_id, .kind = "stock"};
    if (location_id.rfind("transit/", 0) == 0) side.kind = "transit";
    if (location_id.rfind("contra/", 0) == 0) side.kind = location_id.substr(7, slash - 7);
    return book_.AddAccount(side, original.item_id, original.lot_id, original.serial, owner,
                            condition);
  };
  book_.AddLot(original.lot_id, original.item_id, original.lot_number);
  plan.debit = add(original.from_location_id, original.from_owner, original.from_condition);
  if (original.moved == 0) return;
  plan.credit = add(original.to_location_id, original.to_owner, original.to_condition);
  plan.quantity = original.quantity;
}

// What a reversal confirms of the goods has to be what the original says.
absl::Status Planner::CheckConfirmed(const Command& command, const Plan& plan) {
  const BookAccount& credit = book_.accounts[*plan.credit];
  const BookAccount& debit = book_.accounts[*plan.debit];
  const BookLot& lot = book_.lots[book_.AddLot(credit.lot_id, credit.item_id, "")];
  const std::tuple<std::string_view, const std::string&, const std::string&> told[] = {
      {"item", command.item_id, credit.item_id},
      {"lot", command.lot_number, lot.lot_number},
      {"serial", command.serial, credit.serial.empty() ? debit.serial : credit.serial}};
  const auto mismatch = [](std::string_view field) {
    return RuleBroken("ORIGINAL_MISMATCH",
                      fmt::format("the original moved goods of another {}", field), field);
  };
  for (const auto& [field, confirmed, known] : told) {
    if (!confirmed.empty() && confirmed != known) return mismatch(field);
  }
  const bool other = command.quantity != 0 && command.quantity != plan.quantity;
  return other ? mismatch("quantity") : absl::OkStatus();
}

absl::Status Planner::PlanReversal(const auth::Principal& principal, const Command& command,
                                   Plan& plan) {
  const auto earlier = planned_.find(command.original_id);
  const auto stored = facts_.known.find(command.original_id);
  bool reversible = false;
  if (stored != facts_.known.end() && stored->second.refusal_json.empty()) {
    // What a document posted has no hash: the document would not know that its goods went back.
    reversible = stored->second.moved > 0 && !stored->second.content_hash.empty() &&
                 MayBeReversed(stored->second.kind, stored->second.to_condition);
    PlanBackwards(stored->second, plan);
    SeenBackwards(stored->second, plan);
  } else if (earlier != planned_.end() && earlier->second.status.ok()) {
    reversible = earlier->second.reversible;
    plan.credit = earlier->second.debit;
    plan.debit = earlier->second.credit;
    plan.quantity = earlier->second.quantity;
    SeenBackwards(earlier->second, plan);
  } else {
    return MovementNotFound(command.original_id);
  }
  const BookAccount* place_of = nullptr;
  for (const std::optional<size_t>& side : {plan.debit, plan.credit}) {
    if (!side.has_value()) continue;
    const BookAccount& account = book_.accounts[*side];
    if (!CheckWorksAt(principal, account).ok()) return MovementNotFound(command.original_id);
    if (account.kind == "stock") place_of = &account;
  }
  if (place_of == nullptr) return MovementNotFound(command.original_id);
  const Location& place = *FindLocation(place_of->location_id);
  Concern(place, plan);
  plan.burns = true;
  if (!reversible) {
    return RuleBroken("NOT_REVERSIBLE",
                      "only goods that were moved by a movement of its own are moved back, and no "
                      "recall is lifted so",
                      "original");
  }
  plan.enters = book_.accounts[*plan.credit].IsContra();
  return CheckConfirmed(command, plan);
}

Plan Planner::Make(const auth::Principal& principal, const Command& command) {
  Plan plan;
  plan.effective_at = command.effective_at;
  plan.opens = command.rule->kind == v1::MOVEMENT_KIND_OPENING_BALANCE;
  from_ = to_ = nullptr;
  const auto make = [&]() -> absl::Status {
    if (command.rule->kind == v1::MOVEMENT_KIND_VOID ||
        command.rule->kind == v1::MOVEMENT_KIND_EXPIRE) {
      return PlanVoid(principal, command, plan);
    }
    if (command.rule->kind == v1::MOVEMENT_KIND_REVERSAL) {
      return PlanReversal(principal, command, plan);
    }
    if (!command.reservation_id.empty()) return PlanFromReservation(principal, command, plan);
    QINGQU_RETURN_IF_ERROR(PlanPlaces(principal, command, plan));
    plan.burns = true;
    QINGQU_RETURN_IF_ERROR(PlanGoods(command, plan));
    PlanAccounts(command, plan);
    if (command.rule->kind == v1::MOVEMENT_KIND_RESERVE) {
      plan.reservation = book_.AddReservation(command.movement_id, *plan.credit);
    }
    return absl::OkStatus();
  };
  plan.status = make();
  if (plan.status.ok()) plan.burns = true;
  plan.reversible =
      plan.debit.has_value() && MayBeReversed(command.rule->name, command.to_condition);
  // The first that takes the id decides what it means.
  Plan& kept = planned_[command.movement_id];
  if (!kept.burns) kept = plan;
  return plan;
}

}  // namespace qingqu::distribution
