#include "services/distribution/ledger/model.h"

#include <algorithm>
#include <optional>

#include "common/base/business_day.h"
#include "common/base/uuid.h"
#include "common/rpc/timestamp.h"
#include "services/distribution/ledger/model_content.h"
#include "services/distribution/ledger/model_step.h"

namespace qingqu::distribution {
namespace {

using v1::Movement;

constexpr int64_t kQuantityLimit = 1'000'000'000'000;
constexpr int64_t kBalanceLimit = 1'000'000'000'000'000;

bool NeedsBothPlaces(v1::MovementKind kind) {
  return IsOneOf(kind, {v1::MOVEMENT_KIND_TRANSFER_OUT, v1::MOVEMENT_KIND_TRANSFER_IN,
                        v1::MOVEMENT_KIND_ISSUE, v1::MOVEMENT_KIND_RETURN_TO_STORE});
}
bool IsKeepersOnly(v1::MovementKind kind) {
  return Enters(kind) ||
         IsOneOf(kind, {v1::MOVEMENT_KIND_REJECT, v1::MOVEMENT_KIND_ISSUE,
                        v1::MOVEMENT_KIND_RETURN_TO_SUPPLIER, v1::MOVEMENT_KIND_CHANGE_CONDITION,
                        v1::MOVEMENT_KIND_STOCKTAKE_LOSS, v1::MOVEMENT_KIND_REVERSAL,
                        v1::MOVEMENT_KIND_TRANSFER_OUT, v1::MOVEMENT_KIND_RESERVE,
                        v1::MOVEMENT_KIND_VOID});
}
bool NeedsReason(v1::MovementKind kind) {
  return IsOneOf(kind, {v1::MOVEMENT_KIND_REJECT, v1::MOVEMENT_KIND_RETURN_TO_SUPPLIER,
                        v1::MOVEMENT_KIND_CHANGE_CONDITION, v1::MOVEMENT_KIND_STOCKTAKE_GAIN,
                        v1::MOVEMENT_KIND_STOCKTAKE_LOSS, v1::MOVEMENT_KIND_REVERSAL});
}
bool Refers(const Movement& asked) {
  return asked.kind() == v1::MOVEMENT_KIND_REVERSAL || asked.kind() == v1::MOVEMENT_KIND_VOID;
}

bool IsSuppliers(const std::string& owner) { return owner.rfind("suppliers/", 0) == 0; }
v1::StockCondition Known(v1::StockCondition condition) {
  return condition == v1::STOCK_CONDITION_UNSPECIFIED ? v1::STOCK_CONDITION_AVAILABLE : condition;
}
std::string OwnerAt(const ModelPlace& place) {
  return place.kind == ModelPlace::kCentral ? "alliances/" + place.alliance_id
                                            : "institutions/" + place.institution_id;
}
// For each of these goods taken over in the group, as many are used up in it.
bool UsesWhatItTakes(const std::vector<Movement>& group, const Movement& taken) {
  if (taken.group().empty()) return false;
  const auto is_same = [&](const Movement& member) {
    return member.from_location() == taken.from_location() && member.item() == taken.item() &&
           member.lot() == taken.lot() && member.serial() == taken.serial() &&
           member.quantity() == taken.quantity() && member.pack() == taken.pack();
  };
  std::map<v1::MovementKind, int> counts;
  for (const Movement& member : group) counts[member.kind()] += is_same(member) ? 1 : 0;
  return counts[v1::MOVEMENT_KIND_USE] >= counts[v1::MOVEMENT_KIND_TAKE_OWNERSHIP];
}
}  // namespace

bool LedgerModel::WorksAt(const ModelUser& user, const ModelAccount& account) const {
  const auto place = places.find(PlaceOf(account));
  return place == places.end() || place->second.institution_id == user.institution_id;
}

// Rules 1 and 2, as far as the histories of the test break them.
std::string LedgerModel::CheckForm(const ModelUser& user, absl::Time now, const Movement& asked,
                                   bool taken_to_use) const {
  const bool form = [&] {
    const v1::MovementKind kind = asked.kind();
    if (kind == v1::MOVEMENT_KIND_UNSPECIFIED || kind == v1::MOVEMENT_KIND_EXPIRE) return false;
    if (NeedsReason(kind) && asked.reason().empty()) return false;
    if (asked.override_expiry() && asked.reason().empty()) return false;
    if (asked.override_expiry() && kind == v1::MOVEMENT_KIND_REVERSAL) return false;
    if (asked.item().empty() && asked.reservation().empty() && !Refers(asked)) return false;
    if (asked.pack().empty() && !Refers(asked) &&
        (asked.quantity() <= 0 || asked.quantity() > kQuantityLimit)) {
      return false;
    }
    if (!asked.pack().empty() && asked.quantity() != 0) return false;
    if (kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP && !IsSuppliers(asked.owner())) return false;
    if (NeedsBothPlaces(kind) && asked.from_location() == asked.to_location()) return false;
    if (asked.has_effective_time() && TimeOf(asked.effective_time()) > now + absl::Minutes(5)) {
      return false;
    }
    return kind != v1::MOVEMENT_KIND_CHANGE_CONDITION ||
           Known(asked.condition()) != Known(asked.to_condition());
  }();
  if (!form) return "INVALID_FIELD";
  const bool alone = asked.kind() == v1::MOVEMENT_KIND_TAKE_OWNERSHIP && !taken_to_use;
  const bool lifts_recall = asked.kind() == v1::MOVEMENT_KIND_CHANGE_CONDITION &&
                            asked.condition() == v1::STOCK_CONDITION_RECALLED;
  const bool missing = ((IsKeepersOnly(asked.kind()) || alone) && !user.keeps_stock) ||
                       ((asked.override_expiry() || lifts_recall) && !user.overrides_expiry);
  return missing ? "PERMISSION_MISSING" : "";
}

std::vector<ModelAnswer> LedgerModel::Post(const ModelUser& user, absl::Time now,
                                           const std::vector<Movement>& asked) {
  std::vector<ModelAnswer> answers;
  for (size_t begin = 0; begin < asked.size();) {
    size_t end = begin + 1;
    const std::string& group = asked[begin].group();
    while (!group.empty() && end < asked.size() && asked[end].group() == group) ++end;
    bool malformed = false;
    for (size_t index = begin; index < end; ++index) {
      const std::vector<Movement> members(asked.begin() + static_cast<std::ptrdiff_t>(begin),
                                          asked.begin() + static_cast<std::ptrdiff_t>(end));
      answers.push_back(
          {.reason = CheckForm(user, now, asked[index], UsesWhatItTakes(members, asked[index]))});
      malformed = malformed || !answers.back().reason.empty();
    }
    if (malformed) {
      for (size_t index = begin; index < end; ++index) {
        if (!answers[index].reason.empty()) continue;
        const bool is_known = state_.resolved.contains(asked[index].name());
        answers[index] =
            is_known ? One(user, now, asked[index]) : ModelAnswer{.reason = "GROUP_FAILED"};
      }
      begin = end;
      continue;
    }
    std::set<std::string> before;
    for (size_t index = begin; index < end; ++index) {
      if (state_.resolved.contains(asked[index].name())) before.insert(asked[index].name());
    }
    undo_.clear();
    bool failed = false;
    for (size_t index = begin; index < end; ++index) {
      answers[index] = One(user, now, asked[index]);
      failed = failed || !answers[index].reason.empty();
    }
    if (!group.empty() && failed) {
      std::for_each(undo_.rbegin(), undo_.rend(), [](const auto& undo) { undo(); });
      for (size_t index = begin; index < end; ++index) {
        if (!answers[index].reason.empty() || before.contains(asked[index].name())) continue;
        answers[index] = {.reason = "GROUP_FAILED"};
        state_.resolved[asked[index].name()].answer = answers[index];
      }
    }
    begin = end;
  }
  return answers;
}

ModelAnswer LedgerModel::One(const ModelUser& user, absl::Time now, const Movement& asked) {
  const auto before = state_.resolved.find(asked.name());
  if (before != state_.resolved.end()) {
    const Resolved& resolved = before->second;
    if (resolved.actor != user.user_id) return {.reason = "MOVEMENT_EXISTS", .field = "actor"};
    if (SameContent(resolved.asked, asked)) return resolved.answer;
    return {.reason = "MOVEMENT_EXISTS", .field = DifferentField(resolved.asked, asked)};
  }
  Step step{.user = user, .now = now, .asked = asked, .filled = asked};
  step.effective_at =
      asked.has_effective_time() ? std::min(now, TimeOf(asked.effective_time())) : now;
  const std::string reason = Resolve(step);
  ModelAnswer answer{.reason = reason};
  if (reason.empty()) {
    Apply(step);
    answer.movement = step.filled;
  }
  if (reason.empty() || step.burns) {
    state_.resolved[asked.name()] = {
        .actor = user.user_id,
        .asked = asked,
        .answer = answer,
        .from = step.from,
        .to = step.to,
        .moved = step.moves && asked.kind() != v1::MOVEMENT_KIND_REVERSAL};
  }
  return answer;
}

// The table of the contract, from 4 on.
std::string LedgerModel::Resolve(Step& step) {
  using Rule = std::string (LedgerModel::*)(Step&);
  for (const Rule rule :
       {&LedgerModel::CheckNames, &LedgerModel::CheckGoods, &LedgerModel::CheckLot,
        &LedgerModel::CheckReferences, &LedgerModel::CheckIssuable, &LedgerModel::CheckBalances}) {
    const std::string reason = (this->*rule)(step);
    if (!reason.empty()) return reason;
  }
  return "";
}

// 4 and 5.
std::string LedgerModel::CheckNames(Step& step) {
  Movement& filled = step.filled;
  if (step.asked.kind() == v1::MOVEMENT_KIND_REVERSAL) {
    const auto original = state_.resolved.find(step.asked.original());
    if (original == state_.resolved.end() || !original->second.answer.reason.empty()) {
      return "MOVEMENT_NOT_FOUND";
    }
    step.original = &original->second;
    if (!WorksAt(step.user, step.original->from) || !WorksAt(step.user, step.original->to)) {
      return "MOVEMENT_NOT_FOUND";
    }
    step.burns = true;
    const Movement& first = step.original->answer.movement;
    const bool recall = first.kind() == v1::MOVEMENT_KIND_CHANGE_CONDITION &&
                        first.to_condition() == v1::STOCK_CONDITION_RECALLED;
    if (!step.original->moved || recall) return "NOT_REVERSIBLE";
    step.from = step.original->to;
    step.to = step.original->from;
    step.quantity = step.original->answer.movement.quantity();
    step.serial = step.original->answer.movement.serial();
    const auto other = [](const std::string& confirmed, const std::string& known) {
      return !confirmed.empty() && confirmed != known;
    };
    if (other(step.asked.item(), first.item()) || other(step.asked.lot(), first.lot()) ||
        other(step.asked.serial(), first.serial()) ||
        (step.asked.quantity() != 0 && step.asked.quantity() != first.quantity())) {
      return "ORIGINAL_MISMATCH";
    }
    step.lot = std::get<2>(step.from);
    return "";
  }
  bool fits = true;
  if (!step.asked.reservation().empty()) {
    const auto held = state_.reservations.find(Id(step.asked.reservation()));
    if (held == state_.reservations.end() || !WorksAt(step.user, held->second.account)) {
      return "RESERVATION_NOT_FOUND";
    }
    step.held = &held->second;
    const auto& [place, item, lot, serial, owner, condition] = held->second.account;
    const auto fill = [&](std::string& given, const std::string& said) {
      if (given.empty()) given = said;
      fits = fits && given == said;
    };
    const bool numbered = lot.rfind('@', 0) != 0;
    if (step.asked.kind() != v1::MOVEMENT_KIND_VOID) {
      fill(*filled.mutable_from_location(), "locations/" + place);
    }
    fill(*filled.mutable_item(), "items/" + item);
    fill(*filled.mutable_lot(), numbered ? lot : "");
    fill(*filled.mutable_serial(), serial);
    fill(*filled.mutable_owner(), owner);
    if (!numbered) fill(*filled.mutable_expiry_date(), lot.substr(1));
    if (filled.condition() == v1::STOCK_CONDITION_UNSPECIFIED) filled.set_condition(condition);
    fits = fits && filled.condition() == condition;
    step.lot = lot;
    step.serial = serial;
  }
  if (step.asked.kind() != v1::MOVEMENT_KIND_VOID) {
    const std::string reason = CheckPlaces(step);
    if (!reason.empty()) return reason;
  }
  step.burns = true;
  return fits ? "" : "RESERVATION_MISMATCH";
}

std::string LedgerModel::CheckPlaces(Step& step) {
  const Movement& filled = step.filled;
  const auto find = [&](const std::string& name) {
    const auto place = places.find(Id(name));
    return place == places.end() ? nullptr : &place->second;
  };
  const ModelPlace* const from = find(filled.from_location());
  const ModelPlace* const to = find(filled.to_location());
  if (!filled.from_location().empty() && from == nullptr) return "LOCATION_NOT_FOUND";
  if (!filled.to_location().empty() && to == nullptr) return "LOCATION_NOT_FOUND";
  if (from != nullptr && from == to) return "INVALID_FIELD";
  const auto works = [&](const ModelPlace& place) {
    return place.institution_id == step.user.institution_id;
  };
  const v1::MovementKind kind = filled.kind();
  if (kind == v1::MOVEMENT_KIND_TRANSFER_IN) {
    if (from->alliance_id != to->alliance_id) return "LOCATION_NOT_FOUND";
    if (!works(*to) || (step.user.nurse_only && to->kind != ModelPlace::kWard)) {
      return "NOT_AT_DESTINATION";
    }
  } else if (kind == v1::MOVEMENT_KIND_TRANSFER_OUT) {
    if (!works(*from) || from->alliance_id != to->alliance_id) return "LOCATION_NOT_FOUND";
    if (!works(*to) && from->kind != ModelPlace::kCentral && to->kind != ModelPlace::kCentral) {
      return "ROUTE_NOT_ALLOWED";
    }
    step.goes_back = to->kind == ModelPlace::kCentral;
  } else {
    for (const ModelPlace* place : {from, to}) {
      if (place != nullptr && !works(*place)) return "LOCATION_NOT_FOUND";
    }
    if (kind == v1::MOVEMENT_KIND_USE && from->kind == ModelPlace::kCentral) {
      return "LOCATION_NOT_FOUND";
    }
    const bool at_once =
        kind == v1::MOVEMENT_KIND_ISSUE || kind == v1::MOVEMENT_KIND_RETURN_TO_STORE;
    if (at_once && OwnerAt(*from) != OwnerAt(*to)) return "ROUTE_NOT_ALLOWED";
    const ModelPlace* store = kind == v1::MOVEMENT_KIND_ISSUE ? from : to;
    if (at_once && store->kind == ModelPlace::kWard) return "ROUTE_NOT_ALLOWED";
    if (kind == v1::MOVEMENT_KIND_RETURN_TO_STORE && from->kind != ModelPlace::kWard) {
      return "ROUTE_NOT_ALLOWED";
    }
  }
  const ModelPlace& first = from != nullptr ? *from : *to;
  const std::string& owner = filled.owner();
  return owner.empty() || IsSuppliers(owner) || owner == OwnerAt(first) ? "" : "INVALID_FIELD";
}

// 6 and 7, and which accounts it is about.
std::string LedgerModel::CheckGoods(Step& step) {
  const Movement& filled = step.filled;
  if (step.original != nullptr) return "";
  if (step.asked.kind() == v1::MOVEMENT_KIND_VOID) {
    step.moves = false;
    step.from = step.held->account;
    step.quantity = step.held->open;
    return "";
  }
  const auto found = items.find(Id(filled.item()));
  if (found == items.end()) return "ITEM_NOT_FOUND";
  const ModelItem& item = found->second;
  if (Enters(filled.kind()) && IsSuppliers(filled.owner()) && !suppliers.contains(filled.owner())) {
    return "SUPPLIER_NOT_FOUND";
  }
  if (item.serial_tracked && filled.kind() == v1::MOVEMENT_KIND_USE) return "USE_NEEDS_PATIENT";
  step.quantity = filled.quantity();
  if (!filled.pack().empty()) {
    if (filled.pack() != item.pack) return "QUANTITY_ODD";
    const double units =
        std::stod(filled.pack_quantity()) * static_cast<double>(item.units_per_pack);
    step.quantity = static_cast<int64_t>(units);
    if (static_cast<double>(step.quantity) != units) return "QUANTITY_ODD";
  }
  if (item.serial_tracked && step.quantity != 1) return "QUANTITY_ODD";
  if (item.lot_tracked && filled.lot().empty()) return "LOT_MISSING";
  step.serial = item.serial_tracked ? filled.serial() : "";
  if (item.serial_tracked && step.serial.empty()) return "SERIAL_MISSING";
  const std::string expiry = item.expiry_tracked ? filled.expiry_date() : "";
  if (item.expiry_tracked && !item.lot_tracked && expiry.empty()) return "EXPIRY_MISSING";
  step.lot = item.lot_tracked ? filled.lot() : "@" + expiry;
  if (Enters(filled.kind()) && item.expiry_tracked && expiry.empty()) {
    const auto lot = state_.lots.find({Id(filled.item()), step.lot});
    if (lot == state_.lots.end() || lot->second.expiry.empty()) return "EXPIRY_MISSING";
  }
  FindAccounts(step);
  return "";
}

void LedgerModel::FindAccounts(Step& step) {
  const Movement& filled = step.filled;
  const std::string from = Id(filled.from_location());
  const std::string to = Id(filled.to_location());
  const ModelPlace& first = places.at(from.empty() ? to : from);
  const ModelPlace& last = places.at(to.empty() ? from : to);
  const std::string owner = filled.owner().empty() ? OwnerAt(first) : filled.owner();
  const std::string item = Id(filled.item());
  const v1::StockCondition condition = Known(filled.condition());
  const auto at = [&](const std::string& place, const std::string& whose,
                      v1::StockCondition state) {
    return ModelAccount(place, item, step.lot, step.serial, whose, state);
  };
  // The world outside is kept neither by piece nor by condition.
  const auto outside = [&](const std::string& place) {
    return ModelAccount("contra/" + place, item, step.lot, "", owner,
                        v1::STOCK_CONDITION_AVAILABLE);
  };
  const std::string arrived = IsSuppliers(owner) ? owner : OwnerAt(last);
  const std::string transit = "transit/" + from + "/" + to;
  step.from = at(from, owner, condition);
  switch (filled.kind()) {
    case v1::MOVEMENT_KIND_RECEIVE:
      step.from = outside("supply/" + OwnerAt(last));
      step.to = at(to, arrived, condition);
      break;
    case v1::MOVEMENT_KIND_STOCKTAKE_GAIN:
    case v1::MOVEMENT_KIND_OPENING_BALANCE:
      step.from = outside("adjustment/" + OwnerAt(last));
      step.to = at(to, arrived, condition);
      break;
    case v1::MOVEMENT_KIND_TRANSFER_OUT:
      step.to = at(transit, owner, condition);
      break;
    case v1::MOVEMENT_KIND_TRANSFER_IN:
      step.from = at(transit, owner, condition);
      step.to = at(to, arrived, condition);
      break;
    case v1::MOVEMENT_KIND_REJECT:
    case v1::MOVEMENT_KIND_RETURN_TO_SUPPLIER:
      step.to = outside("supply/" + OwnerAt(first));
      break;
    case v1::MOVEMENT_KIND_USE:
      step.to = outside("use/" + first.institution_id);
      break;
    case v1::MOVEMENT_KIND_STOCKTAKE_LOSS:
      step.to = outside("loss/" + OwnerAt(first));
      break;
    case v1::MOVEMENT_KIND_CHANGE_CONDITION:
      step.to = at(from, owner, Known(filled.to_condition()));
      break;
    case v1::MOVEMENT_KIND_TAKE_OWNERSHIP:
      step.to = at(from, OwnerAt(first), condition);
      break;
    case v1::MOVEMENT_KIND_RESERVE:
      step.moves = false;
      break;
    default:
      step.to = at(to, arrived, condition);
  }
}

// 8 and 9; no period is closed.
std::string LedgerModel::CheckLot(Step& step) {
  if (step.now - step.effective_at > absl::Hours(24 * 31)) {
    const bool begins =
        step.asked.kind() == v1::MOVEMENT_KIND_OPENING_BALANCE && state_.effects[step.to].empty();
    if (!begins) return "EFFECTIVE_TIME_TOO_OLD";
  }
  if (step.original != nullptr &&
      step.effective_at < TimeOf(step.original->answer.movement.effective_time())) {
    return "BEFORE_ORIGINAL";
  }
  if (step.original != nullptr || step.asked.kind() == v1::MOVEMENT_KIND_VOID) return "";
  const auto found = state_.lots.find({Id(step.filled.item()), step.lot});
  if (found == state_.lots.end()) return Enters(step.filled.kind()) ? "" : "LOT_UNKNOWN";
  const Lot& lot = found->second;
  const auto conflicts = [](const std::string& known, const std::string& told) {
    return !known.empty() && !told.empty() && known != told;
  };
  const bool tracked = items.at(Id(step.filled.item())).expiry_tracked;
  if (tracked && conflicts(lot.expiry, step.filled.expiry_date())) return "EXPIRY_CONFLICT";
  const bool other = conflicts(lot.manufactured, step.filled.manufacture_date()) ||
                     conflicts(lot.sterilisation, step.filled.sterilisation_lot()) ||
                     conflicts(lot.registration, step.filled.registration());
  return other ? "LOT_CONFLICT" : "";
}

// 10.
std::string LedgerModel::CheckReferences(Step& step) {
  if (step.original != nullptr) {
    return state_.reversed.contains(step.asked.original()) ? "ALREADY_REVERSED" : "";
  }
  if (step.held == nullptr) return "";
  const bool ended = step.held->ends_at <= step.now && step.asked.kind() != v1::MOVEMENT_KIND_VOID;
  if (step.held->open == 0 || ended) return "RESERVATION_CLOSED";
  return step.quantity > step.held->open ? "RESERVATION_EXCEEDED" : "";
}

// 11.
std::string LedgerModel::CheckIssuable(Step& step) {
  const v1::MovementKind kind = step.asked.kind();
  if (kind == v1::MOVEMENT_KIND_TRANSFER_IN) {
    const bool hands = OwnerAt(places.at(Id(step.filled.from_location()))) !=
                       OwnerAt(places.at(Id(step.filled.to_location())));
    return hands && state_.sent[step.from].contains(step.user.user_id) ? "SAME_PERSON" : "";
  }
  if (step.goes_back || !IsOneOf(kind, {v1::MOVEMENT_KIND_TRANSFER_OUT, v1::MOVEMENT_KIND_ISSUE,
                                        v1::MOVEMENT_KIND_USE, v1::MOVEMENT_KIND_RESERVE,
                                        v1::MOVEMENT_KIND_TAKE_OWNERSHIP})) {
    return "";
  }
  const v1::StockCondition condition = std::get<5>(step.from);
  const bool overridden = step.asked.override_expiry();
  if (condition == v1::STOCK_CONDITION_RECALLED) return "RECALLED";
  if (condition != v1::STOCK_CONDITION_AVAILABLE &&
      !(condition == v1::STOCK_CONDITION_EXPIRED && overridden)) {
    return "CONDITION_FORBIDS";
  }
  if (kind == v1::MOVEMENT_KIND_USE && IsSuppliers(std::get<4>(step.from))) return "CONSIGNED";
  const std::string& expiry = state_.lots.at({std::get<1>(step.from), step.lot}).expiry;
  // A use that is recorded up to two days late counts as of then.
  const bool used = kind == v1::MOVEMENT_KIND_USE || kind == v1::MOVEMENT_KIND_TAKE_OWNERSHIP;
  const absl::Time counted =
      used ? std::max(step.effective_at, step.now - absl::Hours(48)) : step.now;
  const bool expired = !expiry.empty() && expiry < BusinessDay(counted).ToString();
  step.overridden = expired || condition == v1::STOCK_CONDITION_EXPIRED;
  return expired && !overridden ? "LOT_EXPIRED" : "";
}

// Of the balance by time of effect: at the instant, and after each change since.
int64_t LedgerModel::LeastSince(const ModelAccount& account, absl::Time since) const {
  const auto found = state_.effects.find(account);
  if (found == state_.effects.end()) return 0;
  const auto at = [&](absl::Time time) {
    int64_t held = 0;
    for (const auto& [effective_at, moved] : found->second) {
      if (effective_at <= time) held += moved;
    }
    return held;
  };
  int64_t least = at(since);
  for (const auto& change : found->second) {
    if (change.first > since) least = std::min(least, at(change.first));
  }
  return least;
}

// 12.
std::string LedgerModel::CheckBalances(Step& step) {
  if (step.asked.kind() == v1::MOVEMENT_KIND_VOID) return "";
  const Balance from = state_.balances[step.from];
  const bool contra = IsContra(PlaceOf(step.from));
  if (!contra && step.held == nullptr && from.on_hand - from.reserved < step.quantity) {
    return step.serial.empty() ? "INSUFFICIENT_STOCK" : "SERIAL_NOT_HERE";
  }
  if (step.moves && !contra && step.effective_at < step.now &&
      LeastSince(step.from, step.effective_at) < step.quantity) {
    return "NOT_THERE_THEN";
  }
  if (contra && from.on_hand - step.quantity < -kBalanceLimit) return "BALANCE_TOO_LARGE";
  if (!step.moves) return "";
  if (state_.balances[step.to].on_hand + step.quantity > kBalanceLimit) return "BALANCE_TOO_LARGE";
  if (std::get<3>(step.to).empty()) return "";
  const bool comes_in = contra && step.original == nullptr;
  if (comes_in && state_.used_pieces.contains({std::get<1>(step.to), std::get<3>(step.to)})) {
    return "SERIAL_USED";
  }
  for (const auto& [account, balance] : state_.balances) {
    const bool same = std::get<1>(account) == std::get<1>(step.to) &&
                      std::get<3>(account) == std::get<3>(step.to);
    if (same && balance.on_hand > 0 && account != step.from) return "SERIAL_ELSEWHERE";
  }
  return "";
}

}  // namespace qingqu::distribution
