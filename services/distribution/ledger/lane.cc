#include "services/distribution/ledger/lane.h"

#include <algorithm>

#include "absl/time/clock.h"

#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

absl::Status Overloaded() {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "OVERLOADED",
                                  "the ledger has too much to post at the moment; try again"),
                        absl::Milliseconds(200));
}

absl::Status TooLate() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                   "the deadline passed before everything was posted; ask again with the same "
                   "names to learn what was");
}

// As long after a single movement another one is expected.
constexpr absl::Duration kSinglesComeFor = absl::Seconds(1);

// Where a slice from `begin` of at most `size` commands ends without cutting a group.
size_t SliceEnd(const std::vector<Command>& commands, size_t begin, size_t size) {
  size_t end = std::min(commands.size(), begin + size);
  while (end > begin && end < commands.size() && commands[end].linked) --end;
  if (end > begin) return end;
  // A group that is longer than a slice goes whole.
  end = begin + 1;
  while (end < commands.size() && commands[end].linked) ++end;
  return end;
}

}  // namespace

Lane::Lane(Post post, const Options& options)
    : post_(std::move(post)),
      options_(options),
      writer_([this] { Write(); }),
      teller_([this] { Tell(); }) {}

Lane::~Lane() {
  Drain();
  writer_.join();
  teller_.join();
}

absl::Status Lane::Submit(std::unique_ptr<PostingJob> job) {
  const size_t size = job->commands.size();
  {
    const std::lock_guard lock(mutex_);
    // A quarter is kept for single movements, so that no number of batches keeps a scanner out.
    const size_t room = size == 1 ? options_.movements_max : options_.movements_max / 4 * 3;
    if (draining_ || waiting_movements_ + size > room) return Overloaded();
    waiting_movements_ += size;
    if (size == 1) single_at_ = absl::Now();
    job->outcomes.resize(size);
    (size == 1 ? singles_ : batches_).push_back({.job = std::move(job)});
  }
  changed_.notify_one();
  return absl::OkStatus();
}

void Lane::Drain() {
  std::unique_lock lock(mutex_);
  draining_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return waiting_movements_ == 0; });
}

// Singles never keep batches out altogether.
size_t Lane::RoomForBatches() const {
  if (batches_.empty()) return 0;
  const bool short_commits = absl::Now() - single_at_ < kSinglesComeFor;
  const size_t most = short_commits ? options_.beside_singles_max : options_.commit_max;
  const size_t left = options_.commit_max - std::min(options_.commit_max, singles_.size());
  return std::max(std::min(most, left), options_.commit_max / 4);
}

// Singles first, then a slice of each batch in turn.
bool Lane::Gather(std::vector<Waiting>& gathered, std::vector<PostingSlice>& slices) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return draining_ || !singles_.empty() || !batches_.empty(); });
  if (singles_.empty() && batches_.empty()) return false;
  const auto take = [&](std::deque<Waiting>& from, size_t size_max) {
    Waiting& waiting = gathered.emplace_back(std::move(from.front()));
    from.pop_front();
    PostingJob& job = *waiting.job;
    const size_t size = SliceEnd(job.commands, waiting.next, size_max) - waiting.next;
    slices.push_back({.call = &job.call,
                      .commands = absl::MakeSpan(job.commands).subspan(waiting.next, size),
                      .outcomes = absl::MakeSpan(job.outcomes).subspan(waiting.next, size)});
    return size;
  };
  size_t for_batches = RoomForBatches();
  for (size_t room = options_.commit_max - for_batches; room > 0 && !singles_.empty(); --room) {
    take(singles_, 1);
  }
  for (size_t turn = batches_.size(); turn > 0 && for_batches > 0; --turn) {
    const size_t share = std::max(for_batches / turn, options_.slice_min);
    for_batches -= std::min(for_batches, take(batches_, std::min(share, for_batches)));
  }
  return true;
}

void Lane::PostGathered(std::vector<Waiting> gathered, const std::vector<PostingSlice>& slices) {
  absl::Status status = post_(slices);
  std::vector<absl::Status> statuses(slices.size(), status);
  // What one of them cannot do, or not in time, must not hinder the others. Nobody's doing is a
  // database that is away.
  if (!status.ok() && !absl::IsUnavailable(status) && slices.size() > 1) {
    for (size_t index = 0; index < slices.size(); ++index) {
      const bool too_late = absl::Now() >= slices[index].call->deadline;
      statuses[index] = too_late ? TooLate() : post_({slices[index]});
    }
  }
  std::vector<Answer> answers;
  std::vector<Waiting> unfinished;
  const absl::Time now = absl::Now();
  for (size_t index = 0; index < gathered.size(); ++index) {
    Waiting& waiting = gathered[index];
    waiting.next += slices[index].commands.size();
    const bool more = waiting.next < waiting.job->commands.size();
    if (more && statuses[index].ok() && now < waiting.job->call.deadline) {
      unfinished.push_back(std::move(waiting));
    } else {
      if (more && statuses[index].ok()) statuses[index] = TooLate();
      answers.push_back({.job = std::move(waiting.job), .status = std::move(statuses[index])});
    }
  }
  if (!unfinished.empty()) {
    const std::lock_guard lock(mutex_);
    for (Waiting& waiting : unfinished) batches_.push_back(std::move(waiting));
  }
  Finish(std::move(answers));
}

void Lane::Finish(std::vector<Answer> answers) {
  const std::lock_guard lock(answers_mutex_);
  std::move(answers.begin(), answers.end(), std::back_inserter(answers_));
  answered_.notify_one();
}

void Lane::Write() {
  while (true) {
    std::vector<Waiting> gathered;
    std::vector<PostingSlice> slices;
    if (!Gather(gathered, slices)) break;
    PostGathered(std::move(gathered), slices);
  }
  const std::lock_guard lock(answers_mutex_);
  writer_ended_ = true;
  answered_.notify_one();
}

void Lane::Tell() {
  while (true) {
    std::deque<Answer> answers;
    {
      std::unique_lock lock(answers_mutex_);
      answered_.wait(lock, [this] { return writer_ended_ || !answers_.empty(); });
      if (answers_.empty()) return;
      answers.swap(answers_);
    }
    size_t told = 0;
    for (Answer& answer : answers) {
      told += answer.job->commands.size();
      answer.job->done(answer.status, *answer.job);
    }
    const std::lock_guard lock(mutex_);
    waiting_movements_ -= told;
    if (draining_) changed_.notify_all();
  }
}

}  // namespace qingqu::distribution
