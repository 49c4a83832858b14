#include "common/rpc/timestamp.h"

#include <string>

#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"

namespace qingqu::rpc {
namespace {

std::string Text(absl::Time instant) {
  return google::protobuf::util::TimeUtil::ToString(ToTimestamp(instant));
}

TEST(TimestampTest, KeepsAnInstantToTheMicrosecond) {
  EXPECT_EQ(Text(absl::UnixEpoch()), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Text(absl::FromUnixMicros(1'795'276'800'123'456)), "2026-11-21T16:00:00.123456Z");
}

TEST(TimestampTest, DropsWhatPostgresqlDoesNotKeep) {
  EXPECT_EQ(Text(absl::FromUnixNanos(999'999'999)), "1970-01-01T00:00:00.999999Z");
}

TEST(TimestampTest, CountsForwardBefore1970) {
  const auto timestamp = ToTimestamp(absl::FromUnixMicros(-1));
  EXPECT_EQ(timestamp.seconds(), -1);
  EXPECT_EQ(timestamp.nanos(), 999'999'000);
}

}  // namespace
}  // namespace qingqu::rpc
