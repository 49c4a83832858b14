#include "services/distribution/ledger/movement_stream.h"

#include "common/rpc/status_conversion.h"
#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

// Requests that are read while others are posted.
constexpr size_t kReadAheadMax = 4;
constexpr int kMovementsMax = 1000;
// As long as an access token: then the client opens a new one.
constexpr absl::Duration kStreamLifeMax = absl::Minutes(10);

}  // namespace

MovementStream::MovementStream(rpc::CallRunner* runner, Lane* lane, CallContext call,
                               absl::Time arrived_at)
    : runner_(runner), lane_(lane), call_(std::move(call)), arrived_at_(arrived_at) {
  std::unique_lock lock(mutex_);
  Read();
}

void MovementStream::Read() {
  if (read_running_ || half_closed_ || failing_ || ended_ || read_.size() >= kReadAheadMax) {
    return;
  }
  reading_ = std::make_unique<v1::StreamMovementsRequest>();
  read_running_ = true;
  StartRead(reading_.get());
}

void MovementStream::OnReadDone(bool ok) {
  std::unique_lock lock(mutex_);
  read_running_ = false;
  if (!ok) {
    half_closed_ = true;
    return EndWhenIdle(lock);
  }
  const int size = reading_->movements_size();
  if (size < 1 || size > kMovementsMax) {
    return EndWith(lock, InvalidField("movements", "must be 1 to 1,000"));
  }
  if (absl::Now() - arrived_at_ > kStreamLifeMax) {
    return EndWith(lock, MakeError(absl::StatusCode::kUnavailable, "STREAM_TOO_OLD",
                                   "a stream lasts ten minutes; open a new one and send again "
                                   "what was not answered"));
  }
  read_.push_back(std::move(reading_));
  Read();
  PostNext(lock);
}

// Nothing is posted before what was posted is answered: a client that does not read is not served.
void MovementStream::PostNext(std::unique_lock<std::mutex>& lock) {
  if (post_running_ || write_running_ || !answers_.empty() || ended_ || read_.empty() || failing_) {
    return EndWhenIdle(lock);
  }
  auto round = std::make_shared<Round>();
  round->requests = std::move(read_);
  read_.clear();
  CallContext call = call_;
  call.received_at = runner_->Now();
  call.deadline = absl::Now() + rpc::kDeadlineDefault;
  for (const auto& request : round->requests) round->posting.Add(call, request->movements());
  post_running_ = true;
  Read();
  std::unique_ptr<PostingJob> job = round->posting.MakeJob(call);
  if (job == nullptr) {
    lock.unlock();
    return OnPosted(round, absl::OkStatus(), nullptr);
  }
  job->done = [this, round](const absl::Status& status, const PostingJob& posted) {
    OnPosted(round, status, &posted);
  };
  lock.unlock();
  const absl::Status submitted = lane_->Submit(std::move(job));
  if (!submitted.ok()) OnPosted(round, submitted, nullptr);
}

void MovementStream::OnPosted(const std::shared_ptr<Round>& round, const absl::Status& status,
                              const PostingJob* job) {
  std::unique_lock lock(mutex_);
  post_running_ = false;
  if (!status.ok()) return EndWith(lock, status);
  if (failing_) return EndWhenIdle(lock);
  size_t begin = 0;
  for (const auto& request : round->requests) {
    v1::StreamMovementsResponse& answer = answers_.emplace_back();
    const size_t end = begin + static_cast<size_t>(request->movements_size());
    round->posting.MakeResults(job, begin, end, *answer.mutable_results());
    answer.set_last_movement(request->movements().rbegin()->name());
    begin = end;
  }
  // The next round begins when gRPC has taken the answers (OnWriteDone), not on the lane's thread.
  WriteNext();
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
  WriteNext();
  PostNext(lock);
}

void MovementStream::OnCancel() {
  std::unique_lock lock(mutex_);
  GoAway(lock);
}

// Nobody is left to answer.
void MovementStream::GoAway(std::unique_lock<std::mutex>& lock) {
  answers_.clear();
  read_.clear();
  EndWith(lock, absl::CancelledError("the caller went away"));
}

void MovementStream::EndWith(std::unique_lock<std::mutex>& lock, const absl::Status& status) {
  if (!failing_) {
    failing_ = true;
    end_ = status;
  }
  EndWhenIdle(lock);
}

// What was posted is answered first. After an error what was read but not posted is dropped: the
// client sends it again.
void MovementStream::EndWhenIdle(std::unique_lock<std::mutex>& lock) {
  if (ended_ || post_running_ || write_running_ || !answers_.empty()) return;
  if (!failing_ && (!half_closed_ || !read_.empty())) return;
  ended_ = true;
  const absl::Status status = end_;
  lock.unlock();
  runner_->ReportAdmitted("StreamMovements", call_, arrived_at_, status);
  Finish(rpc::ToGrpcStatus(status));
}

// After Finish, which comes when nothing is read, posted or written any more.
void MovementStream::OnDone() { delete this; }

}  // namespace qingqu::distribution
