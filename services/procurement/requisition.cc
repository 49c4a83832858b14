#include "services/procurement/requisition.h"

#include <unordered_set>

#include "fmt/format.h"

#include "services/procurement/errors.h"

namespace qingqu::procurement {

absl::Status CheckDecision(const Requisition& requisition, RequisitionState decision,
                           const auth::Actor& approver) {
  if (!MayChange(requisition.state, decision)) {
    return RequisitionNotSubmitted(requisition.requisition_id, StateName(requisition.state));
  }
  if (auth::ShareAPerson(approver, Requester(requisition))) {
    return SamePerson("who asked for items may not decide on the requisition");
  }
  return absl::OkStatus();
}

auth::Actor Requester(const Requisition& requisition) {
  return {.user_id = requisition.requester_id, .on_behalf_of = requisition.requester_for_id};
}

auth::Actor Approver(const Requisition& requisition) {
  return {.user_id = requisition.approver_id, .on_behalf_of = requisition.approver_for_id};
}

absl::Status ApproveLines(const std::vector<LineReduction>& reductions, Requisition& requisition) {
  FieldViolations violations;
  for (RequisitionLine& line : requisition.lines) line.quantity_approved = line.quantity_requested;
  std::unordered_set<int> seen;
  for (size_t i = 0; i < reductions.size(); ++i) {
    const auto& [line_number, quantity] = reductions[i];
    const std::string field = fmt::format("reductions[{}]", i);
    if (line_number < 1 || static_cast<size_t>(line_number) > requisition.lines.size()) {
      violations.Add(field + ".line_number", "the requisition has no such line");
      continue;
    }
    if (!seen.insert(line_number).second) {
      violations.Add(field + ".line_number", "the line is named twice");
      continue;
    }
    RequisitionLine& line = requisition.lines[static_cast<size_t>(line_number) - 1];
    if (quantity < 0 || Quantity(quantity) > line.quantity_requested) {
      violations.Add(field + ".quantity_approved", fmt::format("must be from 0 to the {} asked for",
                                                               line.quantity_requested.ToString()));
      continue;
    }
    line.quantity_approved = Quantity(quantity);
  }
  return violations.ToStatus();
}

absl::Status CheckItemsBuyable(const std::vector<RequisitionLine>& lines,
                               const ItemFactsById& items, const CivilDate& day) {
  FieldViolations problems;
  for (const RequisitionLine& line : lines) {
    const std::string field = fmt::format("requisition.lines[{}].item", line.line_number - 1);
    const auto found = items.find(line.item_id);
    if (found == items.end()) {
      problems.Add(field, fmt::format("there is no item {}", line.item_id));
    } else if (const std::string why = WhyNotBuyable(found->second, day); !why.empty()) {
      problems.Add(field, why);
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return ItemNotBuyable(problems);
}

}  // namespace qingqu::procurement
