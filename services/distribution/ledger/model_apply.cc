// What the model does once a movement has passed all rules.
#include "common/rpc/timestamp.h"
#include "services/distribution/ledger/model_step.h"

namespace qingqu::distribution {

using v1::Movement;

void LedgerModel::RememberToUndo(const Step& step) {
  const auto keep = [this](auto& map, const auto& key) {
    const auto found = map.find(key);
    if (found == map.end()) {
      undo_.push_back([&map, key] { map.erase(key); });
    } else {
      undo_.push_back([&map, key, value = found->second] { map[key] = value; });
    }
  };
  keep(state_.balances, step.from);
  if (step.moves) keep(state_.balances, step.to);
  keep(state_.effects, step.from);
  keep(state_.sent, step.from);
  if (step.moves) keep(state_.sent, step.to);
  if (step.moves) keep(state_.ever_sent, step.to);
  if (step.moves) keep(state_.effects, step.to);
  keep(state_.lots, std::pair(std::get<1>(step.from), std::get<2>(step.from)));
  keep(state_.reservations, Id(step.asked.name()));
  if (step.held != nullptr) keep(state_.reservations, Id(step.asked.reservation()));
  undo_.push_back([this, used = state_.used_pieces] { state_.used_pieces = used; });
  if (step.original != nullptr) {
    undo_.push_back([this, original = step.asked.original()] { state_.reversed.erase(original); });
  }
}

// What an answer says of the goods, and what it repeats of what was asked.
void LedgerModel::TellOfGoods(const Step& step, const Lot& lot, Movement& answer) {
  const std::string to_place = PlaceOf(step.to);
  const bool enters = step.moves && IsContra(PlaceOf(step.from));
  const ModelAccount& told = enters ? step.to : step.from;
  answer.set_item("items/" + std::get<1>(step.from));
  if (std::get<2>(told).rfind('@', 0) != 0) answer.set_lot(std::get<2>(told));
  answer.set_serial(step.asked.kind() == v1::MOVEMENT_KIND_VOID ? std::get<3>(step.from)
                                                                : step.serial);
  answer.set_owner(std::get<4>(told));
  answer.set_condition(std::get<5>(told));
  const bool inside = step.moves && !enters && !IsContra(to_place);
  if (inside && std::get<5>(step.to) != std::get<5>(step.from)) {
    answer.set_to_condition(std::get<5>(step.to));
  }
  if (answer.lot().empty()) answer.set_expiry_date(lot.expiry);
  answer.set_quantity(step.quantity);
  answer.set_document(step.asked.document());
  answer.set_actor("users/" + step.user.user_id);
  answer.set_reason(step.asked.reason());
  answer.set_group(step.asked.group());
  answer.set_override_expiry(step.overridden);
}

void LedgerModel::Apply(Step& step) {
  const std::string item = std::get<1>(step.from);
  const v1::MovementKind kind = step.asked.kind();
  RememberToUndo(step);
  Lot& lot = state_.lots[{
      item, step.asked.kind() == v1::MOVEMENT_KIND_VOID ? std::get<2>(step.from) : step.lot}];
  if (Enters(kind)) {
    const auto add = [](std::string& known, const std::string& told) {
      if (known.empty()) known = told;
    };
    if (items.at(item).expiry_tracked) add(lot.expiry, step.filled.expiry_date());
    add(lot.manufactured, step.filled.manufacture_date());
    add(lot.sterilisation, step.filled.sterilisation_lot());
    add(lot.registration, step.filled.registration());
  }
  Balance& from = state_.balances[step.from];
  Movement answer;
  answer.set_name(step.asked.name());
  answer.set_kind(kind);
  if (kind == v1::MOVEMENT_KIND_RESERVE) {
    const absl::Time ends_at = step.asked.has_expire_time() ? TimeOf(step.asked.expire_time())
                                                            : step.now + absl::Hours(24);
    state_.reservations[Id(step.asked.name())] = {
        .account = step.from, .open = step.quantity, .ends_at = ends_at};
    from.reserved += step.quantity;
    answer.set_reservation("reservations/" + Id(step.asked.name()));
    *answer.mutable_expire_time() = rpc::ToTimestamp(ends_at);
  } else if (step.held != nullptr) {
    step.held->open -= step.quantity;
    from.reserved -= step.quantity;
    answer.set_reservation(step.asked.reservation());
  }
  const std::string from_place = PlaceOf(step.from);
  const std::string to_place = PlaceOf(step.to);
  answer.set_from_location(kind == v1::MOVEMENT_KIND_TRANSFER_IN ? step.filled.from_location()
                                                                 : NameOf(from_place));
  if (step.moves) {
    Balance& to = state_.balances[step.to];
    from.on_hand -= step.quantity;
    to.on_hand += step.quantity;
    state_.effects[step.from].emplace_back(step.effective_at, -step.quantity);
    state_.effects[step.to].emplace_back(step.effective_at, step.quantity);
    if (kind == v1::MOVEMENT_KIND_TRANSFER_OUT) {
      state_.ever_sent[step.to].insert(step.user.user_id);
      state_.sent[step.to].insert(step.user.user_id);
    }
    if (kind == v1::MOVEMENT_KIND_REVERSAL) state_.sent[step.to] = state_.ever_sent[step.to];
    if (from.on_hand == 0) state_.sent.erase(step.from);
    answer.set_to_balance(to.on_hand);
    answer.set_to_location(kind == v1::MOVEMENT_KIND_TRANSFER_OUT ? step.filled.to_location()
                                                                  : NameOf(to_place));
  }
  answer.set_from_balance(from.on_hand);
  TellOfGoods(step, lot, answer);
  const std::pair piece(item, step.serial);
  if (kind == v1::MOVEMENT_KIND_USE && !step.serial.empty()) state_.used_pieces.insert(piece);
  if (kind == v1::MOVEMENT_KIND_REVERSAL) state_.used_pieces.erase(piece);
  if (step.original != nullptr) {
    state_.reversed.insert(step.asked.original());
    answer.set_original(step.asked.original());
  }
  *answer.mutable_post_time() = rpc::ToTimestamp(step.now);
  *answer.mutable_effective_time() = rpc::ToTimestamp(step.effective_at);
  step.filled = std::move(answer);
}

}  // namespace qingqu::distribution
