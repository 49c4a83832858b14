#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/business_day.h"
#include "common/status/status.h"
#include "services/catalog/mapping/mapping_test_support.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Day(int64_t days) { return BusinessDay(absl::Now()).PlusDays(days).ToString(); }

class ReviewTest : public ::testing::Test, protected MappingDatabase {
 protected:
  v1::ListReviewQueueRequest Queue() {
    v1::ListReviewQueueRequest request;
    request.set_institution(kCountyHospital);
    return request;
  }
  std::string MappingsOf(const std::string& local_code) {
    v1::ListMappingsRequest request;
    request.set_institution(kCountyHospital);
    request.set_local_code(local_code);
    std::string text;
    const auto listed = mappings.ListMappings(Pharmacist(), request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    for (const v1::Mapping& mapping : listed->mappings()) {
      text += fmt::format("{}×{} ", mapping.item(), mapping.unit_factor());
    }
    return text;
  }
};

TEST_F(ReviewTest, ThePlatformDecidesOnlyWhatIsWithoutDoubt) {
  v1::LocalRow box = SyringeRow("0014");
  box.set_unit("大包");
  Upload({SyringeRow("0012"), VagueRow("0013"), box});
  const v1::LocalCode sure = Read("0012");
  EXPECT_EQ(sure.state(), v1::LOCAL_CODE_STATE_MAPPED);
  EXPECT_EQ(sure.mapping().item(), "items/syringe");
  EXPECT_EQ(sure.mapping().unit_factor(), 1);
  EXPECT_EQ(sure.mapping().decider(), "") << "the platform";
  EXPECT_THAT(sure.mapping().evidence(), ::testing::Contains(v1::MAPPING_EVIDENCE_REGISTRATION));
  const v1::LocalCode vague = Read("0013");
  EXPECT_EQ(vague.state(), v1::LOCAL_CODE_STATE_REVIEW);
  EXPECT_GE(vague.proposals_size(), 2);
  EXPECT_FALSE(vague.has_mapping());
  EXPECT_EQ(Read("0014").state(), v1::LOCAL_CODE_STATE_REVIEW) << "how many are in 大包?";
  EXPECT_EQ(database.Value("SELECT details->'decided'->0->>'item' FROM journal.entry "
                           "WHERE event = 'mapping.proposed'"),
            "items/syringe");
  EXPECT_EQ(
      database.Value("SELECT string_agg(subject, ' ') FROM journal.entry, unnest(subjects) "
                     "AS subject WHERE event = 'mapping.proposed' AND subject LIKE 'items/%'"),
      "items/syringe");
}

TEST_F(ReviewTest, WhatThePlatformDecidedIsTakenBackByAPersonForGood) {
  Upload({SyringeRow("0012")});
  v1::MappingDecision decision = DecisionOn("0012");
  decision.set_reopen(true);
  EXPECT_EQ(Decide(decision).error_reason(), "REASON_MISSING");
  decision.set_reason("另一种注射器");
  EXPECT_EQ(Decide(decision).error_reason(), "");
  EXPECT_EQ(Read("0012").state(), v1::LOCAL_CODE_STATE_REVIEW);
  EXPECT_EQ(ItemOn("0012", ""), "") << "it was wrong from the beginning of the day";
  v1::CompareAgainRequest again;
  again.set_institution(kCountyHospital);
  EXPECT_EQ(mappings.CompareAgain(Pharmacist(), again)->awaiting_count(), 1);
  Compare();
  EXPECT_EQ(Read("0012").state(), v1::LOCAL_CODE_STATE_REVIEW) << "left to people from now on";
  EXPECT_EQ(MappingsOf("0012"), "items/syringe×1 ");
}

TEST_F(ReviewTest, LikeStandsBesideLikeWithCounts) {
  std::vector<v1::LocalRow> rows{VagueRow("0013"), VagueRow("0001")};
  v1::LocalRow gauze;
  gauze.set_local_code("0005");
  gauze.set_display_name("纱布块");
  rows.push_back(gauze);
  v1::LocalRow nothing;
  nothing.set_local_code("0000");
  nothing.set_display_name("办公椅");
  rows.push_back(nothing);
  rows.push_back(SyringeRow("0012"));
  Upload(rows);
  v1::ListReviewQueueRequest request = Queue();
  request.set_page_size(3);
  auto page = mappings.ListReviewQueue(Pharmacist(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->review_count(), 4);
  EXPECT_EQ(page->mapped_count(), 1);
  EXPECT_EQ(page->awaiting_count(), 0);
  std::vector<std::string> listed;
  for (const v1::LocalCode& code : page->local_codes()) listed.push_back(code.local_code());
  ASSERT_EQ(page->groups_size(), 2);
  EXPECT_EQ(page->groups(0).left_count() + page->groups(1).left_count(), 3);
  request.set_page_token(page->next_page_token());
  page = mappings.ListReviewQueue(Pharmacist(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->local_codes_size(), 1);
  EXPECT_EQ(page->local_codes(0).local_code(), "0000") << "nothing was found: at the end";
  EXPECT_EQ(page->groups(0).item(), "");
  EXPECT_THAT(listed, ::testing::AnyOf(ElementsAre("0005", "0001", "0013"),
                                       ElementsAre("0001", "0013", "0005")));
  request.clear_page_token();
  request.set_item("items/gauze");
  page = mappings.ListReviewQueue(Pharmacist(), request);
  ASSERT_EQ(page->local_codes_size(), 1);
  EXPECT_EQ(page->local_codes(0).local_code(), "0005");
  request.set_item("items/unknown");
  EXPECT_THAT(mappings.ListReviewQueue(Pharmacist(), request)->local_codes(), IsEmpty());
}

TEST_F(ReviewTest, DecisionsOfEachKind) {
  Upload({VagueRow("1"), VagueRow("2"), VagueRow("3"), VagueRow("4")});
  v1::DecideMappingsRequest request;
  request.set_institution(kCountyHospital);
  *request.add_decisions() = DecisionOn("1");
  request.mutable_decisions(0)->set_proposal(1);
  *request.add_decisions() = DecisionOn("2");
  request.mutable_decisions(1)->set_item("items/gauze");
  request.mutable_decisions(1)->set_unit_factor(20);
  *request.add_decisions() = DecisionOn("3");
  request.mutable_decisions(2)->set_not_in_catalogue(true);
  request.mutable_decisions(2)->set_reason("自制");
  *request.add_decisions() = DecisionOn("4");
  request.mutable_decisions(3)->set_postpone(true);
  v1::MappingDecision& missing = *request.add_decisions();
  missing.set_local_code("5");
  missing.set_etag("1-1");
  missing.set_postpone(true);
  const auto decided = mappings.DecideMappings(Pharmacist(), request);
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_EQ(decided->decided_count(), 4);
  std::vector<std::string> reasons;
  for (const auto& result : decided->results()) reasons.push_back(result.error_reason());
  EXPECT_THAT(reasons, ElementsAre("", "", "", "", "LOCAL_CODE_NOT_FOUND"));
  EXPECT_EQ(decided->results(1).etag(), Read("2").etag());
  EXPECT_EQ(Read("2").mapping().decider(), "users/yao");
  EXPECT_EQ(Read("2").mapping().unit_factor(), 20);
  EXPECT_EQ(Read("3").state(), v1::LOCAL_CODE_STATE_NOT_IN_CATALOGUE);
  EXPECT_EQ(Read("3").reason(), "自制");
  v1::ListReviewQueueRequest postponed = Queue();
  postponed.set_postponed(true);
  EXPECT_EQ(mappings.ListReviewQueue(Pharmacist(), postponed)->local_codes(0).local_code(), "4");
  EXPECT_EQ(mappings.ListReviewQueue(Pharmacist(), postponed)->review_count(), 0);
  EXPECT_EQ(database.Value("SELECT jsonb_array_length(details->'lines') FROM journal.entry "
                           "WHERE event = 'mapping.decided'"),
            "4")
      << "one entry for the batch";
  const auto again = mappings.DecideMappings(Pharmacist(), request);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->results(0).error_reason(), "ALREADY_DECIDED");
}

TEST_F(ReviewTest, ADecisionThatIsNoneIsRefused) {
  Upload({VagueRow("1")});
  const auto reason = [&](const v1::MappingDecision& decision, int times = 1) {
    v1::DecideMappingsRequest request;
    request.set_institution(kCountyHospital);
    for (int i = 0; i < times; ++i) *request.add_decisions() = decision;
    return ErrorReason(mappings.DecideMappings(Pharmacist(), request).status());
  };
  v1::MappingDecision decision = DecisionOn("1");
  EXPECT_EQ(reason(decision), "INVALID_FIELD");
  decision.set_postpone(false);
  EXPECT_EQ(reason(decision), "INVALID_FIELD");
  decision.set_proposal(6);
  EXPECT_EQ(reason(decision), "INVALID_FIELD");
  decision.set_proposal(1);
  EXPECT_EQ(reason(decision, 2), "INVALID_FIELD") << "twice";
  decision.set_valid_from(Day(1));
  EXPECT_EQ(reason(decision), "INVALID_FIELD") << "ahead";
  decision.clear_valid_from();
  decision.set_unit_factor(-1);
  EXPECT_EQ(reason(decision), "INVALID_FIELD");
  decision.clear_unit_factor();
  decision.clear_etag();
  EXPECT_EQ(reason(decision), "INVALID_FIELD");
  EXPECT_EQ(reason(decision, 0), "INVALID_FIELD");
}

TEST_F(ReviewTest, OfTwoReviewersTheSecondIsToldWhoWasFirst) {
  Upload({VagueRow("1")});
  v1::DecideMappingsRequest request;
  request.set_institution(kCountyHospital);
  *request.add_decisions() = DecisionOn("1");
  request.mutable_decisions(0)->set_proposal(1);
  std::vector<v1::MappingDecisionResult> results(2);
  std::vector<std::thread> reviewers;
  for (size_t i = 0; i < results.size(); ++i) {
    reviewers.emplace_back([&, i] {
      const auto decided = mappings.DecideMappings(Pharmacist(i == 0 ? "yao" : "zhao"), request);
      ASSERT_TRUE(decided.ok()) << decided.status();
      results[i] = decided->results(0);
    });
  }
  for (std::thread& reviewer : reviewers) reviewer.join();
  const size_t second = results[0].error_reason().empty() ? 1 : 0;
  EXPECT_EQ(results[1 - second].error_reason(), "");
  EXPECT_EQ(results[second].error_reason(), "ALREADY_DECIDED");
  EXPECT_EQ(results[second].decider(), second == 1 ? "users/yao" : "users/zhao");
  EXPECT_TRUE(results[second].has_decide_time());
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.mapping"), "1");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry WHERE event = 'mapping.decided'"),
            "1");
}

