#include "services/distribution/ledger/model_history.h"

#include <algorithm>
#include <array>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "google/protobuf/text_format.h"

#include "common/base/check.h"
#include "common/base/uuid.h"
#include "common/rpc/timestamp.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

using v1::Movement;

struct Weighted {
  v1::MovementKind kind;
  int weight;
};
constexpr std::array kKinds{Weighted{v1::MOVEMENT_KIND_RECEIVE, 30},
                            Weighted{v1::MOVEMENT_KIND_ISSUE, 12},
                            Weighted{v1::MOVEMENT_KIND_USE, 12},
                            Weighted{v1::MOVEMENT_KIND_TRANSFER_OUT, 9},
                            Weighted{v1::MOVEMENT_KIND_TRANSFER_IN, 8},
                            Weighted{v1::MOVEMENT_KIND_RESERVE, 9},
                            Weighted{v1::MOVEMENT_KIND_VOID, 4},
                            Weighted{v1::MOVEMENT_KIND_REVERSAL, 8},
                            Weighted{v1::MOVEMENT_KIND_TAKE_OWNERSHIP, 4},
                            Weighted{v1::MOVEMENT_KIND_RETURN_TO_STORE, 4},
                            Weighted{v1::MOVEMENT_KIND_CHANGE_CONDITION, 4},
                            Weighted{v1::MOVEMENT_KIND_REJECT, 2},
                            Weighted{v1::MOVEMENT_KIND_RETURN_TO_SUPPLIER, 2},
                            Weighted{v1::MOVEMENT_KIND_STOCKTAKE_GAIN, 2},
                            Weighted{v1::MOVEMENT_KIND_STOCKTAKE_LOSS, 2},
                            Weighted{v1::MOVEMENT_KIND_OPENING_BALANCE, 2}};

constexpr size_t kRemembered = 400;  // movements that later ones name or ask for again

class Maker {
 public:
  Maker(uint64_t seed, absl::Time begin) : seed_(seed), random_(seed), begin_(begin) {}

  ModelCall Next() {
    at_ += absl::Microseconds(1 + Below(Chance(5) ? 60'000'000 : 2'000'000));
    ModelCall call{
        .at = at_,
        .user_id = Pick<std::string>({"pharmacist-sun", "pharmacist-sun", "pharmacist-sun",
                                      "head-zhou", "nurse-li", "pharmacist-li"})};
    const int64_t size = Chance(45) ? 1 : 2 + Below(Chance(10) ? 14 : 4);
    std::string group;
    for (int64_t index = 0; index < size; ++index) {
      if (size > 1 && Chance(30)) group = Chance(60) ? fmt::format("g{}", Below(3)) : "";
      call.movements.push_back(MakeOne(call, size > 1 ? group : ""));
    }
    const std::vector<ModelAnswer> answers =
        model_.Post(ModelUserOf(call.user_id), begin_ + at_, call.movements);
    for (size_t index = 0; index < answers.size(); ++index) {
      Remember(call.movements[index], answers[index].reason.empty() || Chance(5));
    }
    return call;
  }

