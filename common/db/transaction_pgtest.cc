#include <barrier>
#include <functional>
#include <thread>
#include <utility>

#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "common/status/status.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() : pool_(database_.NewPool("identity", {}, 2)) {
    database_.Execute(
        "CREATE TABLE identity.scratch (id int PRIMARY KEY, value int NOT NULL);"
        "GRANT SELECT, INSERT, UPDATE ON identity.scratch TO qingqu_identity;"
        "INSERT INTO identity.scratch VALUES (1, 0), (2, 0)");
  }

  static CallContext Call() { return testing::CallBy("li", "department_nurse"); }
  void Terminate(const std::string& backend) {
    database_.Value("SELECT pg_terminate_backend(" + backend + ", 5000)");
  }
  static std::string BackendOf(pqxx::transaction_base& tx) {
    return tx.exec("SELECT pg_backend_pid()")[0][0].as<std::string>();
  }
  std::string SumOfValues() { return database_.Value("SELECT sum(value) FROM identity.scratch"); }

  testing::TestDatabase database_;
  std::unique_ptr<ConnectionPool> pool_;
};

TEST_F(TransactionTest, ASerializationFailureIsTriedAgain) {
  int attempts = 0;
  const auto status = RunTransaction(
      *pool_, Call(), {.serializable = true}, [&](pqxx::transaction_base& tx) -> absl::Status {
        tx.exec("SELECT sum(value) FROM scratch");
        if (++attempts == 1)
          database_.Execute("UPDATE identity.scratch SET value = 5 WHERE id = 1");
        tx.exec("UPDATE scratch SET value = value + 1 WHERE id = 1");
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(SumOfValues(), "6");
}

TEST_F(TransactionTest, ASnapshotReadSeesOneMomentAndWritesNothing) {
  const auto read = RunTransaction(
      *pool_, Call(), {.snapshot_read = true}, [&](pqxx::transaction_base& tx) -> absl::Status {
        EXPECT_EQ(tx.exec("SHOW transaction_isolation")[0][0].as<std::string>(), "repeatable read");
        EXPECT_EQ(tx.exec("SELECT sum(value) FROM scratch")[0][0].as<int>(), 0);
        database_.Execute("UPDATE identity.scratch SET value = 5 WHERE id = 1");
        EXPECT_EQ(tx.exec("SELECT sum(value) FROM scratch")[0][0].as<int>(), 0);
        return absl::OkStatus();
      });
  EXPECT_TRUE(read.ok()) << read;
  const auto written = RunTransaction(*pool_, Call(), {.snapshot_read = true},
                                      [&](pqxx::transaction_base& tx) -> absl::Status {
                                        tx.exec("UPDATE scratch SET value = 9");
                                        return absl::OkStatus();
                                      });
  EXPECT_EQ(written.code(), absl::StatusCode::kInternal) << written;
  EXPECT_EQ(SumOfValues(), "5");
}

TEST_F(TransactionTest, AfterFourSerializationFailuresItGivesUp) {
  int attempts = 0;
  const auto status = RunTransaction(
      *pool_, Call(), {.serializable = true}, [&](pqxx::transaction_base& tx) -> absl::Status {
        ++attempts;
        tx.exec("SELECT sum(value) FROM scratch");
        database_.Execute("UPDATE identity.scratch SET value = value + 5 WHERE id = 1");
        tx.exec("UPDATE scratch SET value = value + 1 WHERE id = 1");
        return absl::OkStatus();
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ErrorReason(status), "CONCURRENT_CHANGE");
  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(SumOfValues(), "20");
}

TEST_F(TransactionTest, OfTwoInADeadlockBothSucceedInTheEnd) {
  std::barrier both_hold_one(2);
  std::atomic<int> attempts = 0;
  const auto run = [&](int first, int second) {
    bool first_attempt = true;
    return RunTransaction(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::Status {
      ++attempts;
      tx.exec_params("UPDATE scratch SET value = value + 1 WHERE id = $1", first);
      if (std::exchange(first_attempt, false)) both_hold_one.arrive_and_wait();
      tx.exec_params("UPDATE scratch SET value = value + 1 WHERE id = $1", second);
      return absl::OkStatus();
    });
  };
  absl::Status left;
  absl::Status right;
  {
    std::jthread one([&] { left = run(1, 2); });
    std::jthread two([&] { right = run(2, 1); });
  }
  EXPECT_TRUE(left.ok()) << left;
  EXPECT_TRUE(right.ok()) << right;
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(SumOfValues(), "4");
}

TEST_F(TransactionTest, AConnectionLostBeforeCommitIsThrownAwayAndTheWorkTriedAgain) {
  std::vector<std::string> backends;
  const auto status =
      RunTransaction(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::Status {
        tx.exec("UPDATE scratch SET value = value + 1 WHERE id = 1");
        backends.push_back(BackendOf(tx));
        if (backends.size() == 1) Terminate(backends[0]);
        tx.exec("UPDATE scratch SET value = value + 1 WHERE id = 2");
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  ASSERT_EQ(backends.size(), 2u);
  EXPECT_NE(backends[0], backends[1]);
  EXPECT_EQ(SumOfValues(), "2");
}

TEST_F(TransactionTest, IdleConnectionsThatWereLostAreReplaced) {
  const auto backend = [&] {
    return RunRead(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
      return BackendOf(tx);
    });
  };
  const auto first = backend();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*backend(), *first);
  Terminate(*first);
  const auto second = backend();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(*second, *first);
}

TEST_F(TransactionTest, AConnectionLostDuringCommitLeavesDoubtAndIsNotTriedAgain) {
  database_.Execute(
      "CREATE FUNCTION identity.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      "  PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON identity.scratch DEFERRABLE INITIALLY DEFERRED"
      "  FOR EACH ROW EXECUTE FUNCTION identity.die()");
  int attempts = 0;
  const auto status =
      RunTransaction(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::Status {
        ++attempts;
        tx.exec("UPDATE scratch SET value = value + 1 WHERE id = 1");
        return absl::OkStatus();
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(ErrorReason(status), "COMMIT_IN_DOUBT");
  EXPECT_EQ(attempts, 1);
  database_.Execute("DROP TRIGGER die ON identity.scratch");
  EXPECT_TRUE(RunTransaction(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::Status {
                tx.exec("UPDATE scratch SET value = value + 1 WHERE id = 1");
                return absl::OkStatus();
              }).ok());
}

TEST_F(TransactionTest, AnErrorOfTheBodyRollsBackAndKeepsTheConnection) {
  std::string backend;
  const auto status =
      RunTransaction(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::Status {
        backend = BackendOf(tx);
        tx.exec("UPDATE scratch SET value = 7");
        return absl::NotFoundError("no");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SumOfValues(), "0");
  const auto refused =
      RunTransaction(*pool_, Call(), [&](pqxx::transaction_base& tx) -> absl::Status {
        EXPECT_EQ(BackendOf(tx), backend);
        tx.exec("INSERT INTO scratch VALUES (1, 1)");
        return absl::OkStatus();
      });
  EXPECT_EQ(refused.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ErrorReason(refused), "DATABASE_ERROR");
  EXPECT_EQ(*RunRead(*pool_, Call(),
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
                       return BackendOf(tx);
                     }),
            backend);
}

TEST_F(TransactionTest, NothingBeginsAfterTheDeadline) {
  CallContext late = Call();
  late.deadline = absl::Now() - absl::Seconds(1);
  bool ran = false;
  const auto status = RunTransaction(*pool_, late, [&](pqxx::transaction_base&) -> absl::Status {
    ran = true;
    return absl::OkStatus();
  });
  EXPECT_EQ(ErrorReason(status), "DEADLINE_EXCEEDED");
  EXPECT_FALSE(ran);
}

TEST_F(TransactionTest, WaitsForAConnectionUntilTheDeadlineOnly) {
  const auto first = pool_->Acquire(absl::InfiniteFuture());
  {
    const auto second = pool_->Acquire(absl::InfiniteFuture());
    ASSERT_TRUE(first.ok() && second.ok());
    CallContext call = Call();
    call.deadline = absl::Now() + absl::Milliseconds(50);
    const auto status = RunTransaction(
        *pool_, call, [](pqxx::transaction_base&) -> absl::Status { return absl::OkStatus(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_TRUE(RunTransaction(*pool_, Call(), [](pqxx::transaction_base&) -> absl::Status {
                return absl::OkStatus();
              }).ok());
}

TEST_F(TransactionTest, AnUnreachableDatabaseIsUnavailable) {
  ConnectionPool nowhere({.conninfo = "host=127.0.0.1 port=1 user=x dbname=x"});
  const auto status = RunTransaction(
      nowhere, Call(), [](pqxx::transaction_base&) -> absl::Status { return absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), "DATABASE_UNAVAILABLE");
}

TEST_F(TransactionTest, NoCallerLeavesAnythingToTheNext) {
  const auto pool = database_.NewPool("identity", {}, 1);
  const auto scope = [&](const CallContext& call, const TransactionOptions& options = {}) {
    return *RunTransaction(
        *pool, call, options, [](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
          return tx
              .exec(
                  "SELECT concat_ws(' ', current_setting('qingqu.user'),"
                  " current_setting('qingqu.scope'), current_setting('qingqu.institution'),"
                  " current_setting('qingqu.alliance'), current_setting('qingqu.supplier'),"
                  " current_setting('qingqu.roles'), current_setting('qingqu.client'),"
                  " nullif(current_setting('qingqu.department'), ''))")[0][0]
              .as<std::string>();
        });
  };
  const CallContext seller = testing::CallBySupplier("seller", "acme");
  const std::string of_seller = "seller supplier   acme {\"supplier\"} grpc";
  const std::string of_nurse = "li institution county-hospital east  {\"department_nurse\"} grpc";
  CallContext ward = Call();
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "ward";
  EXPECT_EQ(scope(seller), of_seller);
  EXPECT_EQ(scope(ward), "li department county-hospital east  {\"department_nurse\"} grpc ward");
  EXPECT_EQ(scope(Call()), of_nurse);
  EXPECT_EQ(scope(seller), of_seller);
  EXPECT_EQ(scope(seller, {.beyond_scope = true}), "seller system   acme {\"supplier\"} grpc");
  EXPECT_EQ(scope(seller), of_seller);
  EXPECT_EQ(scope(Call(), {.single_read = true}), of_nurse);
  // Neither does a body that fails, in SQL or by itself.
  (void)RunTransaction(*pool, seller, {.beyond_scope = true},
                       [](pqxx::transaction_base& tx) -> absl::Status {
                         tx.exec("SELECT 1 / 0");
                         return absl::OkStatus();
                       });
  EXPECT_EQ(scope(Call()), of_nurse);
  (void)RunTransaction(*pool, seller, {.beyond_scope = true},
                       [](pqxx::transaction_base&) { return absl::NotFoundError("no"); });
  EXPECT_EQ(scope(seller), of_seller);
}

TEST_F(TransactionTest, WhoComesAgainFindsTheSessionThatKnowsThem) {
  // With `meanwhile`, while the session is held.
  const auto session_of = [&](
                              const CallContext& call,
                              const std::function<void()>& meanwhile = [] {}) {
    return *RunTransaction(*pool_, call,
                           [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
                             meanwhile();
                             return BackendOf(tx);
                           });
  };
  const CallContext nurse = Call();
  const CallContext seller = testing::CallBySupplier("seller", "acme");
  std::string of_seller;
  const std::string of_nurse = session_of(nurse, [&] { of_seller = session_of(seller); });
  ASSERT_NE(of_nurse, of_seller);
  for (const auto& [call, session] :
       {std::pair(nurse, of_nurse), {nurse, of_nurse}, {seller, of_seller}, {nurse, of_nurse}}) {
    EXPECT_EQ(session_of(call), session) << call.principal.user_id;
  }
  // Whom no session knows gets the one that rested longest, which is the seller's.
  const CallContext other = testing::CallBy("wang", "department_nurse");
  EXPECT_EQ(session_of(other), of_seller);
  EXPECT_EQ(session_of(nurse), of_nurse);
}

}  // namespace
}  // namespace qingqu::db
