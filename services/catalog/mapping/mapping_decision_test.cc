#include "services/catalog/mapping/mapping_decision.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using Kind = LocalCodeDecision::Kind;

const CivilDate kToday = *CivilDate::Parse("2026-11-22");

MappingTargets Targets() {
  MappingTargets targets;
  for (const char* id : {"one", "two"}) {
    targets[id] = {.item_id = id, .approved = true, .base_unit = "支", .class_code = "C14"};
  }
  targets["gone"] = {.item_id = "gone", .base_unit = "支", .class_code = "C14"};
  return targets;
}

LocalCode InReview() {
  LocalCode code{.row_version = 1, .state = LocalCodeState::kReview, .version = 2};
  code.row = {.local_code = "0012", .unit = "支"};
  code.proposals = {{.item_id = "one", .score = 9000, .evidence = {MappingEvidence::kName}},
                    {.item_id = "gone", .score = 100}};
  return code;
}

LocalCode MappedOnto(const std::string& item_id, CivilDate valid_from = kToday.PlusDays(-30)) {
  LocalCode code = InReview();
  code.state = LocalCodeState::kMapped;
  code.decided_at = absl::UnixEpoch();
  code.mapping =
      OpenMapping{.mapping_id = 7, .item_id = item_id, .unit_factor = 1, .valid_from = valid_from};
  return code;
}

LocalCodeDecision Decision(const LocalCode& code, Kind kind) {
  return {.local_code = code.row.local_code, .etag = Etag(code), .kind = kind};
}

std::string Reason(const LocalCode& code, const LocalCodeDecision& decision) {
  return ErrorReason(Decide(code, decision, Targets(), kToday).status());
}

TEST(DecideTest, AProposalBecomesAMappingWithItsEvidence) {
  LocalCodeDecision decision = Decision(InReview(), Kind::kProposal);
  decision.proposal = 1;
  const auto effect = Decide(InReview(), decision, Targets(), kToday);
  ASSERT_TRUE(effect.ok()) << effect.status();
  EXPECT_EQ(effect->state, LocalCodeState::kMapped);
  EXPECT_FALSE(effect->end.has_value());
  EXPECT_EQ(effect->begin->item_id, "one");
  EXPECT_EQ(effect->begin->unit_factor, 1);
  EXPECT_EQ(effect->begin->valid_from, kToday);
  EXPECT_EQ(effect->begin->score, 9000);
  EXPECT_THAT(effect->begin->evidence, ::testing::ElementsAre(MappingEvidence::kName));
  decision.proposal = 2;
  EXPECT_EQ(Reason(InReview(), decision), "ITEM_NOT_APPROVED");
  decision.proposal = 3;
  EXPECT_EQ(Reason(InReview(), decision), "PROPOSAL_NOT_FOUND");
  LocalCode changed = InReview();
  changed.state = LocalCodeState::kAwaiting;
  decision.proposal = 1;
  EXPECT_EQ(Reason(changed, decision), "PROPOSAL_NOT_FOUND") << "made for another row";
}

TEST(DecideTest, AnItemNeedsAFactorAndADayThatIsFree) {
  LocalCodeDecision decision = Decision(InReview(), Kind::kItem);
  decision.item_id = "three";
  EXPECT_EQ(Reason(InReview(), decision), "ITEM_NOT_FOUND");
  decision.item_id = "two";
  LocalCode code = InReview();
  code.row.unit = "包";
  EXPECT_EQ(Reason(code, decision), "UNIT_FACTOR_UNKNOWN");
  decision.unit_factor = 20;
  EXPECT_EQ(Decide(code, decision, Targets(), kToday)->begin->unit_factor, 20);
  code.free_from = kToday.PlusDays(-5);
  decision.valid_from = kToday.PlusDays(-6);
  EXPECT_EQ(Reason(code, decision), "VALID_FROM_TOO_EARLY");
  decision.valid_from = kToday.PlusDays(-5);
  EXPECT_EQ(Reason(code, decision), "");
}

TEST(DecideTest, AnotherItemEndsThePresentOneWithAReason) {
  const LocalCode code = MappedOnto("one");
  LocalCodeDecision decision = Decision(code, Kind::kItem);
  decision.item_id = "two";
  EXPECT_EQ(Reason(code, decision), "REASON_MISSING");
  decision.reason = "the maker changed";
  const auto effect = Decide(code, decision, Targets(), kToday);
  ASSERT_TRUE(effect.ok()) << effect.status();
  EXPECT_EQ(effect->end->mapping_id, 7);
  EXPECT_EQ(effect->end->valid_to, kToday);
  EXPECT_EQ(effect->begin->valid_from, kToday);
  decision.valid_from = kToday.PlusDays(-31);
  EXPECT_EQ(Reason(code, decision), "VALID_FROM_TOO_EARLY");
  decision.item_id = "one";
  const auto confirmed = Decide(code, decision, Targets(), kToday);
  ASSERT_TRUE(confirmed.ok());
  EXPECT_FALSE(confirmed->end.has_value());
  EXPECT_FALSE(confirmed->begin.has_value());
}

