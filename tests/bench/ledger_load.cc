// Callers of the ledger who post issues of one unit, made as they go, for a while. One JSON line
// tells what became of them. It shares the processors with what it measures: one thread, one
// completion queue, and messages that are used again.
#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/alarm.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"

#include "qingqu/distribution/v1/ledger_service.grpc.pb.h"

ABSL_FLAG(std::string, server, "127.0.0.1:7100", "address of the service");
ABSL_FLAG(std::string, token, "", "access token");
ABSL_FLAG(std::string, mode, "unary", "unary, batch or stream");
ABSL_FLAG(int, callers, 256, "calls, or requests of the stream, that are on their way at a time");
ABSL_FLAG(int, batch, 1000, "movements in one request of batch and stream");
ABSL_FLAG(double, seconds, 5, "how long");
ABSL_FLAG(
    double, rate, 0,
    "requests a second; 0: as many as are answered. Latency counts from when a request was due");
ABSL_FLAG(int, lots, 50000, "lots that are issued, at random");
ABSL_FLAG(bool, hot, false, "issue the first lot only");
ABSL_FLAG(int, channels, 1, "connections, for unary");
ABSL_FLAG(int, deadline_ms, 30000, "deadline of each call");
ABSL_FLAG(int, back_off_ms, 0, "a refused caller (UNAVAILABLE) waits this long, as it is told to");

namespace qingqu {
namespace {

namespace v1 = distribution::v1;

// Something that the completion queue reports on.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void Proceed(bool ok) = 0;
};

// Movements with names of their own: UUIDv7 whose 12 bits after the version count in a millisecond.
class Movements {
 public:
  void Fill(v1::Movement& movement) {
    const uint64_t lot = absl::GetFlag(FLAGS_hot) ? 0 : random_() % lots_;
    Name(*movement.mutable_name());
    movement.set_kind(v1::MOVEMENT_KIND_ISSUE);
    movement.set_item(fmt::format("items/bench-{}", lot / 10 + 1));
    movement.set_lot(fmt::format("L{}", lot % 10));
    movement.set_from_location(fmt::format("locations/bench-store-{}", lot / 10 % 10));
    movement.set_to_location(fmt::format("locations/bench-ward-{}", lot / 10 % 10));
    movement.set_quantity(1);
  }

 private:
  void Name(std::string& name) {
    const auto millis = static_cast<uint64_t>(absl::GetCurrentTimeNanos() / 1'000'000);
    if (millis > millis_) {
      millis_ = millis;
      count_ = 0;
    } else if (++count_ == 0x1000) {
      ++millis_;
      count_ = 0;
    }
    const uint64_t low = random_();
    name.clear();
    fmt::format_to(std::back_inserter(name), "movements/{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
                   millis_ >> 16U, millis_ & 0xffffU, count_, 0x8000U | (low >> 50U),
                   low & 0xffff'ffff'ffffU);
  }

