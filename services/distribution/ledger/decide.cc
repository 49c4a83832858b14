#include "services/distribution/ledger/decide.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/effect.h"
#include "services/distribution/ledger/refusals.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

// Goods that were good when they were used are posted a little later just as well.
constexpr absl::Duration kRecordedLateMax = absl::Hours(48);

std::string PieceKey(const BookAccount& account) {
  return fmt::format("{}\n{}", account.item_id, account.serial);
}

absl::Status LotConflict(std::string_view reason, const BookLot& lot, std::string_view field,
                         std::string_view known, std::string_view told) {
  return RuleBroken(reason,
                    fmt::format("lot {} of items/{} is known with {} {}, not {}", lot.lot_number,
                                lot.item_id, field, known, told),
                    field);
}

template <typename Value>
bool Conflicts(const std::optional<Value>& known, const std::optional<Value>& told) {
  return known.has_value() && told.has_value() && *known != *told;
}

bool Conflicts(const std::string& known, const std::string& told) {
  return !known.empty() && !told.empty() && known != told;
}

// Whether goods that go from `credit` to `debit` are those of the original, on their way back.
// Under one name a batch may ask for several things, of which another than the planned one was
// posted.
bool GoesBack(const BookAccount& credit, const BookAccount& debit, const StoredMovement& original) {
  const auto goods = [](const BookAccount& account) {
    return std::tie(account.item_id, account.lot_id);
  };
  const auto place = [](const BookAccount& account) {
    return std::tie(account.location_id, account.owner, account.condition);
  };
  return goods(credit) == std::tie(original.item_id, original.lot_id) &&
         goods(debit) == goods(credit) &&
         (credit.serial.empty() ? debit.serial : credit.serial) == original.serial &&
         place(credit) ==
             std::tie(original.to_location_id, original.to_owner, original.to_condition) &&
         place(debit) ==
             std::tie(original.from_location_id, original.from_owner, original.from_condition);
}

}  // namespace

// Whether the id was resolved before, in this batch or long ago.
absl::Status Decider::Answer(const auth::Actor& actor, const Command& command,
                             Outcome& outcome) const {
  const StoredMovement* before = nullptr;
  if (const auto now = decided_.find(command.movement_id); now != decided_.end()) {
    before = &now->second;
  } else if (const auto then = facts_.known.find(command.movement_id); then != facts_.known.end()) {
    before = &then->second;
  }
  if (before == nullptr) return absl::OkStatus();
  outcome.repeated = true;
  outcome.movement = *before;
  if (before->actor_id != actor.user_id) return MovementExists(command.movement_id, "actor");
  if (before->content_hash != ContentHash(*command.asked)) {
    return MovementExists(command.movement_id, FirstDifference(*command.asked, *before));
  }
  return before->refusal_json.empty() ? absl::OkStatus() : RefusalOf(before->refusal_json);
}

// What the plan counts on may have been refused since, earlier in the batch.
absl::Status Decider::CheckNamed(const Command& command, const Plan& plan) const {
  if (plan.reservation.has_value() && command.rule->kind != v1::MOVEMENT_KIND_RESERVE &&
      !book_.reservations[*plan.reservation].exists) {
    return ReservationNotFound(book_.reservations[*plan.reservation].reservation_id);
  }
  if (command.original_id.empty()) return absl::OkStatus();
  if (facts_.archived.contains(command.original_id)) return MovementArchived(command.original_id);
  const auto stored = facts_.known.find(command.original_id);
  if (stored != facts_.known.end() && stored->second.refusal_json.empty()) return absl::OkStatus();
  const auto original = decided_.find(command.original_id);
  const bool posted = original != decided_.end() && original->second.refusal_json.empty();
  const bool as_planned =
      posted &&
      (!plan.credit.has_value() || !plan.debit.has_value() ||
       (GoesBack(book_.accounts[*plan.credit], book_.accounts[*plan.debit], original->second) &&
        plan.quantity == original->second.quantity));
  return as_planned ? absl::OkStatus() : MovementNotFound(command.original_id);
}

