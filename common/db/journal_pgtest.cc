#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/follower.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() : pool_(database_.NewPool("identity", {}, 4)) {
    database_.Execute(
        "SET ROLE qingqu_owner;"
        "CREATE TABLE identity.scratch (value text);"
        "SELECT journal.guard('identity.scratch');"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON identity.scratch TO qingqu_identity");
  }

  static CallContext Call() { return testing::CallBy("li", "department_nurse"); }

  absl::Status Append(const CallContext& call, const JournalEntry& entry) {
    return RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
      AppendJournal(tx, call, entry);
      return absl::OkStatus();
    });
  }
  std::string Entries() { return database_.Value("SELECT count(*) FROM journal.entry"); }
  // The error that a statement ends with when it runs as `role`, "" for none.
  std::string ErrorAs(const std::string& role, const std::string& sql) {
    try {
      database_.Execute("SET ROLE " + role + "; " + sql);
    } catch (const std::exception& failure) {
      return failure.what();
    }
    return "";
  }

  // The resources of the entries that a reader sees, in the order of their writing.
  std::string Seen(const std::string& relation, const CallContext& call) const {
    const std::string sql =
        "SELECT coalesce(string_agg(resource, ' ' ORDER BY sequence), '') FROM " + relation;
    const auto supervision = database_.NewPool("supervision", {});
    return *RunRead(*supervision, call,
                    [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
                      return tx.exec(sql)[0][0].as<std::string>();
                    });
  }

  static constexpr const char* kReadable[] = {"journal.entry", "journal.visible_entry"};
  testing::TestDatabase database_;
  std::unique_ptr<ConnectionPool> pool_;
};

TEST_F(JournalTest, NobodyChangesRemovesOrForgesEntries) {
  ASSERT_TRUE(Append(Call(), {.event = "thing.done", .resource = "things/1"}).ok());
  const std::string before = database_.Value("SELECT entry::text FROM journal.entry AS entry");
  for (const std::string role :
       {"postgres", "qingqu_owner", "qingqu_services", "qingqu_identity", "qingqu_catalog",
        "qingqu_procurement", "qingqu_distribution", "qingqu_usage", "qingqu_supervision"}) {
    EXPECT_NE(ErrorAs(role, "UPDATE journal.entry SET actor_user_id = 'nobody'"), "") << role;
    EXPECT_NE(ErrorAs(role, "DELETE FROM journal.entry"), "") << role;
    EXPECT_NE(ErrorAs(role, "TRUNCATE journal.entry"), "") << role;
    if (role == "postgres" || role == "qingqu_owner") continue;
    EXPECT_NE(ErrorAs(role,
                      "INSERT INTO journal.entry (event, method, resource, subjects, actor_user_id,"
                      " actor_roles, client, details, restricted)"
                      " VALUES ('a.b', '', '', '{}', 'someone', '{}', '', '{}', '{}')"),
              "")
        << role;
    if (role == "qingqu_supervision") continue;
    EXPECT_NE(ErrorAs(role, "SELECT count(*) FROM journal.entry"), "") << role;
  }
  EXPECT_EQ(database_.Value("SELECT entry::text FROM journal.entry AS entry"), before);
}

TEST_F(JournalTest, AChangeWithoutItsEntryCannotBeCommitted) {
  const auto write = [&](const std::string& sql, bool with_entry) {
    const CallContext call = Call();
    return RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
      tx.exec(sql);
      if (with_entry) AppendJournal(tx, call, {.event = "thing.done", .resource = "things/1"});
      return absl::OkStatus();
    });
  };
  EXPECT_EQ(write("INSERT INTO scratch VALUES ('a')", false).code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(write("INSERT INTO scratch VALUES ('b')", true).ok());
  // An entry of an earlier transaction does not count.
  EXPECT_FALSE(write("UPDATE scratch SET value = 'c'", false).ok());
  EXPECT_FALSE(write("DELETE FROM scratch", false).ok());
  EXPECT_TRUE(write("UPDATE scratch SET value = 'd'", true).ok());
  EXPECT_EQ(database_.Value("SELECT string_agg(value, '') FROM identity.scratch"), "d");
  EXPECT_EQ(Entries(), "2");
}

TEST_F(JournalTest, AnEntryGoesWithItsChange) {
  const CallContext call = Call();
  (void)RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
    AppendJournal(tx, call, {.event = "thing.done", .resource = "things/1"});
    return absl::NotFoundError("no");
  });
  EXPECT_EQ(Entries(), "0");
}

