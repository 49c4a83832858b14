// What it costs a call to be authorised, and what a password's hash costs. One JSON line; times are
// the median of rounds, in microseconds a call. The caller's thread does all of it, as in a
// service, without gRPC.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/auth/test_directory.h"
#include "common/auth/token.h"
#include "common/base/check.h"
#include "common/db/transaction.h"
#include "common/rpc/call_runner.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "services/identity/password_hasher.h"

ABSL_FLAG(std::string, database, "", "libpq connection string of a role of the services");
ABSL_FLAG(int, calls, 20000, "calls of a round");

namespace qingqu {
namespace {

constexpr int kRounds = 7;

using supervision::v1::ListEntriesRequest;

double MedianMicroseconds(int calls, const std::function<void(int)>& call) {
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const absl::Time began = absl::Now();
    for (int i = 0; i < calls; ++i) call(i);
    rounds.push_back(absl::ToDoubleMicroseconds(absl::Now() - began) / calls);
  }
  std::sort(rounds.begin(), rounds.end());
  return rounds[kRounds / 2];
}

// Signed in as somebody of a hospital with two roles.
auth::Principal Somebody(int number) {
  return {.user_id = fmt::format("user-{}", number),
          .institution_id = "people-hospital",
          .alliance_id = "east",
          .scope = auth::Scope::kInstitution,
          .roles = {"department_nurse", "discipline_inspector"}};
}

// As many sessions as a service hears of within the life of a token.
class Authorization {
 public:
  static constexpr int kSessions = 500;

  Authorization() {
    auto signer = auth::TokenSigner::LoadOrCreate(directory_.path(), auth::kIdentityKeyId, &clock_);
    QINGQU_CHECK(signer.ok());
    for (int i = 0; i < kSessions; ++i) {
      auto token = (*signer)->Sign(Somebody(i), absl::Minutes(10));
      QINGQU_CHECK(token.ok());
      sessions_.push_back("Bearer " + *std::move(token));
    }
    roles_.Replace(
        std::make_shared<const auth::RoleTable>(std::map<std::string, std::vector<std::string>>{
            {"supervision.journal.read", {"discipline_inspector"}}}));
    Begin();
  }

  // A service that has heard of no token yet.
  void Begin() {
    auto verifier = auth::TokenVerifier::Create(directory_.path(), &clock_);
    QINGQU_CHECK(verifier.ok());
    verifier_ = *std::move(verifier);
    auto runner = rpc::CallRunner::Create(
        {.service = ListEntriesRequest::descriptor()->file()->service(0),
         .clock = &clock_,
         .verifier = verifier_.get(),
         .roles = &roles_,
         .metrics = &(registry_ = std::make_unique<prometheus::Registry>()).operator*(),
         .executor = {.threads = 1, .queue_max = 1}});
    QINGQU_CHECK(runner.ok());
    runner_ = *std::move(runner);
  }

  void Check(int i) {
    const auto principal = runner_->AdmitAgain(
        "ListEntries", {.authorization = sessions_[static_cast<size_t>(i % kSessions)]});
    QINGQU_CHECK(principal.ok());
  }

 private:
  SystemClock clock_;
  auth::TestDirectory directory_;
  std::vector<std::string> sessions_;
  auth::RoleSource roles_;
  std::unique_ptr<prometheus::Registry> registry_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::unique_ptr<rpc::CallRunner> runner_;
};

// A read of one row, each call by the next of `people`.
double ReadMicroseconds(db::ConnectionPool& pool, int people, int calls) {
  std::vector<CallContext> contexts;
  for (int i = 0; i < people; ++i) {
    contexts.push_back({.principal = Somebody(i), .client = "bench"});
    contexts.back().deadline = absl::Now() + absl::Minutes(10);
  }
  return MedianMicroseconds(calls, [&](int i) {
    const absl::Status status = db::RunTransaction(pool, contexts[static_cast<size_t>(i % people)],
                                                   db::TransactionOptions{.single_read = true},
                                                   [](pqxx::transaction_base& tx) {
                                                     tx.exec("SELECT 1");
                                                     return absl::OkStatus();
                                                   });
    QINGQU_CHECK(status.ok());
  });
}

double HashMilliseconds() {
  identity::PasswordHasher hasher({});
  return MedianMicroseconds(
             3,
             [&](int) {
               QINGQU_CHECK(
                   hasher.Hash("a password of 26 letters ", absl::Now() + absl::Minutes(1)).ok());
             }) /
         1000;
}

void Measure() {
  const int calls = absl::GetFlag(FLAGS_calls);
  Authorization authorization;
  const absl::Time began = absl::Now();
  for (int i = 0; i < Authorization::kSessions; ++i) authorization.Check(i);
  const double first = absl::ToDoubleMicroseconds(absl::Now() - began) / Authorization::kSessions;
  const double again = MedianMicroseconds(calls, [&](int i) { authorization.Check(i); });
  db::ConnectionPool pool({.conninfo = absl::GetFlag(FLAGS_database), .connections_max = 1});
  const double same = ReadMicroseconds(pool, 1, calls / 4);
  const double other = ReadMicroseconds(pool, 2, calls / 4);
  fmt::print(
      "{{\"first_us\": {:.1f}, \"again_us\": {:.2f}, \"read_us\": {:.1f}, "
      "\"read_by_others_us\": {:.1f}, \"argon2id_ms\": {:.1f}, \"argon2id_mib\": {}}}\n",
      first, again, same, other, HashMilliseconds(),
      identity::PasswordHasher::Options().memory_bytes / 1024 / 1024);
}

}  // namespace
}  // namespace qingqu

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  spdlog::set_level(spdlog::level::err);
  qingqu::Measure();
  return 0;
}
