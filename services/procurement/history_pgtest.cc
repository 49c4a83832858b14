#include <limits>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/money.h"
#include "services/procurement/history.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::ElementsAre;

v1::HistoryRow Row(int64_t number, const std::string& vendor = "Alpha") {
  v1::HistoryRow row;
  row.set_line(number + 1);
  row.set_source_line_id(fmt::format("{}", number));
  row.set_order_number("PO-1");
  row.set_vendor(vendor);
  row.set_item_description("Gloves, 100 pieces");
  row.set_manufacturer("Glove Works");
  row.set_scheduled_date("2008-05-01");
  row.set_delivered_date("2008-05-01");
  row.set_pack_units(100);
  row.set_quantity(10);
  row.set_line_value("12.5");
  row.set_pack_price("1.25");
  row.set_first_line(true);
  row.set_weight_kg("0.25");
  return row;
}

class HistoryTest : public ::testing::Test {
 protected:
  std::string Open(const std::string& source = "scms", bool all_or_nothing = false) {
    v1::CreateHistoryImportRequest request;
    request.set_source(source);
    request.set_all_or_nothing(all_or_nothing);
    const auto opened = world_.handlers().CreateHistoryImport(caller_(), request);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? opened->name() : "";
  }

  absl::StatusOr<v1::AppendHistoryRowsResponse> Append(const std::string& name,
                                                       int64_t batch_number,
                                                       const std::vector<v1::HistoryRow>& rows) {
    v1::AppendHistoryRowsRequest request;
    request.set_history_import(name);
    request.set_batch_number(batch_number);
    for (const v1::HistoryRow& row : rows) *request.add_rows() = row;
    return world_.handlers().AppendHistoryRows(caller_(), request);
  }

  absl::StatusOr<v1::HistoryImport> Finish(const std::string& name, int64_t rejected = 0) {
    v1::FinishHistoryImportRequest request;
    request.set_history_import(name);
    request.set_rejected_by_client_count(rejected);
    return world_.handlers().FinishHistoryImport(caller_(), request);
  }

  // "read imported unchanged rejected" of an import of these rows in one batch.
  std::string Import(const std::vector<v1::HistoryRow>& rows, const std::string& source = "scms") {
    const std::string name = Open(source);
    EXPECT_TRUE(Append(name, 0, rows).ok());
    return Counts(Finish(name));
  }

  static std::string Counts(const absl::StatusOr<v1::HistoryImport>& import) {
    if (!import.ok()) return ReasonOf(import);
    return fmt::format("{} {} {} {}", import->read_count(), import->imported_count(),
                       import->unchanged_count(), import->rejected_count());
  }

