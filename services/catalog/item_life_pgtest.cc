// Items from the first draft to what is left of them in the stores: who may let them in, what comes
// with them, and what blocks them when they are gone.
#include <string>

#include "gmock/gmock.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/item_steps_test_support.h"

namespace qingqu::catalog {
namespace {

using ::testing::HasSubstr;

class ItemLifeTest : public ::testing::Test, protected ItemSteps {
 protected:
  // How the stores see the item "screw".
  std::string Shown() {
    return database.Value("SELECT state FROM catalog_pub.item WHERE item_id = 'screw'");
  }
  // What the database says to a change behind the handlers' back.
  std::string Refusal(const std::string& sql) {
    try {
      database.Execute("SELECT set_config('qingqu.user', 'li', true); " + sql);
      return "";
    } catch (const pqxx::integrity_constraint_violation& failure) {
      return failure.what();
    }
  }
};

TEST_F(ItemLifeTest, TheStockOfWhatIsWithdrawnCanStillBeBlocked) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Withdraw(Li()).ok());
  EXPECT_EQ(Shown(), "withdrawn") << "what is left is used up";
  const auto suspended = Suspend(Li());
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_EQ(suspended->state(), v1::APPROVAL_STATE_WITHDRAWN);
  EXPECT_EQ(Shown(), "suspended") << "recalled";
  EXPECT_EQ(database.Value("SELECT string_agg(reason, ' ') "
                           "FROM catalog.item_obstacles('screw', '2026-11-22')"),
            "ITEM_WITHDRAWN");
  EXPECT_EQ(ErrorReason(Suspend(Li()).status()), "ITEM_NOT_APPROVED") << "once";
  EXPECT_THAT(Refusal("UPDATE catalog.item SET state = 'approved', withdrawn_state = NULL"),
              HasSubstr("is withdrawn"))
      << "it does not come back";
  // Of a draft there is nothing in the stores.
  auto draft = ItemRequest("plate", 2);
  draft.set_draft(true);
  ASSERT_TRUE(items.CreateItem(Wang(), draft).ok());
  ASSERT_TRUE(Withdraw(Wang(), "plate").ok());
  EXPECT_EQ(ErrorReason(Suspend(Li(), "plate").status()), "ITEM_NOT_APPROVED");
}

TEST_F(ItemLifeTest, WhatWasWithdrawnBeforeItsRegistrationWasCancelledIsBlockedToo) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Withdraw(Li()).ok());
  v1::CancelRegistrationRequest cancel;
  cancel.set_name("registrations/国械注准20193130123");
  cancel.set_reason("注销");
  ASSERT_TRUE(registrations.CancelRegistration(Wang(), cancel).ok());
  EXPECT_EQ(Shown(), "suspended");
}

TEST_F(ItemLifeTest, WhoWasStoodInForWhenItWasWrittenDoesNotApproveIt) {
  auto draft = ItemRequest("screw", 1);
  draft.set_draft(true);
  ASSERT_TRUE(items.CreateItem(Wang(), draft).ok());
  CallContext for_zhao = Wang();
  for_zhao.principal.on_behalf_of = "zhao";
  v1::ProposeItemChangeRequest rename;
  rename.mutable_item()->set_name("items/screw");
  rename.mutable_item()->set_display_name("x");
  rename.mutable_update_mask()->add_paths("display_name");
  rename.set_reason("说明书变更");
  ASSERT_TRUE(item_changes.ProposeItemChange(for_zhao, rename).ok());
  ASSERT_TRUE(Submit(Wang()).ok());
  EXPECT_EQ(ErrorReason(ApproveWhole(AllianceApprover("zhao")).status()), "SAME_PERSON");
  // Returned and handed in again, it is the same text.
  ASSERT_TRUE(Return(Li()).ok());
  CallContext for_sun = Wang();
  for_sun.principal.on_behalf_of = "sun";
  ASSERT_TRUE(Submit(for_sun).ok());
  for (const std::string stood_in_for : {"zhao", "sun"}) {
    EXPECT_EQ(ErrorReason(ApproveWhole(AllianceApprover(stood_in_for)).status()), "SAME_PERSON");
    EXPECT_THAT(
        Refusal("UPDATE catalog.item SET state = 'approved', approver_id = '" + stood_in_for + "'"),
        HasSubstr("one of its authors"));
  }
  CallContext in_zhaos_stead = AllianceApprover("chen");
  in_zhaos_stead.principal.on_behalf_of = "zhao";
  EXPECT_EQ(ErrorReason(ApproveWhole(in_zhaos_stead).status()), "SAME_PERSON");
  EXPECT_TRUE(ApproveWhole(Li()).ok()) << "who only returned it may";
}

TEST_F(ItemLifeTest, WhatOnePersonTellsMakesNoRegistration) {
  auto squatting = ItemRequest("squat", 1);
  squatting.set_draft(true);
  squatting.mutable_item()->set_registration_expire_date("9999-12-31");
  const auto drafted = items.CreateItem(Wang(), squatting);
  ASSERT_TRUE(drafted.ok()) << drafted.status();
  EXPECT_EQ(drafted->registration_expire_date(), "9999-12-31");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog_pub.registration"), "0");
  // Nobody else is bound by it.
  EXPECT_EQ(ApprovedItem("screw", 2).registration_expire_date(), "2099-12-31");
  EXPECT_EQ(database.Value("SELECT proposer_id || ' ' || approver_id || ' ' || expire_date || ' ' "
                           "|| event FROM catalog.registration"),
            "wang li 2099-12-31 item.approved");
  v1::GetItemRequest get;
  get.set_name("items/squat");
  EXPECT_EQ(items.GetItem(Li(), get)->registration_expire_date(), "2099-12-31") << "known by now";
  auto other = ItemRequest("other", 3);
  other.mutable_item()->set_registration_expire_date("9999-12-31");
  EXPECT_EQ(ErrorReason(items.CreateItem(Wang(), other).status()), "INVALID_FIELD");
  EXPECT_THAT(
      Refusal("INSERT INTO catalog.item (item_id, display_name, specification, "
              "registration_number, registration_expire_date, device_class, national_code, "
              "device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, "
              "expiry_tracked, high_value, state, proposer_id, approver_id, created_at, "
              "updated_at) VALUES ('bare', 'x', '', '国械注准20203130001', '2030-01-01', 3, "
              "'C03050107901001000000000000', 'A100001', 'x', 'm', true, false, false, false, "
              "'approved', 'wang', 'li', now(), now()); "
              "INSERT INTO catalog.device_identifier VALUES ('A100001', 'bare')"),
      HasSubstr("no registration of its class"));
}

}  // namespace
}  // namespace qingqu::catalog
