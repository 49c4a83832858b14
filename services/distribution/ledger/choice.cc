#include "services/distribution/ledger/choice.h"

#include <algorithm>
#include <utility>

namespace qingqu::distribution {
namespace {

// Why nothing of it may be taken, whatever is asked for; "" when it may.
std::string_view WhyLeft(const ChoiceRule& rule, const Candidate& candidate) {
  if (candidate.condition == "recalled") return "RECALLED";
  if (candidate.condition != "available") return "CONDITION_FORBIDS";
  if (candidate.owner != rule.owner) return "CONSIGNED";
  if (candidate.stock.expiry.has_value()) {
    if (*candidate.stock.expiry < rule.today) return "LOT_EXPIRED";
    if (*candidate.stock.expiry < rule.today.PlusDays(rule.shelf_life_days_min)) {
      return "SHELF_LIFE_TOO_SHORT";
    }
  }
  return candidate.stock.available <= 0 ? "RESERVED" : "";
}

}  // namespace

Candidates ByItem(std::vector<Candidate> candidates) {
  Candidates by_item;
  for (Candidate& candidate : candidates) {
    by_item[candidate.stock.item_id].push_back(std::move(candidate));
  }
  for (auto& [item_id, of_item] : by_item) {
    std::sort(of_item.begin(), of_item.end(), [](const Candidate& left, const Candidate& right) {
      return GoesBefore(left.stock, right.stock);
    });
  }
  return by_item;
}

std::vector<Choice> Choose(const ChoiceRule& rule, const std::vector<Candidate>& candidates,
                           int64_t quantity) {
  std::vector<Choice> choices;
  choices.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    Choice& choice = choices.emplace_back(Choice{.left_because = WhyLeft(rule, candidate)});
    if (!choice.left_because.empty()) continue;
    choice.quantity = std::min(candidate.stock.available, quantity);
    if (choice.quantity == 0) choice.left_because = "NOT_NEEDED";
    quantity -= choice.quantity;
  }
  return choices;
}

int64_t QuantityOf(const std::vector<Choice>& choices) {
  int64_t quantity = 0;
  for (const Choice& choice : choices) quantity += choice.quantity;
  return quantity;
}

}  // namespace qingqu::distribution
