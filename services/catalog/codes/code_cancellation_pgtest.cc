// Releases that were wrong: who cancels them, what counts afterwards, and what is imported anew.
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_replace.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/codes/code_test_support.h"
#include "services/catalog/purchase/purchase_check_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kWithdrawnSince20th[] = "WITHDRAWN 2026-11-20 codeReleases/wrong";

CallContext For(CallContext call, const std::string& holder) {
  call.principal.on_behalf_of = holder;
  call.principal.delegation_id = "d1";
  return call;
}

std::string ReasonOf(const absl::StatusOr<v1::CodeRelease>& answer) {
  return answer.ok() ? "OK" : ErrorReason(answer.status());
}

class CodeCancellationTest : public CodeTest {
 protected:
  CodeCancellationTest() {
    ApprovedItem("screw", 1);
    ApprovedItem("plate", 2);
    EXPECT_EQ(Import({.sheet = {SheetRow(1), SheetRow(2), SheetRow(3)}}), "3 3 0 0");
  }

  // A list that was wrong, in force since two days.
  static TestList Wrong(const std::string& id = "wrong", const std::string& date = "2026-11-20") {
    return {.release = id, .effective_date = date, .withdrawn = {TestCode(1), TestCode(3)}};
  }
  // The bureau's, by another name.
  static CallContext BureausOwn(const std::string& user_id) {
    CallContext call = Bureau();
    call.principal.user_id = user_id;
    return call;
  }
  std::string Propose(const std::string& id = "wrong", const CallContext& call = Importer(),
                      const std::string& etag = "") {
    v1::ProposeCodeReleaseCancellationRequest request;
    request.set_name("codeReleases/" + id);
    request.set_reason("错文件");
    request.set_etag(etag);
    return ReasonOf(code_cancellations.ProposeCodeReleaseCancellation(call, request));
  }
  std::string Approve(const std::string& id = "wrong", const CallContext& call = Bureau(),
                      const std::string& etag = "") {
    v1::ApproveCodeReleaseCancellationRequest request;
    request.set_name("codeReleases/" + id);
    request.set_etag(etag);
    return ReasonOf(code_cancellations.ApproveCodeReleaseCancellation(call, request));
  }
  std::string Reject(const std::string& id = "wrong", const CallContext& call = Bureau()) {
    v1::RejectCodeReleaseCancellationRequest request;
    request.set_name("codeReleases/" + id);
    request.set_reason("名单无误");
    return ReasonOf(code_cancellations.RejectCodeReleaseCancellation(call, request));
  }
  void Cancel(const std::string& id = "wrong") {
    ASSERT_EQ(Propose(id), "OK");
    ASSERT_EQ(Approve(id), "OK");
  }
  v1::CodeRelease Shown(const std::string& id = "wrong") {
    const auto releases = codes.ListCodeReleases(Reader(), {});
    for (const auto& release : releases->releases()) {
      if (release.name() == "codeReleases/" + id) return release;
    }
    return {};
  }
  // "day STATE release[ cancelled REASON];" of what happened to a code.
  std::string History(int number) {
    v1::ListNationalCodeHistoryRequest request;
    request.set_code(TestCode(number));
    const auto page = codes.ListNationalCodeHistory(Reader(), request);
    if (!page.ok()) return ErrorReason(page.status());
    std::string joined;
    for (const auto& event : page->events()) {
      joined +=
          fmt::format("{} {} {}{}{};", event.effective_date(),
                      v1::CodeState_Name(event.state()).substr(11), event.release(),
                      event.has_cancel_time() ? " cancelled " : "", event.cancellation_reason());
    }
    return joined;
  }
  std::string SpecificationOn(int number, const std::string& day) {
    v1::GetNationalCodeRequest request;
    request.set_code(TestCode(number));
    request.set_as_of(day);
    const auto code = codes.GetNationalCode(Reader(), request);
    if (!code.ok()) return ErrorReason(code.status());
    return code->specification() + " " + code->effective_date() + " " + code->release();
  }
  std::string Refused(const std::string& sql) {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    try {
      tx.exec(sql);
      tx.commit();
    } catch (const pqxx::sql_error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(CodeCancellationTest, WhatIsCancelledCountsNoLonger) {
  EXPECT_EQ(Import(Wrong()), "2 2 0 0");
  EXPECT_EQ(StateOf(1), kWithdrawnSince20th);
  EXPECT_EQ(Propose(), "OK");
  EXPECT_EQ(StateOf(1), kWithdrawnSince20th) << "one person changes nothing";
  EXPECT_THAT(Obstacles("screw", "2026-11-22"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(Approve(), "OK");
  // On days before it was cancelled as on those after it.
  for (const char* const day : {"2026-11-19", "2026-11-20", "2026-11-22", "2026-12-31"}) {
    EXPECT_EQ(StateOf(1, day), "CURRENT 2026-11-01 codeReleases/2026-11") << day;
    EXPECT_EQ(Obstacles("screw", day), "") << day;
    v1::ListItemsWithWithdrawnCodesRequest request;
    request.set_as_of(day);
    EXPECT_EQ(codes.ListItemsWithWithdrawnCodes(Reader(), request)->items_size(), 0) << day;
  }
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog_pub.item_code_change"), "0");
  EXPECT_EQ(History(1),
            "2026-11-01 CURRENT codeReleases/2026-11;"
            "2026-11-20 WITHDRAWN codeReleases/wrong cancelled 错文件;");
  const v1::CodeRelease release = Shown();
  EXPECT_EQ(release.cancellation_proposer(), "users/wang");
  EXPECT_EQ(release.canceller(), "users/bo");
  EXPECT_EQ(release.cancellation_reason(), "错文件");
  EXPECT_EQ(release.cancel_time().seconds(), absl::ToUnixSeconds(Bureau().received_at));
  EXPECT_EQ(release.withdrawal_count(), 2) << "what it said stays on record";
}

TEST_F(CodeCancellationTest, WhoeverWasToldOfItIsToldAgain) {
  Import(Wrong());
  Cancel();
  EXPECT_EQ(Told(), "item_code.withdrawn items/screw;item_code.reverted items/screw");
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', reason, details ->> 'state', details ->> "
                           "'release', subjects::text) FROM journal.entry WHERE event = "
                           "'item_code.reverted'"),
            "错文件 current codeReleases/wrong {codeReleases/wrong,items/screw,users/wang}");
  EXPECT_EQ(database.Value("SELECT string_agg(concat_ws(' ', event, resource, actor_user_id, "
                           "reason), ';' ORDER BY sequence) FROM journal.entry WHERE event LIKE "
                           "'code_release.canc%'"),
            "code_release.cancellation_proposed codeReleases/wrong wang 错文件;"
            "code_release.cancelled codeReleases/wrong bo 错文件");
}

TEST_F(CodeCancellationTest, WhatHeldBeforeHoldsAgain) {
  // Mapped by a release that was right, withdrawn and changed by one that was not.
  EXPECT_EQ(Import({.release = "right",
                    .effective_date = "2026-11-10",
                    .transcoded = {{TestCode(1), TestCode(3), v1::CODE_TRANSCODING_MAPPED}}}),
            "1 1 0 0");
  Import(Wrong());
  EXPECT_EQ(Import({.release = "wrong",
                    .effective_date = "2026-11-20",
                    .transcoded = {{TestCode(2), TestCode(3)}}}),
            "1 1 0 0");
  EXPECT_THAT(Obstacles("screw", "2026-11-22"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_THAT(Obstacles("plate", "2026-11-22"), StartsWith("CODE_TRANSCODED"));
  Cancel();
  EXPECT_EQ(StateOf(1), "TRANSCODED 2026-11-10 codeReleases/right " + TestCode(3));
  EXPECT_EQ(Obstacles("screw", "2026-11-22"), "") << "mapped codes are allowed";
  EXPECT_EQ(Obstacles("plate", "2026-11-22"), "");
  EXPECT_EQ(database.Value("SELECT string_agg(concat_ws(' ', details ->> 'item', details ->> "
                           "'state', details ->> 'transcoding'), ';' ORDER BY resource) FROM "
                           "journal.entry WHERE event = 'item_code.reverted'"),
            "items/plate current;items/screw transcoded mapped");
}

TEST_F(CodeCancellationTest, WhatIsAnnouncedIsTakenBack) {
  Import(Wrong("wrong", "2026-11-29"));
  EXPECT_THAT(Obstacles("screw", "2026-11-29"), StartsWith("CODE_WITHDRAWN"));
  Cancel();
  EXPECT_EQ(Obstacles("screw", "2026-11-29"), "");
  // The right day lies before it.
  EXPECT_EQ(Import(Wrong("right", "2026-11-25")), "2 2 0 0");
  EXPECT_EQ(StateOf(1, "2026-11-25"), "WITHDRAWN 2026-11-25 codeReleases/right");
}

TEST_F(CodeCancellationTest, ItCanBeBoughtAgain) {
  AddBuyers(database);
  ApprovedSupplier("kangda", kCreditCode);
  PurchaseCheckHandlers purchases(pool.get());
  const auto reasons = [&] {
    v1::MayBuyRequest question;
    question.set_institution("institutions/county-hospital");
    question.set_supplier("suppliers/kangda");
    question.set_item("items/screw");
    std::vector<std::string> found;
    const auto verdict = purchases.MayBuy(Reader(), question);
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    for (const auto& obstacle : verdict->obstacles()) found.push_back(obstacle.reason());
    return found;
  };
  EXPECT_THAT(reasons(), IsEmpty());
  Import(Wrong());
  EXPECT_THAT(reasons(), Contains("CODE_WITHDRAWN"));
  Cancel();
  EXPECT_THAT(reasons(), IsEmpty());
  Import(Wrong("right"));
  EXPECT_THAT(reasons(), Contains("CODE_WITHDRAWN"));
}

TEST_F(CodeCancellationTest, WhoProposedDoesNotApprove) {
  Import(Wrong());
  EXPECT_EQ(Propose("wrong", For(Importer(), "zhang")), "OK");
  for (const CallContext& same :
       {BureausOwn("wang"), BureausOwn("zhang"), For(Bureau(), "wang"), For(Bureau(), "zhang")}) {
    EXPECT_EQ(Approve("wrong", same), "SAME_PERSON")
        << same.principal.user_id << " for " << same.principal.on_behalf_of;
  }
  EXPECT_EQ(Approve("wrong", Li()), "SCOPE_TOO_NARROW") << "it binds the county";
  EXPECT_EQ(Reject("wrong", Li()), "SCOPE_TOO_NARROW");
  EXPECT_THAT(Obstacles("screw", "2026-11-22"), StartsWith("CODE_WITHDRAWN"));
  for (const std::string who : {"canceller_id = 'wang'", "canceller_id = 'zhang'",
                                "canceller_id = 'bo', canceller_for_id = 'wang'"}) {
    EXPECT_THAT(Refused("UPDATE catalog.code_release SET cancelled_at = now(), " + who +
                        " WHERE release_id = 'wrong'"),
                HasSubstr("code_release_same_person_check"))
        << who;
  }
  EXPECT_EQ(Approve("wrong", For(Bureau(), "chen")), "OK");
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', cancellation_proposer_id, "
                           "cancellation_proposer_for_id, canceller_id, canceller_for_id) FROM "
                           "catalog.code_release WHERE release_id = 'wrong'"),
            "wang zhang bo chen");
}

TEST_F(CodeCancellationTest, EachStepIsTakenOnce) {
  EXPECT_EQ(Propose("none"), "CODE_RELEASE_NOT_FOUND");
  EXPECT_EQ(Approve("none"), "CODE_RELEASE_NOT_FOUND");
  EXPECT_EQ(Reject("none"), "CODE_RELEASE_NOT_FOUND");
  Import(Wrong());
  EXPECT_EQ(Approve(), "CODE_RELEASE_CANCELLATION_NOT_PROPOSED");
  EXPECT_EQ(Reject(), "CODE_RELEASE_CANCELLATION_NOT_PROPOSED");
  EXPECT_EQ(Propose("wrong", Importer(), "9"), "ETAG_MISMATCH");
  const CallContext proposal = Importer();
  const std::string first = Shown().etag();
  EXPECT_EQ(Propose("wrong", proposal, first), "OK");
  EXPECT_EQ(Propose("wrong", proposal, first), "OK") << "the same request again";
  EXPECT_EQ(Propose(), "CODE_RELEASE_CANCELLATION_PROPOSED");
  const std::string seen = Shown().etag();
  EXPECT_EQ(Reject(), "OK");
  EXPECT_EQ(Shown().cancellation_proposer(), "");
  EXPECT_EQ(Shown().cancellation_refusal(), "名单无误") << "for who proposed it";
  EXPECT_EQ(Propose(), "OK") << "and anew";
  EXPECT_EQ(Shown().cancellation_refusal(), "");
  EXPECT_EQ(Approve("wrong", Bureau(), seen), "ETAG_MISMATCH") << "what was seen was rejected";
  const CallContext approval = Bureau();
  EXPECT_EQ(Approve("wrong", approval), "OK");
  EXPECT_EQ(Approve("wrong", approval), "OK") << "the same request again";
  for (const std::string& again : {Propose(), Approve(), Reject()}) {
    EXPECT_EQ(again, "CODE_RELEASE_CANCELLED");
  }
  EXPECT_EQ(Told(), "item_code.withdrawn items/screw;item_code.reverted items/screw");
  v1::ProposeCodeReleaseCancellationRequest silent;
  silent.set_name("codeReleases/2026-11");
  EXPECT_EQ(ReasonOf(code_cancellations.ProposeCodeReleaseCancellation(Importer(), silent)),
            "INVALID_FIELD")
      << "without a reason";
}

TEST_F(CodeCancellationTest, RacingApprovalsCancelOnce) {
  Import(Wrong());
  ASSERT_EQ(Propose(), "OK");
  constexpr size_t kApprovers = 4;
  std::vector<std::string> answers(kApprovers);
  {
    std::vector<std::jthread> approvers;
    for (size_t index = 0; index < kApprovers; ++index) {
      approvers.emplace_back([&, index] {
        answers[index] = Approve("wrong", BureausOwn(fmt::format("bo-{}", index)));
      });
    }
  }
  EXPECT_EQ(std::ranges::count(answers, "OK"), 1);
  EXPECT_EQ(std::ranges::count(answers, "CODE_RELEASE_CANCELLED"), 3);
  EXPECT_EQ(Told(), "item_code.withdrawn items/screw;item_code.reverted items/screw");
}

TEST_F(CodeCancellationTest, WhatCameAfterItGoesFirst) {
  Import(Wrong());
  // What it withdraws is withdrawn already: that is not written down again.
  EXPECT_EQ(Import(Wrong("after", "2026-11-20")), "2 0 2 0");
  EXPECT_EQ(Propose("wrong"), "CODE_RELEASE_BUILT_UPON");
  ASSERT_EQ(Propose("after"), "OK");
  EXPECT_EQ(Import(Wrong("last", "2026-11-21")), "2 0 2 0") << "imports go on meanwhile";
  EXPECT_EQ(Approve("after"), "CODE_RELEASE_BUILT_UPON");
  Cancel("last");
  EXPECT_EQ(Approve("after"), "OK");
  Cancel("wrong");
  EXPECT_THAT(StateOf(1), StartsWith("CURRENT"));
  EXPECT_EQ(Import(Wrong("right", "2026-11-21")), "2 2 0 0");
  EXPECT_EQ(StateOf(1), "WITHDRAWN 2026-11-21 codeReleases/right");
}

TEST_F(CodeCancellationTest, ItTakesNoMoreLists) {
  Import(Wrong());
  const TestList more{
      .release = "wrong", .effective_date = "2026-11-20", .withdrawn = {TestCode(2)}};
  const std::string begun = Create(more)->name();
  ASSERT_TRUE(Append(begun, more).ok());
  ASSERT_EQ(Propose(), "OK");
  EXPECT_EQ(Import(more), "CODE_RELEASE_CANCELLATION_PROPOSED");
  EXPECT_EQ(ErrorReason(Finish(begun).status()), "CODE_RELEASE_CANCELLATION_PROPOSED");
  ASSERT_EQ(Approve(), "OK");
  EXPECT_EQ(Import(more), "CODE_RELEASE_CANCELLED");
  EXPECT_EQ(ErrorReason(Finish(begun).status()), "CODE_RELEASE_CANCELLED");
  EXPECT_EQ(Obstacles("plate", "2026-11-22"), "");
  EXPECT_THAT(Refused("UPDATE catalog.code_release SET withdrawal_count = 3 WHERE release_id = "
                      "'wrong'"),
              HasSubstr("is cancelled"));
  EXPECT_THAT(Refused("UPDATE catalog.code_release SET cancelled_at = NULL, canceller_id = NULL"),
              HasSubstr("is cancelled"));
  EXPECT_THAT(Refused("UPDATE catalog.code_release SET cancelled_at = now(), canceller_id = 'bo' "
                      "WHERE release_id = '2026-11'"),
              HasSubstr("code_release_cancellation_check"))
      << "nobody proposed it";
}

TEST_F(CodeCancellationTest, AProposalAndAListThatRaceAreInOneOrder) {
  for (int round = 0; round < 5; ++round) {
    const std::string id = fmt::format("r{}", round);
    ASSERT_EQ(Import({.release = id, .effective_date = "2026-11-20", .withdrawn = {TestCode(3)}}),
              "1 1 0 0");
    const TestList more{.release = id, .effective_date = "2026-11-20", .withdrawn = {TestCode(1)}};
    const std::string begun = Create(more)->name();
    ASSERT_TRUE(Append(begun, more).ok());
    std::string proposed;
    absl::StatusOr<v1::CodeImport> finished;
    {
      const std::jthread proposer([&] { proposed = Propose(id); });
      finished = Finish(begun);
    }
    EXPECT_EQ(proposed, "OK");
    const v1::CodeRelease shown = Shown(id);
    if (finished.ok()) {
      EXPECT_EQ(shown.withdrawal_count(), 2);
    } else {
      EXPECT_EQ(ErrorReason(finished.status()), "CODE_RELEASE_CANCELLATION_PROPOSED");
      EXPECT_EQ(shown.withdrawal_count(), 1);
    }
    ASSERT_EQ(Approve(id), "OK");
    EXPECT_EQ(Obstacles("screw", "2026-11-22"), "");
  }
}

TEST_F(CodeCancellationTest, WhatItsSheetsDescribedIsUndoneToo) {
  bureau_imports = true;
  EXPECT_EQ(
      Import({.release = "right", .effective_date = "2026-11-10", .withdrawn = {TestCode(2)}}),
      "1 1 0 0");
  // Another code, another description, and one that comes back.
  const auto sheet = [](const std::string& id, const std::string& day) {
    return TestList{.release = id,
                    .effective_date = day,
                    .sheet = {SheetRow(1, "9.9×99"), SheetRow(2), SheetRow(7)}};
  };
  EXPECT_EQ(Import(sheet("wrong", "2026-11-20")), "3 3 0 0");
  EXPECT_EQ(SpecificationOn(1, "2026-11-20"), "9.9×99 2026-11-01 codeReleases/wrong");
  EXPECT_THAT(StateOf(2), StartsWith("CURRENT"));
  Cancel();
  EXPECT_EQ(SpecificationOn(1, "2026-11-22"), "4.0×30 2026-11-01 codeReleases/2026-11");
  EXPECT_EQ(StateOf(2), "WITHDRAWN 2026-11-10 codeReleases/right");
  EXPECT_THAT(Obstacles("plate", "2026-11-22"), StartsWith("CODE_WITHDRAWN"));
  EXPECT_EQ(StateOf(7), "NATIONAL_CODE_UNKNOWN");
  EXPECT_EQ(History(7), "2026-11-20 CURRENT codeReleases/wrong cancelled 错文件;");
  // Imported again, with an earlier day.
  EXPECT_EQ(Import(sheet("anew", "2026-11-18")), "3 3 0 0");
  EXPECT_EQ(SpecificationOn(1, "2026-11-17"), "4.0×30 2026-11-01 codeReleases/2026-11");
  EXPECT_EQ(SpecificationOn(1, "2026-11-18"), "9.9×99 2026-11-01 codeReleases/anew");
  EXPECT_EQ(SpecificationOn(7, "2026-11-18"), "4.0×30 2026-11-18 codeReleases/anew");
  EXPECT_EQ(StateOf(7, "2026-11-17"), "NATIONAL_CODE_UNKNOWN");
  EXPECT_EQ(StateOf(2, "2026-11-18"), "CURRENT 2026-11-18 codeReleases/anew");
  EXPECT_EQ(Import(sheet("anew", "2026-11-18")), "3 0 3 0") << "the same again changes nothing";
  // Twice wrong: what was described before both is found.
  Cancel("anew");
  EXPECT_EQ(SpecificationOn(1, "2026-11-22"), "4.0×30 2026-11-01 codeReleases/2026-11");
  EXPECT_EQ(StateOf(7), "NATIONAL_CODE_UNKNOWN");
  EXPECT_THAT(History(1), Not(HasSubstr("2026-11 cancelled")));
}

TEST_F(CodeCancellationTest, TheFirstReleaseCanBeCancelledToo) {
  Cancel("2026-11");
  EXPECT_EQ(StateOf(1), "NATIONAL_CODE_UNKNOWN");
  v1::ListNationalCodesRequest list;
  EXPECT_EQ(codes.ListNationalCodes(Reader(), list)->codes_size(), 0);
  EXPECT_EQ(Import({.release = "2026-10",
                    .effective_date = "2026-10-01",
                    .sheet = {SheetRow(1), SheetRow(2)}}),
            "2 2 0 0");
  EXPECT_EQ(StateOf(1, "2026-10-01"), "CURRENT 2026-10-01 codeReleases/2026-10");
}

TEST_F(CodeCancellationTest, WhatASheetSaysAsBeforeACancelledReleaseIsUnchanged) {
  bureau_imports = true;
  EXPECT_EQ(Import({.release = "wrong",
                    .effective_date = "2026-11-20",
                    .sheet = {SheetRow(1, "9.9×99"), SheetRow(2, "9.9×99")}}),
            "2 2 0 0");
  Cancel();
  EXPECT_EQ(Import({.release = "right",
                    .effective_date = "2026-11-20",
                    .sheet = {SheetRow(1), SheetRow(2, "4.0×32"), SheetRow(3)}}),
            "3 1 2 0");
  EXPECT_EQ(Shown("right").specification_count(), 1);
  EXPECT_EQ(SpecificationOn(1, "2026-11-20"), "4.0×30 2026-11-01 codeReleases/2026-11");
  EXPECT_EQ(SpecificationOn(2, "2026-11-20"), "4.0×32 2026-11-01 codeReleases/right");
  // Withdrawn and back, described as before all the same.
  Import({.release = "gone", .effective_date = "2026-11-21", .withdrawn = {TestCode(1)}});
  EXPECT_EQ(Import({.release = "back", .effective_date = "2026-11-22", .sheet = {SheetRow(1)}}),
            "1 1 0 0");
  EXPECT_EQ(SpecificationOn(1, "2026-11-22"), "4.0×30 2026-11-22 codeReleases/back");
  EXPECT_EQ(History(1),
            "2026-11-01 CURRENT codeReleases/2026-11;"
            "2026-11-20 CURRENT codeReleases/wrong cancelled 错文件;"
            "2026-11-21 WITHDRAWN codeReleases/gone;2026-11-22 CURRENT codeReleases/back;");
}

// Random releases, of which each is imported, cancelled and imported anew: whatever its lists say,
// the first leaves no trace in what is answered, and the second counts as the first did.
TEST_F(CodeCancellationTest, ACancelledReleaseIsAsIfItHadNeverBeen) {
  constexpr int kCodes = 6;
  bureau_imports = true;
  const auto answers = [&](const std::string& release) {
    v1::BatchGetNationalCodesRequest request;
    for (int code = 1; code <= kCodes; ++code) request.add_codes(TestCode(code));
    std::string joined = Obstacles("screw", "2026-11-19") + Obstacles("plate", "2026-11-19");
    for (int day = 1; day < 20; day += 2) {
      request.set_as_of(fmt::format("2026-11-{:02}", day));
      const auto codes_then = codes.BatchGetNationalCodes(Reader(), request);
      EXPECT_TRUE(codes_then.ok()) << codes_then.status();
      joined += request.as_of() + ": " + codes_then->ShortDebugString() + "\n";
    }
    return absl::StrReplaceAll(joined, {{release, "R"}});
  };
  std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same each time
  int cancelled = 0;
  const auto below = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
  const auto random_lists = [&](const std::string& day) {
    std::vector<TestList> lists;
    for (int list = 0; list <= below(3); ++list) {
      TestList made{.effective_date = day};
      const int kind = below(3);
      for (int code = 1; code <= kCodes; ++code) {
        if (below(2) == 0) continue;
        if (kind == 0) made.sheet.push_back(SheetRow(code, fmt::format("D{}", below(3))));
        if (kind == 1) made.withdrawn.push_back(TestCode(code));
        if (kind == 2) {
          made.transcoded.push_back(
              {TestCode(code), TestCode(10 + below(2)),
               below(2) == 0 ? v1::CODE_TRANSCODING_CHANGED : v1::CODE_TRANSCODING_MAPPED});
        }
      }
      lists.push_back(std::move(made));
    }
    return lists;
  };
  const auto import = [&](const std::string& id, std::vector<TestList> lists) {
    std::string outcomes;
    for (TestList& list : lists) {
      list.release = id;
      outcomes += Import(list) + ";";
    }
    return outcomes;
  };
  for (int round = 0; round < 10; ++round) {
    const std::string day = fmt::format("2026-11-{:02}", 2 + round + below(2));
    const std::vector<TestList> lists = random_lists(day);
    const std::string before = answers("none");
    const std::string outcomes = import(fmt::format("first{}", round), lists);
    const std::string after = answers(fmt::format("first{}", round));
    if (Shown(fmt::format("first{}", round)).name().empty()) continue;
    Cancel(fmt::format("first{}", round));
    ++cancelled;
    ASSERT_EQ(answers("none"), before) << "round " << round << ": " << outcomes;
    EXPECT_EQ(import(fmt::format("again{}", round), lists), outcomes) << "round " << round;
    ASSERT_EQ(answers(fmt::format("again{}", round)), after) << "round " << round;
  }
  EXPECT_GT(cancelled, 4) << "the others came too late";
}

}  // namespace
}  // namespace qingqu::catalog
