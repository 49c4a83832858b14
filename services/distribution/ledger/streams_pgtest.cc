// StreamMovements over real gRPC: order, what a cut connection, an ended token, a stop of the
// server and a client that does not read leave behind.
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"

#include "common/auth/test_directory.h"
#include "common/auth/token.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "qingqu/distribution/v1/ledger_service.grpc.pb.h"
#include "services/distribution/ledger/ledger_service.h"
#include "services/distribution/ledger/posting_test_support.h"

namespace qingqu::distribution {
namespace {

using Stream = grpc::ClientReaderWriter<v1::StreamMovementsRequest, v1::StreamMovementsResponse>;

// A server with the ledger's real face, that can be stopped.
class LedgerServer {
 public:
  LedgerServer(const std::string& keys_dir, db::ConnectionPool* pool, const Clock* clock,
               const MovementStreamLimits& limits, const auth::RoleSource* roles)
      : verifier_(*auth::TokenVerifier::Create(keys_dir, clock)) {
    const auto* const service = v1::PostMovementRequest::descriptor()->file()->service(0);
    face_ = MakeLedgerFace(*rpc::CallRunner::Create({.service = service,
                                                     .clock = clock,
                                                     .verifier = verifier_.get(),
                                                     .roles = roles,
                                                     .pool = pool,
                                                     .metrics = &metrics_,
                                                     .executor = {}}),
                           pool, clock, limits);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&face_->grpc_service());
    server_ = builder.BuildAndStart();
    grpc::ChannelArguments arguments;
    arguments.SetInt("grpc.http2.bdp_probe", 0);
    stub_ = v1::LedgerService::NewStub(grpc::CreateCustomChannel(
        fmt::format("127.0.0.1:{}", port), grpc::InsecureChannelCredentials(), arguments));
  }
  ~LedgerServer() { Stop(absl::Seconds(1)); }

  void Stop(absl::Duration drain) {
    if (server_ == nullptr) return;
    server_->Shutdown(absl::ToChronoTime(absl::Now() + drain));
    face_->Drain();
    server_->Wait();
    server_.reset();
  }
  v1::LedgerService::Stub& stub() { return *stub_; }

 private:
  prometheus::Registry metrics_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::unique_ptr<LedgerFace> face_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
};

// One call of one client.
struct OpenStream {
  OpenStream(LedgerServer& server, const std::string& authorization) {
    context.AddMetadata("authorization", authorization);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(2));
    stream = server.stub().StreamMovements(&context);
  }
  bool Write(const std::vector<v1::Movement>& movements) {
    v1::StreamMovementsRequest request;
    for (const v1::Movement& movement : movements) *request.add_movements() = movement;
    return stream->Write(request);
  }
  v1::StreamMovementsResponse Read() {
    v1::StreamMovementsResponse response;
    EXPECT_TRUE(stream->Read(&response));
    return response;
  }
  // After what is still answered.
  absl::Status End() {
    v1::StreamMovementsResponse response;
    while (stream->Read(&response)) {
    }
    return rpc::FromGrpcStatus(stream->Finish());
  }

  grpc::ClientContext context;
  std::unique_ptr<Stream> stream;
};

class StreamsTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    signer_ = *auth::TokenSigner::LoadOrCreate(keys_dir(), auth::kIdentityKeyId, &clock_);
    EditRoles({});
  }
  std::string keys_dir() const { return directory_.File("keys"); }
  std::unique_ptr<LedgerServer> Serve(const MovementStreamLimits& limits = {}) {
    return std::make_unique<LedgerServer>(keys_dir(), pool_.get(), &clock_, limits, &roles_);
  }
  std::string Token() {
    return "Bearer " + *signer_->Sign(Pharmacist().principal, absl::Minutes(10));
  }
  // What is not named stays as it is delivered.
  void EditRoles(const std::map<std::string, std::vector<std::string>>& roles_of_permission) {
    roles_.Replace(std::make_shared<auth::RoleTable>(roles_of_permission));
  }
  v1::Movement Good(int64_t quantity = 1) { return Receive("gauze", "A", quantity, "store"); }
  int64_t Posted() const {
    return Count("SELECT count(*) FROM distribution.movement WHERE refusal IS NULL");
  }
  // How many were posted when nothing more was for a while.
  int64_t PostedWhenStill() const {
    int64_t posted = -1;
    const absl::Time end = absl::Now() + absl::Minutes(1);
    for (int64_t now = Posted(); (now != posted || now == 0) && absl::Now() < end; now = Posted()) {
      posted = now;
      absl::SleepFor(absl::Seconds(1));
    }
    return posted;
  }

  auth::TestDirectory directory_;
  auth::RoleSource roles_;
  std::unique_ptr<auth::TokenSigner> signer_;
};

