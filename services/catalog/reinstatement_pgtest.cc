#include <string>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/catalog_test_support.h"

// The way back from suspension, of suppliers and of items.

namespace qingqu::catalog {
namespace {

template <typename Request>
Request Named(std::string_view name, const std::string& reason, const std::string& etag = "") {
  Request request;
  request.set_name(std::string(name));
  request.set_etag(etag);
  request.set_reason(reason);
  return request;
}

class ReinstatementTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  ReinstatementTest() : CatalogDatabase(8) {}

  absl::StatusOr<v1::Item> Suspend(const CallContext& call, const std::string& etag = "") {
    return items.SuspendItem(call, Named<v1::SuspendItemRequest>("items/screw", "召回", etag));
  }
  absl::StatusOr<v1::Item> Propose(const CallContext& call, const std::string& etag = "") {
    return items.ProposeItemReinstatement(
        call, Named<v1::ProposeItemReinstatementRequest>("items/screw", "召回已解除", etag));
  }
  absl::StatusOr<v1::Item> Reinstate(const CallContext& call, const std::string& etag = "") {
    return items.ReinstateItem(call,
                               Named<v1::ReinstateItemRequest>("items/screw", "证据齐全", etag));
  }
  std::string Events(std::string_view after) {
    return database.Value(
        fmt::format("SELECT string_agg(event || ' ' || actor_user_id || ' ' || reason, ', ' "
                    "ORDER BY sequence) FROM journal.entry WHERE sequence > (SELECT "
                    "max(sequence) FROM journal.entry WHERE event = '{}')",
                    after));
  }
};

TEST_F(ReinstatementTest, ASupplierComesBackWhenTwoPeopleWantIt) {
  ApprovedSupplier("kangda", kCreditCode);
  const auto suspended =
      suppliers.SuspendSupplier(Li(), Named<v1::SuspendSupplierRequest>("suppliers/kangda", "x"));
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  const auto ask = [&](const CallContext& call, const std::string& reason,
                       const std::string& etag = "") {
    return suppliers.ProposeSupplierReinstatement(
        call, Named<v1::ProposeSupplierReinstatementRequest>("suppliers/kangda", reason, etag));
  };
  const auto reinstate = [&](const CallContext& call, const std::string& reason) {
    return suppliers.ReinstateSupplier(
        call, Named<v1::ReinstateSupplierRequest>("suppliers/kangda", reason));
  };
  EXPECT_EQ(ErrorReason(reinstate(Li(), "整改完成").status()), "REINSTATEMENT_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(ask(Wang(), " ").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(ask(Wang(), "整改完成", "2").status()), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorReason(ask(testing::CallBy("sun", "approver"), "整改完成").status()),
            "SCOPE_TOO_NARROW");
  const auto asked = ask(Wang(), "整改完成", suspended->etag());
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->state(), v1::APPROVAL_STATE_SUSPENDED);
  EXPECT_EQ(asked->reinstatement_proposer(), "users/wang");

  EXPECT_EQ(ErrorReason(reinstate(AllianceApprover("wang"), "好").status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(reinstate(testing::CallBy("sun", "approver"), "好").status()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(reinstate(Li(), "").status()), "INVALID_FIELD");
  const CallContext deciding = Li();
  const auto back = reinstate(deciding, "现场核查合格");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(reinstate(deciding, "现场核查合格")->SerializeAsString(), back->SerializeAsString());
  EXPECT_EQ(back->state(), v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(back->approver(), "users/li");
  EXPECT_EQ(back->reinstater(), "users/li");
  v1::GetSupplierRequest get;
  get.set_name("suppliers/kangda");
  EXPECT_EQ(suppliers.GetSupplier(Li(), get)->SerializeAsString(), back->SerializeAsString());
  EXPECT_EQ(Events("supplier.suspended"),
            "supplier.reinstatement_proposed wang 整改完成, "
            "supplier.reinstated li 现场核查合格");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry WHERE supplier_id = 'kangda'"), "5")
      << "the supplier may know";
  EXPECT_EQ(database.Value("SELECT state FROM catalog_pub.supplier"), "approved");
}

TEST_F(ReinstatementTest, AnItemComesBackAndCanBeSuspendedAgain) {
  ApprovedItem("screw", 1);
  EXPECT_EQ(ErrorReason(Propose(Wang()).status()), "ITEM_NOT_SUSPENDED");
  ASSERT_TRUE(Suspend(Li()).ok());
  EXPECT_EQ(ErrorReason(Suspend(Li()).status()), "ITEM_NOT_APPROVED");
  ASSERT_TRUE(Propose(AllianceApprover("li")).ok()) << "who suspended may ask";
  EXPECT_EQ(ErrorReason(Reinstate(Li()).status()), "SAME_PERSON") << "but not decide";
  EXPECT_EQ(ErrorReason(Propose(Wang()).status()), "REINSTATEMENT_ALREADY_PROPOSED");
  const auto back = Reinstate(AllianceApprover("zhao"));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->packs_size(), 1);
  EXPECT_EQ(back->reinstater(), "users/zhao");
  EXPECT_EQ(back->approver(), "users/li");
  const auto again = Suspend(Li(), back->etag());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->reinstatement_proposer(), "");
  EXPECT_EQ(again->reinstater(), "");
  EXPECT_EQ(ErrorReason(Reinstate(AllianceApprover("zhao")).status()), "REINSTATEMENT_NOT_PROPOSED")
      << "what was agreed before counts no more";
}

TEST_F(ReinstatementTest, ToSuspendOnceMoreRefusesIt) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Suspend(Li()).ok());
  ASSERT_TRUE(Propose(Wang()).ok());
  ASSERT_TRUE(Suspend(Li()).ok());
  EXPECT_EQ(ErrorReason(Reinstate(Li()).status()), "REINSTATEMENT_NOT_PROPOSED");
  EXPECT_EQ(database.Value("SELECT state FROM catalog.item"), "suspended");
}

