#include "services/usage/stock_client.h"

#include <string>

#include "absl/time/clock.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

#include "common/auth/test_directory.h"
#include "qingqu/distribution/v1/distribution_service.grpc.pb.h"

namespace qingqu::usage {
namespace {

Use SomeUse() {
  Use use{.use_id = "u1",
          .location_id = "ward-1",
          .created_at =
              absl::FromCivil(absl::CivilSecond(2026, 11, 21, 16, 30, 0), absl::UTCTimeZone())};
  use.lines.push_back({.item_id = "gauze",
                       .lot = "A1",
                       .expiry = *CivilDate::Parse("2027-06-30"),
                       .quantity = Quantity(10)});
  use.lines.push_back({.item_id = "cotton", .quantity = Quantity(2)});
  return use;
}

TEST(StockClientTest, TheLedgerIsToldTheLabelsExpiryAndTheDayOfRecording) {
  const auto request = MakeConsumeRequest(SomeUse());
  EXPECT_EQ(request.document(), "uses/u1");
  EXPECT_EQ(request.recorded_date(), "2026-11-22") << "half past midnight in the county";
  ASSERT_EQ(request.lines_size(), 2);
  EXPECT_EQ(request.lines(0).expiry_date(), "2027-06-30");
  EXPECT_EQ(request.lines(0).quantity(), 10);
  EXPECT_FALSE(request.lines(1).has_expiry_date());
}

TEST(StockClientTest, EachAttemptAsksTheSame) {
  EXPECT_EQ(MakeConsumeRequest(SomeUse()).SerializeAsString(),
            MakeConsumeRequest(SomeUse()).SerializeAsString());
}

// A ledger that takes everything and remembers in which trace it was asked.
class FakeLedger final : public distribution::v1::DistributionService::Service {
 public:
  grpc::Status ConsumeStock(grpc::ServerContext* context,
                            const distribution::v1::ConsumeStockRequest* /*request*/,
                            distribution::v1::ConsumeStockResponse* /*response*/) override {
    const auto found = context->client_metadata().find("traceparent");
    traceparent = found == context->client_metadata().end()
                      ? "none"
                      : std::string(found->second.data(), found->second.size());
    const auto bearer = context->client_metadata().find("authorization")->second;
    token = std::string(bearer.data(), bearer.size()).substr(std::string("Bearer ").size());
    return grpc::Status::OK;
  }
  std::string traceparent;
  std::string token;
};

class GrpcStockClientTest : public ::testing::Test {
 protected:
  GrpcStockClientTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&ledger_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<GrpcStockClient>(
        [this](std::string_view) { return server_->InProcessChannel({}); }, &gate_,
        *auth::TokenSigner::LoadOrCreate(keys_.path(), "service-usage", &clock_));
  }

  absl::Status ConsumeWithin(std::string_view traceparent) {
    return client_->Consume({.user_id = "li",
                             .institution_id = "county-hospital",
                             .scope = auth::Scope::kInstitution,
                             .roles = {"department_nurse"}},
                            SomeUse(), traceparent, absl::Now() + absl::Seconds(30));
  }

  SystemClock clock_;
  auth::TestDirectory keys_;
  FakeLedger ledger_;
  std::unique_ptr<grpc::Server> server_;
  rpc::CallGate gate_;
  std::unique_ptr<GrpcStockClient> client_;
};

// gRPC 1.51 would crash at the second call.
TEST_F(GrpcStockClientTest, NoCallBeginsOnceTheProcessStops) {
  EXPECT_TRUE(ConsumeWithin("").ok());
  gate_.Close();
  server_->Shutdown();
  const absl::Status consumed = ConsumeWithin("");
  EXPECT_EQ(consumed.code(), absl::StatusCode::kUnavailable) << consumed;
}

TEST_F(GrpcStockClientTest, TheLedgerGetsTheTraceWithASpanOfItsOwn) {
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-";
  const std::string incoming = trace + "00f067aa0ba902b7-01";
  const absl::Status consumed = ConsumeWithin(incoming);
  ASSERT_TRUE(consumed.ok()) << consumed;
  EXPECT_EQ(ledger_.traceparent.size(), incoming.size());
  EXPECT_EQ(ledger_.traceparent.substr(0, trace.size()), trace);
  EXPECT_NE(ledger_.traceparent, incoming);
}

TEST_F(GrpcStockClientTest, TheTokenSaysForWhomTheRecorderStandsIn) {
  ASSERT_TRUE(client_
                  ->Consume({.user_id = "li",
                             .institution_id = "county-hospital",
                             .roles = {"department_nurse"},
                             .on_behalf_of = "wang",
                             .delegation_id = "d1"},
                            SomeUse(), "", absl::Now() + absl::Seconds(30))
                  .ok());
  const auto verifier = auth::TokenVerifier::Create(keys_.path(), &clock_);
  const auto told = (*verifier)->Verify(ledger_.token);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->acting_service, "usage");
  EXPECT_EQ(told->user_id + " " + told->on_behalf_of + " " + told->delegation_id, "li wang d1");
}

TEST_F(GrpcStockClientTest, WhatIsNoTraceIsNotPassedOn) {
  for (const char* traceparent : {"", "forged"}) {
    ASSERT_TRUE(ConsumeWithin(traceparent).ok());
    EXPECT_EQ(ledger_.traceparent, "none");
  }
}

}  // namespace
}  // namespace qingqu::usage
