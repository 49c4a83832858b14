// A closed loop of callers of one unary method: each sends its next call when the last is answered.
// Prints one JSON line. The requests are made before the clock starts.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/alarm.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"

#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/rpc/method_registry.h"

ABSL_FLAG(std::string, server, "127.0.0.1:7100", "address of the service");
ABSL_FLAG(std::string, method, "", "qingqu.catalog.v1.CatalogService/GetItem");
ABSL_FLAG(std::string, body, "{}",
          "the request as JSON; {uuid}, {n} (counts), {random} (1 to --random_max) and {value} are "
          "replaced");
ABSL_FLAG(std::string, values, "",
          "a file whose lines replace {value}, within a JSON text, one after the other");
ABSL_FLAG(int, random_max, 10000, "the largest {random}");
ABSL_FLAG(std::string, token, "", "access token");
ABSL_FLAG(int, callers, 64, "how many call at the same time");
ABSL_FLAG(double, seconds, 5, "how long");
ABSL_FLAG(int, pool, 20000,
          "how many requests are made; they are used again from the start when they run out");
ABSL_FLAG(int, deadline_ms, 10000, "deadline of each call");
ABSL_FLAG(int, channels, 4, "connections");
ABSL_FLAG(int, pause_ms, 0, "each caller waits this long after an answer, as people do");
ABSL_FLAG(int, back_off_ms, 0, "a refused caller (UNAVAILABLE) waits this long, as it is told to");

namespace qingqu {
namespace {

struct Totals {
  std::atomic<int64_t> ok{0};
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> failed{0};
  // Answered, in whatever way, after the call's deadline.
  std::atomic<int64_t> late{0};
};

const google::protobuf::MethodDescriptor* FindMethod(const std::string& name) {
  for (const auto* service : rpc::AllServices()) {
    for (int index = 0; index < service->method_count(); ++index) {
      if (service->full_name() + "/" + service->method(index)->name() == name)
        return service->method(index);
    }
  }
  return nullptr;
}

std::vector<std::string> ReadValues() {
  std::vector<std::string> values;
  std::ifstream file(absl::GetFlag(FLAGS_values));
  for (std::string line; std::getline(file, line);) {
    values.push_back(absl::StrReplaceAll(line, {{"\\", "\\\\"}, {"\"", "\\\""}}));
  }
  if (values.empty()) values.emplace_back();
  return values;
}

std::vector<grpc::ByteBuffer> MakeRequests(const google::protobuf::MethodDescriptor& method) {
  const SystemClock clock;
  std::minstd_rand random{7};
  std::uniform_int_distribution<int> pick(1, absl::GetFlag(FLAGS_random_max));
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type());
  std::vector<grpc::ByteBuffer> requests;
  const std::vector<std::string> values = ReadValues();
  const std::string body = absl::GetFlag(FLAGS_body);
  for (int number = 0; number < absl::GetFlag(FLAGS_pool); ++number) {
    const std::string& value = values[static_cast<size_t>(number) % values.size()];
    const std::string text =
        absl::StrReplaceAll(ToAbsl(body), {{"{uuid}", ToAbsl(NewUuidV7(clock).ToString())},
                                           {"{value}", ToAbsl(value)},
                                           {"{n}", ToAbsl(fmt::format("{}", number))},
                                           {"{random}", ToAbsl(fmt::format("{}", pick(random)))}});
    const std::unique_ptr<google::protobuf::Message> request(prototype->New());
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, request.get());
    if (!parsed.ok()) {
      fmt::print(stderr, "load_generator: {}\n", parsed.ToString());
      std::exit(2);
    }
    const grpc::Slice slice(request->SerializeAsString());
    requests.emplace_back(&slice, 1);
  }
  return requests;
}

// All callers together. Ends when the time is up and every call is answered.
class Load {
 public:
  Load(const std::string& method, std::vector<grpc::ByteBuffer> requests)
      : method_(method),
        requests_(std::move(requests)),
        authorization_("Bearer " + absl::GetFlag(FLAGS_token)) {
    for (int index = 0; index < absl::GetFlag(FLAGS_channels); ++index) {
      grpc::ChannelArguments arguments;
      // Otherwise channels to one address share a connection.
      arguments.SetInt("qingqu.channel", index);
      channels_.push_back(grpc::CreateCustomChannel(absl::GetFlag(FLAGS_server),
                                                    grpc::InsecureChannelCredentials(), arguments));
      channels_.back()->WaitForConnected(std::chrono::system_clock::now() +
                                         std::chrono::seconds(5));
      stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
    }
  }

