#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/auth/test_directory.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "services/supervision/queries.h"
#include "services/supervision/supervision_handlers.h"
#include "tests/support/test_database.h"

namespace qingqu::supervision {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<const db::Query*> kQueries{queries::kAllQueries.begin(),
                                             queries::kAllQueries.end()};

class SupervisionHandlersTest : public ::testing::Test {
 protected:
  SupervisionHandlersTest()
      : pool_(database_.NewPool("supervision", kQueries)), handlers_(pool_.get(), &pseudonyms_) {}

  void Append(const CallContext& call, const db::JournalEntry& entry) {
    const auto status =
        db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
          db::AppendJournal(tx, call, entry);
          return absl::OkStatus();
        });
    ASSERT_TRUE(status.ok()) << status;
  }

  // The cycle of lot L1 of items/x, among things that have nothing to do with it.
  void AppendCycle() {
    const CallContext officer = testing::CallBy("officer", "procurement_officer");
    const CallContext nurse = testing::CallBy("li", "department_nurse");
    const CallContext keeper = testing::CallBy("op", "operator");
    const CallContext seller = testing::CallBySupplier("seller", "acme");
    Append(officer, {.event = "item.approved", .resource = "items/x"});
    Append(officer, {.event = "item.approved", .resource = "items/y"});
    Append(officer,
           {.event = "supplier.approved", .resource = "suppliers/acme", .supplier_id = "acme"});
    Append(officer, {.event = "agreement.created",
                     .resource = "agreements/a",
                     .subjects = {"items/x", "suppliers/acme"},
                     .supplier_id = "acme",
                     .details_json = R"({"unit_price": "12.5000"})"});
    Append(officer,
           {.event = "agreement.approved", .resource = "agreements/a", .supplier_id = "acme"});
    Append(officer, {.event = "agreement.created",
                     .resource = "agreements/other",
                     .subjects = {"items/y", "suppliers/acme"},
                     .supplier_id = "acme"});
    Append(nurse, {.event = "requisition.created",
                   .resource = "requisitions/r",
                   .subjects = {"items/x"},
                   .institution_id = "county-hospital",
                   .alliance_id = "east"});
    Append(officer, {.event = "order.created",
                     .resource = "orders/o",
                     .subjects = {"requisitions/r", "agreements/a", "agreements/other", "items/x",
                                  "items/y", "suppliers/acme"},
                     .supplier_id = "acme",
                     .details_json = R"({"requisition": "requisitions/r", "lines": [
                         {"line_number": 1, "item": "items/x"},
                         {"line_number": 2, "item": "items/y"}]})"});
    Append(seller, {.event = "order.accepted", .resource = "orders/o", .supplier_id = "acme"});
    Append(seller, {.event = "despatch.created",
                    .resource = "despatches/d",
                    .subjects = {"orders/o", "items/x", db::LotSubject("x", "L1"),
                                 db::LotSubject("x", "L2")},
                    .supplier_id = "acme",
                    .details_json = R"({"lines": [
                        {"line_number": 1, "item": "items/x", "lot": "L1", "quantity": 5},
                        {"line_number": 2, "item": "items/x", "lot": "L2", "quantity": 6}]})"});
    Append(keeper, {.event = "receipt.posted",
                    .resource = "receipts/p",
                    .subjects = {"despatches/d", "orders/o", db::LotSubject("x", "L1")},
                    .supplier_id = "acme"});
    Append(keeper, {.event = "transfer.sent",
                    .resource = "transfers/t",
                    .subjects = {db::LotSubject("x", "L1")},
                    .institution_id = "county-hospital"});
    Append(keeper, {.event = "transfer.received", .resource = "transfers/t"});
    Append(nurse,
           {.event = "use.created",
            .resource = "uses/u",
            .subjects = {db::LotSubject("x", "L1")},
            .institution_id = "county-hospital",
            .details_json = R"({"lines": [{"line_number": 1, "item": "items/x", "lot": "L1"}]})",
            .restricted_json =
                R"({"patient": "patient-seventeen",
                    "lines": [{"line_number": 1, "doctor": "doctor-nine"}]})"});
    Append(seller, {.event = "despatch.created",
                    .resource = "despatches/elsewhere",
                    .subjects = {db::LotSubject("x", "L2")},
                    .supplier_id = "zeta"});
    Append(nurse, {.event = "question.asked",
                   .resource = "users/li",
                   .subjects = {"items/x", db::LotSubject("x", "L1"), "orders/o"}});
  }

  absl::StatusOr<v1::TraceLotResponse> Trace(const CallContext& call, const std::string& lot = "L1",
                                             int page_size = 0, const std::string& token = "") {
    v1::TraceLotRequest request;
    request.set_item("items/x");
    request.set_lot(lot);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return handlers_.TraceLot(call, request);
  }
  std::string PseudonymOf(privacy::PersonKind kind, std::string_view id) const {
    return pseudonyms_.PseudonymOf({.kind = kind, .institution_id = "county-hospital", .id = id});
  }
  template <typename Response>
  static std::vector<std::string> EventsOf(const Response& response) {
    std::vector<std::string> events;
    for (const auto& entry : response.entries()) {
      events.push_back(entry.event() + " " + entry.resource());
    }
    return events;
  }
  static CallContext Inspector() { return testing::CallBy("inspector", "discipline_inspector"); }
  static CallContext Seller() { return testing::CallBySupplier("seller", "acme"); }

  testing::TestDatabase database_;
  std::unique_ptr<db::ConnectionPool> pool_;
  auth::TestDirectory directory_;
  privacy::PseudonymKey pseudonyms_ = *privacy::PseudonymKey::LoadOrCreate(directory_.path());
  SupervisionHandlers handlers_;
};

