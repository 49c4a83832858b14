#pragma once

#include <optional>
#include <string_view>

#include "qingqu/distribution/v1/ledger.pb.h"

namespace qingqu::distribution {

// The other end of a movement, or the place itself.
enum class Side { kPlace, kTransit, kSupply, kUse, kLoss, kAdjustment, kNone };

// What a kind of movement does and who may post it by hand. One row for each kind that has a place.
struct KindRule {
  v1::MovementKind kind;
  std::string_view name;  // in the database: "transfer_out"
  Side from;
  Side to;
  // Needed besides the right to post at all; "": none.
  std::string_view permission = "";
  bool needs_reason = false;
  // Goods must be in a state to be given to a patient or sent on: available and not expired.
  bool must_be_issuable = false;
};

// nullptr for a kind that nobody posts (EXPIRE, unspecified, unknown).
const KindRule* FindKindRule(v1::MovementKind kind);

// Of EXPIRE, which only the platform posts.
const KindRule& ExpireRule();

// As the database writes it; UNSPECIFIED for anything else.
v1::MovementKind KindOf(std::string_view name);
std::string_view KindName(v1::MovementKind kind);

// "available" for UNSPECIFIED; as the database writes it.
std::string_view ConditionName(v1::StockCondition condition);
v1::StockCondition ConditionOf(std::string_view name);

}  // namespace qingqu::distribution