TEST_F(JournalTest, WhoComesFromTheSessionAndTheRestFromTheEntry) {
  CallContext call = Call();
  call.client = "gateway";
  ASSERT_TRUE(Append(call, {.event = "thing.done",
                            .resource = "things/1",
                            .subjects = {"items/x", LotSubject("x", "L 1/2"), "items/x"},
                            .institution_id = "other-hospital",
                            .supplier_id = "acme",
                            .reason = "因为",
                            .details_json = R"({"quantity": 5})",
                            .restricted_json = R"({"patient": "p1"})"})
                  .ok());
  EXPECT_EQ(
      database_.Value("SELECT concat_ws(' ', actor_user_id, actor_institution_id, actor_roles,"
                      " client, method) FROM journal.entry"),
      "li county-hospital {department_nurse} gateway test/Test");
  EXPECT_EQ(database_.Value("SELECT request_id FROM journal.entry"), call.request_id);
  EXPECT_EQ(database_.Value("SELECT array_to_string(subjects, ',') FROM journal.entry"),
            "items/x,items/x/lots/L 1/2,things/1");
  EXPECT_EQ(database_.Value("SELECT concat_ws(' ', institution_id, coalesce(alliance_id, 'none'),"
                            " supplier_id, reason, details, restricted) FROM journal.entry"),
            "other-hospital none acme 因为 {\"quantity\": 5} {\"patient\": \"p1\"}");
  // Beyond the caller's scope the caller is still named.
  ASSERT_TRUE(RunTransaction(*pool_, call, {.beyond_scope = true},
                             [&](pqxx::transaction_base& tx) -> absl::Status {
                               AppendJournal(tx, call, {.event = "b.c", .resource = "things/2"});
                               return absl::OkStatus();
                             })
                  .ok());
  EXPECT_EQ(database_.Value("SELECT actor_user_id FROM journal.entry WHERE event = 'b.c'"), "li");
}

TEST_F(JournalTest, WhoStandsInIsNamedWithWhom) {
  CallContext call = Call();
  call.principal.on_behalf_of = "wang";
  call.principal.delegation_id = "d1";
  ASSERT_TRUE(Append(call, {.event = "thing.done",
                            .resource = "things/1",
                            .subjects = {"zones/9"},
                            .details_json = R"({"quantity": 5})"})
                  .ok());
  EXPECT_EQ(database_.Value("SELECT concat_ws(' ', actor_user_id, details->>'on_behalf_of',"
                            " details->>'delegation', details->>'quantity',"
                            " array_to_string(subjects, ',')) FROM journal.entry"),
            "li users/wang delegations/d1 5 things/1,users/wang,zones/9");
  // And not any more with the next call on the same connection.
  ASSERT_TRUE(Append(Call(), {.event = "b.c", .resource = "things/2"}).ok());
  EXPECT_EQ(database_.Value("SELECT concat_ws(' ', actor_user_id, details)"
                            " FROM journal.entry WHERE event = 'b.c'"),
            "li {}");
}

TEST_F(JournalTest, AnEntryThatIsNoneIsRefused) {
  EXPECT_FALSE(Append(Call(), {.event = "NotAnEvent", .resource = "things/1"}).ok());
  EXPECT_FALSE(Append(Call(), {.event = "a.b", .resource = "things/1", .details_json = "{"}).ok());
  EXPECT_EQ(Entries(), "0");
}

TEST_F(JournalTest, ReadersOfTheTableSeeWhatConcernsThem) {
  ASSERT_TRUE(Append(Call(), {.event = "a.b", .resource = "things/1", .supplier_id = "acme"}).ok());
  ASSERT_TRUE(Append(Call(), {.event = "a.b", .resource = "things/2", .supplier_id = "zeta"}).ok());
  ASSERT_TRUE(Append(Call(), {.event = "a.b", .resource = "things/3"}).ok());
  for (const char* relation : kReadable) {
    EXPECT_EQ(Seen(relation, testing::CallBySupplier("seller", "acme")), "things/1");
    EXPECT_EQ(Seen(relation, testing::CallBy("inspector", "discipline_inspector")),
              "things/1 things/2 things/3");
    EXPECT_EQ(Seen(relation, testing::CallBy("op", "operator")), "");
    EXPECT_EQ(Seen(relation, CallContext{}), "");
  }
}

TEST_F(JournalTest, ADepartmentSeesWhatIsItsOwnAndNotWhatWasAskedAboutIt) {
  const auto append = [&](const CallContext& call, const std::string& event,
                          const std::string& resource, const std::string& institution_id) {
    ASSERT_TRUE(Append(call, {.event = event,
                              .resource = resource,
                              .subjects = {"departments/surgery"},
                              .institution_id = institution_id})
                    .ok());
  };
  CallContext ward = testing::CallBy("li", "department_nurse", "county");
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "surgery";
  const CallContext colleague = testing::CallBy("wu", "department_nurse", "county");
  const CallContext inspector = testing::CallBy("ji", "discipline_inspector");
  append(colleague, "use.posted", "uses/1", "county");
  append(colleague, "transfer.sent", "transfers/of-the-central-store", "keeper");
  append(colleague, "use.posted", "uses/2", "another");
  append(inspector, "question.people_asked", "users/ji", "");
  append(colleague, "question.asked", "users/wu", "county");
  append(ward, "question.asked", "users/li", "county");
  append(ward, "question.asked", "users/li-of-another-post", "another");
  CallContext other_ward = ward;
  other_ward.principal.department_id = "medicine";
  for (const char* relation : kReadable) {
    EXPECT_EQ(Seen(relation, ward), "uses/1 transfers/of-the-central-store users/li");
    EXPECT_EQ(Seen(relation, other_ward), "");
    EXPECT_EQ(Seen(relation, colleague), "uses/1 users/wu users/li");
  }
}

}  // namespace
}  // namespace qingqu::db