TEST_F(SupervisionHandlersTest, EveryQueryCanBePrepared) {
  EXPECT_EQ(database_.PrepareAll("supervision", kQueries), "");
}

TEST_F(SupervisionHandlersTest, TheInspectorGetsTheWholeChainInOrder) {
  AppendCycle();
  const auto trace = Trace(Inspector());
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_THAT(EventsOf(*trace),
              ElementsAre("item.approved items/x", "supplier.approved suppliers/acme",
                          "agreement.created agreements/a", "agreement.approved agreements/a",
                          "requisition.created requisitions/r", "order.created orders/o",
                          "order.accepted orders/o", "despatch.created despatches/d",
                          "receipt.posted receipts/p", "transfer.sent transfers/t",
                          "transfer.received transfers/t", "use.created uses/u"));
  EXPECT_EQ(trace->next_page_token(), "");
  const v1::Entry& use = trace->entries(11);
  EXPECT_EQ(use.actor(), "users/li");
  EXPECT_EQ(use.actor_institution(), "institutions/county-hospital");
  EXPECT_EQ(use.actor_roles(0), "department_nurse");
  EXPECT_GT(use.entry_time().seconds(), 0);
  // The county's inspector is outside of every institution.
  const auto& details = use.details().fields();
  EXPECT_EQ(details.at("patient").string_value(),
            PseudonymOf(privacy::PersonKind::kPatient, "patient-seventeen"));
  EXPECT_EQ(details.at("lines")
                .list_value()
                .values(0)
                .struct_value()
                .fields()
                .at("doctor")
                .string_value(),
            PseudonymOf(privacy::PersonKind::kDoctor, "doctor-nine"));
  EXPECT_THAT(trace->DebugString(), Not(HasSubstr("patient-seventeen")));
  EXPECT_THAT(trace->DebugString(), Not(HasSubstr("doctor-nine")));
  // Of the documents only the lot's lines.
  EXPECT_EQ(trace->entries(5).details().fields().at("lines").list_value().values_size(), 1);
  EXPECT_EQ(trace->entries(7).details().fields().at("lines").list_value().values_size(), 1);
}