 private:
  int64_t Below(int64_t limit) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(limit));
  }
  bool Chance(int64_t percent) { return Below(100) < percent; }
  template <typename Value>
  Value Pick(const std::vector<Value>& values) {
    return values[static_cast<size_t>(Below(static_cast<int64_t>(values.size())))];
  }

  void Remember(const Movement& movement, bool holds) {
    asked_.push_back(movement);
    if (asked_.size() > kRemembered) asked_.erase(asked_.begin());
    if (holds) posted_.push_back(movement);
    if (posted_.size() > kRemembered) posted_.erase(posted_.begin());
    if (movement.kind() != v1::MOVEMENT_KIND_RESERVE || !holds) return;
    reserves_.push_back(movement);
    if (reserves_.size() > kRemembered / 8) reserves_.erase(reserves_.begin());
  }

  const Movement& Recent(const std::vector<Movement>& all) {
    const size_t back = static_cast<size_t>(Below(Chance(60) ? 12 : 400));
    return all[all.size() - 1 - std::min(back, all.size() - 1)];
  }

  Movement MakeOne(const ModelCall& call, const std::string& group) {
    if (!asked_.empty() && Chance(10)) {
      Movement again = Recent(asked_);
      if (Chance(35)) Change(again);
      return again;
    }
    Movement movement;
    const std::string text = fmt::format("{}/{}", seed_, made_++);
    movement.set_name("movements/" + UuidV7FromText(begin_ + call.at, text).ToString());
    movement.set_kind(PickKind());
    movement.set_group(group);
    FillGoods(call.user_id, movement);
    FillPlaces(call.user_id, movement);
    FillRest(movement);
    if (Chance(2)) Break(movement);
    return movement;
  }

  v1::MovementKind PickKind() {
    int64_t left = Below(114);
    for (const Weighted& kind : kKinds) {
      left -= kind.weight;
      if (left < 0) return kind.kind;
    }
    return v1::MOVEMENT_KIND_USE;
  }

  // The same name with other content.
  void Change(Movement& movement) {
    switch (Below(8)) {
      case 0:
        movement.set_reason(movement.reason() + "!");
        break;
      case 1:
        movement.set_document("orders/other");
        break;
      case 2:
        movement.set_group(movement.group() + "x");
        break;
      case 3:
        movement.clear_expiry_date();
        break;
      case 4:
        movement.clear_owner();
        break;
      case 5:
        movement.clear_effective_time();
        break;
      case 6:
        movement.clear_document();
        break;
      default:
        if (movement.quantity() > 0) movement.set_quantity(movement.quantity() + 1);
    }
  }

  // Bad form.
  void Break(Movement& movement) {
    switch (Below(4)) {
      case 0:
        movement.set_quantity(Pick<int64_t>({0, -1, 1'000'000'000'001}));
        break;
      case 1:
        movement.set_kind(v1::MOVEMENT_KIND_EXPIRE);
        break;
      case 2:
        *movement.mutable_effective_time() = rpc::ToTimestamp(begin_ + at_ + absl::Minutes(10));
        break;
      default:
        movement.clear_reason();
    }
    if (movement.kind() == v1::MOVEMENT_KIND_REVERSAL ||
        movement.kind() == v1::MOVEMENT_KIND_VOID) {
      movement.clear_quantity();
    }
  }

  // Goods that were there when this was made up.
  bool FillFromStock(const std::string& user_id, Movement& movement) {
    const bool arrives = movement.kind() == v1::MOVEMENT_KIND_TRANSFER_IN;
    std::vector<std::pair<ModelAccount, int64_t>> stock;
    for (const auto& [account, balance] : model_.balances()) {
      const std::string& place = std::get<0>(account);
      const std::string at = arrives ? place.substr(place.rfind('/') + 1) : place;
      const auto found = model_.places.find(at);
      if (found == model_.places.end() || balance.on_hand <= 0) continue;
      if (arrives != (place.rfind("transit/", 0) == 0)) continue;
      if (found->second.institution_id != ModelUserOf(user_id).institution_id) continue;
      stock.emplace_back(account, balance.on_hand);
    }
    if (stock.empty()) return false;
    const auto& [account, on_hand] = Pick(stock);
    const auto& [place, item, lot, serial, owner, condition] = account;
    movement.set_item("items/" + item);
    (lot.front() == '@' ? movement.mutable_expiry_date() : movement.mutable_lot())
        ->assign(lot.front() == '@' ? lot.substr(1) : lot);
    movement.set_serial(serial);
    if (owner.rfind("suppliers/", 0) == 0) movement.set_owner(owner);
    if (condition != v1::STOCK_CONDITION_AVAILABLE) movement.set_condition(condition);
    movement.set_quantity(1 + Below(std::min<int64_t>(on_hand, 12)));
    const size_t slash = place.rfind('/');
    movement.set_from_location("locations/" + (arrives ? place.substr(8, slash - 8) : place));
    if (arrives) movement.set_to_location("locations/" + place.substr(slash + 1));
    return true;
  }

  void FillGoods(const std::string& user_id, Movement& movement) {
    if (movement.kind() == v1::MOVEMENT_KIND_REVERSAL) {
      if (asked_.empty() || Chance(3)) {
        movement.set_original("movements/" + UnknownId());
        return;
      }
      const Movement original = Recent(posted_.empty() || Chance(20) ? asked_ : posted_);
      movement.set_original(original.name());
      if (!Chance(20)) return;
      movement.set_item(original.item());
      movement.set_lot(original.lot());
      movement.set_serial(original.serial());
      movement.set_quantity(std::max<int64_t>(0, original.quantity()) + (Chance(30) ? 1 : 0));
      return;
    }
    const bool from_place = movement.kind() == v1::MOVEMENT_KIND_ISSUE ||
                            movement.kind() == v1::MOVEMENT_KIND_USE ||
                            movement.kind() == v1::MOVEMENT_KIND_TRANSFER_OUT ||
                            movement.kind() == v1::MOVEMENT_KIND_RETURN_TO_STORE ||
                            movement.kind() == v1::MOVEMENT_KIND_STOCKTAKE_LOSS;
    if (movement.kind() == v1::MOVEMENT_KIND_VOID || (from_place && Chance(30))) {
      movement.set_reservation("reservations/" + (reserves_.empty() || Chance(3)
                                                      ? UnknownId()
                                                      : Recent(reserves_).name().substr(10)));
      if (movement.kind() == v1::MOVEMENT_KIND_VOID) return;
      movement.set_quantity(1 + Below(6));
      if (Chance(70)) return;
    }
    const bool enters = movement.kind() == v1::MOVEMENT_KIND_RECEIVE ||
                        movement.kind() == v1::MOVEMENT_KIND_STOCKTAKE_GAIN ||
                        movement.kind() == v1::MOVEMENT_KIND_OPENING_BALANCE;
    if (!enters && movement.reservation().empty() && Chance(65) &&
        FillFromStock(user_id, movement)) {
      return;
    }
    const std::string item = Pick<std::string>({"gauze", "gauze", "stent", "tape", "cotton"});
    movement.set_item(Chance(1) ? "items/nothing" : "items/" + item);
    movement.set_quantity(1 + Below(movement.kind() == v1::MOVEMENT_KIND_RECEIVE ? 60 : 12));
    if (Chance(1)) movement.set_quantity(400'000'000'000 + Below(600'000'000'000));
    FillLot(item, movement);
  }

  void FillLot(const std::string& item, Movement& movement) {
    const bool enters = movement.kind() == v1::MOVEMENT_KIND_RECEIVE ||
                        movement.kind() == v1::MOVEMENT_KIND_STOCKTAKE_GAIN ||
                        movement.kind() == v1::MOVEMENT_KIND_OPENING_BALANCE;
    const std::string lot = Pick<std::string>({"A", "A", "B", "C", "OLD"});
    const std::string expiry = lot == "A"     ? "2027-12-31"
                               : lot == "B"   ? "2026-11-21"
                               : lot == "OLD" ? "2026-11-18"
                                              : "2026-11-23";
    if (item == "gauze" || item == "stent") {
      if (!Chance(1)) movement.set_lot(lot);
      if (Chance(enters ? 95 : 10)) movement.set_expiry_date(expiry);
      if (Chance(1)) movement.set_expiry_date("2029-01-01");
    } else if (item == "tape" && !Chance(2)) {
      movement.set_expiry_date(expiry);
    }
    if (item == "stent") {
      if (!Chance(2)) movement.set_serial(fmt::format("S{}", Below(12)));
      if (!Chance(3)) movement.set_quantity(1);
    } else if (item == "gauze" && Chance(8)) {
      movement.clear_quantity();
      movement.set_pack(Chance(95) ? Gtin(11) : Gtin(21));
      movement.set_pack_quantity(Pick<std::string>({"1", "2", "0.5", "1.25", "0.1"}));
    }
    if (!enters || !Chance(15)) return;
    if (Chance(50)) movement.set_manufacture_date(Chance(90) ? "2025-01-01" : "2025-01-02");
    if (Chance(50)) movement.set_sterilisation_lot(Chance(90) ? "ST-1" : "ST-2");
    if (Chance(50)) movement.set_registration(Chance(90) ? "GXZZ 1" : "GXZZ 2");
  }

  std::string UnknownId() {
    return UuidV7FromText(begin_, fmt::format("unknown {}", made_++)).ToString();
  }

  // Mostly where the caller works.
  std::string Place(const std::string& user_id) {
    if (Chance(1)) return "locations/nowhere";
    const bool town = (user_id == "pharmacist-li") != Chance(7);
    return "locations/" + (town ? Pick<std::string>({"town-store", "town-ward"})
                                : Pick<std::string>({"store", "store", "ward", "central"}));
  }
  std::string Destination(v1::MovementKind kind, const std::string& user_id) {
    if (Chance(15)) return Chance(10) ? "locations/west-store" : Place(user_id);
    const bool town = user_id == "pharmacist-li";
    if (kind == v1::MOVEMENT_KIND_ISSUE) return town ? "locations/town-ward" : "locations/ward";
    if (kind == v1::MOVEMENT_KIND_RETURN_TO_STORE) {
      return town ? "locations/town-store" : "locations/store";
    }
    return Place(user_id);
  }

  void FillPlaces(const std::string& user_id, Movement& movement) {
    const bool refers =
        movement.kind() == v1::MOVEMENT_KIND_REVERSAL || movement.kind() == v1::MOVEMENT_KIND_VOID;
    if (refers) return;
    const bool enters = movement.kind() == v1::MOVEMENT_KIND_RECEIVE ||
                        movement.kind() == v1::MOVEMENT_KIND_STOCKTAKE_GAIN ||
                        movement.kind() == v1::MOVEMENT_KIND_OPENING_BALANCE;
    const bool both = movement.kind() == v1::MOVEMENT_KIND_ISSUE ||
                      movement.kind() == v1::MOVEMENT_KIND_RETURN_TO_STORE ||
                      movement.kind() == v1::MOVEMENT_KIND_TRANSFER_OUT ||
                      movement.kind() == v1::MOVEMENT_KIND_TRANSFER_IN;
    const bool told = movement.reservation().empty() || Chance(10);
    if (!enters && told && movement.from_location().empty())
      movement.set_from_location(Place(user_id));
    if ((enters || both) && movement.to_location().empty())
      movement.set_to_location(Destination(movement.kind(), user_id));
    if (movement.kind() == v1::MOVEMENT_KIND_TAKE_OWNERSHIP || Chance(12)) {
      movement.set_owner("suppliers/kangda");
    }
    if (Chance(1)) movement.set_owner("institutions/town-clinic");
    if (Chance(1)) movement.set_owner("suppliers/nobody");
  }

  void FillRest(Movement& movement) {
    static const std::vector<v1::StockCondition> conditions{
        v1::STOCK_CONDITION_QUARANTINED, v1::STOCK_CONDITION_RECALLED, v1::STOCK_CONDITION_EXPIRED,
        v1::STOCK_CONDITION_AVAILABLE};
    const bool refers =
        movement.kind() == v1::MOVEMENT_KIND_REVERSAL || movement.kind() == v1::MOVEMENT_KIND_VOID;
    if (!refers && Chance(5)) movement.set_condition(Pick(conditions));
    if (movement.kind() == v1::MOVEMENT_KIND_CHANGE_CONDITION) {
      movement.set_to_condition(Pick(conditions));
    }
    movement.set_reason("because");
    if (Chance(20)) movement.set_document(fmt::format("orders/o{}", Below(5)));
    if (Chance(4)) movement.set_override_expiry(true);
    if (Chance(15)) {
      // Hours, days, or weeks.
      const int64_t most = Chance(50)   ? 3'600'000'000
                           : Chance(80) ? 400'000'000'000
                                        : 4'000'000'000'000;
      *movement.mutable_effective_time() =
          rpc::ToTimestamp(begin_ + at_ - absl::Microseconds(Below(most)));
    }
    if (movement.kind() == v1::MOVEMENT_KIND_RESERVE && Chance(50)) {
      *movement.mutable_expire_time() =
          rpc::ToTimestamp(begin_ + at_ + absl::Microseconds(1 + Below(200'000'000)));
    }
  }

  const uint64_t seed_;
  std::mt19937_64 random_;
  const absl::Time begin_;
  LedgerModel model_ = NewLedgerModel();
  absl::Duration at_;
  int64_t made_ = 0;
  std::vector<Movement> asked_;
  std::vector<Movement> posted_;
  std::vector<Movement> reserves_;
};

