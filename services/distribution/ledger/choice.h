#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "common/base/civil_date.h"
#include "services/distribution/allocation.h"

namespace qingqu::distribution {

// What an allocation knows of an account that holds goods.
struct Candidate {
  Stock stock;            // `available` of it: what is on hand and not reserved
  std::string owner;      // "institutions/h1"
  std::string condition;  // as the database writes it: "quarantined"
  int64_t on_hand = 0;
  int64_t reserved = 0;
};

// By item, each item's in the order in which they are given out (GoesBefore).
using Candidates = absl::flat_hash_map<std::string, std::vector<Candidate>>;
Candidates ByItem(std::vector<Candidate> candidates);

// Which goods may be taken.
struct ChoiceRule {
  std::string owner;  // whose they are; others' lie there on consignment
  CivilDate today;
  int shelf_life_days_min = 0;  // they last at least as many days, counted from today
};

// What was decided about the candidate at the same place of the list.
struct Choice {
  int64_t quantity = 0;           // taken
  std::string_view left_because;  // the reason when nothing was taken, else ""
};

// Takes up to `quantity` of one item's candidates, first expiry first, and says of each of the
// others why it was left; of several reasons the first of this list:
//   RECALLED CONDITION_FORBIDS CONSIGNED LOT_EXPIRED SHELF_LIFE_TOO_SHORT RESERVED NOT_NEEDED
// Goods without an expiry satisfy any shelf life.
std::vector<Choice> Choose(const ChoiceRule& rule, const std::vector<Candidate>& candidates,
                           int64_t quantity);

// What was taken altogether.
int64_t QuantityOf(const std::vector<Choice>& choices);

}  // namespace qingqu::distribution
