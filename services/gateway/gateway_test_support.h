#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "boost/asio/io_context.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "grpcpp/server.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "qingqu/catalog/v1/catalog_service.grpc.pb.h"
#include "qingqu/identity/v1/credential_service.grpc.pb.h"
#include "services/gateway/gateway_server.h"
#include "services/gateway/http_message.h"

namespace qingqu::gateway {

inline constexpr char kGetItem[] = "/qingqu.catalog.v1.CatalogService/GetItem";
inline constexpr char kCreateItem[] = "/qingqu.catalog.v1.CatalogService/CreateItem";

// Answers by the name that GetItem asks for:
//   items/wait      waits for Release() or the end of the call
//   items/code-5    fails with code 5, a full set of details and the text "internal text of code 5"
//   items/bare-5    fails with code 5 and no details
//   items/large     answers 1 MiB
//   others          answer that name; `specification` tells which metadata came along, `etag` the
//   time left in ms
// CreateItem answers the item it was given.
class FakeCatalog : public catalog::v1::CatalogService::Service {
 public:
  grpc::Status GetItem(grpc::ServerContext* context, const catalog::v1::GetItemRequest* request,
                       catalog::v1::Item* response) override;
  grpc::Status CreateItem(grpc::ServerContext* context,
                          const catalog::v1::CreateItemRequest* request,
                          catalog::v1::Item* response) override;

  void Release();
  // Calls of items/wait that have begun.
  int waiting() const { return waiting_; }

 private:
  std::mutex mutex_;
  std::condition_variable released_changed_;
  bool released_ = false;  // guarded by mutex_
  std::atomic<int> waiting_{0};
};

// Answers an empty set of keys.
class FakeCredentials : public identity::v1::CredentialService::Service {
 public:
  grpc::Status GetJsonWebKeys(grpc::ServerContext*, const identity::v1::GetJsonWebKeysRequest*,
                              identity::v1::JsonWebKeys* response) override {
    response->set_json(R"({"keys": []})");
    return grpc::Status::OK;
  }
};

// A gRPC server with a FakeCatalog, FakeCredentials and the health service.
class FakeService {
 public:
  explicit FakeService(int port = 0);
  ~FakeService() { Stop(); }
  void Stop();
  int port() const { return port_; }
  FakeCatalog& catalog() { return catalog_; }

 private:
  FakeCatalog catalog_;
  FakeCredentials credentials_;
  int port_;
  std::unique_ptr<grpc::Server> server_;
};

// A client that shows what happens on the wire. Reads give up after 10 s.
class HttpClient {
 public:
  explicit HttpClient(int port);

  // False when the connection broke.
  bool Send(const std::string& bytes);
  // Status 0 when the connection ended first.
  HttpResponse Read(bool head_only = false);
  // True when the server closes the connection, and sends nothing before, within `patience`.
  bool IsClosed(std::chrono::milliseconds patience);
  void ShutdownSend();

  HttpResponse Exchange(const std::string& method, const std::string& target,
                        const HttpHeaders& headers, const std::string& body);
  HttpResponse PostJson(const std::string& target, const std::string& body,
                        const HttpHeaders& headers = {});

 private:
  boost::asio::io_context io_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

std::string RequestText(const std::string& method, const std::string& target,
                        const HttpHeaders& headers, const std::string& body);

// "" when there is none.
std::string HeaderOf(const HttpResponse& response, const std::string& name);
nlohmann::json JsonOf(const HttpResponse& response);
// The reason in a Connect error.
std::string ReasonOf(const HttpResponse& response);

// Waits up to 10 s for a condition.
bool Eventually(const std::function<bool()>& condition);

// A gateway in front of a fake service. Tests change `options_` before StartGateway.
class GatewayTest : public testing::Test {
 protected:
  GatewayTest();
  void StartGateway();
  HttpClient Connect() const { return HttpClient(gateway_->port()); }
  HttpResponse PostGetItem(const std::string& name, const HttpHeaders& headers = {}) const;

  GatewayOptions options_;
  std::unique_ptr<FakeService> service_ = std::make_unique<FakeService>();
  std::unique_ptr<GatewayServer> gateway_;
};

}  // namespace qingqu::gateway
