// What the database refuses when every check in the code is skipped, and what it shows to whom.
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/core_queries.h"
#include "common/db/import_queries.h"
#include "services/procurement/document_state.h"
#include "services/procurement/queries.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::HasSubstr;

TEST(QueriesTest, FitThePublishedViews) {
  const testing::TestDatabase database;
  constexpr auto kQueries = db::WithImportQueries(queries::kAllQueries);
  EXPECT_EQ(database.PrepareAll("procurement", {kQueries.begin(), kQueries.end()}), "");
}

struct Session {
  std::string role = "procurement";
  std::string scope = "system";
  std::string institution;
  std::string alliance;
  std::string supplier;
};

class SchemaTest : public ::testing::Test {
 protected:
  // One order of 10 syringes, of which 6 are accepted and 5 despatched.
  SchemaTest() {
    world_.Agree({.id = "a1", .item = "syringe", .ceiling = 20});
    world_.Agree({.id = "a2", .item = "stent"});
    world_.Place("o1", {{"syringe", 10}, {"stent", 1}});
    v1::RespondToOrderRequest respond;
    respond.set_name("orders/o1");
    for (const int64_t quantity : {6, 1}) {
      v1::OrderLineResponse& line = *respond.add_lines();
      line.set_line_number(respond.lines_size());
      line.set_quantity_accepted(quantity);
      line.set_reason("out of stock");
    }
    EXPECT_TRUE(world_.handlers().RespondToOrder(TestWorld::Supplier(), respond).ok());
    v1::CreateDespatchRequest despatch = TestWorld::DespatchRequest("d1", "o1", 1, 5);
    v1::DespatchLine& stent = *despatch.mutable_despatch()->add_lines();
    stent = despatch.despatch().lines(0);
    stent.set_order_line_number(2);
    stent.set_quantity(1);
    stent.add_serials("S1");
    EXPECT_TRUE(world_.handlers().CreateDespatch(TestWorld::Supplier(), despatch).ok());
  }

  // The first value of a statement, or what PostgreSQL says against it.
  std::string Run(const std::string& sql, const Session& session = {}) {
    pqxx::connection connection(world_.database().conninfo_as(session.role));
    try {
      pqxx::work tx(connection);
      tx.exec_params(
          "SELECT set_config('qingqu.scope', $1, false), set_config('qingqu.institution', $2, "
          "false), set_config('qingqu.alliance', $3, false), set_config('qingqu.supplier', $4, "
          "false), set_config('qingqu.user', 'tester', false)",
          session.scope, session.institution, session.alliance, session.supplier);
      const pqxx::result rows = tx.exec(sql);
      tx.commit();
      return rows.empty() ? "done" : rows[0][0].c_str();
    } catch (const std::exception& refused) {
      return refused.what();
    }
  }

  // The same with a journal entry, as every change has.
  std::string Change(const std::string& sql) {
    return Run(
        "SELECT journal.append('test.changed', 'test', '', 'tests/t', '{}', '', '', '', '',"
        " '{}', '{}'); " +
        sql);
  }

  TestWorld world_;
};

