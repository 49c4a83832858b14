#include "common/rpc/process_tls.h"

#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/byte_buffer.h"
#include "gtest/gtest.h"

#include "common/auth/test_directory.h"
#include "common/rpc/certificate_file.h"
#include "common/rpc/test_authority.h"

namespace qingqu::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Ends each call at once with an empty answer, and remembers who called.
class Greeter final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    peer = ReadTlsPeer(context->auth_context().get());
    class Reactor final : public grpc::ServerGenericBidiReactor {
     public:
      Reactor() { StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK); }
      void OnDone() override { delete this; }

     private:
      grpc::Slice bytes_;
      grpc::ByteBuffer answer_{&bytes_, 1};
    };
    return new Reactor();
  }
  TlsPeer peer;
};

class ProcessTlsTest : public ::testing::Test {
 protected:
  std::string Folder(const std::string& name) { return directory_.File(name); }
  static TlsFiles FilesOf(const std::string& folder) {
    return {.certificate = folder + "/certificate.pem",
            .key = folder + "/key.pem",
            .authority = folder + "/ca.pem",
            .reload_seconds = 1};
  }
  TlsFiles Issue(const std::string& name, const TestAuthority::Wish& wish) {
    authority_.Issue(Folder(name), wish);
    return FilesOf(Folder(name));
  }

  // gRPC tells of each refusal, and of files that went with the last test.
  static void SetUpTestSuite() { ::setenv("GRPC_VERBOSITY", "NONE", 0); }

  void Serve(const TlsFiles& files, Greeter& greeter) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", MakeServerCredentials(files, {"gateway", "edge"}),
                             &port_);
    builder.RegisterCallbackGenericService(&greeter);
    server_ = builder.BuildAndStart();
  }
  void SetUp() override { Serve(Issue("catalog", {.names = {"catalog"}}), greeter_); }

  static grpc::StatusCode CallOn(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::StatusCode> code;
    stub.UnaryCall(&context, "/a/b", grpc::StubOptions(), &request, &response,
                   [&code](const grpc::Status& status) { code.set_value(status.error_code()); });
    return code.get_future().get();
  }
  // On a new connection each time.
  grpc::StatusCode Call(const TlsFiles& files, std::string_view name = "catalog") const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return CallOn(MakeChannel(fmt::format("127.0.0.1:{}", port_), name, files, arguments));
  }

  auth::TestDirectory directory_;
  TestAuthority authority_;
  Greeter greeter_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(ProcessTlsTest, AKnownPeerIsServedAndNamed) {
  const TlsFiles gateway = Issue("gateway", {.names = {"gateway"}});
  EXPECT_EQ(Call(gateway), grpc::StatusCode::OK);
  EXPECT_TRUE(greeter_.peer.secured);
  EXPECT_THAT(greeter_.peer.names, ElementsAre("gateway"));
  std::ifstream file(gateway.certificate);
  const std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(greeter_.peer.certificate_sha256, CertificateSha256(pem));
  EXPECT_EQ(greeter_.peer.certificate_sha256.size(), 64U);
}

TEST_F(ProcessTlsTest, OthersAreRefused) {
  EXPECT_EQ(Call(Issue("usage", {.names = {"usage"}})), grpc::StatusCode::UNAVAILABLE)
      << "another name";
  EXPECT_EQ(Call(Issue("none", {.names = {}})), grpc::StatusCode::UNAVAILABLE) << "no name";
  EXPECT_EQ(Call(Issue("old", {.names = {"gateway"}, .ends_in_seconds = -10})),
            grpc::StatusCode::UNAVAILABLE)
      << "expired";
  EXPECT_EQ(Call(Issue("new", {.names = {"gateway"}, .begins_in_seconds = 600})),
            grpc::StatusCode::UNAVAILABLE)
      << "not yet valid";
  EXPECT_EQ(Call({}), grpc::StatusCode::UNAVAILABLE) << "no TLS";
  EXPECT_EQ(Call(Issue("gateway", {.names = {"gateway"}})), grpc::StatusCode::OK);
}

TEST_F(ProcessTlsTest, AnotherAuthoritysCertificateIsRefused) {
  TestAuthority other;
  other.Issue(Folder("forged"), {.names = {"gateway"}});
  TlsFiles forged = FilesOf(Folder("forged"));
  EXPECT_EQ(Call(forged), grpc::StatusCode::UNAVAILABLE) << "neither believes the other";
  forged.authority = Folder("catalog") + "/ca.pem";
  EXPECT_EQ(Call(forged), grpc::StatusCode::UNAVAILABLE) << "the server does not believe it";
}

