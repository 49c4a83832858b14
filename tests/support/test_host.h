#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"

#include "common/auth/test_directory.h"
#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/rpc/service_host.h"
#include "tests/support/test_database.h"

namespace qingqu::testing {

// Services behind a real server on a fresh database, as they run in production, with tokens for
// whomever a test needs.
class TestHost {
 public:
  // `bootstrap_password`: that of the first user, admin; empty: there is none. Ends the process
  // when the services do not start.
  explicit TestHost(const std::vector<rpc::ServiceSpec>& specs,
                    const std::string& bootstrap_password = "",
                    const rpc::DoctorLevelLimits& doctor_level = {});
  ~TestHost();

  const TestDatabase& database() const { return database_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  const rpc::ServiceHost& host() const { return *host_; }
  std::string keys_dir() const { return directory_.File("keys"); }

  // "Bearer …" for a principal, as identity would sign it.
  std::string Authorization(const auth::Principal& principal) const;

  // One unary call: `method` is "qingqu.catalog.v1.CatalogService/GetItem". Fills `response`.
  // `authorization` may be empty.
  absl::Status Call(std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response, const std::string& authorization) const;
  // With a request that says nothing.
  absl::Status CallEmpty(const google::protobuf::MethodDescriptor& method,
                         const std::string& authorization) const;
  // How that is answered: "OK", the reason of the refusal, or the code's name where there is no
  // reason ("UNIMPLEMENTED").
  std::string AnswerToEmpty(const google::protobuf::MethodDescriptor& method,
                            const std::string& authorization) const;

 private:
  auth::TestDirectory directory_;
  TestDatabase database_;
  SystemClock clock_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace qingqu::testing
