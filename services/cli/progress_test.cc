#include "services/cli/progress.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu::cli {
namespace {

const Catalogue kEnglish(Language::kEnglish);

TEST(Progress, SaysShareRateAndTimeLeft) {
  EXPECT_EQ(ProgressLine({.bytes_done = 50, .bytes_total = 200, .rows_done = 3000},
                         absl::Seconds(30), kEnglish),
            "[######..................] 25% 3000 rows, 100 rows/s, 1:30 left");
  EXPECT_EQ(ProgressLine({.bytes_done = 1, .bytes_total = 200, .rows_done = 1}, absl::Seconds(60),
                         Catalogue(Language::kChinese)),
            "[........................] 0% 1 行，0 行/秒，剩余 3:19:00");
}

TEST(Progress, NothingIsDividedByNothing) {
  EXPECT_EQ(ProgressLine({}, absl::ZeroDuration(), kEnglish),
            "[........................] 0% 0 rows, 0 rows/s");
}

TEST(Progress, DrawsOnTerminalsOnly) {
  const FakeClock clock(absl::UnixEpoch());
  std::ostringstream hidden;
  { ProgressBar(hidden, false, clock, kEnglish).Show({.bytes_total = 1}); }
  EXPECT_EQ(hidden.str(), "");
  std::ostringstream shown;
  { ProgressBar(shown, true, clock, kEnglish).Show({.bytes_total = 1}); }
  EXPECT_THAT(shown.str(), testing::HasSubstr("0%"));
  EXPECT_TRUE(shown.str().ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace qingqu::cli
