#include "common/base/background_loop.h"

#include <atomic>
#include <semaphore>

#include "gtest/gtest.h"

namespace qingqu {
namespace {

TEST(BackgroundLoopTest, GoesRoundUntilItIsStopped) {
  std::counting_semaphore<> rounds(0);
  BackgroundLoop loop;
  loop.Start([&](const std::stop_token&) {
    rounds.release();
    return absl::ZeroDuration();
  });
  for (int round = 0; round < 10; ++round) rounds.acquire();
  loop.Stop();
  while (rounds.try_acquire()) {
  }
  EXPECT_FALSE(rounds.try_acquire()) << "nothing runs any more";
  loop.Stop();
}

// The test would not end before its time otherwise.
TEST(BackgroundLoopTest, ARestEndsWhenItIsStopped) {
  std::binary_semaphore began(0);
  std::atomic<int> rounds = 0;
  {
    BackgroundLoop loop;
    loop.Start([&](const std::stop_token&) {
      ++rounds;
      began.release();
      return absl::Hours(24);
    });
    began.acquire();
  }
  EXPECT_EQ(rounds, 1);
}

TEST(BackgroundLoopTest, ARoundAtHandIsToldAndAwaited) {
  std::binary_semaphore began(0);
  bool ended = false;
  BackgroundLoop loop;
  loop.Start([&](const std::stop_token& stop) {
    began.release();
    while (!stop.stop_requested()) std::this_thread::yield();
    ended = true;
    return absl::ZeroDuration();
  });
  began.acquire();
  loop.Stop();
  EXPECT_TRUE(ended);
}

TEST(BackgroundLoopTest, StartsAgain) {
  BackgroundLoop loop;
  for (int time = 0; time < 3; ++time) {
    std::binary_semaphore began(0);
    loop.Start([&](const std::stop_token&) {
      began.release();
      return absl::Hours(24);
    });
    began.acquire();
    loop.Stop();
  }
}

}  // namespace
}  // namespace qingqu
