#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "qingqu/supervision/v1/supervision_service.grpc.pb.h"
#include "services/supervision/supervision_service.h"
#include "tests/support/test_host.h"

namespace qingqu::supervision {
namespace {

class SupervisionServiceTest : public ::testing::Test {
 protected:
  void SignInAs(grpc::ClientContext& context, const std::string& user, const std::string& role) {
    context.AddMetadata("authorization", host_.Authorization(testing::PrincipalOf(
                                             user, role, "county-hospital", "east")));
  }
  grpc::Status TraceAs(const std::string& user, const std::string& role,
                       const std::string& item = "items/x") {
    grpc::ClientContext context;
    SignInAs(context, user, role);
    v1::TraceLotRequest request;
    request.set_item(item);
    request.set_lot("L1");
    request.set_purpose("a test of traces");
    v1::TraceLotResponse response;
    return stub_->TraceLot(&context, request, &response);
  }
  std::string EventsOf(const std::string& user) {
    return host_.database().Value(
        "SELECT string_agg(event || ' ' || (details->>'outcome'), ',') FROM journal.entry WHERE "
        "actor_user_id = '" +
        user + "'");
  }

  testing::TestHost host_{{SupervisionSpec()}};
  std::unique_ptr<v1::SupervisionService::Stub> stub_ =
      v1::SupervisionService::NewStub(host_.channel());
};

TEST_F(SupervisionServiceTest, EachAskingIsAnEntryAnsweredOrRefused) {
  EXPECT_EQ(TraceAs("inspector", "discipline_inspector").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(EventsOf("inspector"), "question.people_asked NOT_FOUND");
  EXPECT_EQ(TraceAs("li", "department_nurse").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(EventsOf("li"), "question.people_refused PERMISSION_DENIED");
}

TEST_F(SupervisionServiceTest, AQuestionThatIsRefusedForItsTextIsAnEntryToo) {
  const std::string hidden("items/a\0b", 9);
  EXPECT_EQ(TraceAs("inspector", "discipline_inspector", hidden).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(EventsOf("inspector"), "question.people_asked INVALID_ARGUMENT");
  EXPECT_EQ(TraceAs("li", "department_nurse", hidden).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(EventsOf("li"), "question.people_refused PERMISSION_DENIED");
}

TEST_F(SupervisionServiceTest, EveryMethodIsWired) {
  grpc::ClientContext context;
  SignInAs(context, "inspector", "discipline_inspector");
  v1::ListEntriesRequest request;
  request.set_purpose("a test of lists");
  v1::ListEntriesResponse response;
  EXPECT_TRUE(stub_->ListEntries(&context, request, &response).ok());
  EXPECT_EQ(EventsOf("inspector"), "question.people_asked OK");
}

}  // namespace
}  // namespace qingqu::supervision