absl::Status Decider::CheckExpiryTold(const Plan& plan) const {
  if (!plan.lot.has_value() || !plan.enters || !plan.expiry_tracked) return absl::OkStatus();
  if (book_.lots[*plan.lot].expiry.has_value() || plan.expiry.has_value()) return absl::OkStatus();
  return RuleBroken("EXPIRY_MISSING", "the item is tracked by expiry", "expiry_date");
}

// What was not moved yet is not moved back: between the two the place would hold what never was.
absl::Status Decider::CheckOriginal(const Command& command, absl::Time effective_at) const {
  if (command.original_id.empty()) return absl::OkStatus();
  const auto stored = facts_.known.find(command.original_id);
  const StoredMovement& original =
      stored != facts_.known.end() ? stored->second : decided_.at(command.original_id);
  if (effective_at >= original.effective_at) return absl::OkStatus();
  return RuleBroken(
      "BEFORE_ORIGINAL",
      fmt::format("the original took effect at {}, and is not reversed before",
                  absl::FormatTime(absl::RFC3339_full, original.effective_at, absl::UTCTimeZone())),
      "effective_time");
}

absl::Status Decider::CheckLot(const Command& command, const Plan& plan) const {
  if (!plan.lot.has_value()) return absl::OkStatus();
  const BookLot& lot = book_.lots[*plan.lot];
  if (!lot.stored && !lot.changed && !plan.enters) {
    return RuleBroken("LOT_UNKNOWN",
                      fmt::format("lot {} of items/{} never came in", lot.lot_number, lot.item_id),
                      "lot");
  }
  if (Conflicts(lot.expiry, plan.expiry)) {
    return LotConflict("EXPIRY_CONFLICT", lot, "expiry_date", lot.expiry->ToString(),
                       plan.expiry->ToString());
  }
  if (Conflicts(lot.manufactured, command.manufactured)) {
    return LotConflict("LOT_CONFLICT", lot, "manufacture_date", lot.manufactured->ToString(),
                       command.manufactured->ToString());
  }
  if (Conflicts(lot.sterilisation_lot, command.sterilisation_lot)) {
    return LotConflict("LOT_CONFLICT", lot, "sterilisation_lot", lot.sterilisation_lot,
                       command.sterilisation_lot);
  }
  if (Conflicts(lot.registration, command.registration)) {
    return LotConflict("LOT_CONFLICT", lot, "registration", lot.registration, command.registration);
  }
  return absl::OkStatus();
}

absl::Status Decider::CheckReservation(const Command& command, const Plan& plan) const {
  if (!command.original_id.empty()) {
    const auto reversed = book_.reversed.find(command.original_id);
    if (reversed == book_.reversed.end()) return absl::OkStatus();
    return RuleBroken("ALREADY_REVERSED",
                      fmt::format("movements/{} was reversed before", command.original_id),
                      "original");
  }
  if (!plan.reservation.has_value() || command.rule->kind == v1::MOVEMENT_KIND_RESERVE) {
    return absl::OkStatus();
  }
  const BookReservation& reservation = book_.reservations[*plan.reservation];
  const bool expired = reservation.expires_at <= posted_at_;
  if (reservation.state != "open" || (expired && command.rule->to != Side::kNone)) {
    return RuleBroken(
        "RESERVATION_CLOSED",
        fmt::format("reservations/{} holds nothing any more", reservation.reservation_id),
        "reservation");
  }
  if (plan.quantity > reservation.open) {
    return RuleBroken("RESERVATION_EXCEEDED",
                      fmt::format("reservations/{} holds {}, not {}", reservation.reservation_id,
                                  reservation.open, plan.quantity),
                      "quantity");
  }
  return absl::OkStatus();
}