TEST_F(SchemaTest, LimitsHoldWithoutTheCode) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"UPDATE agreement SET quantity_ordered = 21 WHERE agreement_id = 'a1'",
       "agreement_quantity_ordered_check"},
      {"UPDATE agreement SET quantity_ordered = -1 WHERE agreement_id = 'a1'",
       "agreement_quantity_ordered_check"},
      {"UPDATE agreement SET quantity_received = 7 WHERE agreement_id = 'a1'",
       "agreement_quantity_received_check"},
      {"UPDATE agreement SET unit_price = 0", "agreement_unit_price_check"},
      {"UPDATE agreement SET unit_price = 9000000000000000000", "agreement_value_check"},
      {"UPDATE agreement SET end_date = '2000-01-01'", "agreement_period_check"},
      {"UPDATE agreement SET approver_id = proposer_id", "agreement_same_person_check"},
      {"UPDATE agreement SET approver_id = NULL", "agreement_approver_check"},
      {"UPDATE requisition_line SET quantity_approved = 11 WHERE line_number = 1",
       "requisition_line_quantity_approved_check"},
      {"UPDATE requisition_line SET quantity_ordered = 11 WHERE line_number = 1",
       "requisition_line_quantity_ordered_check"},
      {"UPDATE requisition SET approver_id = requester_id", "requisition_same_person_check"},
      {"UPDATE order_line SET quantity_accepted = 11 WHERE line_number = 1",
       "order_line_quantity_accepted_check"},
      {"UPDATE order_line SET quantity_despatched = 7 WHERE line_number = 1",
       "order_line_quantity_despatched_check"},
      {"UPDATE order_line SET quantity_received = 3, quantity_rejected = 3 WHERE line_number = 1",
       "order_line_quantity_received_check"},
      {"UPDATE order_line SET quantity_received = -1", "order_line_quantity_received_check"},
      {"UPDATE order_line SET amount = amount + 1", "order_line_amount_check"},
      {"UPDATE order_line SET agreement_id = 'a2' WHERE line_number = 1",
       "order_line_agreement_fkey"},
      {"INSERT INTO despatch_serial VALUES ('stent', 'S1', 'd1', 1, 'east', 'good')",
       "despatch_serial_piece_key"},
      {"SELECT set_config('qingqu.scope', 'supplier', true),"
       " set_config('qingqu.supplier', 'good', true);"
       "DELETE FROM lot_expiry",
       "despatch_line_lot_expiry_fkey"},
      {"SELECT set_config('qingqu.scope', 'supplier', true),"
       " set_config('qingqu.supplier', 'good', true);"
       "INSERT INTO lot_expiry VALUES ('good', 'syringe', 'L1', '2090-01-01')",
       "lot_expiry_pkey"},
      {"SELECT set_config('qingqu.scope', 'supplier', true),"
       " set_config('qingqu.supplier', 'other', true);"
       "INSERT INTO lot_expiry VALUES ('good', 'syringe', 'L9', '2090-01-01')",
       "lot_expiry"},
      {"INSERT INTO despatch_line VALUES ('d1', 3, 'o1', 1, 'syringe', 1, 'L1', '2090-01-01', NULL,"
       " 'east', 'good')",
       "despatch_line_lot_expiry_fkey"},
      {"INSERT INTO despatch_line VALUES ('d1', 3, 'o1', 1, 'stent', 1, NULL, NULL, NULL,"
       " 'east', 'good')",
       "despatch_line_order_line_fkey"},
      {"INSERT INTO despatch_line VALUES ('d1', 3, 'o1', 1, 'syringe', 1, NULL, NULL, NULL,"
       " 'east', 'other')",
       "despatch_line_despatch_fkey"},
  };
  for (const auto& [sql, constraint] : refused) {
    EXPECT_THAT(Change(sql), HasSubstr("\"" + constraint + "\"")) << sql;
  }
}

TEST_F(SchemaTest, NoTwoAgreementsOverlap) {
  EXPECT_THAT(Change("INSERT INTO agreement (agreement_id, alliance_id, supplier_id, item_id,"
                     " unit_price, quantity_ceiling, start_date, end_date, state, proposer_id,"
                     " approver_id, created_at) VALUES ('a3', 'east', 'good', 'syringe', 1, 1,"
                     " '2099-12-31', '2100-01-01', 'approved', 'one', 'two', now())"),
              HasSubstr("\"agreement_overlap_excl\""));
}

TEST_F(SchemaTest, WhoAskedCannotOrder) {
  for (const char* user : {"nurse-li", "approver-wang"}) {
    EXPECT_THAT(
        Change(fmt::format(
            "INSERT INTO purchase_order (order_id, alliance_id, supplier_id,"
            " deliver_to_location_id, total_amount, orderer_id, line_count, created_at)"
            " VALUES ('o2', 'east', 'good', 'store-east', 25000, '{}', 1, now());"
            "INSERT INTO order_line (order_id, line_number, requisition_id,"
            " requisition_line_number, item_id, agreement_id, quantity_ordered, unit_price,"
            " amount, alliance_id, supplier_id) VALUES ('o2', 1, 'o1', 1, 'syringe', 'a1', 1,"
            " 25000, 25000, 'east', 'good')",
            user)),
        HasSubstr("\"order_actor_same_person_excl\""))
        << user;
  }
}

TEST_F(SchemaTest, StatesChangeAsTheTableSays) {
  std::string listed;
  for (const Transition& transition : AllTransitions()) {
    listed += fmt::format("{}:{}:{} ", transition.document, transition.from, transition.to);
  }
  EXPECT_EQ(world_.database().Value(
                "SELECT string_agg(document || ':' || from_state || ':' || to_state || ' ', ''"
                " ORDER BY document <> 'agreement', document <> 'requisition', ctid)"
                " FROM procurement.state_transition"),
            listed);
  EXPECT_THAT(Change("UPDATE purchase_order SET state = 'placed'"), HasSubstr("may not go from"));
  EXPECT_THAT(Change("UPDATE purchase_order SET state = 'rejected'"), HasSubstr("may not go from"));
  EXPECT_THAT(Change("UPDATE requisition SET state = 'rejected', rejection_reason = 'x'"),
              HasSubstr("may not go from"));
  EXPECT_THAT(Change("UPDATE agreement SET state = 'proposed', approver_id = NULL"),
              HasSubstr("may not go from"));
}

