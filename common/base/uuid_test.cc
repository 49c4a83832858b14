#include "common/base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace qingqu {
namespace {

constexpr std::string_view kText = "0192f0c1-7a3b-7c4d-8e5f-60718293a4b5";

// Ids ascend within the process, so each test begins later than all before it.
absl::Time NextStart() {
  static std::atomic<int> hours{0};
  return absl::FromUnixSeconds(1795276800) + absl::Hours(++hours);
}

int64_t UnixMillis(const Uuid& uuid) {
  int64_t millis = 0;
  for (size_t index = 0; index < 6; ++index) millis = millis << 8 | uuid.bytes()[index];
  return millis;
}

int Variant(const Uuid& uuid) { return uuid.bytes()[8] >> 6; }

TEST(UuidTest, ParsesEitherCaseAndPrintsLowerCase) {
  EXPECT_EQ(Uuid::Parse(kText)->ToString(), kText);
  EXPECT_EQ(Uuid::Parse("0192F0C1-7A3B-7C4D-8E5F-60718293A4B5")->ToString(), kText);
  EXPECT_EQ(Uuid::Parse(kText)->version(), 7);
  EXPECT_EQ(Uuid::Parse(kText)->bytes()[1], 0x92);
  EXPECT_EQ(Uuid().ToString(), "00000000-0000-0000-0000-000000000000");
}

TEST(UuidTest, RefusesEveryWrongCharacterAndLength) {
  for (size_t position = 0; position < kText.size(); ++position) {
    for (const char wrong : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\x80'}) {
      std::string text(kText);
      text[position] = wrong;
      EXPECT_EQ(Uuid::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
    }
    std::string swapped(kText);
    swapped[position] = swapped[position] == '-' ? '0' : '-';
    EXPECT_FALSE(Uuid::Parse(swapped).ok()) << swapped;
    EXPECT_FALSE(Uuid::Parse(kText.substr(0, position)).ok());
  }
  EXPECT_FALSE(Uuid::Parse(std::string(kText) + "0").ok());
  EXPECT_FALSE(Uuid::Parse("{0192f0c1-7a3b-7c4d-8e5f-60718293a4b}").ok());
}

TEST(UuidTest, ParsesWhatItPrints) {
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 5'000; ++round) {
    std::array<uint8_t, 16> bytes;
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() & 0xFF);
    const Uuid uuid = Uuid::FromBytes(bytes);
    ASSERT_EQ(uuid.bytes(), bytes);
    ASSERT_EQ(Uuid::Parse(uuid.ToString()).value(), uuid) << uuid.ToString();
  }
}

TEST(UuidTest, Version7CarriesTheTime) {
  const FakeClock clock(NextStart());
  const Uuid uuid = NewUuidV7(clock);
  EXPECT_EQ(uuid.version(), 7);
  EXPECT_EQ(Variant(uuid), 2);
  EXPECT_EQ(UnixMillis(uuid), absl::ToUnixMillis(clock.Now()));
}

TEST(UuidTest, Version7AscendsWhenTheClockStandsStill) {
  const FakeClock clock(NextStart());
  const int64_t start = absl::ToUnixMillis(clock.Now());
  const Uuid first = NewUuidV7(clock);
  Uuid last = first;
  // The counter starts below 2048 and has 4096 values: 6000 ids run over exactly once.
  for (int count = 1; count < 6000; ++count) {
    const Uuid next = NewUuidV7(clock);
    ASSERT_LT(last, next) << count;
    ASSERT_EQ(next.version(), 7);
    ASSERT_EQ(Variant(next), 2);
    last = next;
  }
  EXPECT_EQ(UnixMillis(first), start);
  EXPECT_EQ(UnixMillis(last), start + 1);
}

TEST(UuidTest, Version7AscendsWhenTheClockGoesBack) {
  FakeClock clock(NextStart());
  const int64_t start = absl::ToUnixMillis(clock.Now());
  const Uuid before = NewUuidV7(clock);
  clock.Advance(-absl::Hours(24));
  const Uuid after = NewUuidV7(clock);
  EXPECT_LT(before, after);
  EXPECT_EQ(UnixMillis(after), start);
  clock.Set(absl::InfinitePast());
  EXPECT_LT(after, NewUuidV7(clock));
  clock.Set(absl::FromUnixMillis(start + 5));
  EXPECT_EQ(UnixMillis(NewUuidV7(clock)), start + 5);
}

TEST(UuidTest, Version7IsRandomBesidesTheTimeAndTheCounter) {
  const FakeClock clock(NextStart());
  std::set<std::string> random_parts;
  for (int count = 0; count < 1000; ++count) {
    random_parts.insert(NewUuidV7(clock).ToString().substr(19));
  }
  EXPECT_EQ(random_parts.size(), 1000u);
}

TEST(UuidTest, Version7AscendsInEachThreadAndNeverRepeats) {
  constexpr int kThreads = 4;
  constexpr size_t kIdsPerThread = 5000;
  FakeClock clock(NextStart());
  std::vector<std::vector<Uuid>> made(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::vector<Uuid>& ids : made) {
      threads.emplace_back([&clock, &ids] {
        for (size_t count = 0; count < kIdsPerThread; ++count) {
          if (count % 100 == 0) clock.Advance(absl::Milliseconds(count % 300 == 0 ? -2 : 1));
          ids.push_back(NewUuidV7(clock));
        }
      });
    }
  }
  // Random bits would hide a repeated counter, so only the time and the counter are compared.
  std::set<std::string> ticks;
  for (const std::vector<Uuid>& ids : made) {
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    for (const Uuid& uuid : ids) ticks.insert(uuid.ToString().substr(0, 18));
  }
  EXPECT_EQ(ticks.size(), kThreads * kIdsPerThread);
}

TEST(UuidTest, TextAlwaysGivesTheSameId) {
  const Uuid uuid = UuidFromText("request-1/line-1");
  EXPECT_EQ(UuidFromText("request-1/line-1"), uuid);
  EXPECT_NE(UuidFromText("request-1/line-2"), uuid);
  EXPECT_EQ(uuid.version(), 8);
  EXPECT_EQ(Variant(uuid), 2);
}

// Stored ids depend on it. BLAKE2b-128 of nothing is cae66941d9efbd404e4d88758ea67670 before
// version and variant.
TEST(UuidTest, TextGivesTheSameIdInEveryRelease) {
  EXPECT_EQ(UuidFromText("").ToString(), "cae66941-d9ef-8d40-8e4d-88758ea67670");
}

TEST(UuidTest, TextAndTimeGiveAnIdOfThatTime) {
  const absl::Time time = absl::FromUnixMillis(1'795'132'800'123);
  const Uuid uuid = UuidV7FromText(time, "receipts/r1/receive/1");
  EXPECT_EQ(UuidV7FromText(time, "receipts/r1/receive/1"), uuid);
  EXPECT_NE(UuidV7FromText(time, "receipts/r1/receive/2"), uuid);
  EXPECT_EQ(uuid.version(), 7);
  EXPECT_EQ(Variant(uuid), 2);
  EXPECT_EQ(uuid.unix_millis(), 1'795'132'800'123);
}

}  // namespace
}  // namespace qingqu
