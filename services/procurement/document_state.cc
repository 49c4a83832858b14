#include "services/procurement/document_state.h"

#include <algorithm>
#include <array>

namespace qingqu::procurement {
namespace {

constexpr std::array<std::string_view, 2> kAgreementNames = {"proposed", "approved"};
constexpr std::array<std::string_view, 3> kRequisitionNames = {"submitted", "approved", "rejected"};
constexpr std::array<std::string_view, 5> kOrderNames = {"placed", "accepted", "partly_accepted",
                                                         "rejected", "completed"};

constexpr std::array<Transition, 8> kTransitions = {{
    {"agreement", "proposed", "approved"},
    {"requisition", "submitted", "approved"},
    {"requisition", "submitted", "rejected"},
    {"purchase_order", "placed", "accepted"},
    {"purchase_order", "placed", "partly_accepted"},
    {"purchase_order", "placed", "rejected"},
    {"purchase_order", "accepted", "completed"},
    {"purchase_order", "partly_accepted", "completed"},
}};

template <typename State, size_t kSize>
std::optional<State> ParseState(const std::array<std::string_view, kSize>& names,
                                std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<State>(found - names.begin() + 1);
}

template <typename State, size_t kSize>
std::string_view NameOf(const std::array<std::string_view, kSize>& names, State state) {
  return names.at(static_cast<size_t>(state) - 1);
}

bool IsListed(std::string_view document, std::string_view from, std::string_view to) {
  return std::any_of(kTransitions.begin(), kTransitions.end(), [&](const Transition& transition) {
    return transition.document == document && transition.from == from && transition.to == to;
  });
}

}  // namespace

std::string_view StateName(AgreementState state) { return NameOf(kAgreementNames, state); }
std::string_view StateName(RequisitionState state) { return NameOf(kRequisitionNames, state); }
std::string_view StateName(OrderState state) { return NameOf(kOrderNames, state); }

std::optional<AgreementState> ParseAgreementState(std::string_view name) {
  return ParseState<AgreementState>(kAgreementNames, name);
}

std::optional<RequisitionState> ParseRequisitionState(std::string_view name) {
  return ParseState<RequisitionState>(kRequisitionNames, name);
}

std::optional<OrderState> ParseOrderState(std::string_view name) {
  return ParseState<OrderState>(kOrderNames, name);
}

std::span<const Transition> AllTransitions() { return kTransitions; }

bool MayChange(AgreementState from, AgreementState to) {
  return IsListed("agreement", StateName(from), StateName(to));
}

bool MayChange(RequisitionState from, RequisitionState to) {
  return IsListed("requisition", StateName(from), StateName(to));
}

bool MayChange(OrderState from, OrderState to) {
  return IsListed("purchase_order", StateName(from), StateName(to));
}

}  // namespace qingqu::procurement