// `overridden`: the goods are expired, and are moved all the same.
absl::Status Decider::CheckGoods(const Command& command, const Plan& plan, absl::Time effective_at,
                                 bool& overridden) const {
  const BookAccount& credit = book_.accounts[*plan.credit];
  if (!command.rule->must_be_issuable || plan.goes_back_to_central) return absl::OkStatus();
  if (credit.condition == "recalled") {
    return RuleBroken("RECALLED", "the goods are recalled: send them back", "condition");
  }
  const bool expired_too = credit.condition == "expired" && command.override_expiry;
  overridden = expired_too;
  if (credit.condition != "available" && !expired_too) {
    return RuleBroken(
        "CONDITION_FORBIDS",
        fmt::format("goods that are {} are neither used nor sent on", credit.condition),
        "condition");
  }
  if (command.rule->kind == v1::MOVEMENT_KIND_USE && IsSupplierOwned(credit.owner)) {
    return RuleBroken("CONSIGNED",
                      "the goods are the supplier's; take ownership in the same group first",
                      "owner");
  }
  const bool used = command.rule->kind == v1::MOVEMENT_KIND_USE ||
                    command.rule->kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP;
  const CivilDate day =
      BusinessDay(used ? std::max(effective_at, posted_at_ - kRecordedLateMax) : posted_at_);
  const BookLot& lot = book_.lots[*plan.lot];
  const std::optional<CivilDate>& expiry = lot.expiry.has_value() ? lot.expiry : plan.expiry;
  const bool expired = expiry.has_value() && *expiry < day;
  overridden = overridden || (expired && command.override_expiry);
  if (expired && !command.override_expiry) {
    return RuleBroken("LOT_EXPIRED",
                      fmt::format("lot {} of items/{} expired on {}", lot.lot_number, lot.item_id,
                                  expiry->ToString()),
                      "lot");
  }
  return absl::OkStatus();
}

// Four eyes, as for transfer documents: whose goods may be among those in transit does not receive
// them for another institution.
absl::Status Decider::CheckHands(const Plan& plan, const StoredMovement& movement) const {
  if (!plan.changes_hands) return absl::OkStatus();
  const auto senders = book_.senders.find(*plan.credit);
  if (senders == book_.senders.end()) return absl::OkStatus();
  const std::set<std::string>& now = senders->second.now;
  if (!now.contains(movement.actor_id) && !now.contains(movement.actor_for_id)) {
    return absl::OkStatus();
  }
  return MovementRefused(absl::StatusCode::kPermissionDenied, "SAME_PERSON",
                         "you sent goods of this lot that are on their way; somebody else at their "
                         "destination has to receive them",
                         "actor");
}

absl::Status Decider::CheckBalances(const Command& command, const Plan& plan,
                                    absl::Time effective_at) const {
  const BookAccount& credit = book_.accounts[*plan.credit];
  const bool from_reservation =
      plan.reservation.has_value() && command.rule->kind != v1::MOVEMENT_KIND_RESERVE;
  if (!credit.IsContra() && !from_reservation && credit.Free() < plan.quantity) {
    if (!credit.serial.empty()) {
      return RuleBroken("SERIAL_NOT_HERE",
                        fmt::format("piece {} of items/{} is not there, or is held", credit.serial,
                                    credit.item_id),
                        "serial");
    }
    return RuleBroken("INSUFFICIENT_STOCK",
                      fmt::format("{} of items/{} are free there, not {}", credit.Free(),
                                  credit.item_id, plan.quantity),
                      "quantity");
  }
  if (plan.debit.has_value() && effective_at < posted_at_ && !credit.IsContra() &&
      LeastSince(credit, effective_at, posted_at_) < plan.quantity) {
    return RuleBroken(
        "NOT_THERE_THEN",
        fmt::format("{} of items/{} were not there from {} on", plan.quantity, credit.item_id,
                    absl::FormatTime(absl::RFC3339_full, effective_at, absl::UTCTimeZone())),
        "effective_time");
  }
  if (credit.IsContra() && credit.on_hand - plan.quantity < -kBalanceMax) {
    return RuleBroken("BALANCE_TOO_LARGE", "the ledger holds at most 10^15 units of anything",
                      "quantity");
  }
  if (!plan.debit.has_value()) return absl::OkStatus();
  const BookAccount& debit = book_.accounts[*plan.debit];
  if (debit.on_hand + plan.quantity > kBalanceMax) {
    return RuleBroken("BALANCE_TOO_LARGE", "the ledger holds at most 10^15 units of anything",
                      "quantity");
  }
  if (debit.serial.empty()) return absl::OkStatus();
  if (plan.enters && command.original_id.empty() && book_.used_pieces.contains(PieceKey(debit))) {
    return RuleBroken("SERIAL_USED",
                      fmt::format("piece {} of items/{} was used up; it does not come in again",
                                  debit.serial, debit.item_id),
                      "serial");
  }
  const auto piece = book_.pieces.find(PieceKey(debit));
  const bool elsewhere =
      piece != book_.pieces.end() && piece->second.has_value() && *piece->second != *plan.credit;
  if (debit.on_hand == 0 && !elsewhere) return absl::OkStatus();
  return RuleBroken(
      "SERIAL_ELSEWHERE",
      fmt::format("piece {} of items/{} is in the ledger already", debit.serial, debit.item_id),
      "serial");
}