TEST(DecideTest, WhatIsTakenBackEndsTodayOrNeverHeld) {
  LocalCode code = MappedOnto("one");
  LocalCodeDecision decision = Decision(code, Kind::kReopen);
  EXPECT_EQ(Reason(code, decision), "REASON_MISSING");
  decision.reason = "wrong";
  auto effect = Decide(code, decision, Targets(), kToday);
  ASSERT_TRUE(effect.ok());
  EXPECT_EQ(effect->state, LocalCodeState::kReview);
  EXPECT_EQ(effect->end->valid_to, kToday);
  code = MappedOnto("one", kToday);
  effect = Decide(code, decision, Targets(), kToday);
  EXPECT_EQ(effect->end->valid_to, kToday) << "an empty period";
  EXPECT_EQ(Reason(InReview(), Decision(InReview(), Kind::kReopen)), "NOTHING_DECIDED");
  decision.kind = Kind::kNotInCatalogue;
  effect = Decide(code, decision, Targets(), kToday);
  EXPECT_EQ(effect->state, LocalCodeState::kNotInCatalogue);
  EXPECT_TRUE(effect->end.has_value());
}

TEST(DecideTest, PostponedIsWhatWaits) {
  const auto effect = Decide(InReview(), Decision(InReview(), Kind::kPostpone), Targets(), kToday);
  EXPECT_EQ(effect->state, LocalCodeState::kPostponed);
  const LocalCode mapped = MappedOnto("one");
  EXPECT_EQ(Reason(mapped, Decision(mapped, Kind::kPostpone)), "ALREADY_DECIDED");
}

TEST(DecideTest, WhoSawSomethingElseIsTold) {
  LocalCode code = MappedOnto("one");
  code.decider_id = "yao";
  LocalCodeDecision decision{.etag = "1-1", .kind = Kind::kPostpone};
  EXPECT_EQ(Reason(code, decision), "ALREADY_DECIDED");
  EXPECT_THAT(std::string(Decide(code, decision, Targets(), kToday).status().message()),
              ::testing::HasSubstr("users/yao"));
  code.decider_id.clear();
  EXPECT_THAT(std::string(Decide(code, decision, Targets(), kToday).status().message()),
              ::testing::HasSubstr("the platform"));
  decision.etag = "0-1";
  EXPECT_EQ(Reason(code, decision), "LOCAL_CODE_CHANGED") << "another row";
  decision.etag = "1-1";
  EXPECT_EQ(Reason(InReview(), decision), "LOCAL_CODE_CHANGED") << "compared again";
}

MappingDecision Found(const std::string& item_id, bool unambiguous) {
  MappingDecision decision{.unambiguous = unambiguous};
  decision.proposals.push_back({.item_id = item_id, .score = 0.87654});
  return decision;
}

TEST(JudgeTest, OnlyWhatIsUnambiguousIsDecided) {
  const auto decided = Judge(InReview(), Found("one", true), Targets(), kToday);
  EXPECT_EQ(decided.state, LocalCodeState::kMapped);
  EXPECT_EQ(decided.begin->valid_from, kToday);
  EXPECT_EQ(decided.score, 8765);
  EXPECT_EQ(decided.review_group, "C14/one");
  EXPECT_EQ(ItemOfReviewGroup(decided.review_group), "one");
  EXPECT_EQ(Judge(InReview(), Found("one", false), Targets(), kToday).state,
            LocalCodeState::kReview);
  EXPECT_EQ(Judge(InReview(), Found("gone", true), Targets(), kToday).state,
            LocalCodeState::kReview)
      << "not approved";
  LocalCode code = InReview();
  code.row.unit = "包";
  EXPECT_EQ(Judge(code, Found("one", true), Targets(), kToday).state, LocalCodeState::kReview)
      << "how many are in a unit is not known";
  const auto nothing = Judge(InReview(), {}, Targets(), kToday);
  EXPECT_EQ(nothing.state, LocalCodeState::kReview);
  EXPECT_EQ(nothing.review_group, kNothingFoundGroup);
  EXPECT_EQ(ItemOfReviewGroup(nothing.review_group), "");
}

TEST(JudgeTest, WhatPeopleDecidedIsLeftToPeople) {
  LocalCode reopened = InReview();
  reopened.decider_id = "yao";
  EXPECT_EQ(Judge(reopened, Found("one", true), Targets(), kToday).state, LocalCodeState::kReview);
  const auto same = Judge(MappedOnto("one"), Found("one", true), Targets(), kToday);
  EXPECT_EQ(same.state, LocalCodeState::kMapped) << "the row changed, the answer did not";
  EXPECT_FALSE(same.begin.has_value());
  EXPECT_EQ(Judge(MappedOnto("two"), Found("one", true), Targets(), kToday).state,
            LocalCodeState::kReview);
}

}  // namespace
}  // namespace qingqu::catalog
