#include "services/catalog/registrations/registration.h"

#include <string>

#include "gtest/gtest.h"

#include "common/base/business_day.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

RegistrationNumber Number(std::string_view text) { return ParseRegistrationNumber(text).value(); }
CivilDate Day(std::string_view text) { return CivilDate::Parse(text).value(); }

const absl::Time kNow = BusinessDayBegins(Day("2026-06-01")) + absl::Hours(9);

RegistrationAct By(std::string_view user, std::string_view reason = "", absl::Time now = kNow) {
  return {.actor = {.user_id = std::string(user), .on_behalf_of = ""},
          .now = now,
          .reason = std::string(reason)};
}

RegistrationDraft Draft() {
  return {.product_name = "空心螺钉",
          .registrant = "某厂",
          .valid_from_date = "2024-03-01",
          .expire_date = "2029-02-28"};
}

std::string Wrong(std::string_view number, const RegistrationDraft& draft) {
  const auto content = CheckRegistrationContent(Number(number), draft);
  return content.ok() ? "" : std::string(content.status().message());
}

Registration Valid() {
  Registration registration = CreateRegistration(
      Number("国械注准20193130123"),
      CheckRegistrationContent(Number("国械注准20193130123"), Draft()).value(), By("wang"));
  return ApproveRegistration(registration, By("li")).value();
}

TEST(RegistrationContentTest, HoldsForFiveYears) {
  EXPECT_EQ(Wrong("国械注准20193130123", Draft()), "");
  RegistrationDraft draft = Draft();
  draft.expire_date = "2029-03-01";
  EXPECT_EQ(Wrong("国械注准20193130123", draft), "");
  draft.expire_date = "2029-03-02";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("registration.expire_date"),
            std::string::npos);
  draft.expire_date = "2024-02-29";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("five years"), std::string::npos);
  draft.valid_from_date = "2024-02-29";
  draft.expire_date = "2029-02-28";
  EXPECT_EQ(Wrong("国械注准20193130123", draft), "") << "from a leap day";
  draft.expire_date = "2029-03-01";
  EXPECT_NE(Wrong("国械注准20193130123", draft), "");
  draft.valid_from_date = "";
  EXPECT_EQ(Wrong("国械注准20193130123", draft), "") << "the first day need not be known";
  draft.expire_date = "";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("class II and III"), std::string::npos);
}

TEST(RegistrationContentTest, AFilingDoesNotExpire) {
  RegistrationDraft draft = Draft();
  EXPECT_NE(Wrong("鲁济械备20190001号", draft).find("does not expire"), std::string::npos);
  draft.expire_date = "";
  EXPECT_EQ(Wrong("鲁济械备20190001号", draft), "");
}

TEST(RegistrationContentTest, NamesAndReplacementsAreChecked) {
  RegistrationDraft draft = Draft();
  draft.product_name = " ";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("registration.product_name"),
            std::string::npos);
  draft = Draft();
  draft.organisation = "organisations/X";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("registration.organisation"),
            std::string::npos);
  draft = Draft();
  draft.replaced_by = "registrations/国械注准 2019-3130123";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("itself"), std::string::npos);
  draft.replaced_by = "国械注准20243130123";
  EXPECT_NE(Wrong("国械注准20193130123", draft).find("registration.replaced_by"),
            std::string::npos);
}

TEST(RegistrationTest, WhatWidensWaits) {
  const RegistrationContent before = Valid().content;
  RegistrationContent after = before;
  after.product_name = "另一个";
  EXPECT_FALSE(Widens(before, after));
  after.expire_date = Day("2029-02-27");
  EXPECT_FALSE(Widens(before, after));
  after.expire_date = Day("2029-03-01");
  EXPECT_TRUE(Widens(before, after));
  after = before;
  after.valid_from = Day("2024-02-01");
  EXPECT_TRUE(Widens(before, after));
  after.valid_from.reset();
  EXPECT_TRUE(Widens(before, after));
  after = before;
  after.registrant = "另一厂";
  EXPECT_TRUE(Widens(before, after));
  after = before;
  after.replaced_by = "国械注准20243130123";
  EXPECT_FALSE(Widens(before, after));
}

