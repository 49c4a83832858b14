#include "services/distribution/ledger/lane.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <numeric>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu::distribution {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;

// What one commit held: of each slice the user and the number of commands.
using Commit = std::vector<std::pair<std::string, size_t>>;

size_t SizeOf(const Commit& commit) {
  return std::accumulate(commit.begin(), commit.end(), size_t{0},
                         [](size_t sum, const auto& slice) { return sum + slice.second; });
}

// A lane whose commits wait for the test, and which writes down what they held.
class LaneTest : public ::testing::Test {
 protected:
  ~LaneTest() override { Open(); }

  // Until Open() no commit ends; the first one, of `user`, is in the writer's hands.
  std::future<absl::Status> Close(const std::string& user = "first", size_t size = 1) {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    std::future<absl::Status> answer = Submit(user, size);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !commits_.empty(); });
    return answer;
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }

  // A job of commands "0", "1", …, of which those in `linked` belong to the one before.
  std::future<absl::Status> Submit(const std::string& user, size_t size,
                                   std::vector<size_t> linked = {},
                                   absl::Duration limit = absl::Minutes(1)) {
    auto job = std::make_unique<PostingJob>();
    job->call.principal.user_id = user;
    job->call.deadline = absl::Now() + limit;
    job->commands.resize(size);
    for (size_t index = 0; index < size; ++index) {
      job->commands[index].movement_id = std::to_string(index);
    }
    for (const size_t index : linked) job->commands[index].linked = true;
    const auto answered = std::make_shared<std::promise<absl::Status>>();
    job->done = [answered](const absl::Status& status, const PostingJob& posted) {
      for (size_t index = 0; status.ok() && index < posted.commands.size(); ++index) {
        EXPECT_EQ(posted.outcomes[index].movement.movement_id, std::to_string(index));
      }
      answered->set_value(status);
    };
    EXPECT_TRUE(lane_.Submit(std::move(job)).ok());
    return answered->get_future();
  }

  // Of the commits after the first.
  std::vector<Commit> Commits() {
    const std::lock_guard lock(mutex_);
    return {commits_.begin() + 1, commits_.end()};
  }

  absl::Status Post(const std::vector<PostingSlice>& slices) {
    std::unique_lock lock(mutex_);
    Commit& commit = commits_.emplace_back();
    for (const PostingSlice& slice : slices) {
      commit.emplace_back(slice.call->principal.user_id, slice.commands.size());
    }
    changed_.notify_all();
    changed_.wait(lock, [this] { return !closed_; });
    for (const PostingSlice& slice : slices) {
      if (slice.call->principal.user_id == "broken") return absl::InternalError("it breaks");
      if (slice.call->principal.user_id == "slow")
        return absl::DeadlineExceededError("it reads on");
      if (slice.call->principal.user_id == "away") return absl::UnavailableError("no database");
      for (size_t index = 0; index < slice.commands.size(); ++index) {
        slice.outcomes[index].movement.movement_id = slice.commands[index].movement_id;
      }
    }
    return absl::OkStatus();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  std::vector<Commit> commits_;
  Lane lane_{[this](const std::vector<PostingSlice>& slices) { return Post(slices); },
             {.commit_max = 100, .beside_singles_max = 40, .slice_min = 10, .movements_max = 4000}};
};

TEST_F(LaneTest, WhatComesTogetherIsCommittedTogetherSinglesFirst) {
  Close();
  auto batch = Submit("batch", 20);
  auto single = Submit("nurse", 1);
  Open();
  EXPECT_TRUE(batch.get().ok());
  EXPECT_TRUE(single.get().ok());
  EXPECT_THAT(Commits(), ElementsAre(Commit{{"nurse", 1}, {"batch", 20}}));
}

TEST_F(LaneTest, AScanWaitsForOneCommitAtMost) {
  auto batch = Close("batch", 1000);
  auto single = Submit("nurse", 1);
  Open();
  EXPECT_TRUE(single.get().ok());
  EXPECT_TRUE(batch.get().ok());
  EXPECT_EQ(Commits()[0][0].first, "nurse");
}

