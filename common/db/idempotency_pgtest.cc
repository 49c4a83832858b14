#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/status/status.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

using Text = google::protobuf::StringValue;

class IdempotencyTest : public ::testing::Test {
 protected:
  IdempotencyTest() : pool_(database_.NewPool("identity", {}, 8)) {
    database_.Execute(
        "CREATE TABLE identity.scratch (value text); GRANT SELECT, INSERT ON identity.scratch TO "
        "qingqu_identity");
  }

  // Writes the request's text, and answers how many rows there are then.
  absl::StatusOr<Text> Write(const CallContext& call, const std::string& text) {
    Text request;
    request.set_value(text);
    return RunIdempotent<Text>(
        *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Text> {
          tx.exec_params("INSERT INTO scratch VALUES ($1)", text);
          Text response;
          response.set_value(tx.exec("SELECT count(*) FROM scratch")[0][0].as<std::string>());
          if (text == "refused") return absl::NotFoundError("no");
          return response;
        });
  }
  std::string Rows() { return database_.Value("SELECT count(*) FROM identity.scratch"); }

  testing::TestDatabase database_;
  std::unique_ptr<ConnectionPool> pool_;
};

TEST_F(IdempotencyTest, TheSameRequestAgainGivesTheFirstAnswer) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  EXPECT_EQ(Write(call, "a")->value(), "1");
  EXPECT_EQ(Write(testing::CallBy("li", "department_nurse"), "b")->value(), "2");
  EXPECT_EQ(Write(call, "a")->value(), "1");
  EXPECT_EQ(Rows(), "2");
}

TEST_F(IdempotencyTest, EightCallersAtOnceHaveOneEffect) {
  for (int round = 0; round < 5; ++round) {
    const CallContext call = testing::CallBy("li", "department_nurse");
    const std::string before = Rows();
    std::vector<std::string> answers(8);
    {
      std::vector<std::jthread> threads;
      for (auto& answer : answers) {
        threads.emplace_back([&, own = call] {
          const auto result = Write(own, "same");
          answer = result.ok() ? result->value() : result.status().ToString();
        });
      }
    }
    EXPECT_EQ(std::stoi(Rows()), std::stoi(before) + 1);
    for (const std::string& answer : answers) EXPECT_EQ(answer, Rows());
  }
}

TEST_F(IdempotencyTest, AnotherRequestUnderTheSameIdIsRefused) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  ASSERT_TRUE(Write(call, "a").ok());
  const auto reason = [&](const CallContext& again, const std::string& text) {
    return ErrorReason(Write(again, text).status());
  };
  EXPECT_EQ(reason(call, "b"), "REQUEST_ID_REUSED");
  CallContext other_method = call;
  other_method.method = "test/Other";
  EXPECT_EQ(reason(other_method, "a"), "REQUEST_ID_REUSED");
  EXPECT_EQ(Rows(), "1");
}

TEST_F(IdempotencyTest, NobodyCanClaimAnIdForAnother) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  ASSERT_EQ(Write(call, "a")->value(), "1");
  const CallContext other =
      testing::WithRequestId(testing::CallBy("wang", "department_nurse"), call.request_id);
  EXPECT_EQ(Write(other, "b")->value(), "2");
  CallContext by_service = call;
  by_service.principal.acting_service = "usage";
  EXPECT_EQ(Write(by_service, "c")->value(), "3");
  EXPECT_EQ(Write(call, "a")->value(), "1") << "each keeps its own answer";
  EXPECT_EQ(Write(other, "b")->value(), "2");
  EXPECT_EQ(Write(by_service, "c")->value(), "3");
  EXPECT_EQ(Rows(), "3");
}

// Whoever may no longer act in a post, or for somebody, is not told again what was answered there.
TEST_F(IdempotencyTest, AnAnswerIsOfThePostInWhichItWasAsked) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  ASSERT_EQ(Write(call, "a")->value(), "1");
  using auth::Principal;
  const std::vector<std::function<void(Principal&)>> moves{
      [](Principal& li) { li.institution_id = "elsewhere"; },
      [](Principal& li) { li.department_id = "surgery"; },
      [](Principal& li) { li.alliance_id = "west"; },
      [](Principal& li) { li.supplier_id = "acme"; },
      [](Principal& li) { li.scope = auth::Scope::kAlliance; },
      [](Principal& li) { li.on_behalf_of = "wang"; }};
  int rows = 1;
  for (const auto& move : moves) {
    CallContext moved = call;
    move(moved.principal);
    EXPECT_EQ(Write(moved, "a")->value(), std::to_string(++rows));
    EXPECT_EQ(Write(moved, "a")->value(), std::to_string(rows));
  }
  EXPECT_EQ(Write(call, "a")->value(), "1");
}

// A token that was refreshed between two attempts has other roles, or another delegation of the
// same holder: the attempt is the same.
TEST_F(IdempotencyTest, ARetryWithAnotherTokenIsTheSameRequest) {
  CallContext call = testing::CallBy("li", "department_nurse");
  call.principal.on_behalf_of = "wang";
  call.principal.delegation_id = "d1";
  ASSERT_EQ(Write(call, "a")->value(), "1");
  call.principal.delegation_id = "d2";
  call.principal.only_permissions = {"usage.uses.create"};
  call.principal.roles.emplace_back("approver");
  call.client = "gateway";
  call.client_address = "192.0.2.7";
  EXPECT_EQ(Write(call, "a")->value(), "1");
  EXPECT_EQ(Rows(), "1");
}

TEST_F(IdempotencyTest, AnErrorGivesTheIdBack) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  EXPECT_EQ(Write(call, "refused").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Rows(), "0");
  EXPECT_EQ(database_.Value("SELECT count(*) FROM identity.idempotency"), "0");
  EXPECT_EQ(Write(call, "a")->value(), "1");
}

TEST_F(IdempotencyTest, AnIdThatIsNoUuidIsRefusedBeforeAnythingRuns) {
  for (const char* id : {"", "1", "not-a-uuid-not-a-uuid-not-a-uuid-no"}) {
    const auto status =
        Write(testing::WithRequestId(testing::CallBy("li", "department_nurse"), id), "a").status();
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD") << id;
  }
  EXPECT_EQ(Rows(), "0");
}

TEST_F(IdempotencyTest, AnAnswerOfAnyBytesComesBack) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  google::protobuf::BytesValue request;
  const auto run = [&] {
    return RunIdempotent<google::protobuf::BytesValue>(
        *pool_, call, request,
        [](pqxx::transaction_base&) -> absl::StatusOr<google::protobuf::BytesValue> {
          google::protobuf::BytesValue response;
          std::string bytes;
          for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
          response.set_value(bytes);
          return response;
        });
  };
  const auto first = run();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(run()->value(), first->value());
}

TEST_F(IdempotencyTest, AnEmptyAnswerIsAnAnswer) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  int runs = 0;
  for (int count = 0; count < 2; ++count) {
    const auto result = RunIdempotent<Text>(*pool_, call, Text(),
                                            [&](pqxx::transaction_base&) -> absl::StatusOr<Text> {
                                              ++runs;
                                              return Text();
                                            });
    EXPECT_TRUE(result.ok()) << result.status();
  }
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace qingqu::db