// Leaves out pieces of ever smaller size as long as what is left fails, until `end`.
template <typename Element, typename Fails>
void Reduce(std::vector<Element>& elements, absl::Time end, const Fails& fails) {
  for (size_t piece = (elements.size() + 1) / 2; piece > 0; piece /= 2) {
    for (size_t begin = 0; begin < elements.size();) {
      if (absl::Now() >= end) return;
      std::vector<Element> fewer = elements;
      const auto from = fewer.begin() + static_cast<ptrdiff_t>(begin);
      fewer.erase(from, from + static_cast<ptrdiff_t>(std::min(piece, fewer.size() - begin)));
      if (fails(fewer)) {
        elements = std::move(fewer);
      } else {
        begin += piece;
      }
    }
  }
}

}  // namespace

const std::vector<ModelUser>& ModelUsers() {
  static const auto& users = *new std::vector<ModelUser>{
      {.user_id = "pharmacist-sun", .institution_id = "county-hospital", .keeps_stock = true},
      {.user_id = "head-zhou",
       .institution_id = "county-hospital",
       .keeps_stock = true,
       .overrides_expiry = true},
      {.user_id = "nurse-li", .institution_id = "county-hospital", .nurse_only = true},
      {.user_id = "pharmacist-li", .institution_id = "town-clinic", .keeps_stock = true}};
  return users;
}