TEST_F(SupervisionHandlersTest, TheInspectorOfAnInstitutionSeesItsPeople) {
  AppendCycle();
  CallContext inspector = testing::CallBy("ji", "discipline_inspector");
  inspector.principal.scope = auth::Scope::kInstitution;
  inspector.principal.institution_id = "county-hospital";
  v1::ListEntriesRequest request;
  request.set_event("use.created");
  const auto own = handlers_.ListEntries(inspector, request);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_THAT(own->DebugString(), HasSubstr("patient-seventeen"));
  EXPECT_THAT(own->DebugString(), HasSubstr("doctor-nine"));
  request.set_subject("doctors/doctor-nine");
  EXPECT_TRUE(handlers_.ListEntries(inspector, request).ok());
  EXPECT_EQ(ErrorReason(handlers_.ListEntries(Inspector(), request).status()), "INVALID_FIELD")
      << "the answer would tell whether there is one";
}

TEST_F(SupervisionHandlersTest, WhoMayNotReadPatientsGetsTheChainWithoutThem) {
  AppendCycle();
  for (const char* role : {"bureau_administrator", "market_supervision"}) {
    const auto trace = Trace(testing::CallBy("someone", role));
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->entries_size(), 12);
    EXPECT_THAT(trace->DebugString(), Not(HasSubstr("patient-seventeen")));
    EXPECT_THAT(trace->DebugString(), Not(HasSubstr("doctor-nine")));
  }
}

TEST_F(SupervisionHandlersTest, TheSupplierGetsItsPartOnly) {
  AppendCycle();
  const auto trace = Trace(Seller());
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_THAT(EventsOf(*trace),
              ElementsAre("supplier.approved suppliers/acme", "agreement.created agreements/a",
                          "agreement.approved agreements/a", "order.created orders/o",
                          "order.accepted orders/o", "despatch.created despatches/d",
                          "receipt.posted receipts/p"));
  const std::string text = trace->DebugString();
  for (const char* hidden : {"requisition", "zeta", "patient-seventeen", "users/officer",
                             "users/op", "transfers", "uses"}) {
    EXPECT_THAT(text, Not(HasSubstr(hidden)));
  }
  EXPECT_EQ(trace->entries(4).actor(), "users/seller");
  EXPECT_EQ(trace->entries(6).actor(), "");
  EXPECT_THAT(trace->entries(6).actor_roles(), ElementsAre("operator"));
}

TEST_F(SupervisionHandlersTest, WhatIsNotTheirsIsNotThere) {
  AppendCycle();
  EXPECT_EQ(ErrorReason(Trace(testing::CallBySupplier("rival", "zeta")).status()), "LOT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Trace(Inspector(), "L9").status()), "LOT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Trace(testing::CallBySupplier("rival", "")).status()), "LOT_NOT_FOUND");
  EXPECT_EQ(EventsOf(*Trace(testing::CallBySupplier("rival", "zeta"), "L2")),
            (std::vector<std::string>{"despatch.created despatches/elsewhere"}));
  EXPECT_EQ(ErrorReason(Trace(Inspector(), "").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Trace(Inspector(), std::string(101, 'x')).status()), "INVALID_FIELD");
}

TEST_F(SupervisionHandlersTest, PagesJoinToTheWhole) {
  AppendCycle();
  const std::vector<std::string> whole = EventsOf(*Trace(Inspector()));
  for (const int size : {1, 5, 12}) {
    std::vector<std::string> joined;
    std::string token;
    do {
      const auto page = Trace(Inspector(), "L1", size, token);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_LE(page->entries_size(), size);
      for (const std::string& event : EventsOf(*page)) joined.push_back(event);
      token = page->next_page_token();
    } while (!token.empty());
    EXPECT_EQ(joined, whole) << size;
  }
  const std::string token = Trace(Inspector(), "L1", 1)->next_page_token();
  EXPECT_FALSE(Trace(Inspector(), "L2", 1, token).ok());
}

