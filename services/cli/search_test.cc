#include <algorithm>

#include "absl/time/time.h"
#include "gmock/gmock.h"

#include "services/cli/client_test_support.h"

namespace qingqu::cli {
namespace {

using supervision::v1::SearchEntriesRequest;
using testing::ElementsAre;
using testing::HasSubstr;

class SearchTest : public ClientTest {
 protected:
  SearchTest() { SignIn(); }

  ClientResult Search(const std::vector<std::string>& more, bool json = false) {
    std::vector<std::string> words = {"--lang=en", "journal", "search", "--purpose=case 17"};
    if (json) words.insert(words.begin(), "--json");
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
  // The one request that the search makes.
  SearchEntriesRequest Asked(const std::vector<std::string>& more) {
    const ClientResult result = Search(more);
    EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
    const std::vector<SearchEntriesRequest> requests = platform_.journal().TakeSearches();
    EXPECT_EQ(requests.size(), 1U);
    return requests.empty() ? SearchEntriesRequest() : requests[0];
  }
};

std::string InstantOf(const google::protobuf::Timestamp& time) {
  return absl::FormatTime(absl::RFC3339_full,
                          absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                          absl::UTCTimeZone());
}

TEST_F(SearchTest, AsksForEveryCondition) {
  const SearchEntriesRequest request =
      Asked({"--actor=lin", "--institution=county-hospital", "--event=receipt.posted",
             "--resource=receipts/r1", "--item=stent", "--lot=L 1", "--piece=SN7",
             "--since=2026-01-01", "--until=2026-01-31", "--text=退回 供应商", "--oldest-first"});
  EXPECT_EQ(request.purpose(), "case 17");
  EXPECT_EQ(request.actor(), "users/lin");
  EXPECT_EQ(request.institution(), "institutions/county-hospital");
  EXPECT_EQ(request.event(), "receipt.posted");
  EXPECT_EQ(request.resource(), "receipts/r1");
  EXPECT_EQ(request.subject(), "items/stent/lots/L 1");
  EXPECT_EQ(request.piece(), "SN7");
  EXPECT_EQ(request.text(), "退回 供应商");
  EXPECT_EQ(request.order(), supervision::v1::ENTRY_ORDER_OLDEST_FIRST);
  // Both days are meant whole, in the county.
  EXPECT_EQ(InstantOf(request.from_time()), "2025-12-31T16:00:00+00:00");
  EXPECT_EQ(InstantOf(request.to_time()), "2026-01-31T16:00:00+00:00");
}

TEST_F(SearchTest, WhatIsNotAskedForIsNoCondition) {
  const SearchEntriesRequest request = Asked({});
  SearchEntriesRequest expected;
  expected.set_purpose("case 17");
  expected.set_order(supervision::v1::ENTRY_ORDER_NEWEST_FIRST);
  expected.set_page_size(50);
  EXPECT_EQ(request.SerializeAsString(), expected.SerializeAsString());
  EXPECT_EQ(Asked({"--item=items/stent", "--actor=users/lin"}).subject(), "items/stent");
  const SearchEntriesRequest instants =
      Asked({"--since=2026-01-01T08:00:00.5+08:00", "--until=1969-12-31T23:59:59.25Z"});
  EXPECT_EQ(InstantOf(instants.from_time()), "2026-01-01T00:00:00.5+00:00");
  EXPECT_EQ(InstantOf(instants.to_time()), "1969-12-31T23:59:59.25+00:00");
}

TEST_F(SearchTest, ATableOverAllPagesUpToTheLimit) {
  platform_.journal().set_found(8);
  const ClientResult all = Search({});
  EXPECT_EQ(all.code, ExitCode::kOk) << all.errors;
  EXPECT_EQ(std::ranges::count(all.output, '\n'), 9) << all.output;
  EXPECT_THAT(all.output, HasSubstr("Index"));
  EXPECT_THAT(all.output, HasSubstr("receipts/r7"));
  EXPECT_THAT(all.errors, HasSubstr("8 found, in a journal of 1000 sealed entries"));
  EXPECT_EQ(all.errors.find("--page-token"), std::string::npos);

  const ClientResult some = Search({"--limit=4"});
  EXPECT_EQ(std::ranges::count(some.output, '\n'), 5) << some.output;
  const size_t token = some.errors.find("--page-token=");
  ASSERT_NE(token, std::string::npos) << some.errors;
  const ClientResult rest =
      Search({some.errors.substr(token, some.errors.find('\n', token) - token)});
  EXPECT_EQ(std::ranges::count(rest.output, '\n'), 5) << rest.output;
  EXPECT_THAT(rest.output, HasSubstr("receipts/r4"));
  EXPECT_THAT(rest.output, HasSubstr("receipts/r7"));
}

TEST_F(SearchTest, ForScriptsALineIsAnEntry) {
  platform_.journal().set_found(5);
  const ClientResult result = Search({}, true);
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 5) << result.output;
  const nlohmann::json last = LastLine(result.output);
  EXPECT_EQ(last["index"], "4");
  EXPECT_EQ(last["entry"]["resource"], "receipts/r4");
  EXPECT_TRUE(last.contains("leaf"));
}

TEST_F(SearchTest, BadQuestionsAreNotSent) {
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"--lot=L1"},
                                             {"--since=yesterday"},
                                             {"--until=2026-02-30"},
                                             {"--limit=0"},
                                             {"--limit=x"},
                                             {"more"}}) {
    EXPECT_EQ(Search(more).code, ExitCode::kUsage) << more[0];
  }
  EXPECT_EQ(Run({"journal", "search"}).code, ExitCode::kUsage);
  EXPECT_TRUE(platform_.journal().TakeSearches().empty());
}

}  // namespace
}  // namespace qingqu::cli