  std::mt19937_64 random_{std::random_device{}()};
  const uint64_t lots_ = static_cast<uint64_t>(absl::GetFlag(FLAGS_lots));
  uint64_t millis_ = 0;
  uint64_t count_ = 0;
};

// Of a google.rpc.Status or of a MovementError, which has the same fields.
template <typename Error>
std::string ReasonOf(const Error& status) {
  google::rpc::ErrorInfo info;
  for (const auto& detail : status.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return fmt::format("CODE_{}", status.code());
}

// What became of all movements.
class Tally {
 public:
  void Posted() { ++posted_; }
  template <typename Error>
  void Failed(const Error& status) {
    ++errors_[ReasonOf(status)];
  }
  // A whole call failed. True when it was refused for now.
  bool CallFailed(const grpc::Status& status) {
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
      ++refused_;
      return true;
    }
    google::rpc::Status details;
    details.ParseFromString(status.error_details());
    details.set_code(status.error_code());
    if (errors_[ReasonOf(details)]++ == 0) {
      fmt::print(stderr, "ledger_load: {} {}\n", details.code(), status.error_message());
    }
    return false;
  }
  // An answer came to what was due then.
  void Took(absl::Time due) {
    last_answer_ = absl::Now();
    latencies_us_.push_back(absl::ToInt64Microseconds(last_answer_ - due));
  }
  void Results(const google::protobuf::RepeatedPtrField<v1::MovementResult>& results) {
    for (const v1::MovementResult& result : results) {
      if (result.has_movement()) {
        Posted();
      } else {
        Failed(result.error());
      }
    }
  }

  void Print(absl::Time start) {
    std::sort(latencies_us_.begin(), latencies_us_.end());
    std::string errors;
    int64_t failed = 0;
    for (const auto& [reason, count] : errors_) {
      errors += fmt::format(R"({}"{}":{})", errors.empty() ? "" : ",", reason, count);
      failed += count;
    }
    const double seconds = absl::ToDoubleSeconds(last_answer_ - start);
    fmt::print(R"({{"mode":"{}","callers":{},"posted":{},"refused":{},"failed":{},"errors":{{{}}},)"
               R"("seconds":{:.2f},"per_second":{:.1f},"p50_us":{},"p99_us":{},"max_us":{}}})"
               "\n",
               absl::GetFlag(FLAGS_mode), absl::GetFlag(FLAGS_callers), posted_, refused_, failed,
               errors, seconds, static_cast<double>(posted_) / seconds, Quantile(0.5),
               Quantile(0.99), Quantile(1));
  }

 private:
  int64_t Quantile(double share) const {
    if (latencies_us_.empty()) return 0;
    const auto last = static_cast<double>(latencies_us_.size() - 1);
    return latencies_us_[static_cast<size_t>(share * last)];
  }

  int64_t posted_ = 0;
  int64_t refused_ = 0;
  std::map<std::string, int64_t> errors_;
  std::vector<int64_t> latencies_us_;
  absl::Time last_answer_;
};

// When requests are due.
class Schedule {
 public:
  explicit Schedule(absl::Time start)
      : start_(start), until_(start + absl::Seconds(absl::GetFlag(FLAGS_seconds))), next_(start) {
    const double rate = absl::GetFlag(FLAGS_rate);
    if (rate > 0) step_ = absl::Seconds(1) / rate;
  }
  absl::Time start() const { return start_; }
  // nullopt when the time is up; in the past when requests are late.
  std::optional<absl::Time> NextDue() {
    const absl::Time now = absl::Now();
    const absl::Time due = step_ == absl::ZeroDuration() ? now : next_;
    if (now >= until_ || due >= until_) return std::nullopt;
    next_ = due + step_;
    return due;
  }

 private:
  const absl::Time start_;
  const absl::Time until_;
  absl::Time next_;
  absl::Duration step_;
};

// What all callers share.
struct Shared {
  grpc::CompletionQueue queue;
  int outstanding = 0;  // what the queue will report
  Movements movements;
  Tally tally;
  std::optional<Schedule> schedule;
  const std::string authorization = "Bearer " + absl::GetFlag(FLAGS_token);

  void Prepare(grpc::ClientContext& context, absl::Duration limit) const {
    context.AddMetadata("authorization", authorization);
    context.set_deadline(absl::ToChronoTime(absl::Now() + limit));
  }
};

// Sends its next call when the last is answered.
template <typename Request, typename Response>
class Caller : public Waiter {
 public:
  Caller(Shared* shared, std::shared_ptr<grpc::Channel> channel)
      : shared_(shared), stub_(v1::LedgerService::NewStub(std::move(channel))) {}

  void Next() {
    const auto due = shared_->schedule->NextDue();
    if (!due.has_value()) return;
    due_ = *due;
    if (due_ <= absl::Now()) return Send();
    Wait(due_);
  }

