#include "services/distribution/ledger/movement_stream.h"

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

// Requests that are read while others are posted.
constexpr size_t kReadAheadMax = 4;
constexpr int kMovementsMax = 1000;

}  // namespace

MovementStream::MovementStream(const Server& server, rpc::IncomingCall incoming, CallContext call,
                               absl::Time arrived_at)
    : server_(server),
      incoming_(std::move(incoming)),
      call_(std::move(call)),
      arrived_at_(arrived_at),
      active_at_(arrived_at) {
  const std::lock_guard lock(mutex_);
  Read();
  LookLater();
}

absl::Status MovementStream::OpenAgain(absl::StatusCode code, std::string_view reason,
                                       std::string_view why) const {
  return MakeError(code, reason,
                   fmt::format("{}; open a new stream and send again what was not answered", why),
                   {{"last_movement", last_movement_}});
}

absl::Status MovementStream::CheckAge() const {
  if (active_at_ - arrived_at_ <= server_.limits.life_max) return absl::OkStatus();
  return OpenAgain(absl::StatusCode::kUnavailable, "STREAM_TOO_OLD", "a stream lasts ten minutes");
}

// A stream may do no more than a call with the same token could do now.
absl::StatusOr<CallContext> MovementStream::CallNow() const {
  absl::StatusOr<auth::Principal> admitted =
      server_.runner->AdmitAgain("StreamMovements", incoming_);
  if (!admitted.ok()) {
    const absl::Status status = admitted.status();
    return OpenAgain(status.code(), ErrorReason(status), ToStd(status.message()));
  }
  CallContext call = call_;
  call.principal = *std::move(admitted);
  call.received_at = server_.runner->Now();
  call.deadline = absl::Now() + rpc::kDeadlineDefault;
  return call;
}

void MovementStream::LookLater() {
  look_running_ = true;
  // Not set anew, since this may be its own callback.
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(absl::ToChronoTime(absl::Now() + server_.limits.look_every),
              [this](bool waited) { OnLook(waited); });
}

// After a while; at once when the stream is about to end.
void MovementStream::OnLook(bool waited) {
  std::unique_lock lock(mutex_);
  look_running_ = false;
  if (!waited) return EndWhenIdle(lock);
  const bool silent = !post_running_ && absl::Now() - active_at_ > server_.limits.silence_max;
  // No status can follow an answer that nobody takes.
  if (silent && write_running_) return server_.context->TryCancel();
  if (!failing_ && silent) {
    Fail(OpenAgain(absl::StatusCode::kUnavailable, "STREAM_IDLE",
                   "the stream said nothing for minutes"));
  }
  if (!failing_) {
    const absl::Status token = CallNow().status();
    if (!token.ok()) Fail(token);
  }
  LookLater();
  EndWhenIdle(lock);
}

void MovementStream::Read() {
  if (read_running_ || half_closed_ || failing_ || ended_ || read_.size() >= kReadAheadMax) {
    return;
  }
  reading_ = std::make_unique<v1::StreamMovementsRequest>();
  read_running_ = true;
  StartRead(reading_.get());
}

// Requests are looked through as they come, without the lock, while others are posted.
void MovementStream::OnReadDone(bool ok) {
  Request request;
  absl::StatusOr<CallContext> call = call_;
  {
    const std::lock_guard lock(mutex_);
    request.message = std::move(reading_);
    active_at_ = absl::Now();
    if (ok) call = CallNow();
    if (const absl::Status age = CheckAge(); ok && !age.ok()) call = age;
  }
  if (ok && call.ok()) {
    const int size = request.message->movements_size();
    if (size < 1 || size > kMovementsMax) {
      call = InvalidField("movements", "must be 1 to 1,000");
    } else {
      request.posting.Add(*call, request.message->movements());
    }
  }
  std::unique_lock lock(mutex_);
  read_running_ = false;
  if (!ok) {
    half_closed_ = true;
  } else if (!call.ok()) {
    Fail(call.status());
  } else {
    read_.push_back(std::move(request));
  }
  GoOn(lock);
}