TEST_F(StreamsTest, EffectsAndAnswersAreInTheOrderOfTheStream) {
  const auto server = Serve();
  OpenStream open(*server, Token());
  const auto issue = [this](int64_t quantity) {
    return Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", quantity, "store", "ward");
  };
  v1::Movement malformed = Good();
  malformed.set_quantity(0);
  const std::vector<std::vector<v1::Movement>> requests{
      {Good(10), issue(6)}, {issue(6), Good(2)}, {malformed, issue(6)}, {issue(1)}};
  const std::vector<std::vector<std::string>> reasons{
      {"", ""}, {"INSUFFICIENT_STOCK", ""}, {"INVALID_FIELD", ""}, {"INSUFFICIENT_STOCK"}};
  for (const auto& request : requests) ASSERT_TRUE(open.Write(request));
  for (size_t index = 0; index < requests.size(); ++index) {
    const v1::StreamMovementsResponse answer = open.Read();
    EXPECT_EQ(answer.last_movement(), requests[index].back().name());
    ASSERT_EQ(answer.results_size(), static_cast<int>(requests[index].size()));
    for (int position = 0; position < answer.results_size(); ++position) {
      EXPECT_EQ(ReasonOf(answer.results(position)), reasons[index][static_cast<size_t>(position)]);
    }
  }
  // Nothing but one of these ends the stream.
  ASSERT_TRUE(open.Write({}));
  EXPECT_EQ(ErrorReason(open.End()), "INVALID_FIELD");
  EXPECT_EQ(OnHand("ward", "gauze"), 12);
  ExpectSoundLedger();
}

TEST_F(StreamsTest, WhoWasCutOffGoesOnAfterTheLastAnswer) {
  const auto server = Serve();
  std::vector<std::vector<v1::Movement>> requests;
  for (int request = 0; request < 40; ++request) requests.push_back({Good(), Good(), Good()});
  std::vector<v1::StreamMovementsResponse> answers;
  for (size_t cut = 0; answers.size() < requests.size(); ++cut) {
    OpenStream open(*server, Token());
    const size_t begin = answers.size();
    std::thread writer([&, begin] {
      for (size_t index = begin; index < requests.size() && open.Write(requests[index]); ++index) {
      }
      open.stream->WritesDone();
    });
    v1::StreamMovementsResponse answer;
    while (answers.size() - begin < 7 && open.stream->Read(&answer)) answers.push_back(answer);
    open.context.TryCancel();
    writer.join();
    open.End().IgnoreError();
    ASSERT_LT(cut, 20U);
  }
  EXPECT_EQ(Posted(), 120);
  EXPECT_EQ(OnHand("store", "gauze"), 120);
  // The same names are answered as they were.
  OpenStream again(*server, Token());
  for (size_t index = 0; index < requests.size(); ++index) {
    ASSERT_TRUE(again.Write(requests[index]));
    EXPECT_EQ(again.Read().SerializeAsString(), answers[index].SerializeAsString()) << index;
  }
  again.stream->WritesDone();
  EXPECT_TRUE(again.End().ok());
  EXPECT_EQ(Posted(), 120);
  ExpectSoundLedger();
}

TEST_F(StreamsTest, AClientThatDoesNotReadIsNotServed) {
  constexpr size_t kRequests = 60;
  constexpr size_t kMovements = 100;
  const auto server = Serve();
  OpenStream open(*server, Token());
  std::vector<std::vector<v1::Movement>> requests(kRequests);
  for (std::vector<v1::Movement>& request : requests) {
    for (size_t index = 0; index < kMovements; ++index) {
      request.push_back(Good());
      request.back().set_reason(std::string(200, 'x'));
      request.back().set_document("orders/" + std::string(100, 'x'));
    }
  }
  std::thread writer([&] {
    for (const auto& request : requests) EXPECT_TRUE(open.Write(request));
    open.stream->WritesDone();
  });
  // What fits into the buffers of the connection is posted, and no more.
  EXPECT_LT(PostedWhenStill(), static_cast<int64_t>(kRequests * kMovements / 2));
  for (size_t index = 0; index < kRequests; ++index) {
    EXPECT_EQ(open.Read().last_movement(), requests[index].back().name());
  }
  writer.join();
  EXPECT_TRUE(open.End().ok());
  EXPECT_EQ(Posted(), static_cast<int64_t>(kRequests * kMovements));
}

TEST_F(StreamsTest, AnAnswerThatNobodyTakesEndsTheStream) {
  const auto server =
      Serve({.silence_max = absl::Seconds(2), .look_every = absl::Milliseconds(50)});
  std::vector<v1::Movement> movements;
  for (int index = 0; index < 1000; ++index) {
    movements.push_back(Good());
    movements.back().set_reason(std::string(200, 'x'));
  }
  OpenStream open(*server, Token());
  ASSERT_TRUE(open.Write(movements));
  EXPECT_EQ(PostedWhenStill(), 1000);
  absl::SleepFor(absl::Seconds(3));
  EXPECT_FALSE(open.End().ok());
  EXPECT_EQ(Posted(), 1000);
}