  void Run() {
    started_ = absl::Now();
    until_ = started_ + absl::Seconds(absl::GetFlag(FLAGS_seconds));
    running_ = absl::GetFlag(FLAGS_callers);
    const int callers = absl::GetFlag(FLAGS_callers);
    for (int caller = 0; caller < callers; ++caller) {
      // Those who pause do not begin together.
      NextAfter(absl::GetFlag(FLAGS_pause_ms) * caller / callers, caller);
    }
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
  }

  void Print() {
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto quantile = [&](double share) {
      if (latencies_us_.empty()) return int64_t{0};
      return latencies_us_[static_cast<size_t>(share *
                                               static_cast<double>(latencies_us_.size() - 1))];
    };
    const double seconds = absl::ToDoubleSeconds(until_ - started_);
    const int64_t sum = std::accumulate(latencies_us_.begin(), latencies_us_.end(), int64_t{0});
    const auto count = static_cast<int64_t>(std::max(latencies_us_.size(), size_t{1}));
    fmt::print(R"({{"ok":{},"refused":{},"failed":{},"late":{},)"
               R"("per_second":{:.1f},"mean_us":{},"p50_us":{},"p99_us":{}}})"
               "\n",
               totals_.ok.load(), totals_.refused.load(), totals_.failed.load(),
               totals_.late.load(), static_cast<double>(totals_.ok) / seconds, sum / count,
               quantile(0.5), quantile(0.99));
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
    absl::Time sent_at;
    int caller = 0;
  };

  void Next(int caller) {
    if (absl::Now() >= until_) return End();
    auto* call = new Call;
    call->caller = caller;
    call->sent_at = absl::Now();
    call->context.AddMetadata("authorization", authorization_);
    call->context.set_deadline(std::chrono::system_clock::now() +
                               std::chrono::milliseconds(absl::GetFlag(FLAGS_deadline_ms)));
    const grpc::ByteBuffer& request = requests_[next_request_.fetch_add(1) % requests_.size()];
    stubs_[static_cast<size_t>(caller) % stubs_.size()]->UnaryCall(
        &call->context, method_, {}, &request, &call->response,
        [this, call](const grpc::Status& status) { Answered(call, status); });
  }

  void Answered(Call* call, const grpc::Status& status) {
    const absl::Duration took = absl::Now() - call->sent_at;
    const int caller = call->caller;
    delete call;
    if (took > absl::Milliseconds(absl::GetFlag(FLAGS_deadline_ms))) ++totals_.late;
    const bool refused = status.error_code() == grpc::StatusCode::UNAVAILABLE;
    if (status.ok()) {
      ++totals_.ok;
      const std::lock_guard lock(mutex_);
      latencies_us_.push_back(absl::ToInt64Microseconds(took));
    } else if (refused) {
      ++totals_.refused;
    } else if (totals_.failed.fetch_add(1) == 0) {
      fmt::print(stderr, "load_generator: {} {}\n", static_cast<int>(status.error_code()),
                 status.error_message());
    }
    NextAfter(refused ? absl::GetFlag(FLAGS_back_off_ms) : absl::GetFlag(FLAGS_pause_ms), caller);
  }

  void NextAfter(int milliseconds, int caller) {
    if (milliseconds == 0) return Next(caller);
    auto* alarm = new grpc::Alarm;
    alarm->Set(std::chrono::system_clock::now() + std::chrono::milliseconds(milliseconds),
               [this, caller, alarm](bool) {
                 Next(caller);
                 delete alarm;
               });
  }

  void End() {
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) ended_.notify_all();
  }

  const std::string method_;
  const std::vector<grpc::ByteBuffer> requests_;
  const std::string authorization_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::atomic<size_t> next_request_{0};
  Totals totals_;
  absl::Time started_;
  absl::Time until_;
  std::mutex mutex_;
  std::condition_variable ended_;
  int running_ = 0;                    // guarded by mutex_
  std::vector<int64_t> latencies_us_;  // guarded by mutex_
};

}  // namespace
}  // namespace qingqu

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const std::string name = absl::GetFlag(FLAGS_method);
  const auto* method = qingqu::FindMethod(name);
  if (method == nullptr) {
    fmt::print(stderr, "load_generator: there is no method {}\n", name);
    return 2;
  }
  qingqu::Load load("/" + name, qingqu::MakeRequests(*method));
  load.Run();
  load.Print();
  return 0;
}