void MovementStream::GoOn(std::unique_lock<std::mutex>& lock) {
  PostNext();
  while (unposted_ != nullptr) {
    const std::shared_ptr<Round> round = std::move(unposted_);
    unposted_ = nullptr;
    post_running_ = false;
    AddAnswers(*round, nullptr);
    PostNext();
  }
  Read();
  WriteNext();
  EndWhenIdle(lock);
}

// One job at a time, and none while as much as it would add waits to be read by the client.
void MovementStream::PostNext() {
  if (post_running_ || failing_ || ended_ || read_.empty() || answers_.size() >= kReadAheadMax) {
    return;
  }
  const absl::StatusOr<CallContext> call = CallNow();
  if (!call.ok()) return Fail(call.status());
  auto round = std::make_shared<Round>();
  for (Request& request : read_) {
    round->messages.push_back(std::move(request.message));
    round->posting.Append(std::move(request.posting));
  }
  read_.clear();
  post_running_ = true;
  std::unique_ptr<PostingJob> job = round->posting.MakeJob(*call);
  if (job == nullptr) {
    unposted_ = std::move(round);
    return;
  }
  job->done = [this, round](const absl::Status& status, const PostingJob& posted) {
    OnPosted(round, status, &posted);
  };
  const absl::Status submitted = server_.lane->Submit(std::move(job));
  if (submitted.ok()) return;
  post_running_ = false;
  Fail(submitted);
}

// On the lane's thread: the lane goes on with the next round while this one is answered.
void MovementStream::OnPosted(const std::shared_ptr<Round>& round, const absl::Status& status,
                              const PostingJob* job) {
  std::unique_lock lock(mutex_);
  post_running_ = false;
  active_at_ = absl::Now();  // what comes late is the lane's delay, not the client's
  if (!status.ok()) {
    Fail(status);
  } else if (!gone_) {
    PostNext();
    AddAnswers(*round, job);
  }
  GoOn(lock);
}

void MovementStream::AddAnswers(const Round& round, const PostingJob* job) {
  size_t begin = 0;
  for (const auto& message : round.messages) {
    v1::StreamMovementsResponse& answer = answers_.emplace_back();
    const size_t end = begin + static_cast<size_t>(message->movements_size());
    round.posting.MakeResults(job, begin, end, *answer.mutable_results());
    answer.set_last_movement(message->movements().rbegin()->name());
    begin = end;
  }
}

void MovementStream::WriteNext() {
  if (write_running_ || answers_.empty() || ended_) return;
  writing_ = std::move(answers_.front());
  answers_.pop_front();
  write_running_ = true;
  StartWrite(&writing_);
}

void MovementStream::OnWriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  write_running_ = false;
  if (!ok) return GoAway(lock);
  active_at_ = absl::Now();
  last_movement_ = writing_.last_movement();
  GoOn(lock);
}

void MovementStream::OnCancel() {
  std::unique_lock lock(mutex_);
  GoAway(lock);
}

// Nobody is left to answer.
void MovementStream::GoAway(std::unique_lock<std::mutex>& lock) {
  gone_ = true;
  answers_.clear();
  read_.clear();
  Fail(absl::CancelledError("the caller went away"));
  GoOn(lock);
}

void MovementStream::Fail(const absl::Status& status) {
  if (failing_) return;
  failing_ = true;
  end_ = status;
}

// What was posted is answered first. After an error what was read but not posted is dropped: the
// client sends it again.
void MovementStream::EndWhenIdle(std::unique_lock<std::mutex>& lock) {
  if (ended_ || post_running_ || write_running_ || !answers_.empty()) return;
  if (!failing_ && (!half_closed_ || !read_.empty())) return;
  if (look_running_) return alarm_->Cancel();  // OnLook comes back here
  ended_ = true;
  ErrorMetadata details = ErrorDetails(end_);
  if (const auto last = details.find("last_movement"); last != details.end()) {
    last->second = last_movement_;
    end_ = MakeError(end_.code(), ErrorReason(end_), ToStd(end_.message()), details);
  }
  const absl::Status status = end_;
  lock.unlock();
  server_.runner->ReportAdmitted("StreamMovements", call_, arrived_at_, status);
  Finish(rpc::ToGrpcStatus(status));
}

// After Finish, which comes when nothing is read, posted or written any more.
void MovementStream::OnDone() { delete this; }

}  // namespace qingqu::distribution