TEST_F(StreamsTest, AStopOfTheServerLosesNothingThatWasAnswered) {
  auto server = Serve();
  std::vector<std::vector<v1::Movement>> requests;
  for (int request = 0; request < 200; ++request) requests.push_back({Good(), Good()});
  std::vector<v1::StreamMovementsResponse> answers;
  {
    OpenStream open(*server, Token());
    std::thread writer([&] {
      for (const auto& request : requests) {
        if (!open.Write(request)) return;
      }
    });
    std::thread stopper([&] { server->Stop(absl::Milliseconds(100)); });
    v1::StreamMovementsResponse answer;
    while (open.stream->Read(&answer)) answers.push_back(answer);
    writer.join();
    stopper.join();
    if (answers.size() < requests.size()) {
      EXPECT_FALSE(open.stream->Finish().ok());
    }
  }
  EXPECT_GE(Posted(), static_cast<int64_t>(2 * answers.size()));
  server = Serve();
  OpenStream again(*server, Token());
  for (size_t index = 0; index < requests.size(); ++index) {
    ASSERT_TRUE(again.Write(requests[index]));
    const v1::StreamMovementsResponse answer = again.Read();
    if (index >= answers.size()) continue;
    EXPECT_EQ(answer.SerializeAsString(), answers[index].SerializeAsString()) << index;
  }
  again.stream->WritesDone();
  EXPECT_TRUE(again.End().ok());
  EXPECT_EQ(Posted(), 400);
  EXPECT_EQ(OnHand("store", "gauze"), 400);
  ExpectSoundLedger();
}

TEST_F(StreamsTest, AStreamEndsWithTheTokenThatOpenedIt) {
  const auto server = Serve();
  OpenStream open(*server, Token());
  const v1::Movement first = Good();
  ASSERT_TRUE(open.Write({first}));
  ASSERT_TRUE(open.Read().results(0).has_movement());
  clock_.Advance(absl::Minutes(11));
  open.Write({Good()});
  const absl::Status ended = open.End();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ErrorReason(ended), "TOKEN_EXPIRED");
  EXPECT_EQ(ErrorDetails(ended).at("last_movement"), first.name());
  EXPECT_EQ(Posted(), 1);
}

TEST_F(StreamsTest, AStreamThatSaysNothingEndsWithItsToken) {
  const auto server = Serve({.look_every = absl::Milliseconds(50)});
  OpenStream open(*server, Token());
  ASSERT_TRUE(open.Write({Good()}));
  open.Read();
  clock_.Advance(absl::Minutes(11));
  EXPECT_EQ(ErrorReason(open.End()), "TOKEN_EXPIRED");
}

TEST_F(StreamsTest, AnEditOfARoleHoldsForStreamsThatAreOpen) {
  const auto server = Serve();
  OpenStream open(*server, Token());
  ASSERT_TRUE(open.Write({Good()}));
  EXPECT_EQ(ReasonOf(open.Read().results(0)), "");
  EditRoles({{"distribution.stock.keep", {}}});
  ASSERT_TRUE(open.Write({Good()}));
  EXPECT_EQ(ReasonOf(open.Read().results(0)), "PERMISSION_MISSING");
  EditRoles({{"distribution.stock.keep", {"hospital_pharmacist"}}});
  ASSERT_TRUE(open.Write({Good()}));
  EXPECT_EQ(ReasonOf(open.Read().results(0)), "");
  EditRoles({{"distribution.movement.post", {}}});
  open.Write({Good()});
  EXPECT_EQ(ErrorReason(open.End()), "PERMISSION_MISSING");
  EXPECT_EQ(Posted(), 2);
}

TEST_F(StreamsTest, AStreamThatSaysNothingForLongEnds) {
  const auto server =
      Serve({.silence_max = absl::Seconds(2), .look_every = absl::Milliseconds(50)});
  OpenStream open(*server, Token());
  const v1::Movement first = Good();
  ASSERT_TRUE(open.Write({first}));
  open.Read();
  const absl::Status ended = open.End();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(ended), "STREAM_IDLE");
  EXPECT_EQ(ErrorDetails(ended).at("last_movement"), first.name());
}

TEST_F(StreamsTest, AStreamDoesNotLastForEver) {
  const auto server = Serve({.life_max = absl::Seconds(2)});
  OpenStream open(*server, Token());
  ASSERT_TRUE(open.Write({Good()}));
  open.Read();
  absl::SleepFor(absl::Seconds(3));
  open.Write({Good()});
  EXPECT_EQ(ErrorReason(open.End()), "STREAM_TOO_OLD");
  EXPECT_EQ(Posted(), 1);
}

}  // namespace
}  // namespace qingqu::distribution
