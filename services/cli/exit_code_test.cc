#include "services/cli/exit_code.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::cli {
namespace {

using absl::StatusCode;

TEST(ExitCode, SaysWhatHappened) {
  const auto code = [](StatusCode status, bool changes) {
    return ExitCodeOf(absl::Status(status, ""), changes);
  };
  EXPECT_EQ(ExitCodeOf(absl::OkStatus(), true), ExitCode::kOk);
  EXPECT_EQ(code(StatusCode::kNotFound, false), ExitCode::kRefused);
  EXPECT_EQ(code(StatusCode::kFailedPrecondition, true), ExitCode::kRefused);
  EXPECT_EQ(code(StatusCode::kPermissionDenied, true), ExitCode::kNotAllowed);
  EXPECT_EQ(code(StatusCode::kUnauthenticated, true), ExitCode::kNotAllowed);
  EXPECT_EQ(code(StatusCode::kDeadlineExceeded, false), ExitCode::kUnavailable);
}

TEST(ExitCode, AChangeWithoutAnswerIsInDoubt) {
  for (const StatusCode code :
       {StatusCode::kUnknown, StatusCode::kUnavailable, StatusCode::kDeadlineExceeded}) {
    EXPECT_EQ(ExitCodeOf(absl::Status(code, ""), true), ExitCode::kInDoubt);
    EXPECT_EQ(ExitCodeOf(absl::Status(code, ""), false), ExitCode::kUnavailable);
  }
}

TEST(ExitCode, WhatWasTurnedAwayIsNotInDoubt) {
  const absl::Status refused = MakeError(StatusCode::kUnavailable, "OVERLOADED", "busy");
  EXPECT_EQ(ExitCodeOf(refused, true), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeOf(NotSentError(absl::UnavailableError("")), true), ExitCode::kUnavailable);
}

TEST(ExitCode, OriginDecides) {
  EXPECT_EQ(ExitCodeOf(LocalFileError(absl::NotFoundError("")), true), ExitCode::kLocalFile);
  EXPECT_EQ(ExitCodeOf(UsageError(absl::InvalidArgumentError("")), true), ExitCode::kUsage);
  EXPECT_TRUE(LocalFileError(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace qingqu::cli