absl::Status Decider::Check(const Command& command, const Plan& plan, Outcome& outcome) {
  const absl::Time effective_at =
      command.effective_at.has_value() ? std::min(*command.effective_at, posted_at_) : posted_at_;
  outcome.movement.effective_at = effective_at;
  QINGQU_RETURN_IF_ERROR(CheckExpiryTold(plan));
  QINGQU_RETURN_IF_ERROR(CheckEffectiveTime(facts_, book_, plan, effective_at, posted_at_));
  QINGQU_RETURN_IF_ERROR(CheckOriginal(command, effective_at));
  QINGQU_RETURN_IF_ERROR(CheckLot(command, plan));
  QINGQU_RETURN_IF_ERROR(CheckReservation(command, plan));
  if (command.rule->to == Side::kNone && command.rule->from == Side::kNone &&
      !plan.debit.has_value()) {
    return absl::OkStatus();
  }
  QINGQU_RETURN_IF_ERROR(
      CheckGoods(command, plan, effective_at, outcome.movement.expiry_overridden));
  QINGQU_RETURN_IF_ERROR(CheckHands(plan, outcome.movement));
  return CheckBalances(command, plan, effective_at);
}

void Decider::ApplyLot(const Command& command, const Plan& plan) {
  if (!plan.lot.has_value() || !plan.enters) return;
  BookLot& lot = book_.lots[*plan.lot];
  const auto add = [&lot](auto& known, const auto& told, bool is_told, bool is_known) {
    if (is_known || !is_told) return;
    known = told;
    lot.changed = true;
  };
  add(lot.expiry, plan.expiry, plan.expiry.has_value(), lot.expiry.has_value());
  add(lot.manufactured, command.manufactured, command.manufactured.has_value(),
      lot.manufactured.has_value());
  add(lot.sterilisation_lot, command.sterilisation_lot, !command.sterilisation_lot.empty(),
      !lot.sterilisation_lot.empty());
  add(lot.registration, command.registration, !command.registration.empty(),
      !lot.registration.empty());
  if (!lot.stored) lot.changed = true;
}

void Decider::ApplyReservation(const Command& command, const Plan& plan, Outcome& outcome) {
  if (!plan.reservation.has_value()) return;
  BookReservation& reservation = book_.reservations[*plan.reservation];
  BookAccount& account = book_.accounts[reservation.account];
  outcome.movement.reservation_id = reservation.reservation_id;
  reservation.changed = account.changed = true;
  if (command.rule->kind == v1::MOVEMENT_KIND_RESERVE) {
    reservation.exists = true;
    reservation.quantity = reservation.open = plan.quantity;
    reservation.expires_at = command.expire_at;
    reservation.actor_id = outcome.movement.actor_id;
    reservation.document = command.document;
    outcome.movement.held = plan.quantity;
    outcome.movement.expires_at = command.expire_at;
  } else if (!plan.debit.has_value()) {
    outcome.movement.held = -reservation.open;
    outcome.movement.quantity = reservation.open;
    reservation.open = 0;
    reservation.state = command.rule->kind == v1::MOVEMENT_KIND_EXPIRE ? "expired" : "voided";
  } else {
    outcome.movement.held = -plan.quantity;
    reservation.open -= plan.quantity;
    reservation.posted += plan.quantity;
    if (reservation.open == 0) reservation.state = "posted";
  }
  account.reserved += outcome.movement.held;
}