TEST_F(ReinstatementTest, WhatHasExpiredStaysSuspended) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Suspend(Li()).ok());
  ASSERT_TRUE(Propose(Wang()).ok());
  // Years pass between the proposal and the decision.
  CallContext late = Li();
  late.received_at = absl::FromUnixSeconds(4102444800);
  EXPECT_EQ(ErrorReason(Reinstate(late).status()), "REGISTRATION_EXPIRED");
}

TEST_F(ReinstatementTest, MissingOnesAreNotFound) {
  EXPECT_EQ(ErrorReason(Propose(Wang()).status()), "ITEM_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Reinstate(Li()).status()), "ITEM_NOT_FOUND");
}

// Whichever comes first, whoever suspends has the last word, and the journal tells it as it was.
TEST_F(ReinstatementTest, InARaceWithASuspensionTheSuspensionStands) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Suspend(Li()).ok());
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(Propose(Wang()).ok());
    absl::Status suspended;
    absl::Status reinstated;
    {
      const std::jthread suspending([&] { suspended = Suspend(Li()).status(); });
      const std::jthread reinstating([&] { reinstated = Reinstate(Li()).status(); });
    }
    EXPECT_TRUE(suspended.ok()) << suspended;
    EXPECT_EQ(database.Value("SELECT state FROM catalog.item"), "suspended");
    EXPECT_EQ(Events("item.reinstatement_proposed"),
              reinstated.ok() ? "item.reinstated li 证据齐全, item.suspended li 召回"
                              : "item.suspended li 召回");
    EXPECT_EQ(ErrorReason(reinstated), reinstated.ok() ? "" : "REINSTATEMENT_NOT_PROPOSED");
  }
}

TEST_F(ReinstatementTest, OfTwoWhoDecideOnTheSameEtagOneWins) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Suspend(Li()).ok());
  for (int round = 0; round < 20; ++round) {
    const auto asked = Propose(Wang());
    ASSERT_TRUE(asked.ok());
    absl::Status suspended;
    absl::Status reinstated;
    {
      const std::jthread suspending([&] { suspended = Suspend(Li(), asked->etag()).status(); });
      const std::jthread reinstating([&] { reinstated = Reinstate(Li(), asked->etag()).status(); });
    }
    EXPECT_NE(suspended.ok(), reinstated.ok());
    EXPECT_EQ(ErrorReason(suspended.ok() ? reinstated : suspended), "ETAG_MISMATCH");
    EXPECT_EQ(database.Value("SELECT state FROM catalog.item"),
              suspended.ok() ? "suspended" : "approved");
    if (suspended.ok()) continue;
    ASSERT_TRUE(Suspend(Li()).ok());
  }
}

TEST_F(ReinstatementTest, TheDatabaseRefusesWhatTheCodeWould) {
  ApprovedItem("screw", 1);
  ApprovedSupplier("kangda", kCreditCode);
  pqxx::connection connection(database.conninfo_as("catalog"));
  const auto refusal = [&](const std::string& table, const std::string& set) -> std::string {
    pqxx::work tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
    try {
      const auto updated = tx.exec("UPDATE " + table + " SET " + set);
      return updated.affected_rows() == 1 ? "" : "no row";
    } catch (const pqxx::check_violation& failure) {
      const std::string text = failure.what();
      const size_t begin = text.find("constraint \"") + 12;
      return text.substr(begin, text.find('"', begin) - begin);
    }
  };
  for (const std::string table : {"item", "supplier"}) {
    EXPECT_EQ(refusal(table, "reinstatement_proposer_id = 'wang'"), table + "_reinstatement_check");
    EXPECT_EQ(refusal(table, "state = 'suspended', reinstater_id = 'li'"),
              table + "_reinstatement_check");
    EXPECT_EQ(refusal(table,
                      "state = 'suspended', reinstatement_proposer_id = 'wang', "
                      "reinstater_id = 'li'"),
              table + "_reinstatement_check");
    EXPECT_EQ(refusal(table, "reinstatement_proposer_id = 'wang', reinstater_id = 'wang'"),
              table + "_reinstatement_same_person_check");
    EXPECT_EQ(refusal(table, "state = 'suspended', reinstatement_proposer_id = 'wang'"), "");
    EXPECT_EQ(refusal(table, "reinstatement_proposer_id = 'wang', reinstater_id = 'li'"), "");
  }
}

}  // namespace
}  // namespace qingqu::catalog
