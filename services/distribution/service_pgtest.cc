#include <memory>
#include <set>
#include <string>

#include "fmt/format.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/auth/test_directory.h"
#include "common/auth/token.h"
#include "common/rpc/service_host.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "qingqu/distribution/v1/distribution_service.grpc.pb.h"
#include "services/distribution/distribution_service.h"
#include "services/distribution/distribution_test_support.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

// The service behind a real server, as it runs in production.
class FaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    signer_ = *auth::TokenSigner::LoadOrCreate(keys_.path(), auth::kIdentityKeyId, &clock_);
    auto host = rpc::ServiceHost::Start(
        {.database = database_.conninfo(), .keys_dir = keys_.path(), .clock = &clock_},
        {DistributionSpec()});
    ASSERT_TRUE(host.ok()) << host.status();
    host_ = *std::move(host);
    channel_ = grpc::CreateChannel(fmt::format("127.0.0.1:{}", host_->port()),
                                   grpc::InsecureChannelCredentials());
  }

  std::string Token(std::string_view role) {
    return "Bearer " + *signer_->Sign(testing::PrincipalOf("qian", role, "county-hospital", "east"),
                                      absl::Minutes(5));
  }

  // The reason with which a method answers an empty request, "" for OK.
  std::string ReasonOf(const google::protobuf::MethodDescriptor& method,
                       const std::string& authorization) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    // A message without fields; a buffer without slices would be no message at all.
    const grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    const std::string path = fmt::format("/{}/{}", method.service()->full_name(), method.name());
    const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool is_ok = false;
    queue.Next(&tag, &is_ok);
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNIMPLEMENTED)
        << path << ": " << status.error_message();
    EXPECT_NE(status.error_code(), grpc::StatusCode::INTERNAL) << path;
    return ErrorReason(rpc::FromGrpcStatus(status));
  }

  SystemClock clock_;
  auth::TestDirectory keys_;
  testing::TestDatabase database_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(FaceTest, EachMethodIsWiredAndGuarded) {
  const auto& service = *v1::Receipt::descriptor()->file()->service(0);
  ASSERT_EQ(service.method_count(), 12);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(ReasonOf(method, ""), "SIGN_IN_REQUIRED") << method.name();
    if (method.name() == "ConsumeStock") {
      EXPECT_EQ(ReasonOf(method, Token("department_nurse")), "PERMISSION_MISSING")
          << "only the usage service consumes";
      continue;
    }
    const bool may_be_empty = method.name() == "ListLocations" ||
                              method.name() == "ListTransfers" || method.name() == "ListBalances" ||
                              method.name() == "CheckLedger";
    EXPECT_EQ(ReasonOf(method, Token("operator")), may_be_empty ? "" : "INVALID_FIELD")
        << method.name();
  }
}

TEST(DistributionQueriesTest, EachCanBePrepared) {
  const testing::TestDatabase database;
  EXPECT_EQ(database.PrepareAll("distribution",
                                {queries::kAllQueries.begin(), queries::kAllQueries.end()}),
            "");
}

class QueryTest : public DistributionTest {
 protected:
  QueryTest() : DistributionTest(1) {}

  void CreateLocations() {
    for (const auto kind : {v1::LOCATION_KIND_CENTRAL_STORE, v1::LOCATION_KIND_INSTITUTION_STORE,
                            v1::LOCATION_KIND_DEPARTMENT}) {
      v1::CreateLocationRequest request;
      request.set_location_id(fmt::format("new-{}", static_cast<int>(kind)));
      v1::Location& location = *request.mutable_location();
      location.set_display_name("New");
      location.set_kind(kind);
      location.set_alliance("alliances/east");
      location.set_institution("institutions/county-hospital");
      if (kind == v1::LOCATION_KIND_DEPARTMENT) location.set_department("departments/radiology");
      EXPECT_TRUE(handlers_.CreateLocation(Operator(), request).ok());
    }
    EXPECT_TRUE(handlers_.ListLocations(Operator(), {}).ok());
  }
};

// Walks through all there is on one connection, then asks PostgreSQL which statements it never ran.
TEST_F(QueryTest, EachIsExecuted) {
  CreateLocations();
  StockGauze(10, {{.lot = "A"}});
  SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  SeedDespatch("d1", {{.item_id = "stent", .quantity = 1, .lot = "S", .serials = {"S1"}}});
  const auto receipt = Receive(Operator(), "d1", {Accept(Label(20, "271231", "S", "S1"), 1)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  v1::GetReceiptRequest get_receipt;
  get_receipt.set_name(receipt->name());
  EXPECT_TRUE(handlers_.GetReceipt(Operator(), get_receipt).ok());
  const auto sent = Send(Operator(), "central", "ward", {{"gauze", 1}});
  ASSERT_TRUE(sent.ok() && Arrive(Nurse(), sent->name()).ok());
  v1::GetTransferRequest get_transfer;
  get_transfer.set_name(sent->name());
  EXPECT_TRUE(handlers_.GetTransfer(Operator(), get_transfer).ok());
  EXPECT_TRUE(handlers_.ListTransfers(Operator(), {}).ok());
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_TRUE(Use(Nurse(), "uses/u1", "ward", {Line("gauze", "A", 1)}).ok());
  }
  EXPECT_TRUE(handlers_.ListBalances(Operator(), {}).ok());
  v1::ListMovementsRequest list_movements;
  list_movements.set_item("items/gauze");
  EXPECT_TRUE(handlers_.ListMovements(Operator(), list_movements).ok());
  ExpectSoundLedger();

  auto lease = pool_->Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(lease.ok());
  pqxx::nontransaction tx(*lease->connection().session);
  // A statement is prepared at its first execution, or not there at all.
  std::set<std::string> executed;
  for (const auto& row : tx.exec("SELECT name FROM pg_prepared_statements "
                                 "WHERE generic_plans + custom_plans > 0")) {
    executed.insert(row[0].as<std::string>());
  }
  for (const db::Query* query : queries::kAllQueries) {
    EXPECT_TRUE(executed.contains(query->name)) << query->name;
  }
}

}  // namespace
}  // namespace qingqu::distribution