TEST_F(SupervisionHandlersTest, ListsTheJournalByWhatIsAsked) {
  AppendCycle();
  const auto list = [&](const std::string& subject, const std::string& actor,
                        const std::string& event, const CallContext& call) {
    v1::ListEntriesRequest request;
    request.set_subject(subject);
    request.set_actor(actor);
    request.set_event(event);
    const auto response = handlers_.ListEntries(call, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return EventsOf(*response);
  };
  EXPECT_EQ(list("", "", "", Inspector()).size(), 16u);
  EXPECT_THAT(list("", "", "question.asked", Inspector()), ElementsAre("question.asked users/li"));
  EXPECT_THAT(list("", "users/op", "", Inspector()),
              ElementsAre("receipt.posted receipts/p", "transfer.sent transfers/t",
                          "transfer.received transfers/t"));
  EXPECT_THAT(list("", "users/op", "receipt.posted", Inspector()),
              ElementsAre("receipt.posted receipts/p"));
  EXPECT_THAT(list("orders/o", "users/seller", "", Inspector()),
              ElementsAre("order.accepted orders/o", "despatch.created despatches/d"));
  EXPECT_THAT(list("orders/o", "", "order.accepted", Inspector()),
              ElementsAre("order.accepted orders/o"));
  // No rpc lets them ask; the rows are not theirs either.
  EXPECT_TRUE(list("", "", "", testing::CallBy("op", "operator")).empty());
  EXPECT_EQ(list("", "", "", testing::CallBySupplier("rival", "zeta")).size(), 1u);
  v1::ListEntriesRequest request;
  request.set_actor("op");
  EXPECT_EQ(ErrorReason(handlers_.ListEntries(Inspector(), request).status()), "INVALID_FIELD");
}

TEST_F(SupervisionHandlersTest, LargeEntriesMakeShortPagesAndNoneIsLost) {
  const CallContext keeper = testing::CallBy("op", "operator");
  const std::string lines = fmt::format(R"({{"text": "{}"}})", std::string(400'000, 'x'));
  for (int count = 0; count < 9; ++count) {
    Append(keeper, {.event = "receipt.posted",
                    .resource = "receipts/" + std::to_string(count),
                    .details_json = lines});
  }
  v1::ListEntriesRequest request;
  std::set<std::string> seen;
  int pages = 0;
  do {
    const auto page = handlers_.ListEntries(Inspector(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_GT(page->entries_size(), 0);
    EXPECT_LT(page->ByteSizeLong(), 3'000'000u);
    for (const auto& entry : page->entries()) EXPECT_TRUE(seen.insert(entry.name()).second);
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_EQ(pages, 3);
}

TEST_F(SupervisionHandlersTest, ADocumentOfFiveThousandLinesIsTraced) {
  const CallContext seller = testing::CallBySupplier("seller", "acme");
  db::JournalEntry entry{
      .event = "despatch.created", .resource = "despatches/d", .supplier_id = "acme"};
  std::string lines;
  for (int line = 1; line <= 5000; ++line) {
    entry.subjects.push_back(db::LotSubject("x", "L" + std::to_string(line)));
    lines += fmt::format(R"({}{{"line_number": {}, "item": "items/x", "lot": "L{}"}})",
                         line == 1 ? "" : ",", line, line);
  }
  entry.details_json = "{\"lines\": [" + lines + "]}";
  Append(seller, entry);
  const auto trace = Trace(Seller(), "L4711");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_THAT(trace->entries(0).subjects(), ElementsAre("despatches/d", "items/x/lots/L4711"));
  const auto& kept = trace->entries(0).details().fields().at("lines").list_value();
  ASSERT_EQ(kept.values_size(), 1);
  EXPECT_EQ(kept.values(0).struct_value().fields().at("line_number").number_value(), 4711);
}

// Rows of the journal, or of its indexes, that the hungriest node of a plan has touched.
double RowsTouched(const nlohmann::json& plan) {
  const auto number = [&](const char* name) { return plan.value(name, 0.0); };
  const bool of_journal = plan.value("Relation Name", "") == "entry" || plan.contains("Index Name");
  double most = of_journal ? (number("Actual Rows") + number("Rows Removed by Filter") +
                              number("Rows Removed by Index Recheck")) *
                                 number("Actual Loops")
                           : 0.0;
  for (const auto& part : plan.value("Plans", nlohmann::json::array())) {
    most = std::max(most, RowsTouched(part));
  }
  return most;
}

TEST_F(SupervisionHandlersTest, NoQuestionWalksThroughALongJournal) {
  database_.Execute(
      "INSERT INTO journal.entry (event, method, resource, subjects, actor_user_id, actor_roles,"
      " client, supplier_id, details, restricted) SELECT CASE n WHEN 49000 THEN 'rare.done' ELSE "
      "'receipt.posted' END, 'm', 'receipts/' || n, ARRAY['receipts/' || n, 'items/x', "
      "'items/x/lots/L' || (n % 5000), 'despatches/' || (n / 10)], CASE n WHEN 49000 THEN 'rare' "
      "ELSE 'op' END, '{operator}', 'grpc', 's' || (n % 7), '{}', '{}' "
      "FROM generate_series(1, 50000) AS n");
  database_.Execute("ANALYZE journal.entry");
  const auto touched = [&](const db::Query& query, const std::string& arguments) {
    return *db::RunTransaction(
        *pool_, Inspector(), [&](pqxx::transaction_base& tx) -> absl::StatusOr<double> {
          // As for any statement that is run often.
          tx.exec("SET LOCAL plan_cache_mode = force_generic_plan");
          tx.exec("SET LOCAL random_page_cost = 1.1");  // as deploy/postgres sets it
          const auto rows = tx.exec(fmt::format(
              "EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE \"{}\" ({})", query.name, arguments));
          return RowsTouched(nlohmann::json::parse(rows[0][0].c_str())[0]["Plan"]);
        });
  };
  const auto listed = [&](const std::string& subject, const std::string& actor,
                          const std::string& event) {
    v1::ListEntriesRequest request;
    request.set_subject(subject);
    request.set_actor(actor);
    request.set_event(event);
    return handlers_.ListEntries(Inspector(), request)->entries_size();
  };
  // A statement exists on a connection once it has been used there.
  EXPECT_EQ(Trace(Inspector(), "L42", 1000)->entries_size(), 10);
  EXPECT_LT(Trace(testing::CallBySupplier("seller", "s3"), "L42", 1000)->entries_size(), 10);
  EXPECT_LT(touched(queries::kTraceLot, "'items/x', 'items/x/lots/L42', '0', 0, 51, 1000000"), 500);
  EXPECT_EQ(listed("items/x/lots/L42", "", ""), 10);
  EXPECT_LT(
      touched(queries::kListEntriesOfSubject, "'items/x/lots/L42', '', '', '0', 0, 51, 1000000"),
      500);
  EXPECT_EQ(listed("", "users/rare", ""), 1);
  EXPECT_LT(touched(queries::kListEntriesOfActor, "'rare', '', '0', 0, 51, 1000000"), 500);
  EXPECT_EQ(listed("", "", "rare.done"), 1);
  EXPECT_LT(touched(queries::kListEntriesOfEvent, "'rare.done', '0', 0, 51, 1000000"), 500);
  EXPECT_EQ(listed("", "", ""), 50);
  EXPECT_LT(touched(queries::kListEntries, "'0', 0, 51, 1000000"), 500);
}

}  // namespace
}  // namespace qingqu::supervision
