#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace qingqu::procurement {

// Where documents stand. The numbers are those of the proto's enums.
enum class AgreementState { kProposed = 1, kApproved = 2 };
enum class RequisitionState { kSubmitted = 1, kApproved = 2, kRejected = 3 };
enum class OrderState {
  kPlaced = 1,
  kAccepted = 2,
  kPartlyAccepted = 3,
  kRejected = 4,
  kCompleted = 5
};

// As the database writes them: "partly_accepted".
std::string_view StateName(AgreementState state);
std::string_view StateName(RequisitionState state);
std::string_view StateName(OrderState state);
// Nothing for a name that is none.
std::optional<AgreementState> ParseAgreementState(std::string_view name);
std::optional<RequisitionState> ParseRequisitionState(std::string_view name);
std::optional<OrderState> ParseOrderState(std::string_view name);

// The same table stands in the database (procurement.state_transition), whose triggers refuse any
// other change of state; a test compares the two.
struct Transition {
  std::string_view document;
  std::string_view from;
  std::string_view to;
};
std::span<const Transition> AllTransitions();

bool MayChange(AgreementState from, AgreementState to);
bool MayChange(RequisitionState from, RequisitionState to);
bool MayChange(OrderState from, OrderState to);

}  // namespace qingqu::procurement
