#include "services/procurement/document_state.h"

#include "gtest/gtest.h"

#include "qingqu/procurement/v1/procurement_service.pb.h"

namespace qingqu::procurement {
namespace {

TEST(DocumentStateTest, NumbersAndNamesAreTheProtos) {
  for (int number = 1; number < v1::OrderState_ARRAYSIZE; ++number) {
    const auto state = static_cast<OrderState>(number);
    std::string name = v1::OrderState_Name(static_cast<v1::OrderState>(number)).substr(12);
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    EXPECT_EQ(StateName(state), name);
    EXPECT_EQ(ParseOrderState(name), state);
  }
  EXPECT_EQ(v1::OrderState_ARRAYSIZE, 6);
  EXPECT_EQ(StateName(AgreementState::kApproved), "approved");
  EXPECT_EQ(static_cast<int>(AgreementState::kApproved), v1::AGREEMENT_STATE_APPROVED);
  EXPECT_EQ(StateName(RequisitionState::kRejected), "rejected");
  EXPECT_EQ(static_cast<int>(RequisitionState::kRejected), v1::REQUISITION_STATE_REJECTED);
  EXPECT_EQ(ParseAgreementState("lost"), std::nullopt);
  EXPECT_EQ(ParseRequisitionState(""), std::nullopt);
}

// Every pair of states: what is not listed is refused.
TEST(DocumentStateTest, OnlyListedChangesAreMade) {
  int order_changes = 0;
  for (int from = 1; from <= 5; ++from) {
    for (int to = 1; to <= 5; ++to) {
      order_changes += MayChange(static_cast<OrderState>(from), static_cast<OrderState>(to));
    }
  }
  EXPECT_EQ(order_changes, 5);
  EXPECT_TRUE(MayChange(OrderState::kPlaced, OrderState::kRejected));
  EXPECT_FALSE(MayChange(OrderState::kRejected, OrderState::kCompleted));
  EXPECT_FALSE(MayChange(OrderState::kPlaced, OrderState::kCompleted));
  EXPECT_TRUE(MayChange(RequisitionState::kSubmitted, RequisitionState::kRejected));
  EXPECT_FALSE(MayChange(RequisitionState::kRejected, RequisitionState::kApproved));
  EXPECT_FALSE(MayChange(AgreementState::kApproved, AgreementState::kApproved));
}

}  // namespace
}  // namespace qingqu::procurement
