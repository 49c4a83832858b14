#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"

#include "common/auth/test_directory.h"
#include "common/auth/token.h"
#include "common/base/check.h"
#include "qingqu/supervision/v1/supervision_service.grpc.pb.h"
#include "services/supervision/supervision_service.h"
#include "tests/support/test_database.h"

namespace qingqu::supervision {
namespace {

class SupervisionServiceTest : public ::testing::Test {
 protected:
  SupervisionServiceTest() {
    auto host = rpc::ServiceHost::Start(
        {.database = database_.conninfo(), .keys_dir = directory_.File("keys"), .clock = &clock_},
        {SupervisionSpec()});
    QINGQU_CHECK(host.ok());
    host_ = *std::move(host);
    stub_ = v1::SupervisionService::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(host_->port()), grpc::InsecureChannelCredentials()));
  }

  void SignInAs(grpc::ClientContext& context, const std::string& user, const std::string& role) {
    const auto signer =
        auth::TokenSigner::LoadOrCreate(directory_.File("keys"), "identity", &clock_);
    const auto token = (*signer)->Sign(testing::PrincipalOf(user, role, "county-hospital", "east"),
                                       absl::Minutes(5));
    QINGQU_CHECK(token.ok());
    context.AddMetadata("authorization", "Bearer " + *token);
  }
  grpc::Status TraceAs(const std::string& user, const std::string& role,
                       const std::string& item = "items/x") {
    grpc::ClientContext context;
    SignInAs(context, user, role);
    v1::TraceLotRequest request;
    request.set_item(item);
    request.set_lot("L1");
    v1::TraceLotResponse response;
    return stub_->TraceLot(&context, request, &response);
  }
  std::string EventsOf(const std::string& user) {
    return database_.Value(
        "SELECT string_agg(event || ' ' || (details->>'outcome'), ',') FROM journal.entry WHERE "
        "actor_user_id = '" +
        user + "'");
  }

  testing::TestDatabase database_;
  auth::TestDirectory directory_;
  SystemClock clock_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::unique_ptr<v1::SupervisionService::Stub> stub_;
};

TEST_F(SupervisionServiceTest, EachAskingIsAnEntryAnsweredOrRefused) {
  EXPECT_EQ(TraceAs("inspector", "discipline_inspector").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(EventsOf("inspector"), "question.asked NOT_FOUND");
  EXPECT_EQ(TraceAs("li", "department_nurse").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(EventsOf("li"), "question.refused PERMISSION_DENIED");
}

TEST_F(SupervisionServiceTest, AQuestionThatIsRefusedForItsTextIsAnEntryToo) {
  const std::string hidden("items/a\0b", 9);
  EXPECT_EQ(TraceAs("inspector", "discipline_inspector", hidden).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(EventsOf("inspector"), "question.asked INVALID_ARGUMENT");
  EXPECT_EQ(TraceAs("li", "department_nurse", hidden).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(EventsOf("li"), "question.refused PERMISSION_DENIED");
}

TEST_F(SupervisionServiceTest, EveryMethodIsWired) {
  grpc::ClientContext context;
  SignInAs(context, "inspector", "discipline_inspector");
  v1::ListEntriesResponse response;
  EXPECT_TRUE(stub_->ListEntries(&context, {}, &response).ok());
  EXPECT_EQ(EventsOf("inspector"), "question.asked OK");
}

}  // namespace
}  // namespace qingqu::supervision
