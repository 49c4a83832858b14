#include "services/procurement/order.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"
#include "services/procurement/errors.h"

namespace qingqu::procurement {
namespace {

constexpr int kReasonMax = 200;

std::string LineField(const OrderLine& line, std::string_view field) {
  return fmt::format("order.lines[{}].{}", line.line_number - 1, field);
}

// Lines and sums are far below overflow: 5,000 lines of at most kQuantityMax.
Quantity Sum(Quantity left, Quantity right) {
  return Quantity(left.base_units() + right.base_units());
}

Quantity Difference(Quantity left, Quantity right) {
  return Quantity(left.base_units() - right.base_units());
}

absl::Status CheckFound(const RequisitionFacts& facts, const Order& order) {
  FieldViolations missing;
  for (const OrderLine& line : order.lines) {
    if (!facts.requisitions.contains(line.requisition_id)) {
      missing.Add(LineField(line, "requisition"),
                  fmt::format("there is no requisitions/{}", line.requisition_id));
    } else if (!facts.lines.contains({line.requisition_id, line.requisition_line_number})) {
      missing.Add(LineField(line, "requisition_line_number"), "the requisition has no such line");
    }
  }
  return missing.empty() ? absl::OkStatus() : RequisitionsNotFound(missing);
}

absl::Status CheckApproved(const RequisitionFacts& facts, const Order& order) {
  FieldViolations unapproved;
  for (const OrderLine& line : order.lines) {
    const Requisition& requisition = facts.requisitions.find(line.requisition_id)->second;
    const RequisitionLine& asked =
        facts.lines.find({line.requisition_id, line.requisition_line_number})->second;
    if (requisition.state != RequisitionState::kApproved) {
      unapproved.Add(
          LineField(line, "requisition"),
          fmt::format("requisitions/{} is {}", line.requisition_id, StateName(requisition.state)));
    } else if (asked.quantity_approved == Quantity(0)) {
      unapproved.Add(LineField(line, "requisition_line_number"), "nothing of it was approved");
    }
  }
  return unapproved.empty() ? absl::OkStatus() : LineNotApproved(unapproved);
}

absl::Status CheckNotYetOrdered(const RequisitionFacts& facts, const Order& order) {
  FieldViolations exceeding;
  for (const OrderLine& line : order.lines) {
    const RequisitionLine& asked =
        facts.lines.find({line.requisition_id, line.requisition_line_number})->second;
    const Quantity left = Difference(asked.quantity_approved, asked.quantity_ordered);
    if (line.quantity_ordered > left) {
      exceeding.Add(LineField(line, "quantity_ordered"),
                    fmt::format("{} of the {} approved are not yet ordered", left.base_units(),
                                asked.quantity_approved.base_units()));
    }
  }
  return exceeding.empty() ? absl::OkStatus() : LineAlreadyOrdered(exceeding);
}

absl::Status CheckOrderer(const RequisitionFacts& facts, const Order& order) {
  const auth::Actor orderer{.user_id = order.orderer_id, .on_behalf_of = order.orderer_for_id};
  for (const auto& [requisition_id, requisition] : facts.requisitions) {
    if (auth::ShareAPerson(orderer, Requester(requisition)) ||
        auth::ShareAPerson(orderer, Approver(requisition))) {
      return SamePerson(fmt::format("who asked for or approved requisitions/{} may not order it",
                                    requisition_id));
    }
  }
  return absl::OkStatus();
}

// AGREEMENT_CEILING when an agreement has less left than is taken of it.
absl::Status CheckCeilings(const std::vector<Agreement>& agreements,
                           const std::vector<OrderLine>& lines) {
  const std::map<std::string, Quantity> taken = QuantityByAgreement(lines);
  for (const Agreement& agreement : agreements) {
    const auto found = taken.find(agreement.agreement_id);
    if (found == taken.end()) continue;
    const Quantity left = Difference(agreement.quantity_ceiling, agreement.quantity_ordered);
    if (found->second > left) return AgreementCeiling(agreement.agreement_id, found->second, left);
  }
  return absl::OkStatus();
}

void DecideState(Order& order) {
  const bool full = std::all_of(order.lines.begin(), order.lines.end(), [](const OrderLine& line) {
    return line.quantity_accepted == line.quantity_ordered;
  });
  const bool none = std::all_of(order.lines.begin(), order.lines.end(), [](const OrderLine& line) {
    return line.quantity_accepted == Quantity(0);
  });
  order.state = full   ? OrderState::kAccepted
                : none ? OrderState::kRejected
                       : OrderState::kPartlyAccepted;
}

void ApplyAnswer(const LineAnswer& answer, const std::string& field, OrderLine& line,
                 FieldViolations& violations) {
  if (answer.quantity_accepted < 0 || Quantity(answer.quantity_accepted) > line.quantity_ordered) {
    violations.Add(field + ".quantity_accepted", fmt::format("must be from 0 to the {} ordered",
                                                             line.quantity_ordered.base_units()));
    return;
  }
  line.quantity_accepted = Quantity(answer.quantity_accepted);
  line.response_reason = answer.reason;
  if (CodePointCount(answer.reason) > kReasonMax) {
    violations.Add(field + ".reason", fmt::format("must have at most {} characters", kReasonMax));
  } else if (line.quantity_accepted < line.quantity_ordered && answer.reason.empty()) {
    violations.Add(field + ".reason", "is required when less is accepted than ordered");
  }
}

}  // namespace

absl::Status TakeRequisitionLines(const RequisitionFacts& facts, Order& order) {
  QINGQU_RETURN_IF_ERROR(CheckFound(facts, order));
  QINGQU_RETURN_IF_ERROR(CheckOrderer(facts, order));
  QINGQU_RETURN_IF_ERROR(CheckApproved(facts, order));
  QINGQU_RETURN_IF_ERROR(CheckNotYetOrdered(facts, order));
  for (OrderLine& line : order.lines) {
    line.item_id =
        facts.lines.find({line.requisition_id, line.requisition_line_number})->second.item_id;
  }
  return absl::OkStatus();
}

absl::Status CheckOrderBuyable(const Order& order, const ItemFactsById& items,
                               const SupplierFacts& supplier, const CivilDate& day) {
  FieldViolations problems;
  int device_class_max = 0;
  for (const OrderLine& line : order.lines) {
    const auto found = items.find(line.item_id);
    if (found == items.end()) {
      problems.Add(LineField(line, "item"), fmt::format("there is no item {}", line.item_id));
      continue;
    }
    device_class_max = std::max(device_class_max, found->second.device_class);
    if (const std::string why = WhyNotBuyable(found->second, day); !why.empty()) {
      problems.Add(LineField(line, "item"), why);
    }
  }
  if (!problems.empty()) return ItemNotBuyable(problems);
  if (const std::string why = WhyNotBuyable(supplier, device_class_max, day); !why.empty()) {
    return SupplierNotBuyable(order.supplier_id, why);
  }
  return absl::OkStatus();
}

absl::Status PriceOrder(const std::vector<Agreement>& agreements, Order& order) {
  std::map<std::string_view, const Agreement*> by_item;
  for (const Agreement& agreement : agreements) by_item.emplace(agreement.item_id, &agreement);
  FieldViolations without;
  for (OrderLine& line : order.lines) {
    const auto found = by_item.find(line.item_id);
    if (found == by_item.end()) {
      without.Add(LineField(line, "item"), fmt::format("items/{} has none", line.item_id));
      continue;
    }
    line.agreement_id = found->second->agreement_id;
    line.unit_price = found->second->unit_price;
  }
  if (!without.empty()) return NoAgreement(without);
  QINGQU_RETURN_IF_ERROR(CheckCeilings(agreements, order.lines));
  order.total_amount = Money();
  for (OrderLine& line : order.lines) {
    const absl::StatusOr<Money> amount = Multiply(line.unit_price, line.quantity_ordered);
    const absl::StatusOr<Money> total = amount.ok() ? Add(order.total_amount, *amount) : amount;
    if (!total.ok()) {
      return InvalidField(LineField(line, "quantity_ordered"),
                          "the order's amount is too large; split the order");
    }
    line.amount = *amount;
    order.total_amount = *total;
  }
  return absl::OkStatus();
}

std::map<std::string, Quantity> QuantityByAgreement(const std::vector<OrderLine>& lines) {
  std::map<std::string, Quantity> quantities;
  for (const OrderLine& line : lines) {
    Quantity& quantity = quantities[line.agreement_id];
    quantity = Sum(quantity, line.quantity_ordered);
  }
  return quantities;
}

absl::Status AnswerOrder(const std::vector<LineAnswer>& answers, Order& order) {
  if (order.state != OrderState::kPlaced) {
    return OrderAlreadyAnswered(order.order_id, StateName(order.state));
  }
  FieldViolations violations;
  std::vector<bool> answered(order.lines.size(), false);
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string field = fmt::format("lines[{}]", i);
    const int line_number = answers[i].line_number;
    if (line_number < 1 || static_cast<size_t>(line_number) > order.lines.size()) {
      violations.Add(field + ".line_number", "the order has no such line");
      continue;
    }
    const size_t index = static_cast<size_t>(line_number) - 1;
    if (answered[index]) {
      violations.Add(field + ".line_number", "the line is answered twice");
      continue;
    }
    answered[index] = true;
    ApplyAnswer(answers[i], field, order.lines[index], violations);
  }
  const auto missing = std::find(answered.begin(), answered.end(), false);
  if (missing != answered.end()) {
    violations.Add("lines", fmt::format("line {} is not answered", missing - answered.begin() + 1));
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  DecideState(order);
  return absl::OkStatus();
}

absl::Status AcceptOrder(Order& order) {
  std::vector<LineAnswer> answers;
  answers.reserve(order.lines.size());
  for (const OrderLine& line : order.lines) {
    answers.push_back({line.line_number, line.quantity_ordered.base_units(), ""});
  }
  return AnswerOrder(answers, order);
}

std::vector<FreedLine> FreedByAnswer(const Order& order) {
  std::vector<FreedLine> freed;
  for (const OrderLine& line : order.lines) {
    if (line.quantity_accepted == line.quantity_ordered) continue;
    freed.push_back({.requisition_id = line.requisition_id,
                     .requisition_line_number = line.requisition_line_number,
                     .agreement_id = line.agreement_id,
                     .quantity = Difference(line.quantity_ordered, line.quantity_accepted)});
  }
  return freed;
}

bool IsComplete(const std::vector<OrderLine>& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const OrderLine& line) {
    return Sum(line.quantity_received, line.quantity_rejected) == line.quantity_accepted;
  });
}

}  // namespace qingqu::procurement