TEST_F(ProcessTlsTest, AClientWithoutCertificateIsRefused) {
  std::ifstream file(Folder("catalog") + "/ca.pem");
  const std::string roots((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto credentials = grpc::SslCredentials({.pem_root_certs = roots});
  EXPECT_EQ(CallOn(grpc::CreateChannel(fmt::format("localhost:{}", port_), credentials)),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ProcessTlsTest, AServerOfAnotherNameIsNotSpokenTo) {
  EXPECT_EQ(Call(Issue("gateway", {.names = {"gateway"}}), "identity"),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ProcessTlsTest, RenewedFilesCountForNewConnections) {
  const TlsFiles gateway = Issue("gateway", {.names = {"gateway"}});
  ASSERT_EQ(Call(gateway), grpc::StatusCode::OK);
  const std::string before = greeter_.peer.certificate_sha256;
  Issue("catalog", {.names = {"another"}});
  // The server shows its new certificate, which is not that of the name wished for.
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (Call(gateway) == grpc::StatusCode::OK && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_EQ(Call(gateway, "another"), grpc::StatusCode::OK);
  EXPECT_EQ(Call(Issue("gateway", {.names = {"edge"}}), "another"), grpc::StatusCode::OK);
  EXPECT_NE(greeter_.peer.certificate_sha256, before);
  EXPECT_THAT(greeter_.peer.names, ElementsAre("edge"));
}

TEST_F(ProcessTlsTest, WithoutFilesThereIsNoTls) {
  Greeter plain;
  Serve({}, plain);
  EXPECT_EQ(Call({}), grpc::StatusCode::OK);
  EXPECT_FALSE(plain.peer.secured);
  EXPECT_EQ(plain.peer.certificate_sha256, "");
  server_->Shutdown();
  server_.reset();
}

class TlsFilesTest : public ProcessTlsTest {
 protected:
  void ExpectRefused(const TlsFiles& files, const std::vector<std::string>& names,
                     const std::string& words) {
    const absl::Status status = CheckTlsFiles(files, names);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
};

TEST_F(TlsFilesTest, GoodFilesAndNone) {
  EXPECT_TRUE(CheckTlsFiles({}, {"catalog"}).ok());
  const TlsFiles files = Issue("two", {.names = {"catalog", "usage"}});
  EXPECT_TRUE(CheckTlsFiles(files, {"catalog", "usage"}).ok());
  EXPECT_TRUE(CheckTlsFiles(files, {}).ok());
}

TEST_F(TlsFilesTest, WhatIsWrongIsNamed) {
  const TlsFiles good = Issue("good", {.names = {"catalog"}});
  TlsFiles files = good;
  files.authority = "";
  ExpectRefused(files, {}, "all or none");
  ExpectRefused(good, {"usage"}, "is not for usage.qingqu.internal");
  files = good;
  files.certificate = Folder("missing");
  ExpectRefused(files, {}, "missing: cannot be read");
  Write(Folder("text"), "no certificate");
  files.certificate = Folder("text");
  ExpectRefused(files, {}, "text: holds no PEM certificate");
  files = good;
  files.authority = Folder("text");
  ExpectRefused(files, {}, "text: holds no PEM certificate");
  files = good;
  files.key = Issue("other", {.names = {"catalog"}}).key;
  ExpectRefused(files, {}, "is not the key of");
  ::chmod(good.key.c_str(), 0640);
  ExpectRefused(good, {}, "key.pem: a private key must be closed to others");
  ::chmod(Folder("text").c_str(), 0600);
  files.key = Folder("text");
  ExpectRefused(files, {}, "text: holds no PEM private key");
}

TEST_F(TlsFilesTest, ACertificateThatIsNotValidIsNamed) {
  ExpectRefused(Issue("old", {.names = {"catalog"}, .ends_in_seconds = -10}), {}, "expired");
  ExpectRefused(Issue("new", {.names = {"catalog"}, .begins_in_seconds = 600}), {},
                "not yet valid");
  TestAuthority other;
  other.Issue(Folder("other"), {.names = {"catalog"}});
  TlsFiles files = Issue("mixed", {.names = {"catalog"}});
  files.authority = Folder("other") + "/ca.pem";
  ExpectRefused(files, {}, "is not valid by");
}

}  // namespace
}  // namespace qingqu::rpc