void Decider::Move(const Plan& plan, Outcome& outcome) {
  BookAccount& credit = book_.accounts[*plan.credit];
  StoredMovement& movement = outcome.movement;
  if (plan.debit.has_value()) {
    BookAccount& debit = book_.accounts[*plan.debit];
    credit.on_hand -= plan.quantity;
    debit.on_hand += plan.quantity;
    credit.changed = debit.changed = true;
    MoveSpans({.effective_at = movement.effective_at, .moved = -plan.quantity}, credit);
    MoveSpans({.effective_at = movement.effective_at, .moved = plan.quantity}, debit);
    movement.moved = plan.quantity;
    movement.debit_after = debit.on_hand;
    movement.to_location_id = debit.location_id;
    movement.to_owner = debit.owner;
    movement.to_condition = debit.condition;
    const BookAccount& piece = debit.serial.empty() ? credit : debit;
    movement.serial = piece.serial;
    if (!piece.serial.empty()) {
      book_.pieces[PieceKey(piece)] =
          debit.serial.empty() ? std::nullopt : std::optional(*plan.debit);
      if (movement.kind == "use") book_.used_pieces.insert(PieceKey(piece));
      if (movement.kind == "reversal") book_.used_pieces.erase(PieceKey(piece));
    }
  } else {
    movement.serial = credit.serial;
  }
  movement.credit_after = credit.on_hand;
  movement.from_location_id = credit.location_id;
  movement.from_owner = credit.owner;
  movement.from_condition = credit.condition;
  movement.item_id = credit.item_id;
  movement.lot_id = credit.lot_id;
}

void Decider::TrackSenders(const Plan& plan, const StoredMovement& movement) {
  if (book_.senders.empty() || !plan.debit.has_value()) return;
  const auto into = book_.senders.find(*plan.debit);
  if (into != book_.senders.end()) {
    Senders& senders = into->second;
    if (movement.kind == "transfer_out") {
      senders.Add(movement.actor_id, movement.actor_for_id, /*is_now=*/true);
    }
    if (movement.kind == "reversal") senders.now = senders.ever;
  }
  const auto out_of = book_.senders.find(*plan.credit);
  if (out_of != book_.senders.end() && movement.credit_after == 0) out_of->second.now.clear();
}

void Decider::Apply(const Command& command, const Plan& plan, Outcome& outcome) {
  StoredMovement& movement = outcome.movement;
  movement.quantity = plan.quantity;
  ApplyLot(command, plan);
  ApplyReservation(command, plan, outcome);
  Move(plan, outcome);
  TrackSenders(plan, movement);
  if (!command.original_id.empty()) {
    book_.reversed[command.original_id] = true;
    movement.original_id = command.original_id;
  }
  const size_t lot_index =
      plan.lot.has_value() ? *plan.lot : book_.AddLot(movement.lot_id, movement.item_id, "");
  const BookLot& lot = book_.lots[lot_index];
  movement.lot_number = lot.lot_number;
  movement.expiry_date = DateText(lot.expiry);
  movement.manufacture_date = DateText(lot.manufactured);
  movement.sterilisation_lot = lot.sterilisation_lot;
  movement.registration = lot.registration;
}

void Decider::Refuse(const Command& command, const Plan& plan, Outcome& outcome) {
  if (!plan.burns) return;
  StoredMovement refused = outcome.movement;
  refused.quantity = std::max<int64_t>(1, plan.quantity);
  refused.effective_at = posted_at_;
  refused.expiry_overridden = false;
  refused.refusal_json = RefusalJson(outcome.status, *command.asked);
  outcome.movement = std::move(refused);
  outcome.written = true;
}

StoredMovement Decider::Blank(const auth::Actor& actor, const Command& command) const {
  return {.movement_id = command.movement_id,
          .kind = std::string(command.rule->name),
          .posted_at = posted_at_,
          .document = command.document,
          .reason = command.reason,
          .linked_group = command.group,
          .actor_id = actor.user_id,
          .actor_for_id = actor.on_behalf_of,
          .content_hash = ContentHash(*command.asked)};
}

