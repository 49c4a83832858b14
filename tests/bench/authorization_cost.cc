// What it costs a call to be authorised, and what a password's hash costs. One JSON line; times are
// the median of rounds, in microseconds a call. The caller's thread does all of it, as in a
// service, without gRPC.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
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

// Of one caller, until it is answered.
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

// Reads of one row over one connection, each by the next of `people`.
class Reader {
 public:
  explicit Reader(int people)
      : pool_({.conninfo = absl::GetFlag(FLAGS_database), .connections_max = 1}) {
    for (int i = 0; i < people; ++i) {
      contexts_.push_back({.principal = Somebody(i), .client = "bench"});
      contexts_.back().deadline = absl::Now() + absl::Minutes(10);
    }
  }

  void Read(int i) {
    const absl::Status status =
        db::RunRead(pool_, contexts_[static_cast<size_t>(i) % contexts_.size()],
                    [](pqxx::transaction_base& tx) {
                      tx.exec("SELECT 1");
                      return absl::OkStatus();
                    });
    QINGQU_CHECK(status.ok());
  }

 private:
  db::ConnectionPool pool_;
  std::vector<CallContext> contexts_;
};

// Callers who leave no processor idle.
class BusyReaders {
 public:
  explicit BusyReaders(int people) {
    for (unsigned i = 0; i < 2 * Processors(); ++i) {
      readers_.push_back(std::make_unique<Reader>(people));
      readers_.back()->Read(0);
    }
  }

  // Of the machine's processors, a call.
  double Microseconds(int calls) {
    const absl::Time began = absl::Now();
    std::vector<std::jthread> threads;
    for (const auto& reader : readers_) {
      threads.emplace_back([&reader, calls] {
        for (int i = 0; i < calls; ++i) reader->Read(i);
      });
    }
    threads.clear();
    const double all = static_cast<double>(readers_.size()) * calls;
    return absl::ToDoubleMicroseconds(absl::Now() - began) * Processors() / all;
  }

 private:
  static unsigned Processors() { return std::max(1U, std::thread::hardware_concurrency()); }

  std::vector<std::unique_ptr<Reader>> readers_;
};

// What a read costs more when the connection's last caller was another, in turn with one caller.
double BusyDifferenceMicroseconds(int calls) {
  BusyReaders same(1);
  BusyReaders others(2);
  std::vector<double> differences;
  for (int round = 0; round < kRounds; ++round) {
    const double one = same.Microseconds(calls);
    differences.push_back(others.Microseconds(calls) - one);
  }
  std::sort(differences.begin(), differences.end());
  return differences[kRounds / 2];
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
  Reader one(1);
  Reader two(2);
  const double same = MedianMicroseconds(calls / 4, [&](int i) { one.Read(i); });
  const double other = MedianMicroseconds(calls / 4, [&](int i) { two.Read(i); });
  fmt::print(
      "{{\"first_us\": {:.1f}, \"again_us\": {:.2f}, \"read_us\": {:.1f}, "
      "\"read_by_others_us\": {:.1f}, \"busy_difference_us\": {:.1f}, "
      "\"argon2id_ms\": {:.1f}, \"argon2id_mib\": {}}}\n",
      first, again, same, other, BusyDifferenceMicroseconds(calls / 4), HashMilliseconds(),
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
