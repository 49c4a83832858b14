#include "services/supervision/log/chunk_stream.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/time/clock.h"

#include "common/rpc/status_conversion.h"
#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "services/supervision/errors.h"

namespace qingqu::supervision {
namespace {

absl::Status WentAway() { return absl::CancelledError("the caller went away"); }

}  // namespace

bool StreamPlaces::Take() {
  const std::lock_guard lock(mutex_);
  if (draining_ || taken_ == places_max_) return false;
  ++taken_;
  return true;
}

void StreamPlaces::GiveBack() {
  const std::lock_guard lock(mutex_);
  --taken_;
  left_.notify_all();
}

bool StreamPlaces::TakeFor(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  int& taken = users_[user_id];
  if (taken == users_places_max_) return false;
  ++taken;
  return true;
}

void StreamPlaces::GiveBackFor(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  const auto user = users_.find(user_id);
  if (--user->second == 0) users_.erase(user);
}

void StreamPlaces::Drain() {
  std::unique_lock lock(mutex_);
  draining_ = true;
  left_.wait(lock, [this] { return taken_ == 0; });
}

bool StreamPlaces::draining() const {
  const std::lock_guard lock(mutex_);
  return draining_;
}

class ChunkStream::ThreadSink final : public ChunkStream::Sink {
 public:
  // `call` is kept as a call with the same token would be now.
  ThreadSink(ChunkStream* stream, CallContext* call)
      : stream_(stream), call_(call), checked_at_(absl::Now()) {}

  absl::Status Send(v1::LogChunk chunk) override {
    if (absl::Status status = WaitUntilTaken(); !status.ok()) return status;
    if (absl::Status status = Check(); !status.ok()) return status;
    rows_ += chunk.rows().rows_size();
    {
      const std::lock_guard lock(stream_->mutex_);
      stream_->writing_ = std::move(chunk);
      stream_->busy_ = true;
    }
    stream_->StartWrite(&stream_->writing_);
    return absl::OkStatus();
  }

  absl::Status Check() override {
    {
      const std::lock_guard lock(stream_->mutex_);
      if (stream_->gone_) return WentAway();
    }
    const Server& server = stream_->server_;
    if (server.places->draining()) return absl::UnavailableError("the service stops");
    if (absl::Now() - checked_at_ < server.token_check_every) return absl::OkStatus();
    checked_at_ = absl::Now();
    QINGQU_ASSIGN_OR_RETURN(call_->principal,
                            server.runner->AdmitAgain(server.method, stream_->incoming_));
    return absl::OkStatus();
  }

  int64_t rows() const { return rows_; }

  // Until the client has taken what was sent.
  absl::Status WaitUntilTaken() {
    std::unique_lock lock(stream_->mutex_);
    const bool taken =
        stream_->changed_.wait_for(lock, absl::ToChronoNanoseconds(stream_->server_.silence_max),
                                   [this] { return !stream_->busy_ || stream_->gone_; });
    if (stream_->gone_) return WentAway();
    if (taken) return absl::OkStatus();
    // No status can follow a chunk that nobody takes.
    stream_->server_.context->TryCancel();
    stream_->changed_.wait(lock, [this] { return !stream_->busy_; });
    return absl::CancelledError("the caller took nothing for minutes");
  }

 private:
  ChunkStream* const stream_;
  CallContext* const call_;
  absl::Time checked_at_;
  int64_t rows_ = 0;  // that were sent
};

ChunkStream::ChunkStream(const Server& server)
    : server_(server), incoming_(rpc::ReadIncomingCall(*server.context)) {}

ChunkStream* ChunkStream::Start(const Server& server, const google::protobuf::Message& request,
                                Produce produce) {
  auto* const stream = new ChunkStream(server);
  if (!server.places->Take()) {
    stream->owners_ = 1;
    stream->Finish(rpc::ToGrpcStatus(TooManyStreams()));
    return stream;
  }
  std::thread([stream, &request, produce = std::move(produce), places = server.places] {
    stream->Run(request, produce);
    stream->Leave();
    places->GiveBack();  // the last thing: whoever drains may end the service then
  }).detach();
  return stream;
}

absl::Status ChunkStream::Serve(const google::protobuf::Message& request, const Produce& produce) {
  const absl::Time arrived_at = absl::Now();
  absl::StatusOr<CallContext> call =
      server_.runner->AdmitAudited(server_.method, incoming_, request);
  if (!call.ok()) return call.status();
  const std::string& user_id = call->principal.user_id;
  absl::Status status = TooManyStreams();
  if (server_.places->TakeFor(user_id)) {
    status = ServeAdmitted(*call, produce);
    server_.places->GiveBackFor(user_id);
  }
  server_.runner->ReportAdmitted(server_.method, *call, arrived_at, status);
  return status;
}

absl::Status ChunkStream::ServeAdmitted(CallContext& call, const Produce& produce) {
  ThreadSink sink(this, &call);
  absl::Status status = produce(call, sink);
  if (status.ok()) status = sink.WaitUntilTaken();
  const absl::Status told = server_.runner->JournalSent(server_.method, call, sink.rows(), status);
  return status.ok() ? told : status;
}

void ChunkStream::Run(const google::protobuf::Message& request, const Produce& produce) {
  const absl::Status status = Serve(request, produce);
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_; });
  }
  Finish(rpc::ToGrpcStatus(status));
}

void ChunkStream::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  busy_ = false;
  gone_ = gone_ || !ok;
  changed_.notify_all();
}

void ChunkStream::OnCancel() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  changed_.notify_all();
}

void ChunkStream::Leave() {
  if (--owners_ == 0) delete this;
}

void ChunkStream::OnDone() { Leave(); }

}  // namespace qingqu::supervision