  void Proceed(bool /*ok*/) override {
    if (waiting_) {
      waiting_ = false;
      if (backing_off_) {
        backing_off_ = false;
        return Next();
      }
      due_ = absl::Now();
      return Send();
    }
    shared_->tally.Took(due_);
    if (status_.ok()) {
      Count();
    } else if (shared_->tally.CallFailed(status_) && absl::GetFlag(FLAGS_back_off_ms) > 0) {
      backing_off_ = true;
      return Wait(absl::Now() + absl::Milliseconds(absl::GetFlag(FLAGS_back_off_ms)));
    }
    Next();
  }

 private:
  void Wait(absl::Time until) {
    waiting_ = true;
    ++shared_->outstanding;
    alarm_.emplace();
    alarm_->Set(&shared_->queue, absl::ToChronoTime(until), this);
  }

  void Send() {
    Fill();
    context_.emplace();
    shared_->Prepare(*context_, absl::Milliseconds(absl::GetFlag(FLAGS_deadline_ms)));
    ++shared_->outstanding;
    reader_ = Call();
    reader_->Finish(&response_, &status_, this);
  }

  void Fill();
  void Count();
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> Call();

  Shared* const shared_;
  const std::unique_ptr<v1::LedgerService::Stub> stub_;
  Request request_;
  Response response_;
  grpc::Status status_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader_;
  std::optional<grpc::Alarm> alarm_;
  bool waiting_ = false;
  bool backing_off_ = false;
  absl::Time due_;
};

using UnaryCaller = Caller<v1::PostMovementRequest, v1::Movement>;
using BatchCaller = Caller<v1::PostMovementsRequest, v1::PostMovementsResponse>;

template <>
void UnaryCaller::Fill() {
  shared_->movements.Fill(*request_.mutable_movement());
}
template <>
void UnaryCaller::Count() {
  shared_->tally.Posted();
}
template <>
std::unique_ptr<grpc::ClientAsyncResponseReader<v1::Movement>> UnaryCaller::Call() {
  return stub_->AsyncPostMovement(&*context_, request_, &shared_->queue);
}

// The request keeps its movements, so that their texts are written in place.
template <typename Request>
void FillBatch(Movements& movements, Request& request) {
  while (request.movements_size() < absl::GetFlag(FLAGS_batch)) request.add_movements();
  for (auto& movement : *request.mutable_movements()) movements.Fill(movement);
}

template <>
void BatchCaller::Fill() {
  FillBatch(shared_->movements, request_);
}
template <>
void BatchCaller::Count() {
  shared_->tally.Results(response_.results());
}
template <>
std::unique_ptr<grpc::ClientAsyncResponseReader<v1::PostMovementsResponse>> BatchCaller::Call() {
  return stub_->AsyncPostMovements(&*context_, request_, &shared_->queue);
}

// One stream with --callers requests on their way.
class Streamer {
 public:
  Streamer(Shared* shared, std::shared_ptr<grpc::Channel> channel)
      : shared_(shared), stub_(v1::LedgerService::NewStub(std::move(channel))) {}

  void Start() {
    shared_->Prepare(context_, absl::Seconds(absl::GetFlag(FLAGS_seconds) + 60));
    ++shared_->outstanding;
    stream_ = stub_->AsyncStreamMovements(&context_, &shared_->queue, &started_);
  }

 private:
  struct Step : Waiter {
    Step(Streamer* streamer, void (Streamer::*method)(bool)) : owner(streamer), step(method) {}
    void Proceed(bool ok) override { (owner->*step)(ok); }
    Streamer* const owner;
    void (Streamer::*const step)(bool);
  };

  void Started(bool ok) {
    if (!ok) return Finish();
    ++shared_->outstanding;
    stream_->Read(&response_, &read_);
    Write();
  }