  std::vector<std::string> Summaries(const CallContext& call, int page_size = 0) {
    std::vector<std::string> lines;
    v1::ListHistorySummariesRequest request;
    request.set_source("scms");
    request.set_page_size(page_size);
    do {
      const auto page = world_.handlers().ListHistorySummaries(call, request);
      if (!page.ok()) return {page.status().ToString()};
      for (const v1::HistorySummary& summary : page->summaries()) {
        lines.push_back(fmt::format("{} {} {} {} {} {} {}", summary.vendor(), summary.year(),
                                    summary.line_count(), summary.quantity(), summary.value(),
                                    summary.currency(), summary.on_time_count()));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return lines;
  }

  TestWorld world_;
  std::function<CallContext()> caller_ = TestWorld::Officer;
};

TEST_F(HistoryTest, ImportingAgainChangesNothing) {
  EXPECT_EQ(Import({Row(1), Row(2), Row(3, "Beta")}), "3 3 0 0");
  EXPECT_EQ(Import({Row(1), Row(2), Row(3, "Beta")}), "3 0 3 0");
  v1::HistoryRow changed = Row(2);
  changed.clear_weight_kg();
  EXPECT_EQ(Import({Row(1), changed, Row(4)}), "3 2 1 0");
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_line"), "4");
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_vendor"), "2");
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_staging"), "0");
  EXPECT_EQ(world_.EntryCount("history.imported"), 3);
}

TEST_F(HistoryTest, KeepsEveryField) {
  v1::HistoryRow row = Row(1);
  row.set_molecule("tab\tquote\"backslash\\newline\n中文");
  row.set_freight_cost("780.34");
  row.set_freight_note("\\N");
  row.set_currency("CNY");
  ASSERT_EQ(Import({row}), "1 1 0 0");
  EXPECT_EQ(world_.database().Value("SELECT molecule FROM procurement.history_line"),
            row.molecule());
  EXPECT_EQ(world_.database().Value("SELECT freight_note FROM procurement.history_line"), "\\N");
  EXPECT_EQ(world_.database().Value(
                "SELECT concat_ws(' ', line_value, pack_price, weight_kg, freight_cost, currency,"
                " first_line, pack_units, quantity, unit_price IS NULL, insurance IS NULL,"
                " quote_sent_date IS NULL, delivered_date) FROM procurement.history_line"),
            "125000 12500 2500 7803400 CNY t 100 10 t t t 2008-05-01");
  EXPECT_EQ(Import({row}), "1 0 1 0");
}

TEST_F(HistoryTest, NamesEveryBadCellAndTakesTheRest) {
  v1::HistoryRow bad = Row(2);
  bad.clear_vendor();
  bad.set_line_value("12,5");
  bad.set_delivered_date("2008-02-30");
  bad.set_quantity(-1);
  bad.set_currency("yuan");
  bad.set_country(std::string(81, 'x'));
  const std::string name = Open();
  const auto appended = Append(name, 0, {Row(1), bad});
  ASSERT_TRUE(appended.ok()) << appended.status();
  std::vector<std::string> errors;
  for (const v1::HistoryRowError& error : appended->errors()) {
    errors.push_back(fmt::format("{} {} {}", error.line(), error.column(), error.reason()));
  }
  EXPECT_THAT(errors, ElementsAre("3 country TOO_LONG", "3 delivered_date BAD_DATE",
                                  "3 vendor REQUIRED", "3 quantity OUT_OF_RANGE",
                                  "3 line_value BAD_DECIMAL", "3 currency BAD_CURRENCY"));
  EXPECT_EQ(appended->errors(4).value(), "12,5");
  EXPECT_EQ(Counts(Finish(name, 2)), "4 1 0 3");
}

TEST_F(HistoryTest, AKeyStandsOnceInAnImport) {
  const std::string name = Open();
  auto appended = Append(name, 0, {Row(1), Row(1)});
  ASSERT_EQ(appended->errors_size(), 1);
  EXPECT_EQ(appended->errors(0).reason(), "DUPLICATE_KEY");
  appended = Append(name, 1, {Row(1), Row(2)});
  ASSERT_EQ(appended->errors_size(), 1);
  EXPECT_EQ(Counts(Finish(name)), "4 2 0 2");
}

TEST_F(HistoryTest, ANameWithSpaceAroundIsTheSameName) {
  v1::HistoryRow row = Row(2, " Alpha\t");
  row.set_item_description(Row(1).item_description() + "  ");
  EXPECT_EQ(Import({Row(1, "Alpha"), row}), "2 2 0 0");
  EXPECT_EQ(world_.database().Value("SELECT string_agg(name, ',') FROM procurement.history_vendor"),
            "Alpha");
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_item"), "1");
}

TEST_F(HistoryTest, RefusedRowsOfTheClientAreBounded) {
  const std::string name = Open();
  EXPECT_EQ(ReasonOf(Finish(name, -1)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Finish(name, 1'000'000'001)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Finish(name, std::numeric_limits<int64_t>::max())), "INVALID_FIELD");
  EXPECT_EQ(Counts(Finish(name, 1'000'000'000)), "1000000000 0 0 1000000000");
}

TEST_F(HistoryTest, ErrorsOfABatchAreBounded) {
  v1::HistoryRow bad = Row(2);
  bad.clear_vendor();
  bad.set_line_value("12,5");
  const std::string name = Open();
  const auto appended = Append(name, 0, std::vector<v1::HistoryRow>(6'000, bad));
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->errors_size(), 10'000);
  EXPECT_EQ(Counts(Finish(name)), "6000 0 0 6000");
}

TEST_F(HistoryTest, AllOrNothing) {
  v1::HistoryRow bad = Row(2);
  bad.clear_vendor();
  const std::string name = Open("scms", true);
  ASSERT_TRUE(Append(name, 0, {Row(1), bad}).ok());
  EXPECT_EQ(ReasonOf(Finish(name)), "IMPORT_HAS_REJECTS");
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_line"), "0");
}

TEST_F(HistoryTest, ValidatingTellsWhatFinishingThenDoes) {
  EXPECT_EQ(Import({Row(1)}), "1 1 0 0");
  const std::string name = Open();
  ASSERT_TRUE(Append(name, 0, {Row(1), Row(2)}).ok());
  v1::FinishHistoryImportRequest request;
  request.set_history_import(name);
  request.set_validate_only(true);
  const auto validated = world_.handlers().FinishHistoryImport(caller_(), request);
  EXPECT_EQ(Counts(validated), "2 1 1 0");
  EXPECT_FALSE(validated->finished());
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_line"), "1");
  EXPECT_EQ(Counts(Finish(name)), "2 1 1 0");
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_line"), "2");
}

TEST_F(HistoryTest, BatchesComeInOrderAndOnce) {
  const std::string name = Open();
  EXPECT_EQ(ReasonOf(Append(name, 1, {Row(1)})), "BATCH_OUT_OF_ORDER");
  EXPECT_EQ(ReasonOf(Append(name, 0, {Row(1)})), "OK");
  EXPECT_EQ(ReasonOf(Append(name, 0, {Row(1)})), "OK");
  EXPECT_EQ(ReasonOf(Append(name, 0, {Row(2)})), "BATCH_OUT_OF_ORDER");
  EXPECT_EQ(ReasonOf(Append(name, 1, {Row(2)})), "OK");
  EXPECT_EQ(Counts(Finish(name)), "2 2 0 0");
  EXPECT_EQ(Counts(Finish(name)), "2 2 0 0");
  EXPECT_EQ(ReasonOf(Append(name, 2, {Row(3)})), "IMPORT_FINISHED");
  EXPECT_EQ(world_.EntryCount("history.imported"), 1);
}

TEST_F(HistoryTest, RacingFinishesMergeOnce) {
  const std::string name = Open();
  ASSERT_TRUE(Append(name, 0, {Row(1), Row(2)}).ok());
  EXPECT_EQ(CountSuccesses(6, [&](int) { return Counts(Finish(name)) == "2 2 0 0"; }), 6);
  EXPECT_EQ(world_.EntryCount("history.imported"), 1);
}

TEST_F(HistoryTest, ImportsAreTheirOwners) {
  const std::string name = Open();
  caller_ = TestWorld::WestOfficer;
  EXPECT_EQ(ReasonOf(Append(name, 0, {Row(1)})), "IMPORT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Finish(name)), "IMPORT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Append("historyImports/nothing", 0, {Row(1)})), "IMPORT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Append(name, 0, {})), "INVALID_FIELD");
  v1::CreateHistoryImportRequest request;
  for (const char* source : {"", "SCMS", "a b"}) {
    request.set_source(source);
    EXPECT_EQ(ReasonOf(world_.handlers().CreateHistoryImport(caller_(), request)), "INVALID_FIELD");
  }
}

TEST_F(HistoryTest, AnAlliancesHistoryIsItsOwn) {
  EXPECT_EQ(Import({Row(1)}), "1 1 0 0");
  caller_ = TestWorld::WestOfficer;
  EXPECT_EQ(Import({Row(1)}), "1 1 0 0");
  EXPECT_THAT(Summaries(TestWorld::Officer()), ElementsAre("Alpha 2008 1 10 12.5000 USD 1"));
  EXPECT_THAT(Summaries(TestWorld::WestOfficer()), ElementsAre("Alpha 2008 1 10 12.5000 USD 1"));
  EXPECT_THAT(Summaries(TestWorld::Inspector()), ElementsAre("Alpha 2008 2 20 25.0000 USD 2"));
  EXPECT_THAT(Summaries(TestWorld::Supplier()), ElementsAre());
}

TEST_F(HistoryTest, SummariesAreExactAndPaged) {
  std::vector<v1::HistoryRow> rows;
  for (int i = 1; i <= 7; ++i) rows.push_back(Row(i, i <= 4 ? "Alpha" : "Beta"));
  rows[0].set_line_value("99999999999999.9999");
  rows[1].set_line_value("99999999999999.9999");
  rows[2].set_delivered_date("2009-01-01");  // late
  rows[3].clear_delivered_date();
  rows[4].set_delivered_date("2007-12-31");
  rows[5].set_currency("CNY");
  rows[6].clear_scheduled_date();
  ASSERT_EQ(Import(rows), "7 7 0 0");
  const std::vector<std::string> expected = {
      "Alpha 0 1 10 12.5000 USD 0",    "Alpha 2008 2 20 199999999999999.9998 USD 2",
      "Alpha 2009 1 10 12.5000 USD 0", "Beta 2007 1 10 12.5000 USD 1",
      "Beta 2008 1 10 12.5000 CNY 1",  "Beta 2008 1 10 12.5000 USD 0"};
  EXPECT_EQ(Summaries(TestWorld::Officer()), expected);
  EXPECT_EQ(Summaries(TestWorld::Officer(), 1), expected);
  v1::ListVendorPerformancesRequest request;
  request.set_source("scms");
  request.set_page_size(1);
  auto page = world_.handlers().ListVendorPerformances(TestWorld::Officer(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->vendor_performances(0).vendor(), "Alpha");
  EXPECT_EQ(page->vendor_performances(0).line_count(), 4);
  EXPECT_EQ(page->vendor_performances(0).dated_count(), 3);
  EXPECT_EQ(page->vendor_performances(0).on_time_count(), 2);
  EXPECT_EQ(page->vendor_performances(0).on_time_rate(), "0.6667");
  request.set_page_token(page->next_page_token());
  page = world_.handlers().ListVendorPerformances(TestWorld::Officer(), request);
  EXPECT_EQ(page->vendor_performances(0).vendor(), "Beta");
  EXPECT_EQ(page->vendor_performances(0).on_time_rate(), "1.0000");
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(HistoryTest, AbandonedImportsAreForgotten) {
  const std::string name = Open();
  ASSERT_TRUE(Append(name, 0, {Row(1)}).ok());
  world_.database().Execute("UPDATE procurement.import SET touched_at = now() - interval '2 days'");
  Open();
  EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.history_staging"), "0");
  EXPECT_EQ(ReasonOf(Finish(name)), "IMPORT_STAGING_LOST");
}

TEST_F(HistoryTest, ManyRowsInBatches) {
  constexpr int kBatches = 4;
  constexpr int kRows = 10'000;
  std::vector<std::vector<v1::HistoryRow>> batches(kBatches);
  for (int i = 0; i < kBatches * kRows; ++i) {
    batches[static_cast<size_t>(i / kRows)].push_back(Row(i, fmt::format("Vendor {}", i % 70)));
  }
  const absl::Time started = absl::Now();
  const std::string name = Open();
  for (int i = 0; i < kBatches; ++i) {
    ASSERT_TRUE(Append(name, i, batches[static_cast<size_t>(i)]).ok());
  }
  EXPECT_EQ(Counts(Finish(name)), "40000 40000 0 0");
  const absl::Duration imported = absl::Now() - started;
  const absl::Time copying = absl::Now();
  // With the same indexes and constraints.
  world_.database().Execute(
      "CREATE TEMP TABLE plain AS SELECT * FROM procurement.history_line;"
      "UPDATE plain SET source = 'plain';"
      "INSERT INTO procurement.history_line SELECT * FROM plain");
  fmt::print("{} rows imported in {} ms; inserting them plainly took {} ms\n", kBatches * kRows,
             absl::ToInt64Milliseconds(imported), absl::ToInt64Milliseconds(absl::Now() - copying));
}

}  // namespace
}  // namespace qingqu::procurement
