#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::HasSubstr;

// What the database itself refuses when the code's checks are skipped.
class LedgerGuardTest : public DistributionTest {
 protected:
  LedgerGuardTest() {
    StockGauze(10, {{.lot = "A", .expiry = "2027-06-30"}});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
    SeedDespatch("d1", {{.item_id = "stent", .quantity = 1, .lot = "S", .serials = {"S1"}}});
    EXPECT_TRUE(Receive(Operator(), "d1", {Accept(Label(20, "271231", "S", "S1"), 1)}).ok());
  }

  // As the service's role, which sees everything; the database's words, "" when it obeys.
  std::string Refusal(const std::string& statements) const {
    pqxx::connection connection(database_.conninfo_as("distribution"));
    try {
      pqxx::work tx(connection);
      tx.exec("SET LOCAL qingqu.scope = 'system'; SET LOCAL search_path = distribution");
      tx.exec(statements);
      tx.exec("SET CONSTRAINTS ALL IMMEDIATE");
      return "";
    } catch (const std::exception& failure) {
      return failure.what();
    }
  }
};

TEST_F(LedgerGuardTest, ABadBalanceIsRefused) {
  EXPECT_THAT(Refusal("UPDATE account SET on_hand = -1 WHERE kind = 'stock' AND item_id = 'gauze'"),
              HasSubstr("account_balance_check"));
  EXPECT_THAT(
      Refusal("UPDATE account SET reserved = 11 WHERE kind = 'stock' AND item_id = 'gauze'"),
      HasSubstr("account_balance_check"));
  EXPECT_THAT(Refusal("UPDATE account SET reserved = -1 WHERE kind = 'stock'"),
              HasSubstr("account_reserved_check"));
  EXPECT_EQ(Refusal("UPDATE account SET on_hand = -100 WHERE kind = 'supply'"), "");
  EXPECT_EQ(Refusal("UPDATE account SET reserved = 10 WHERE kind = 'stock' AND item_id = 'gauze'"),
            "");
}

TEST_F(LedgerGuardTest, APieceInTwoPlacesIsRefused) {
  EXPECT_THAT(Refusal("UPDATE account SET on_hand = 2 WHERE serial = 'S1'"),
              HasSubstr("account_piece_check"));
  const std::string copy =
      "INSERT INTO account (kind, location_id, item_id, lot_id, serial, owner, alliance_id, "
      "on_hand) "
      "SELECT kind, 'store', item_id, lot_id, serial, owner, alliance_id, {} FROM account "
      "WHERE serial = 'S1'";
  EXPECT_THAT(Refusal(fmt::format(fmt::runtime(copy), 1)), HasSubstr("account_piece_key"));
  EXPECT_EQ(Refusal(fmt::format(fmt::runtime(copy), 0)), "");
}

TEST_F(LedgerGuardTest, MovementsAreImmutable) {
  for (const char* statement :
       {"UPDATE distribution.movement SET quantity = 1", "DELETE FROM distribution.movement",
        "TRUNCATE distribution.movement"}) {
    EXPECT_THAT(Refusal(statement), HasSubstr("permission denied")) << statement;
    EXPECT_THROW(database_.Execute(statement), pqxx::sql_error) << statement;
  }
  const std::string copy =
      "INSERT INTO movement (movement_id, kind, debit_account_id, credit_account_id, quantity, "
      "moved, held, debit_after, credit_after, actor_id, effective_at, posted_at, alliance_id) "
      "SELECT '01a1f640-bc00-7000-8000-000000000000', kind, debit_account_id, {0}, {1}, {1}, held, "
      "0, 0, actor_id, {2}, posted_at, alliance_id FROM movement WHERE kind = 'receive' LIMIT 1";
  const auto refusal = [&](const char* credit, const char* quantity, const char* effective_at) {
    return Refusal(fmt::format(fmt::runtime(copy), credit, quantity, effective_at));
  };
  EXPECT_THAT(refusal("credit_account_id", "1", "posted_at"), HasSubstr("has no journal entry"));
  EXPECT_THAT(refusal("debit_account_id", "1", "posted_at"), HasSubstr("movement_accounts_check"));
  EXPECT_THAT(refusal("credit_account_id", "0", "posted_at"), HasSubstr("movement_quantity_check"));
  EXPECT_THAT(refusal("credit_account_id", "1", "posted_at + interval '1 s'"),
              HasSubstr("movement_effective_check"));
}

TEST_F(LedgerGuardTest, MoreThanDespatchedIsRefused) {
  EXPECT_THAT(Refusal("UPDATE despatch_line_progress SET quantity_rejected = quantity_despatched"),
              HasSubstr("despatch_line_progress_check"));
}