TEST_F(ReviewTest, ARowThatChangedMeanwhileIsReadAgain) {
  Upload({VagueRow("1")});
  v1::MappingDecision decision = DecisionOn("1");
  decision.set_proposal(1);
  v1::LocalRow row = VagueRow("1");
  row.set_specification("10ml");
  Upload({row});
  EXPECT_EQ(Decide(decision).error_reason(), "LOCAL_CODE_CHANGED");
}

TEST_F(ReviewTest, WhatACodeWasIsKnownOnEachDay) {
  Upload({VagueRow("1")});
  v1::MappingDecision decision = DecisionOn("1");
  decision.set_item("items/syringe");
  decision.set_valid_from(Day(-30));
  EXPECT_EQ(Decide(decision).error_reason(), "");
  decision = DecisionOn("1");
  decision.set_item("items/syringe-10");
  decision.set_unit_factor(2);
  decision.set_valid_from(Day(-10));
  decision.set_reason("换了规格");
  EXPECT_EQ(Decide(decision).error_reason(), "");
  EXPECT_EQ(ItemOn("1", Day(-31)), "");
  EXPECT_EQ(ItemOn("1", Day(-30)), "items/syringe");
  EXPECT_EQ(ItemOn("1", Day(-11)), "items/syringe");
  EXPECT_EQ(ItemOn("1", Day(-10)), "items/syringe-10");
  EXPECT_EQ(ItemOn("1", ""), "items/syringe-10");
  EXPECT_EQ(MappingsOf("1"), "items/syringe×1 items/syringe-10×2 ");
  decision = DecisionOn("1");
  decision.set_not_in_catalogue(true);
  decision.set_reason("停用");
  EXPECT_EQ(Decide(decision).error_reason(), "");
  EXPECT_EQ(ItemOn("1", ""), "");
  EXPECT_EQ(ItemOn("1", Day(-1)), "items/syringe-10");
  decision = DecisionOn("1");
  decision.set_item("items/gauze");
  decision.set_unit_factor(1);
  decision.set_valid_from(Day(-1));
  EXPECT_EQ(Decide(decision).error_reason(), "VALID_FROM_TOO_EARLY");
  decision.set_valid_from(Day(0));
  EXPECT_EQ(Decide(decision).error_reason(), "");
  v1::ListMappingsRequest request;
  request.set_institution(kCountyHospital);
  request.set_day(Day(-20));
  request.set_item("items/syringe");
  EXPECT_EQ(mappings.ListMappings(Pharmacist(), request)->mappings_size(), 1);
  request.set_day(Day(-5));
  EXPECT_EQ(mappings.ListMappings(Pharmacist(), request)->mappings_size(), 0);
}

