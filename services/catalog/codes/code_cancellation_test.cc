#include "services/catalog/codes/code_cancellation.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

const absl::Time kNow = absl::FromUnixMicros(1'000'000) + absl::Nanoseconds(700);

CodeRelease Release() {
  return {.id = "2026-11", .effective_date = CivilDate::FromYearMonthDay(2026, 11, 1).value()};
}
CodeRelease Proposed() {
  return *ProposeCancellation(Release(), {.user_id = "wang", .on_behalf_of = "zhang"}, "错文件");
}

TEST(CodeCancellationDomainTest, OneProposesAndAnotherCancels) {
  const CodeRelease proposed = Proposed();
  EXPECT_EQ(proposed.cancellation_proposer.user_id, "wang");
  EXPECT_EQ(proposed.cancellation_reason, "错文件");
  EXPECT_FALSE(proposed.cancelled_at.has_value());
  EXPECT_EQ(Etag(proposed), "2");
  const auto cancelled = ApproveCancellation(proposed, {.user_id = "bo"}, kNow);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->canceller_id, "bo");
  EXPECT_EQ(cancelled->cancelled_at, absl::FromUnixMicros(1'000'000)) << "as the database keeps it";
  EXPECT_EQ(Etag(*cancelled), "3");
}

TEST(CodeCancellationDomainTest, NobodyStandsBehindBoth) {
  for (const auth::Actor& same : {auth::Actor{.user_id = "wang", .on_behalf_of = ""},
                                  auth::Actor{.user_id = "zhang", .on_behalf_of = ""},
                                  auth::Actor{.user_id = "bo", .on_behalf_of = "wang"},
                                  auth::Actor{.user_id = "bo", .on_behalf_of = "zhang"}}) {
    EXPECT_EQ(ErrorReason(ApproveCancellation(Proposed(), same, kNow).status()), "SAME_PERSON")
        << same.user_id << " for " << same.on_behalf_of;
  }
}

TEST(CodeCancellationDomainTest, WhatIsRefusedIsAsBefore) {
  const auto rejected = RejectCancellation(Proposed(), "名单无误");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->cancellation_proposer.user_id, "");
  EXPECT_EQ(rejected->cancellation_proposer.on_behalf_of, "");
  EXPECT_EQ(rejected->cancellation_reason, "");
  EXPECT_EQ(rejected->cancellation_refusal, "名单无误");
  EXPECT_EQ(Etag(*rejected), "3");
}

TEST(CodeCancellationDomainTest, EachStepHasItsTime) {
  const CodeRelease fresh = Release();
  const CodeRelease cancelled = *ApproveCancellation(Proposed(), {.user_id = "bo"}, kNow);
  const auth::Actor li{.user_id = "li"};
  EXPECT_EQ(ErrorReason(ApproveCancellation(fresh, li, kNow).status()),
            "CODE_RELEASE_CANCELLATION_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(RejectCancellation(fresh, "x").status()),
            "CODE_RELEASE_CANCELLATION_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(ProposeCancellation(Proposed(), li, "x").status()),
            "CODE_RELEASE_CANCELLATION_PROPOSED");
  for (const absl::Status& status : {ProposeCancellation(cancelled, li, "x").status(),
                                     ApproveCancellation(cancelled, li, kNow).status(),
                                     RejectCancellation(cancelled, "x").status()}) {
    EXPECT_EQ(ErrorReason(status), "CODE_RELEASE_CANCELLED");
  }
}

}  // namespace
}  // namespace qingqu::catalog