const ModelUser& ModelUserOf(const std::string& user_id) {
  const auto& users = ModelUsers();
  const auto found = std::find_if(users.begin(), users.end(),
                                  [&](const ModelUser& user) { return user.user_id == user_id; });
  QINGQU_CHECK(found != users.end());
  return *found;
}

LedgerModel NewLedgerModel() {
  LedgerModel model;
  model.places = {
      {"central", {"county-hospital", "east", ModelPlace::kCentral}},
      {"store", {"county-hospital", "east", ModelPlace::kStore}},
      {"ward", {"county-hospital", "east", ModelPlace::kWard}},
      {"town-store", {"town-clinic", "east", ModelPlace::kStore}},
      {"town-ward", {"town-clinic", "east", ModelPlace::kWard}},
      {"west-store", {"west-hospital", "west", ModelPlace::kStore}},
  };
  model.suppliers = {"suppliers/kangda"};
  model.items = {{"gauze", {.pack = Gtin(11)}},
                 {"stent", {.serial_tracked = true, .pack = Gtin(21)}},
                 {"tape", {.lot_tracked = false, .pack = Gtin(31)}},
                 {"cotton", {.lot_tracked = false, .expiry_tracked = false, .pack = Gtin(41)}}};
  return model;
}

ModelHistory MakeModelHistory(uint64_t seed, absl::Time begin, size_t movements) {
  Maker maker(seed, begin);
  ModelHistory history;
  for (size_t made = 0; made < movements; made += history.back().movements.size()) {
    history.push_back(maker.Next());
  }
  return history;
}