TEST_F(LedgerGuardTest, ALotHasOneExpiry) {
  EXPECT_THAT(
      Refusal(
          "INSERT INTO lot SELECT gen_random_uuid(), item_id, lot_number, '2030-01-01' FROM lot"),
      HasSubstr("lot_number_key"));
}

TEST_F(LedgerGuardTest, TransfersKeepTheirRules) {
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 1}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_THAT(Refusal("UPDATE transfer SET state = 'received', receiver_id = sender_id, "
                      "received_at = now()"),
              HasSubstr("transfer_same_person_check"));
  EXPECT_THAT(Refusal("UPDATE transfer SET state = 'received'"),
              HasSubstr("transfer_received_check"));
  ASSERT_TRUE(Arrive(Pharmacist(), sent->name()).ok());
  EXPECT_THAT(Refusal("UPDATE transfer SET state = 'sent', receiver_id = NULL, received_at = NULL"),
              HasSubstr("is final"));
  EXPECT_THAT(
      Refusal(
          "INSERT INTO transfer (transfer_id, from_location_id, to_location_id, sender_id, "
          "created_at, from_institution_id, from_alliance_id, to_institution_id, to_alliance_id) "
          "VALUES ('x', 'central', 'west-store', 'a', now(), 'county-hospital', 'east', "
          "'west-hospital', 'west')"),
      HasSubstr("transfer_alliance_check"));
}

TEST_F(LedgerGuardTest, NoDocumentWithoutItsJournalEntry) {
  EXPECT_THAT(
      Refusal("INSERT INTO location (location_id, kind, alliance_id, institution_id, display_name, "
              "created_at) VALUES ('x', 'central_store', 'east', 'county-hospital', 'X', now())"),
      HasSubstr("has no journal entry"));
  EXPECT_THAT(
      Refusal("INSERT INTO receipt VALUES ('x', 'd', 'o', 'central', 'u', now(), 'east', 's')"),
      HasSubstr("has no journal entry"));
  EXPECT_THAT(Refusal("INSERT INTO consumption VALUES ('uses/x', 'c', 'ward', 'department', 'u', "
                      "now(), 'h', 'east')"),
              HasSubstr("has no journal entry"));
  EXPECT_THAT(Refusal("INSERT INTO consumption VALUES ('uses/x', 'c', 'central', 'central_store', "
                      "'u', now(), 'h', 'east')"),
              HasSubstr("consumption_location_kind_check"));
  EXPECT_THAT(Refusal("INSERT INTO consumption VALUES ('uses/x', 'c', 'central', 'department', "
                      "'u', now(), 'h', 'east')"),
              HasSubstr("consumption_location_fkey"));
  EXPECT_THAT(Refusal("INSERT INTO location (location_id, kind, alliance_id, institution_id, "
                      "display_name, created_at) VALUES ('transit/x', 'institution_store', 'east', "
                      "'county-hospital', 'X', now())"),
              HasSubstr("location_id_check"));
}

// A SELECT without WHERE, as somebody who belongs to none of it.
TEST_F(LedgerGuardTest, NothingLeaksToStrangers) {
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 5}});
  ASSERT_TRUE(sent.ok() && Arrive(Pharmacist(), sent->name()).ok());
  ASSERT_TRUE(Use(Nurse(), "uses/u1", "store", {Line("gauze", "A", 1)}).ok());
  const std::vector<std::string> tables{
      "account",  "movement",      "despatch_line_progress", "receipt",    "receipt_line",
      "transfer", "transfer_line", "transfer_allocation",    "consumption"};
  const auto count = [&](const CallContext& call, const std::string& table) {
    return *db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<int> {
      return tx.exec("SELECT count(*) FROM " + table)[0][0].as<int>();
    });
  };
  const CallContext west = By("op", "operator", "", "west");
  const CallContext rival = testing::CallBySupplier("rival", "rivals");
  const CallContext supplier = testing::CallBySupplier("seller", "kangda");
  const CallContext town = By("p", "hospital_pharmacist", "town-clinic");
  CallContext nobody = Operator();
  nobody.principal = {};
  for (const std::string& table : tables) {
    EXPECT_GT(count(Operator(), table), 0) << table;
    EXPECT_EQ(count(west, table), 0) << table;
    EXPECT_EQ(count(rival, table), 0) << table;
    EXPECT_EQ(count(nobody, table), 0) << table;
    const bool is_receipt = table.starts_with("receipt") || table.starts_with("despatch");
    EXPECT_EQ(count(supplier, table) > 0, is_receipt) << table;
  }
  for (const char* table : {"transfer", "transfer_line", "transfer_allocation", "consumption"}) {
    EXPECT_EQ(count(town, table), 0) << table;
  }
}

}  // namespace
}  // namespace qingqu::distribution