TEST_F(LaneTest, CommitsAreShortWhileScansComeIn) {
  Close();
  auto batch = Submit("batch", 120);
  Open();
  EXPECT_TRUE(batch.get().ok());
  EXPECT_THAT(Commits(),
              ElementsAre(Commit{{"batch", 40}}, Commit{{"batch", 40}}, Commit{{"batch", 40}}));
}

TEST_F(LaneTest, OneBatchFillsACommitWhenNobodyScans) {
  auto batch = Submit("batch", 120);
  EXPECT_TRUE(batch.get().ok());
  EXPECT_THAT(commits_, ElementsAre(Commit{{"batch", 100}}, Commit{{"batch", 20}}));
}

TEST_F(LaneTest, BatchesShareACommitAndNoSliceIsTiny) {
  Close();
  std::vector<std::future<absl::Status>> answers;
  for (int batch = 0; batch < 8; ++batch) {
    answers.push_back(Submit("batch-" + std::to_string(batch), 30));
  }
  Open();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  const std::vector<Commit> commits = Commits();
  ASSERT_THAT(commits, SizeIs(Ge(6)));
  EXPECT_THAT(commits[0], ElementsAre(std::pair{"batch-0", 10}, std::pair{"batch-1", 10},
                                      std::pair{"batch-2", 10}, std::pair{"batch-3", 10}));
  EXPECT_EQ(commits[1][0].first, "batch-4") << "those who had none are next";
  for (const Commit& commit : commits) EXPECT_LE(SizeOf(commit), 40U);
}

TEST_F(LaneTest, SinglesDoNotKeepBatchesOut) {
  Close();
  std::vector<std::future<absl::Status>> answers;
  for (int single = 0; single < 300; ++single) answers.push_back(Submit("nurse", 1));
  answers.push_back(Submit("batch", 30));
  Open();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  const std::vector<Commit> commits = Commits();
  EXPECT_EQ(commits[0].back(), (std::pair<std::string, size_t>{"batch", 25}));
  EXPECT_EQ(SizeOf(commits[0]), 100U);
}

TEST_F(LaneTest, AGroupIsNeverCut) {
  Close();
  // 35 to 44 belong together, and 50 to 119, which is more than a slice.
  std::vector<size_t> linked;
  for (size_t index = 36; index < 45; ++index) linked.push_back(index);
  for (size_t index = 51; index < 120; ++index) linked.push_back(index);
  auto batch = Submit("batch", 130, linked);
  Open();
  EXPECT_TRUE(batch.get().ok());
  EXPECT_THAT(Commits(), ElementsAre(Commit{{"batch", 35}}, Commit{{"batch", 15}},
                                     Commit{{"batch", 70}}, Commit{{"batch", 10}}));
}

TEST_F(LaneTest, WhatBreaksDoesNotHarmItsNeighbours) {
  Close();
  auto broken = Submit("broken", 20);
  auto batch = Submit("batch", 20);
  Open();
  EXPECT_EQ(broken.get().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(batch.get().ok());
}

TEST_F(LaneTest, WhatTakesTooLongDoesNotHarmTheNurseBesideIt) {
  Close();
  auto slow = Submit("slow", 20);
  auto nurse = Submit("nurse", 1);
  auto late = Submit("late", 1, {}, absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(5));
  Open();
  EXPECT_EQ(slow.get().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(nurse.get().ok());
  // Nobody waits for it any more, so the others need not either.
  EXPECT_EQ(late.get().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Commits(), ElementsAre(Commit{{"nurse", 1}, {"late", 1}, {"slow", 20}},
                                     Commit{{"nurse", 1}}, Commit{{"slow", 20}}));
}

TEST_F(LaneTest, ADatabaseThatIsAwayIsAskedOnce) {
  Close();
  auto away = Submit("away", 20);
  auto nurse = Submit("nurse", 1);
  Open();
  EXPECT_EQ(away.get().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(nurse.get().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Commits(), SizeIs(1));
}

TEST_F(LaneTest, WhatIsTooLateIsNotPostedAnyMore) {
  Close();
  auto batch = Submit("batch", 1000, {}, absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(5));
  Open();
  EXPECT_EQ(batch.get().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Commits(), SizeIs(1));
}

}  // namespace
}  // namespace qingqu::distribution
