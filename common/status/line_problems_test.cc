#include "common/status/line_problems.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu {
namespace {

TEST(LineProblemsTest, NoProblemIsOk) { EXPECT_TRUE(LineProblems().ToStatus().ok()); }

TEST(LineProblemsTest, TheFirstProblemGivesCodeAndReasonAndAllAreNamed) {
  LineProblems problems;
  problems.Add(3, "lot", "LOT_EXPIRED", "the lot expired on 2026-01-31");
  problems.Add(7, "", absl::StatusCode::kInvalidArgument, "UDI_INVALID", "cannot be read");
  const absl::Status status = problems.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(status), "LOT_EXPIRED");
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("lines[3].lot"));
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value());
  EXPECT_THAT(std::string(*payload), ::testing::HasSubstr("lines[7]"));
  EXPECT_THAT(std::string(*payload), ::testing::HasSubstr("UDI_INVALID: cannot be read"));
}

}  // namespace
}  // namespace qingqu
