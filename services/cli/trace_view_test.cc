#include "services/cli/trace_view.h"

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace qingqu::cli {
namespace {

using testing::ElementsAre;

const TracedLot kTraced = {.item = "items/stent", .lot = "L1"};

supervision::v1::Entry EntryWith(const std::string& event, const std::string& details) {
  supervision::v1::Entry entry;
  entry.set_event(event);
  entry.set_actor("users/lin");
  entry.set_actor_institution("institutions/county");
  entry.set_resource("receipts/r1");
  entry.mutable_entry_time()->set_seconds(0);
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(details, entry.mutable_details()).ok());
  return entry;
}

TEST(TraceRow, SaysWhenWhoWhatAndHowMuch) {
  const auto entry = EntryWith("receipt.posted",
                               R"({"location": "locations/central", "lines": [
          {"item": "items/stent", "lot": "L1", "quantity_accepted": "10"},
          {"item": "items/stent", "lot": "L1", "quantity_accepted": "5", "quantity_rejected": "2"},
          {"item": "items/stent", "lot": "L2", "quantity_accepted": "100"},
          {"item": "items/other", "lot": "L1", "quantity_accepted": "100"}]})");
  EXPECT_THAT(TraceRow(entry, kTraced, Catalogue(Language::kEnglish)),
              ElementsAre("1970-01-01 08:00:00", "received", "users/lin (institutions/county)",
                          "receipts/r1", "15 (2 rejected)", "locations/central"));
  EXPECT_EQ(TraceRow(entry, kTraced, Catalogue(Language::kChinese))[1], "验收入库");
}

TEST(TraceRow, FindsTheLotInAllocations) {
  auto entry = EntryWith("transfer.sent",
                         R"({"fromLocation": "locations/a", "toLocation": "locations/b", "lines": [
          {"item": "items/stent", "quantity": 30, "allocations": [
            {"lot": "L1", "quantity": 12}, {"lot": "L2", "quantity": 18}]}]})");
  entry.set_reason("urgent");
  const auto row = TraceRow(entry, kTraced, Catalogue(Language::kEnglish));
  EXPECT_EQ(row[4], "12");
  EXPECT_EQ(row[5], "locations/a → locations/b; urgent");
}

TEST(TraceRow, NamesWhomSomebodyStoodInFor) {
  const auto entry = EntryWith("receipt.posted", R"({"on_behalf_of": "users/wang", "lines": []})");
  EXPECT_EQ(TraceRow(entry, kTraced, Catalogue(Language::kEnglish))[2],
            "users/lin for users/wang (institutions/county)");
  EXPECT_EQ(TraceRow(entry, kTraced, Catalogue(Language::kChinese))[2],
            "users/lin 代 users/wang (institutions/county)");
}

TEST(TraceRow, UnknownEventsAndDetailsAreShownAsTheyAre) {
  const auto row = TraceRow(EntryWith("lot.blocked", R"({"lines": "odd"})"), kTraced,
                            Catalogue(Language::kChinese));
  EXPECT_EQ(row[1], "lot.blocked");
  EXPECT_EQ(row[4], "");
}

}  // namespace
}  // namespace qingqu::cli
