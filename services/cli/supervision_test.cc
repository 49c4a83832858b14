#include <algorithm>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"

#include "services/cli/client_test_support.h"

namespace qingqu::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

supervision::v1::Entry EntryOf(const std::string& event, const std::string& resource,
                               const std::string& details = "{}") {
  supervision::v1::Entry entry;
  entry.set_event(event);
  entry.set_resource(resource);
  entry.set_actor("users/lin");
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(details, entry.mutable_details()).ok());
  return entry;
}

class SupervisionTest : public ClientTest {
 protected:
  SupervisionTest() { SignIn(); }

  // Three entries, which take two pages.
  void FillJournal() {
    platform_.supervision().set_entries({EntryOf("item.approved", "items/stent"),
                                         EntryOf("receipt.posted", "receipts/r1",
                                                 R"({"location": "locations/central",
                     "lines": [{"item": "items/stent", "lot": "L1", "quantity_accepted": "10"}]})"),
                                         EntryOf("use.posted", "uses/u1")});
  }
};

TEST_F(SupervisionTest, ATraceIsATableOverAllPages) {
  FillJournal();
  const ClientResult result = Run({"trace", "stent", "L1", "--lang=en"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 4) << result.output;
  EXPECT_THAT(result.output, HasSubstr("Document"));
  EXPECT_THAT(result.output, HasSubstr("item approved"));
  EXPECT_THAT(result.output, HasSubstr("receipts/r1"));
  EXPECT_THAT(result.output, HasSubstr("10  locations/central"));
  EXPECT_THAT(result.output, HasSubstr("uses/u1"));
  EXPECT_EQ(Run({"trace", "items/stent", "L1", "--lang=en"}).output, result.output);
  EXPECT_THAT(Run({"trace", "stent", "L1", "--lang=zh"}).output, HasSubstr("验收入库"));
}

TEST_F(SupervisionTest, ATraceForScriptsIsOneEntryALine) {
  FillJournal();
  const ClientResult result = Run({"--json", "trace", "stent", "L1"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 3) << result.output;
  const nlohmann::json last = LastLine(result.output);
  EXPECT_EQ(last["event"], "use.posted");
  EXPECT_EQ(last["resource"], "uses/u1");
}

TEST_F(SupervisionTest, ALotThatNobodyKnowsIsRefused) {
  FillJournal();
  const ClientResult result = Run({"trace", "stent", "L2"});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, HasSubstr("LOT_NOT_FOUND"));
}

TEST_F(SupervisionTest, ALedgerThatIsRightSaysHowLargeItIs) {
  distribution::v1::CheckLedgerResponse ledger;
  ledger.set_account_count(12);
  ledger.set_movement_count(345);
  platform_.distribution().set_ledger({ledger});
  const ClientResult result = Run({"ledger", "check", "--lang=en"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_EQ(result.output, "the ledger is right: 12 accounts, 345 movements\n");
  EXPECT_EQ(LastLine(Run({"--json", "ledger", "check"}).output)["accountCount"], "12");
}

TEST_F(SupervisionTest, ALargeLedgerIsLookedAtPageByPage) {
  distribution::v1::CheckLedgerResponse page;
  page.set_account_count(1000);
  std::vector<distribution::v1::CheckLedgerResponse> pages(3, page);
  pages[1].add_findings("account 1007 has 3 where its movements say 4");
  pages[2].set_movement_count(70'000);
  platform_.distribution().set_ledger(pages);
  const ClientResult result = Run({"ledger", "check", "--lang=en"});
  EXPECT_EQ(result.code, ExitCode::kNegative);
  EXPECT_THAT(result.output, HasSubstr("wrong in 1 places: 3000 accounts, 70000 movements\n"));
  EXPECT_EQ(LastLine(Run({"--json", "ledger", "check"}).output)["movementCount"], "70000");
}

TEST_F(SupervisionTest, ALedgerThatIsWrongNamesItsFindings) {
  distribution::v1::CheckLedgerResponse ledger;
  ledger.set_account_count(12);
  ledger.set_movement_count(345);
  ledger.add_findings("account 7 has 3 where its movements say 4");
  ledger.add_findings("account 8 \x1b[31mhas none");
  platform_.distribution().set_ledger({ledger});
  const ClientResult result = Run({"ledger", "check", "--lang=en"});
  EXPECT_EQ(result.code, ExitCode::kNegative);
  EXPECT_THAT(result.output, HasSubstr("wrong in 2 places: 12 accounts, 345 movements\n"));
  EXPECT_THAT(result.output, HasSubstr("\n  account 7 has 3 where its movements say 4\n"));
  EXPECT_THAT(result.output, Not(HasSubstr("\x1b"))) << "a finding must not command the screen";
  EXPECT_EQ(Run({"--json", "ledger", "check"}).code, ExitCode::kNegative);
}

TEST_F(SupervisionTest, WithoutAServerThereIsNoVerdict) {
  platform_.Stop();
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--timeout=1", "ledger", "check"}, {"--timeout=1", "trace", "stent", "L1"}}) {
    const ClientResult result = Run(words);
    EXPECT_EQ(result.code, ExitCode::kUnavailable) << words[1];
    EXPECT_EQ(result.output, "") << words[1];
  }
}

}  // namespace
}  // namespace qingqu::cli
