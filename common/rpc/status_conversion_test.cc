#include "common/rpc/status_conversion.h"

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::rpc {
namespace {

TEST(StatusConversionTest, CodeMessageReasonAndDetailsComeBackAsTheyWent) {
  const absl::Status status =
      WithRetryDelay(MakeError(absl::StatusCode::kResourceExhausted, "AGREEMENT_CEILING",
                               "only 3 are left", {{"left", "3"}}),
                     absl::Seconds(2));
  const grpc::Status converted = ToGrpcStatus(status);
  EXPECT_EQ(converted.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(converted.error_message(), "only 3 are left");
  const absl::Status back = FromGrpcStatus(converted);
  EXPECT_EQ(back, status);
  EXPECT_EQ(ErrorReason(back), "AGREEMENT_CEILING");
  EXPECT_EQ(ErrorDetails(back).at("left"), "3");
}

TEST(StatusConversionTest, TextOfInternalFailuresStaysInside) {
  for (const absl::Status& status : {absl::InternalError("password of qingqu_owner is 123"),
                                     absl::DataLossError("password of qingqu_owner is 123"),
                                     absl::UnknownError("password of qingqu_owner is 123")}) {
    const grpc::Status converted = ToGrpcStatus(status);
    EXPECT_THAT(converted.error_message(), ::testing::Not(::testing::HasSubstr("123")));
    EXPECT_THAT(converted.error_details(), ::testing::Not(::testing::HasSubstr("123")));
  }
}

TEST(StatusConversionTest, CommitInDoubtIsToldToTheCaller) {
  const grpc::Status converted = ToGrpcStatus(
      MakeError(absl::StatusCode::kUnknown, "COMMIT_IN_DOUBT", "repeat with the same request_id"));
  EXPECT_EQ(ErrorReason(FromGrpcStatus(converted)), "COMMIT_IN_DOUBT");
}

TEST(StatusConversionTest, MetadataMarkedInternalIsDropped) {
  const grpc::Status converted =
      ToGrpcStatus(MakeError(absl::StatusCode::kUnavailable, "DATABASE_UNAVAILABLE", "try again",
                             {{"internal", "host=10.0.0.5"}, {"a", "b"}}));
  EXPECT_THAT(converted.error_details(), ::testing::Not(::testing::HasSubstr("10.0.0.5")));
  EXPECT_EQ(ErrorDetails(FromGrpcStatus(converted)).at("a"), "b");
}

TEST(StatusConversionTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

}  // namespace
}  // namespace qingqu::rpc
