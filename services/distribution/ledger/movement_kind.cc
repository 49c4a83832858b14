#include "services/distribution/ledger/movement_kind.h"

#include <algorithm>
#include <array>

namespace qingqu::distribution {
namespace {

constexpr std::string_view kKeep = "distribution.stock.keep";
constexpr std::string_view kSend = "distribution.transfer.send";
constexpr std::string_view kTake = "distribution.transfer.receive";
constexpr std::string_view kHold = "distribution.stock.reserve";

constexpr std::array kRules{
    KindRule{v1::MOVEMENT_KIND_RECEIVE, "receive", Side::kSupply, Side::kPlace, kKeep},
    KindRule{v1::MOVEMENT_KIND_REJECT, "reject", Side::kPlace, Side::kSupply, kKeep, true},
    KindRule{v1::MOVEMENT_KIND_TRANSFER_OUT, "transfer_out", Side::kPlace, Side::kTransit, kSend,
             false, true},
    KindRule{v1::MOVEMENT_KIND_TRANSFER_IN, "transfer_in", Side::kTransit, Side::kPlace, kTake},
    KindRule{v1::MOVEMENT_KIND_ISSUE, "issue", Side::kPlace, Side::kPlace, kKeep, false, true},
    KindRule{v1::MOVEMENT_KIND_USE, "use", Side::kPlace, Side::kUse, "", false, true},
    KindRule{v1::MOVEMENT_KIND_RETURN_TO_STORE, "return_to_store", Side::kPlace, Side::kPlace},
    KindRule{v1::MOVEMENT_KIND_RETURN_TO_SUPPLIER, "return_to_supplier", Side::kPlace,
             Side::kSupply, kKeep, true},
    KindRule{v1::MOVEMENT_KIND_CHANGE_CONDITION, "change_condition", Side::kPlace, Side::kPlace,
             kKeep, true},
    KindRule{v1::MOVEMENT_KIND_STOCKTAKE_GAIN, "stocktake_gain", Side::kAdjustment, Side::kPlace,
             kKeep, true},
    KindRule{v1::MOVEMENT_KIND_STOCKTAKE_LOSS, "stocktake_loss", Side::kPlace, Side::kLoss, kKeep,
             true},
    KindRule{v1::MOVEMENT_KIND_OPENING_BALANCE, "opening_balance", Side::kAdjustment, Side::kPlace,
             kKeep},
    KindRule{v1::MOVEMENT_KIND_TAKE_OWNERSHIP, "take_ownership", Side::kPlace, Side::kPlace, "",
             false, true},
    KindRule{v1::MOVEMENT_KIND_REVERSAL, "reversal", Side::kNone, Side::kNone, kKeep, true},
    KindRule{v1::MOVEMENT_KIND_RESERVE, "reserve", Side::kPlace, Side::kNone, kHold, false, true},
    KindRule{v1::MOVEMENT_KIND_VOID, "void", Side::kNone, Side::kNone, kHold},
};

constexpr KindRule kExpireRule{v1::MOVEMENT_KIND_EXPIRE, "expire", Side::kNone, Side::kNone};

constexpr std::array<std::string_view, 6> kConditions{"available", "available", "quarantined",
                                                      "damaged",   "recalled",  "expired"};

}  // namespace

const KindRule* FindKindRule(v1::MovementKind kind) {
  const auto* const found = std::find_if(
      kRules.begin(), kRules.end(), [kind](const KindRule& rule) { return rule.kind == kind; });
  return found == kRules.end() ? nullptr : found;
}

const KindRule& ExpireRule() { return kExpireRule; }

v1::MovementKind KindOf(std::string_view name) {
  if (name == "expire") return v1::MOVEMENT_KIND_EXPIRE;
  const auto* const found = std::find_if(
      kRules.begin(), kRules.end(), [name](const KindRule& rule) { return rule.name == name; });
  return found == kRules.end() ? v1::MOVEMENT_KIND_UNSPECIFIED : found->kind;
}

std::string_view KindName(v1::MovementKind kind) {
  if (kind == v1::MOVEMENT_KIND_EXPIRE) return "expire";
  const KindRule* const rule = FindKindRule(kind);
  return rule == nullptr ? "" : rule->name;
}

std::string_view ConditionName(v1::StockCondition condition) {
  return kConditions.at(static_cast<size_t>(condition));
}

v1::StockCondition ConditionOf(std::string_view name) {
  const auto* const found = std::find(kConditions.begin() + 1, kConditions.end(), name);
  return static_cast<v1::StockCondition>(found - kConditions.begin());
}

}  // namespace qingqu::distribution