  // Unless a request is being written already, or enough of them wait for an answer.
  void Write() {
    if (writing_ || ended_ || sent_at_.size() >= static_cast<size_t>(absl::GetFlag(FLAGS_callers)))
      return;
    if (!shared_->schedule->NextDue().has_value()) {
      ended_ = true;
      ++shared_->outstanding;
      stream_->WritesDone(&writes_done_);
      return;
    }
    FillBatch(shared_->movements, request_);
    sent_at_.push_back(absl::Now());
    writing_ = true;
    ++shared_->outstanding;
    stream_->Write(request_, &written_);
  }

  void Written(bool ok) {
    writing_ = false;
    if (ok) Write();
  }

  void Read(bool ok) {
    if (!ok) return Finish();
    shared_->tally.Took(sent_at_.front());
    sent_at_.pop_front();
    shared_->tally.Results(response_.results());
    ++shared_->outstanding;
    stream_->Read(&response_, &read_);
    Write();
  }

  void Finish() {
    ++shared_->outstanding;
    stream_->Finish(&status_, &finished_);
  }

  void Finished(bool /*ok*/) {
    ended_ = true;
    if (!status_.ok()) shared_->tally.CallFailed(status_);
  }

  void WritesDone(bool /*ok*/) {}

  Shared* const shared_;
  const std::unique_ptr<v1::LedgerService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientAsyncReaderWriter<v1::StreamMovementsRequest, v1::StreamMovementsResponse>>
      stream_;
  v1::StreamMovementsRequest request_;
  v1::StreamMovementsResponse response_;
  grpc::Status status_;
  std::deque<absl::Time> sent_at_;
  bool writing_ = false;
  bool ended_ = false;
  Step started_{this, &Streamer::Started};
  Step written_{this, &Streamer::Written};
  Step read_{this, &Streamer::Read};
  Step writes_done_{this, &Streamer::WritesDone};
  Step finished_{this, &Streamer::Finished};
};

std::vector<std::shared_ptr<grpc::Channel>> Connect(int count) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int index = 0; index < count; ++index) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    // Otherwise channels to one address share a connection.
    arguments.SetInt("qingqu.channel", index);
    channels.push_back(grpc::CreateCustomChannel(absl::GetFlag(FLAGS_server),
                                                 grpc::InsecureChannelCredentials(), arguments));
    channels.back()->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  }
  return channels;
}

// Proceeds until nobody waits for anything any more.
void Serve(Shared& shared) {
  void* tag = nullptr;
  bool ok = false;
  while (shared.outstanding > 0 && shared.queue.Next(&tag, &ok)) {
    --shared.outstanding;
    static_cast<Waiter*>(tag)->Proceed(ok);
  }
}

template <typename SomeCaller>
void RunCallers(Shared& shared) {
  const auto channels = Connect(absl::GetFlag(FLAGS_channels));
  std::vector<std::unique_ptr<SomeCaller>> callers;
  for (int index = 0; index < absl::GetFlag(FLAGS_callers); ++index) {
    const auto& channel = channels[static_cast<size_t>(index) % channels.size()];
    callers.push_back(std::make_unique<SomeCaller>(&shared, channel));
  }
  shared.schedule.emplace(absl::Now());
  for (const auto& caller : callers) caller->Next();
  Serve(shared);
}

void RunStream(Shared& shared) {
  Streamer streamer(&shared, Connect(1).front());
  shared.schedule.emplace(absl::Now());
  streamer.Start();
  Serve(shared);
}

int Main() {
  Shared shared;
  const std::string mode = absl::GetFlag(FLAGS_mode);
  if (mode == "unary") {
    RunCallers<UnaryCaller>(shared);
  } else if (mode == "batch") {
    RunCallers<BatchCaller>(shared);
  } else if (mode == "stream") {
    RunStream(shared);
  } else {
    fmt::print(stderr, "ledger_load: there is no mode {}\n", mode);
    return 2;
  }
  shared.tally.Print(shared.schedule->start());
  return 0;
}

}  // namespace
}  // namespace qingqu

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return qingqu::Main();
}