ModelHistory ShrinkHistory(ModelHistory history, absl::Duration time_max,
                           const std::function<bool(const ModelHistory&)>& fails) {
  const absl::Time end = absl::Now() + time_max;
  Reduce(history, end, fails);
  for (size_t index = 0; index < history.size(); ++index) {
    if (history[index].movements.size() == 1) continue;
    std::vector<Movement> movements = history[index].movements;
    Reduce(movements, end, [&](const std::vector<Movement>& fewer) {
      ModelHistory shorter = history;
      shorter[index].movements = fewer;
      return !fewer.empty() && fails(shorter);
    });
    history[index].movements = std::move(movements);
  }
  return history;
}

std::string HistoryCode(const ModelHistory& history) {
  std::string code;
  for (const ModelCall& call : history) {
    code += fmt::format("      ParseCall(absl::Microseconds({}), \"{}\",\n                {{\n",
                        absl::ToInt64Microseconds(call.at), call.user_id);
    for (const Movement& movement : call.movements) {
      code += fmt::format("                    R\"({})\",\n", movement.ShortDebugString());
    }
    code += "                }),\n";
  }
  return code;
}

ModelCall ParseCall(absl::Duration at, const std::string& user_id,
                    const std::vector<std::string>& texts) {
  ModelCall call{.at = at, .user_id = user_id};
  for (const std::string& text : texts) {
    QINGQU_CHECK(
        google::protobuf::TextFormat::ParseFromString(text, &call.movements.emplace_back()));
  }
  return call;
}

}  // namespace qingqu::distribution