TEST(RegistrationTest, IsApprovedByAnotherPerson) {
  const Registration created =
      CreateRegistration(Number("国械注准20193130123"), Valid().content, By("wang"));
  EXPECT_EQ(created.state, RegistrationState::kProposed);
  EXPECT_EQ(ErrorReason(ApproveRegistration(created, By("wang")).status()), "SAME_PERSON");
  RegistrationAct stand_in = By("zhao");
  stand_in.actor.on_behalf_of = "wang";
  EXPECT_EQ(ErrorReason(ApproveRegistration(created, stand_in).status()), "SAME_PERSON");
  const auto approved = ApproveRegistration(created, By("li"));
  ASSERT_TRUE(approved.ok());
  EXPECT_EQ(approved->proposer.user_id, "wang");
  EXPECT_EQ(approved->approver.user_id, "li");
  EXPECT_EQ(ErrorReason(ApproveRegistration(*approved, By("li")).status()),
            "REGISTRATION_NOT_PROPOSED");
}

TEST(RegistrationTest, OnlyItsAuthorCorrectsWhatNobodyApproved) {
  const Registration created =
      CreateRegistration(Number("国械注准20193130123"), Valid().content, By("wang"));
  EXPECT_TRUE(CheckMayChange(created, By("wang").actor).ok());
  EXPECT_EQ(ErrorReason(CheckMayChange(created, By("zhao").actor)), "NOT_THE_AUTHOR");
  EXPECT_TRUE(CheckMayChange(Valid(), By("zhao").actor).ok());
}

TEST(RegistrationTest, TheAuthorityTakesAway) {
  const Registration valid = Valid();
  const auto suspended = SuspendRegistration(valid, By("wang", "抽检不合格"), false);
  ASSERT_TRUE(suspended.ok());
  EXPECT_EQ(suspended->state_reason, "抽检不合格");
  EXPECT_EQ(suspended->state_date, Day("2026-06-01"));
  EXPECT_EQ(ErrorReason(SuspendRegistration(*suspended, By("wang", "x"), false).status()),
            "REGISTRATION_NOT_VALID");
  EXPECT_TRUE(SuspendRegistration(*suspended, By("wang", "x"), true).ok());
  const auto cancelled = CancelRegistration(*suspended, By("wang", "注销"));
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(ErrorReason(CancelRegistration(*cancelled, By("wang", "x")).status()),
            "REGISTRATION_CANCELLED");
  EXPECT_EQ(ErrorReason(CheckMayChange(*cancelled, By("wang").actor)), "REGISTRATION_CANCELLED");
}

TEST(RegistrationTest, TheDayOfTheAuthorityIsTheCountys) {
  // 23:59:59 and midnight in the county.
  const absl::Time midnight = BusinessDayBegins(Day("2026-06-02"));
  EXPECT_EQ(
      SuspendRegistration(Valid(), By("wang", "x", midnight - absl::Seconds(1)), false)->state_date,
      Day("2026-06-01"));
  EXPECT_EQ(SuspendRegistration(Valid(), By("wang", "x", midnight), false)->state_date,
            Day("2026-06-02"));
}

TEST(RegistrationTest, AChangeIsDecidedOnceByAnotherPerson) {
  const Registration valid = Valid();
  RegistrationChange change{.id = "c", .content = valid.content, .proposer = By("wang").actor};
  change.content.expire_date = Day("2029-03-01");
  EXPECT_EQ(ErrorReason(ApproveRegistrationChange(valid, change, By("wang")).status()),
            "SAME_PERSON");
  const auto changed = ApproveRegistrationChange(valid, change, By("li"));
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->content.expire_date, Day("2029-03-01"));
  EXPECT_EQ(changed->version, valid.version + 1);
  change.open = false;
  EXPECT_EQ(ErrorReason(ApproveRegistrationChange(valid, change, By("li")).status()),
            "CHANGE_DECIDED");
}

TEST(RegistrationTest, TimeNeverGoesBack) {
  const Registration valid = Valid();
  const auto earlier = SuspendRegistration(valid, By("wang", "x", kNow - absl::Hours(1)), false);
  EXPECT_EQ(earlier->updated_at, valid.updated_at);
}

TEST(RegistrationTest, NamesAreRead) {
  EXPECT_EQ(ParseRegistrationName("name", "registrations/国械注准 ２０１９-3130123")->text,
            "国械注准20193130123");
  for (const char* name : {"", "国械注准20193130123", "registrations/", "registrations/x"}) {
    EXPECT_EQ(ErrorReason(ParseRegistrationName("name", name).status()), "INVALID_FIELD") << name;
  }
}

}  // namespace
}  // namespace qingqu::catalog
