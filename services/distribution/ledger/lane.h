#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "services/distribution/ledger/command.h"
#include "services/distribution/ledger/posting.h"

namespace qingqu::distribution {

// What one call asks to post. `done` is called once, on a thread of the lane's: OK when every
// command has its outcome.
struct PostingJob {
  CallContext call;
  std::vector<Command> commands;
  std::vector<Outcome> outcomes;
  std::function<void(const absl::Status&, const PostingJob&)> done;
};

// Where concurrent calls gather: one writer takes what has come in, posts it in one commit, and
// answers. Single movements go first, and batches share what is left of a commit: a scan waits for
// one commit at most, and while scans come in commits are kept short. Thread-safe.
class Lane {
 public:
  // Posts slices, all in one commit; see PostSlices.
  using Post = std::function<absl::Status(const std::vector<PostingSlice>&)>;
  struct Options {
    size_t commit_max = 4096;  // movements in one commit
    size_t beside_singles_max =
        1024;                      // of batches, in a commit within a second of a single movement
    size_t slice_min = 256;        // of a batch in one commit, however many batches wait
    size_t movements_max = 65536;  // that may wait; more are refused
  };

  Lane(Post post, const Options& options);
  ~Lane();  // Drains.
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // UNAVAILABLE OVERLOADED, with a delay after which to try again, when too much waits already or
  // the lane drains; `done` is not called then.
  absl::Status Submit(std::unique_ptr<PostingJob> job);

  // Refuses new jobs, and returns when those accepted are answered.
  void Drain();

 private:
  struct Waiting {
    std::unique_ptr<PostingJob> job;
    size_t next = 0;  // the first command that is not posted yet
  };
  struct Answer {
    std::unique_ptr<PostingJob> job;
    absl::Status status;
  };

  void Write();
  void Tell();
  bool Gather(std::vector<Waiting>& gathered, std::vector<PostingSlice>& slices);
  size_t RoomForBatches() const;
  void PostGathered(std::vector<Waiting> gathered, const std::vector<PostingSlice>& slices);
  void Finish(std::vector<Answer> answers);

  const Post post_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> singles_;   // guarded by mutex_
  std::deque<Waiting> batches_;   // guarded by mutex_
  size_t waiting_movements_ = 0;  // guarded by mutex_; gathered ones count until they are answered
  absl::Time single_at_ = absl::InfinitePast();  // guarded by mutex_; when the last one came in
  bool draining_ = false;                        // guarded by mutex_
  std::mutex answers_mutex_;
  std::condition_variable answered_;
  std::deque<Answer> answers_;  // guarded by answers_mutex_
  bool writer_ended_ = false;   // guarded by answers_mutex_
  std::thread writer_;
  std::thread teller_;
};

}  // namespace qingqu::distribution
