// What becomes of codes and of the items that carry them: states by their days, history, rules of
// buying.
#include <set>

#include "gmock/gmock.h"
#include "pqxx/pqxx"

#include "common/rpc/service_host.h"
#include "common/status/status.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/codes/code_test_support.h"
#include "services/catalog/codes/queries.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CodeLifeTest : public CodeTest {
 protected:
  TestList November() { return {.sheet = {SheetRow(1), SheetRow(2), SheetRow(3)}}; }
  TestList Withdrawn(const std::vector<int>& numbers) {
    TestList list{.release = "2026-12", .effective_date = "2026-12-01"};
    for (const int number : numbers) list.withdrawn.push_back(TestCode(number));
    return list;
  }
  TestList Transcoded(int from, int to,
                      v1::CodeTranscoding transcoding = v1::CODE_TRANSCODING_CHANGED) {
    return {.release = "2026-12",
            .effective_date = "2026-12-01",
            .transcoded = {{TestCode(from), TestCode(to), transcoding}}};
  }
  // "item action;" of those listed for a day.
  std::string Listed(const std::string& day) {
    v1::ListItemsWithWithdrawnCodesRequest request;
    request.set_as_of(day);
    const auto listed = codes.ListItemsWithWithdrawnCodes(Reader(), request);
    if (!listed.ok()) return ErrorReason(listed.status());
    std::string joined;
    for (const auto& item : listed->items()) {
      joined += item.item() + " " + v1::CodeRuleAction_Name(item.action()).substr(17) + ";";
    }
    return joined;
  }
  absl::StatusOr<v1::CodePurchaseRule> Set(v1::CodeRuleKind kind, v1::CodeRuleAction action,
                                           const std::string& until = "",
                                           const std::string& etag = "",
                                           const std::string& start = "") {
    v1::UpdateCodePurchaseRuleRequest request;
    request.mutable_rule()->set_kind(kind);
    request.mutable_rule()->set_action(action);
    request.mutable_rule()->set_until_date(until);
    request.mutable_rule()->set_reason("库存用完为止");
    request.mutable_rule()->set_etag(etag);
    request.mutable_rule()->set_start_date(start);
    return codes.UpdateCodePurchaseRule(Bureau(), request);
  }
  std::string History(int number) {
    v1::ListNationalCodeHistoryRequest request;
    request.set_code(TestCode(number));
    request.set_page_size(1);
    std::string joined;
    do {
      const auto page = codes.ListNationalCodeHistory(Reader(), request);
      if (!page.ok()) return ErrorReason(page.status());
      for (const auto& event : page->events()) {
        joined += event.effective_date() + " " + v1::CodeState_Name(event.state()).substr(11) +
                  " " + event.specification() + event.new_code() + ";";
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return joined;
  }
};

TEST_F(CodeLifeTest, WithdrawnFromTheDayOnAndNotBefore) {
  ApprovedItem("screw", 1);
  ApprovedItem("plate", 2);
  Import(November());
  EXPECT_EQ(Import(Withdrawn({1, 9})), "2 2 0 0");
  EXPECT_EQ(StateOf(1, "2026-10-31"), "NATIONAL_CODE_UNKNOWN");
  EXPECT_EQ(StateOf(1, "2026-11-30"), "CURRENT 2026-11-01 codeReleases/2026-11");
  EXPECT_EQ(StateOf(1, "2026-12-01"), "WITHDRAWN 2026-12-01 codeReleases/2026-12");
  EXPECT_EQ(StateOf(9, "2026-12-01"), "WITHDRAWN 2026-12-01 codeReleases/2026-12")
      << "no sheet names it";
  EXPECT_EQ(Told(), "item_code.withdrawn items/screw");
  EXPECT_EQ(database.Value("SELECT details ->> 'effective_date' || ' ' || subjects::text FROM "
                           "journal.entry WHERE event = 'item_code.withdrawn'"),
            "2026-12-01 {codeReleases/2026-12,items/screw,users/wang}");
  EXPECT_EQ(Listed("2026-11-30"), "");
  EXPECT_EQ(Listed("2026-12-01"), "items/screw REFUSE;");
  EXPECT_EQ(Obstacles("screw", "2026-11-30"), "");
  EXPECT_EQ(Obstacles("screw", "2026-12-01"),
            "CODE_WITHDRAWN items/screw national code " + TestCode(1) +
                " is withdrawn since 2026-12-01 by release 2026-12");
  EXPECT_EQ(Obstacles("plate", "2026-12-01"), "");
  EXPECT_EQ(History(1), "2026-11-01 CURRENT 4.0×30;2026-12-01 WITHDRAWN ;");
}

TEST_F(CodeLifeTest, ValidatingTellsWhatAReleaseWouldDoAndChangesNothing) {
  ApprovedItem("screw", 1);
  Import(November());
  const auto validate = [&](const TestList& list) -> std::string {
    v1::FinishCodeImportRequest request;
    request.set_code_import(Create(list)->name());
    EXPECT_TRUE(Append(request.code_import(), list).ok());
    request.set_validate_only(true);
    const auto validated = code_imports.FinishCodeImport(Caller(), request);
    if (!validated.ok()) return ErrorReason(validated.status());
    EXPECT_FALSE(validated->finished());
    EXPECT_EQ(validated->release(), "codeReleases/2026-12");
    return fmt::format("{} {} {} {}", validated->read_count(), validated->imported_count(),
                       validated->unchanged_count(), validated->rejected_count());
  };
  EXPECT_EQ(validate(Withdrawn({1, 9})), "2 2 0 0");
  EXPECT_THAT(StateOf(1, "2026-12-01"), StartsWith("CURRENT"));
  EXPECT_EQ(Told(), "");
  EXPECT_EQ(database.Value("SELECT string_agg(release_id, ' ') FROM catalog.code_release"),
            "2026-11");
  EXPECT_EQ(Import(Transcoded(1, 3)), "1 1 0 0");
  EXPECT_EQ(validate(Transcoded(1, 2)), "CODE_TRANSCODED_OTHERWISE");
  EXPECT_EQ(validate(Transcoded(1, 3)), "1 0 1 0");
  TestList back{.release = "2027-01", .effective_date = "2027-01-01", .sheet = {SheetRow(1)}};
  EXPECT_EQ(validate(back), "SCOPE_TOO_NARROW");
}

TEST_F(CodeLifeTest, ANewDayBeginsAtTheCountysMidnight) {
  Import(November());
  Import(Withdrawn({1}));
  v1::GetNationalCodeRequest request;
  request.set_code(TestCode(1));
  const auto state_at = [&](std::string_view instant) {
    return codes.GetNationalCode(At(Li(), instant), request)->state();
  };
  EXPECT_EQ(state_at("2026-11-30T15:59:59Z"), v1::CODE_STATE_CURRENT);
  EXPECT_EQ(state_at("2026-11-30T16:00:00Z"), v1::CODE_STATE_WITHDRAWN);
}

TEST_F(CodeLifeTest, ACodeThatNoReleaseNamesStandsInNobodysWay) {
  ApprovedItem("screw", 7);
  Import(November());
  EXPECT_EQ(StateOf(7), "NATIONAL_CODE_UNKNOWN");
  EXPECT_EQ(Obstacles("screw", "2099-01-01"), "");
}

TEST_F(CodeLifeTest, AChangedCodeIsRefusedWithTheNewOneAndAMappedOneAllowed) {
  ApprovedItem("screw", 1);
  ApprovedItem("plate", 2);
  Import(November());
  EXPECT_EQ(Import(Transcoded(1, 3)), "1 1 0 0");
  EXPECT_EQ(Import(Transcoded(2, 3, v1::CODE_TRANSCODING_MAPPED)), "1 1 0 0");
  EXPECT_EQ(StateOf(1, "2026-12-01"), "TRANSCODED 2026-12-01 codeReleases/2026-12 " + TestCode(3));
  EXPECT_EQ(Obstacles("screw", "2026-12-01"), "CODE_TRANSCODED items/screw national code " +
                                                  TestCode(1) + " is " + TestCode(3) +
                                                  " since 2026-12-01 by release 2026-12");
  EXPECT_EQ(Obstacles("plate", "2026-12-01"), "");
  EXPECT_EQ(Listed("2026-12-01"), "items/plate ALLOW;items/screw REFUSE;");
  EXPECT_EQ(Told(), "item_code.transcoded items/screw;item_code.transcoded items/plate");
}

TEST_F(CodeLifeTest, RulesHoldUntilTheirLastDay) {
  ApprovedItem("screw", 1);
  Import(November());
  Import(Withdrawn({1}));
  const auto allowed =
      Set(v1::CODE_RULE_KIND_WITHDRAWN, v1::CODE_RULE_ACTION_ALLOW, "2026-12-31", "1");
  ASSERT_TRUE(allowed.ok()) << allowed.status();
  EXPECT_EQ(allowed->etag(), "2");
  EXPECT_EQ(allowed->setter(), "users/bo");
  EXPECT_EQ(Obstacles("screw", "2026-12-31"), "");
  EXPECT_THAT(Obstacles("screw", "2027-01-01"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(Listed("2026-12-31"), "items/screw ALLOW;");
  EXPECT_EQ(Listed("2027-01-01"), "items/screw REFUSE;");
  ASSERT_TRUE(Set(v1::CODE_RULE_KIND_WITHDRAWN, v1::CODE_RULE_ACTION_WARN).ok());
  EXPECT_EQ(Obstacles("screw", "2027-01-01"), "");
  EXPECT_THAT(Obstacles("screw", "2027-01-01", "code_warnings"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(Obstacles("screw", "2026-11-30", "code_warnings"), "");
  EXPECT_EQ(database.Value("SELECT count(*) || ' ' || max(reason) FROM journal.entry WHERE event = "
                           "'code_purchase_rule.changed'"),
            "2 库存用完为止");
  const auto rules = codes.ListCodePurchaseRules(Reader(), {});
  ASSERT_EQ(rules->rules_size(), 3);
  EXPECT_EQ(rules->rules(0).action(), v1::CODE_RULE_ACTION_WARN);
  EXPECT_EQ(rules->rules(1).action(), v1::CODE_RULE_ACTION_REFUSE);
  EXPECT_EQ(rules->rules(2).action(), v1::CODE_RULE_ACTION_ALLOW);
}

TEST_F(CodeLifeTest, ARuleSaysNothingOfTheDaysBeforeIt) {
  ApprovedItem("screw", 1);
  Import(November());
  Import(Withdrawn({1}));
  ASSERT_TRUE(
      Set(v1::CODE_RULE_KIND_WITHDRAWN, v1::CODE_RULE_ACTION_ALLOW, "", "", "2026-12-05").ok());
  EXPECT_THAT(Obstacles("screw", "2026-12-04"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(Obstacles("screw", "2026-12-05"), "");
  ASSERT_TRUE(
      Set(v1::CODE_RULE_KIND_WITHDRAWN, v1::CODE_RULE_ACTION_REFUSE, "", "2", "2026-12-08").ok());
  EXPECT_EQ(Obstacles("screw", "2026-12-07"), "") << "what was said of that day stays";
  EXPECT_THAT(Obstacles("screw", "2026-12-08"), StartsWith("CODE_WITHDRAWN"));
  for (const char* const wrong : {"2026-11-21", "2027-11-24", "soon"}) {
    EXPECT_EQ(
        ErrorReason(
            Set(v1::CODE_RULE_KIND_MAPPED, v1::CODE_RULE_ACTION_REFUSE, "", "", wrong).status()),
        "INVALID_FIELD");
  }
  const auto listed = [&](const std::string& day) {
    v1::ListCodePurchaseRulesRequest request;
    request.set_as_of(day);
    std::string starts;
    const auto rules = codes.ListCodePurchaseRules(Reader(), request);
    for (const auto& rule : rules->rules()) {
      if (rule.kind() == v1::CODE_RULE_KIND_WITHDRAWN) starts += rule.start_date() + ";";
    }
    return starts;
  };
  EXPECT_EQ(listed(""), "1900-01-01;2026-12-05;2026-12-08;");
  EXPECT_EQ(listed("2026-12-06"), "2026-12-05;2026-12-08;");
  EXPECT_THROW(database.Execute("SET ROLE qingqu_catalog; UPDATE catalog.code_purchase_rule SET "
                                "action = 'allow'"),
               pqxx::insufficient_privilege);
}

TEST_F(CodeLifeTest, RulesAreSetByWhoMayAndAsTheyAre) {
  EXPECT_EQ(
      ErrorReason(Set(v1::CODE_RULE_KIND_MAPPED, v1::CODE_RULE_ACTION_WARN, "", "9").status()),
      "ETAG_MISMATCH");
  EXPECT_EQ(ErrorReason(
                Set(v1::CODE_RULE_KIND_MAPPED, v1::CODE_RULE_ACTION_REFUSE, "2026-12-31").status()),
            "INVALID_FIELD");
  EXPECT_EQ(
      ErrorReason(Set(v1::CODE_RULE_KIND_UNSPECIFIED, v1::CODE_RULE_ACTION_UNSPECIFIED).status()),
      "INVALID_FIELD");
  v1::UpdateCodePurchaseRuleRequest request;
  request.mutable_rule()->set_kind(v1::CODE_RULE_KIND_MAPPED);
  request.mutable_rule()->set_action(v1::CODE_RULE_ACTION_REFUSE);
  EXPECT_EQ(ErrorReason(codes.UpdateCodePurchaseRule(Bureau(), request).status()), "INVALID_FIELD")
      << "without a reason";
  request.mutable_rule()->set_reason("why");
  EXPECT_EQ(ErrorReason(codes.UpdateCodePurchaseRule(Li(), request).status()), "SCOPE_TOO_NARROW")
      << "for one alliance";
  // Two who set it after having read the same.
  EXPECT_TRUE(Set(v1::CODE_RULE_KIND_MAPPED, v1::CODE_RULE_ACTION_WARN, "", "1").ok());
  EXPECT_EQ(
      ErrorReason(Set(v1::CODE_RULE_KIND_MAPPED, v1::CODE_RULE_ACTION_ALLOW, "", "1").status()),
      "ETAG_MISMATCH");
}

TEST_F(CodeLifeTest, ALaterSheetBringsACodeBackAndItsOwnReleaseDoesNot) {
  ApprovedItem("screw", 1);
  Import(November());
  Import(Withdrawn({1}));
  EXPECT_EQ(Import({.release = "2026-12", .effective_date = "2026-12-01", .sheet = {SheetRow(1)}}),
            "1 0 1 0");
  EXPECT_THAT(StateOf(1, "2026-12-01"), StartsWith("WITHDRAWN"));
  const TestList back{.release = "2027-01", .effective_date = "2027-01-01", .sheet = {SheetRow(1)}};
  EXPECT_EQ(Import(back), "SCOPE_TOO_NARROW") << "an officer of one alliance";
  EXPECT_THAT(StateOf(1, "2027-01-01"), StartsWith("WITHDRAWN"));
  bureau_imports = true;
  EXPECT_EQ(Import(back), "1 1 0 0");
  EXPECT_THAT(StateOf(1, "2026-12-31"), StartsWith("WITHDRAWN"));
  EXPECT_EQ(StateOf(1, "2027-01-01"), "CURRENT 2027-01-01 codeReleases/2027-01");
  EXPECT_EQ(Obstacles("screw", "2027-01-01"), "");
  EXPECT_THAT(Obstacles("screw", "2026-12-31"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(Told(), "item_code.withdrawn items/screw;item_code.restored items/screw");
}

TEST_F(CodeLifeTest, WithinAReleaseTheNewCodeCountsMore) {
  ApprovedItem("screw", 1);
  Import(November());
  EXPECT_EQ(Import(Withdrawn({1})), "1 1 0 0");
  EXPECT_EQ(Import(Transcoded(1, 3)), "1 1 0 0");
  EXPECT_THAT(StateOf(1, "2026-12-01"), StartsWith("TRANSCODED"));
  EXPECT_EQ(Import(Withdrawn({1})), "1 0 1 0");
  EXPECT_EQ(Import(Transcoded(1, 3)), "1 0 1 0") << "the same list twice changes nothing";
  EXPECT_EQ(Import(Transcoded(1, 2)), "CODE_TRANSCODED_OTHERWISE");
  EXPECT_THAT(StateOf(1, "2026-12-01"), HasSubstr(TestCode(3)));
  EXPECT_EQ(Told(), "item_code.withdrawn items/screw;item_code.transcoded items/screw");
}

TEST_F(CodeLifeTest, AMappedCodeCanBeWithdrawnLaterAndAChangedOneKeepsItsNewCode) {
  Import(November());
  Import(Transcoded(1, 3));
  Import(Transcoded(2, 3, v1::CODE_TRANSCODING_MAPPED));
  EXPECT_EQ(Import({.release = "2027-01",
                    .effective_date = "2027-01-01",
                    .withdrawn = {TestCode(1), TestCode(2)}}),
            "2 2 0 0");
  EXPECT_EQ(StateOf(1, "2027-01-01"), "TRANSCODED 2026-12-01 codeReleases/2026-12 " + TestCode(3));
  EXPECT_EQ(StateOf(2, "2027-01-01"), "WITHDRAWN 2027-01-01 codeReleases/2027-01 " + TestCode(3));
}

TEST_F(CodeLifeTest, WhatIsWithdrawnIsNotBoughtAgainBecauseItIsTranscoded) {
  ApprovedItem("screw", 1);
  ApprovedItem("plate", 2);
  Import(November());
  EXPECT_EQ(Import(Withdrawn({1, 2})), "2 2 0 0");
  const TestList january{.release = "2027-01",
                         .effective_date = "2027-01-01",
                         .transcoded = {{TestCode(1), TestCode(3), v1::CODE_TRANSCODING_MAPPED},
                                        {TestCode(2), TestCode(3)}}};
  EXPECT_EQ(Import(january), "2 2 0 0");
  EXPECT_EQ(StateOf(1, "2027-01-01"), "WITHDRAWN 2026-12-01 codeReleases/2026-12 " + TestCode(3));
  EXPECT_EQ(Obstacles("screw", "2027-01-01"),
            "CODE_WITHDRAWN items/screw national code " + TestCode(1) +
                " is withdrawn since 2026-12-01 by release 2026-12; it is counted under " +
                TestCode(3));
  EXPECT_EQ(Import(january), "2 0 2 0") << "the same list twice changes nothing";
  // The withdrawal counts, though the rule of changed codes lets them pass.
  ASSERT_TRUE(Set(v1::CODE_RULE_KIND_CHANGED, v1::CODE_RULE_ACTION_ALLOW).ok());
  EXPECT_THAT(Obstacles("plate", "2027-01-01"), StartsWith("CODE_TRANSCODED"));
  // Back by a sheet, and not by anything else.
  bureau_imports = true;
  EXPECT_EQ(Import({.release = "2027-02",
                    .effective_date = "2027-02-01",
                    .sheet = {SheetRow(1), SheetRow(2)}}),
            "2 2 0 0");
  EXPECT_EQ(Obstacles("screw", "2027-02-01"), "");
  EXPECT_THAT(Obstacles("screw", "2027-01-31"), StartsWith("CODE_WITHDRAWN"));
}

TEST_F(CodeLifeTest, WhatIsMappedFirstAndWithdrawnThenIsNotBoughtEither) {
  ApprovedItem("screw", 1);
  Import(November());
  EXPECT_EQ(Import(Transcoded(1, 3, v1::CODE_TRANSCODING_MAPPED)), "1 1 0 0");
  EXPECT_EQ(Import(Withdrawn({1})), "1 1 0 0") << "in the same release";
  EXPECT_EQ(StateOf(1, "2026-12-01"), "WITHDRAWN 2026-12-01 codeReleases/2026-12 " + TestCode(3));
  EXPECT_THAT(Obstacles("screw", "2026-12-01"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(Obstacles("screw", "2026-11-30"), "");
}

TEST_F(CodeLifeTest, HowACodeWasDescribedIsKept) {
  Import(November());
  EXPECT_EQ(Import({.release = "2026-12",
                    .effective_date = "2026-12-01",
                    .sheet = {SheetRow(1, "4.5×30"), SheetRow(2)}}),
            "2 1 1 0");
  const auto specification_on = [&](const std::string& day) {
    v1::GetNationalCodeRequest request;
    request.set_code(TestCode(1));
    request.set_as_of(day);
    const auto code = codes.GetNationalCode(Reader(), request);
    return code->specification() + " " + code->effective_date() + " " + code->release();
  };
  EXPECT_EQ(specification_on("2026-11-30"), "4.0×30 2026-11-01 codeReleases/2026-11");
  EXPECT_EQ(specification_on("2026-12-01"), "4.5×30 2026-11-01 codeReleases/2026-12");
  EXPECT_EQ(History(1), "2026-11-01 CURRENT 4.0×30;2026-12-01 CURRENT 4.5×30;");
  EXPECT_EQ(History(8), "NATIONAL_CODE_UNKNOWN");
}

TEST_F(CodeLifeTest, CodesAreReadByTheHundredAndListedByTheirBeginning) {
  Import(November());
  Import(Withdrawn({2, 9}));
  v1::BatchGetNationalCodesRequest batch;
  for (const int number : {3, 8, 1, 3, 2}) batch.add_codes(TestCode(number));
  batch.set_as_of("2026-12-01");
  const auto found = codes.BatchGetNationalCodes(Reader(), batch);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->codes_size(), 3);
  EXPECT_EQ(found->codes(0).code(), TestCode(3));
  EXPECT_EQ(found->codes(2).state(), v1::CODE_STATE_WITHDRAWN);
  EXPECT_THAT(found->unknown_codes(), ::testing::ElementsAre(TestCode(8)));
  batch.add_codes("C1");
  EXPECT_EQ(ErrorReason(codes.BatchGetNationalCodes(Reader(), batch).status()), "INVALID_FIELD");

  v1::ListNationalCodesRequest list;
  list.set_prefix("C0305");
  list.set_page_size(2);
  list.set_as_of("2026-12-01");
  std::string joined;
  do {
    const auto page = codes.ListNationalCodes(Reader(), list);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& code : page->codes()) joined += code.code().back();
    joined += "|";
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(joined, "12|39|");
  list.set_prefix("C04");
  EXPECT_EQ(codes.ListNationalCodes(Reader(), list)->codes_size(), 0);
  list.set_prefix("D");
  EXPECT_EQ(ErrorReason(codes.ListNationalCodes(Reader(), list).status()), "INVALID_FIELD");
}

TEST_F(CodeLifeTest, OtherServicesSeeItemsWhoseCodesChanged) {
  ApprovedItem("screw", 1);
  Import(November());
  Import(Transcoded(1, 3));
  pqxx::connection connection(database.conninfo_as("procurement"));
  pqxx::nontransaction tx(connection);
  EXPECT_EQ(tx.exec1("SELECT item_id || ' ' || state || ' ' || new_code FROM "
                     "catalog_pub.item_code_change")[0]
                .as<std::string>(),
            "screw transcoded " + TestCode(3));
}

TEST_F(CodeLifeTest, EachMethodIsWiredAndGuarded) {
  const testing::TestHost host{{CatalogSpec()}};
  const auto& service = *v1::GetNationalCodeRequest::descriptor()->file()->service(0);
  const std::set<std::string> answers_to_nothing = {
      "ListCodeReleases", "BatchGetNationalCodes", "ListNationalCodes",
      "ListItemsWithWithdrawnCodes", "ListCodePurchaseRules"};
  const std::set<std::string> countys = {"UpdateCodePurchaseRule", "ApproveCodeReleaseCancellation",
                                         "RejectCodeReleaseCancellation"};
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    const CallContext caller = countys.contains(method.name()) ? Bureau() : Wang();
    EXPECT_EQ(host.AnswerToEmpty(method, host.Authorization(caller.principal)),
              answers_to_nothing.contains(method.name()) ? "OK" : "INVALID_FIELD")
        << method.name();
  }
}

// Each statement is run by the tests above; here, that each can be prepared.
TEST(CodeQueriesTest, EachCanBePrepared) {
  const testing::TestDatabase database;
  EXPECT_EQ(database.PrepareAll("catalog", {codes::queries::kAllQueries.begin(),
                                            codes::queries::kAllQueries.end()}),
            "");
}

}  // namespace
}  // namespace qingqu::catalog
