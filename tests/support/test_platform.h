#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"

#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/rpc/service_host.h"
#include "tests/support/test_database.h"

namespace qingqu::testing {

// All services in one process on a fresh database, reached over real gRPC, with tokens for whomever
// a test needs.
class TestPlatform {
 public:
  TestPlatform();
  ~TestPlatform();

  const TestDatabase& database() const { return database_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  const rpc::ServiceHost& host() const { return *host_; }

  // "Bearer …" for a principal, as identity would sign it.
  std::string Authorization(const auth::Principal& principal) const;

  // One unary call: `method` is "qingqu.catalog.v1.CatalogService/GetItem". Fills `response`.
  absl::Status Call(std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response, const std::string& authorization) const;

 private:
  std::filesystem::path keys_dir_;
  TestDatabase database_;
  SystemClock clock_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::shared_ptr<grpc::Channel> channel_;
};

// Every service of the platform.
std::vector<rpc::ServiceSpec> AllSpecs();

}  // namespace qingqu::testing