TEST_F(SchemaTest, NoChangeWithoutAJournalEntry) {
  for (const char* table : {"agreement", "requisition", "purchase_order"}) {
    EXPECT_THAT(Run(fmt::format("UPDATE {} SET version = version + 1", table)),
                HasSubstr("no journal entry"))
        << table;
  }
  EXPECT_THAT(Run("INSERT INTO despatch VALUES ('d2', 'o1', 'east', 'good', 'store-east', '', 1,"
                  " now())"),
              HasSubstr("no journal entry"));
  EXPECT_EQ(Change("UPDATE agreement SET version = version + 1"), "done");
}

TEST_F(SchemaTest, TheServiceDeletesNoDocumentsAndChangesNoFacts) {
  for (const char* table :
       {"agreement", "requisition", "requisition_line", "purchase_order", "order_line", "despatch",
        "despatch_line", "despatch_serial", "order_actor"}) {
    EXPECT_THAT(Change(fmt::format("DELETE FROM {}", table)), HasSubstr("permission denied"));
  }
  for (const char* change :
       {"UPDATE despatch_line SET quantity = 1", "UPDATE despatch SET tracking_number = ''",
        "UPDATE lot_expiry SET lot = 'x'", "UPDATE order_actor SET user_id = 'x'",
        "INSERT INTO order_actor (order_id, user_id, role, alliance_id) VALUES ('o1', 'x',"
        " 'approver', 'east')"}) {
    EXPECT_THAT(Change(change), HasSubstr("permission denied")) << change;
  }
}

TEST_F(SchemaTest, AForgottenWhereLeaksNothing) {
  const std::vector<std::string> shared = {"agreement", "purchase_order", "order_line",
                                           "despatch",  "despatch_line",  "despatch_serial"};
  const std::vector<std::string> owned = {"requisition", "requisition_line"};
  const Session nobody{.scope = ""};
  const Session other_supplier{.scope = "supplier", .supplier = "other"};
  const Session supplier{.scope = "supplier", .supplier = "good"};
  const Session other_alliance{.scope = "alliance", .alliance = "west"};
  const Session other_institution{
      .scope = "institution", .institution = "town-hospital", .alliance = "east"};
  const auto count = [&](const std::string& table, const Session& session) {
    return Run("SELECT count(*) FROM " + table, session);
  };
  for (const std::string& table : shared) {
    SCOPED_TRACE(table);
    EXPECT_EQ(count(table, nobody), "0");
    EXPECT_EQ(count(table, other_supplier), "0");
    EXPECT_EQ(count(table, other_alliance), "0");
    EXPECT_NE(count(table, supplier), "0");
    EXPECT_NE(count(table, other_institution), "0");
    EXPECT_NE(count(table, {}), "0");
  }
  for (const std::string& table : owned) {
    SCOPED_TRACE(table);
    EXPECT_EQ(count(table, nobody), "0");
    EXPECT_EQ(count(table, supplier), "0");
    EXPECT_EQ(count(table, other_alliance), "0");
    EXPECT_EQ(count(table, other_institution), "0");
    EXPECT_NE(count(table, {}), "0");
  }
  EXPECT_EQ(count("order_actor", supplier), "0");
  EXPECT_EQ(count("order_actor", other_alliance), "0");
  EXPECT_EQ(count("order_actor", other_institution), "3");
}

TEST_F(SchemaTest, PublishedViewsKeepTheScope) {
  const auto count = [&](const std::string& view, Session session) {
    session.role = "distribution";
    return Run("SELECT count(*) FROM procurement_pub." + view, session);
  };
  for (const char* view : {"despatch", "despatch_line", "despatch_serial", "order_actor"}) {
    SCOPED_TRACE(view);
    EXPECT_EQ(count(view, {.scope = ""}), "0");
    EXPECT_EQ(count(view, {.scope = "alliance", .alliance = "west"}), "0");
    EXPECT_EQ(count(view, {.scope = "supplier", .supplier = "other"}), "0");
    EXPECT_NE(count(view, {.scope = "alliance", .alliance = "east"}), "0");
  }
  EXPECT_THAT(Run("SELECT count(*) FROM procurement.agreement", {.role = "distribution"}),
              HasSubstr("permission denied"));
}

}  // namespace
}  // namespace qingqu::procurement