TEST_F(ReviewTest, ManyAreLookedUpAtOnce) {
  Upload({SyringeRow("0012"), VagueRow("0013")});
  v1::BatchLookupLocalCodesRequest request;
  request.set_institution(kCountyHospital);
  for (const char* code : {"0013", "0012", "none", "0012"}) request.add_local_codes(code);
  const auto found = mappings.BatchLookupLocalCodes(Pharmacist(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  std::vector<std::string> shown;
  for (const v1::Mapping& mapping : found->mappings()) shown.push_back(mapping.item());
  EXPECT_THAT(shown, ElementsAre("", "items/syringe", "", "items/syringe"));
  for (int i = 0; i < 1000; ++i) request.add_local_codes("0012");
  EXPECT_EQ(ErrorReason(mappings.BatchLookupLocalCodes(Pharmacist(), request).status()),
            "INVALID_FIELD");
  v1::LookupLocalCodeRequest one;
  one.set_institution(kCountyHospital);
  one.set_local_code("0013");
  EXPECT_EQ(ErrorReason(mappings.LookupLocalCode(Pharmacist(), one).status()),
            "LOCAL_CODE_NOT_MAPPED");
  one.set_day("yesterday");
  EXPECT_EQ(ErrorReason(mappings.LookupLocalCode(Pharmacist(), one).status()), "INVALID_FIELD");
}

TEST_F(ReviewTest, AnotherInstitutionIsNotThere) {
  Upload({SyringeRow("0012")});
  v1::LookupLocalCodeRequest one;
  one.set_institution(kCountyHospital);
  one.set_local_code("0012");
  EXPECT_EQ(ErrorReason(mappings.LookupLocalCode(WestPharmacist(), one).status()),
            "INSTITUTION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(mappings.ListReviewQueue(WestPharmacist(), Queue()).status()),
            "INSTITUTION_NOT_FOUND");
  v1::DecideMappingsRequest decide;
  decide.set_institution(kCountyHospital);
  *decide.add_decisions() = DecisionOn("0012");
  decide.mutable_decisions(0)->set_reopen(true);
  decide.mutable_decisions(0)->set_reason("x");
  EXPECT_EQ(ErrorReason(mappings.DecideMappings(WestPharmacist(), decide).status()),
            "INSTITUTION_NOT_FOUND");
  const CallContext bureau = testing::CallBy("ju", "bureau_administrator");
  EXPECT_TRUE(mappings.LookupLocalCode(bureau, one).ok());
}

TEST_F(ReviewTest, NothingIsMappedOntoWhatIsNotApproved) {
  Upload({VagueRow("1")});
  v1::SuspendItemRequest suspend;
  suspend.set_name("items/syringe");
  suspend.set_reason("test");
  ASSERT_TRUE(items.SuspendItem(Li(), suspend).ok());
  v1::MappingDecision decision = DecisionOn("1");
  decision.set_item("items/syringe");
  EXPECT_EQ(Decide(decision).error_reason(), "ITEM_NOT_APPROVED");
  Upload({SyringeRow("0012")});
  const v1::LocalCode code = Read("0012");
  for (const v1::MappingProposal& proposal : code.proposals()) {
    EXPECT_NE(proposal.item(), "items/syringe");
  }
}

TEST_F(ReviewTest, TheWorkerKeepsUpByItself) {
  search.Start();
  worker.Start();
  ASSERT_TRUE(mappings.UploadLocalRows(Pharmacist(), Rows({SyringeRow("0012")})).ok());
  bool mapped = false;
  for (int i = 0; i < 1000 && !mapped; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    mapped = Read("0012").state() == v1::LOCAL_CODE_STATE_MAPPED;
  }
  EXPECT_TRUE(mapped);
  worker.Stop();
  search.Stop();
}

}  // namespace
}  // namespace qingqu::catalog