Outcome Decider::Decide(const auth::Actor& actor, const Command& command, const Plan& plan) {
  Outcome outcome{.alliance_id = plan.alliance_id,
                  .from_institution_id = plan.from_institution_id,
                  .to_institution_id = plan.to_institution_id,
                  .from_department_id = plan.from_department_id,
                  .to_department_id = plan.to_department_id};
  outcome.status = Answer(actor, command, outcome);
  if (outcome.repeated || command.only_answer) return outcome;
  outcome.status = CheckNamed(command, plan);
  if (!outcome.status.ok()) return outcome;
  outcome.movement = Blank(actor, command);
  outcome.status = plan.status.ok() ? Check(command, plan, outcome) : plan.status;
  if (outcome.status.ok()) {
    Save(plan);
    Apply(command, plan, outcome);
    outcome.written = true;
  } else {
    Refuse(command, plan, outcome);
  }
  const bool may_be_named = facts_.names_repeat || facts_.has_reversals;
  if (outcome.written && may_be_named) decided_[command.movement_id] = outcome.movement;
  return outcome;
}

void Decider::Save(const Plan& plan) {
  if (!saved_.has_value()) return;
  const auto save = [](const auto& index, const auto& all, auto& kept) {
    if (index.has_value()) kept.emplace_back(*index, all[*index]);
  };
  save(plan.credit, book_.accounts, saved_->accounts);
  save(plan.debit, book_.accounts, saved_->accounts);
  save(plan.lot, book_.lots, saved_->lots);
  save(plan.reservation, book_.reservations, saved_->reservations);
}

void Decider::Restore() {
  const auto restore = [](auto& kept, auto& all) {
    for (auto copy = kept.rbegin(); copy != kept.rend(); ++copy) all[copy->first] = copy->second;
  };
  restore(saved_->accounts, book_.accounts);
  restore(saved_->lots, book_.lots);
  restore(saved_->reservations, book_.reservations);
  book_.pieces = saved_->pieces;
  book_.reversed = saved_->reversed;
  book_.senders = saved_->senders;
  book_.used_pieces = saved_->used_pieces;
}

// A member that was asked for twice is not answered as posted either.
void Decider::FailGroup(const auth::Actor& actor, const std::vector<const Command*>& commands,
                        const std::vector<const Plan*>& plans, const std::string& failed_id,
                        std::vector<Outcome>& outcomes) {
  std::set<std::string_view> undone;
  for (size_t index = 0; index < commands.size(); ++index) {
    Outcome& outcome = outcomes[index];
    const std::string& movement_id = commands[index]->movement_id;
    if (!outcome.status.ok() || (outcome.repeated && !undone.contains(movement_id))) continue;
    outcome.status = GroupFailed(failed_id);
    outcome.movement = Blank(actor, *commands[index]);
    if (!undone.insert(movement_id).second) continue;
    Refuse(*commands[index], *plans[index], outcome);
    decided_[movement_id] = outcome.movement;
  }
}

std::vector<Outcome> Decider::DecideGroup(const auth::Actor& actor,
                                          const std::vector<const Command*>& commands,
                                          const std::vector<const Plan*>& plans) {
  saved_.emplace();
  saved_->pieces = book_.pieces;
  saved_->reversed = book_.reversed;
  saved_->senders = book_.senders;
  saved_->used_pieces = book_.used_pieces;
  std::vector<Outcome> outcomes;
  std::optional<size_t> failed;
  for (size_t index = 0; index < commands.size(); ++index) {
    outcomes.push_back(Decide(actor, *commands[index], *plans[index]));
    if (!failed.has_value() && !outcomes.back().status.ok()) failed = index;
  }
  if (failed.has_value()) {
    Restore();
    FailGroup(actor, commands, plans, commands[*failed]->movement_id, outcomes);
  }
  saved_.reset();
  return outcomes;
}

}  // namespace qingqu::distribution
