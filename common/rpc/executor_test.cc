#include "common/rpc/executor.h"

#include <atomic>
#include <future>
#include <vector>

#include "gtest/gtest.h"

namespace qingqu::rpc {
namespace {

TEST(ExecutorTest, RunsAllWorkBeforeDrainReturns) {
  Executor executor({.threads = 3, .queue_max = 1000});
  std::atomic<int> done{0};
  for (int index = 0; index < 1000; ++index) {
    ASSERT_TRUE(executor.TrySubmit([&done] { ++done; }));
  }
  executor.Drain();
  EXPECT_EQ(done, 1000);
}

TEST(ExecutorTest, RefusesWhatDoesNotFitAndTakesWorkAgainWhenThereIsRoom) {
  Executor executor({.threads = 1, .queue_max = 2});
  std::promise<void> release;
  std::promise<void> started;
  ASSERT_TRUE(executor.TrySubmit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(executor.TrySubmit([] {}));
  EXPECT_TRUE(executor.TrySubmit([] {}));
  EXPECT_FALSE(executor.TrySubmit([] { FAIL() << "refused work ran"; }));
  EXPECT_EQ(executor.queue_length(), 2U);
  release.set_value();
  std::promise<void> later;
  while (!executor.TrySubmit([&later] { later.set_value(); })) std::this_thread::yield();
  later.get_future().wait();
}

TEST(ExecutorTest, RefusesWorkAfterDrain) {
  Executor executor({.threads = 2, .queue_max = 10});
  executor.Drain();
  EXPECT_FALSE(executor.TrySubmit([] {}));
}

TEST(ExecutorTest, CountsExactlyUnderManySubmitters) {
  std::atomic<int> accepted{0};
  std::atomic<int> ran{0};
  {
    Executor executor({.threads = 2, .queue_max = 8});
    std::vector<std::thread> submitters;
    for (int submitter = 0; submitter < 8; ++submitter) {
      submitters.emplace_back([&] {
        for (int index = 0; index < 500; ++index) {
          if (executor.TrySubmit([&ran] { ++ran; })) ++accepted;
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_EQ(ran, accepted);
}

}  // namespace
}  // namespace qingqu::rpc
