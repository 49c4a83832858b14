#include "services/gateway/gateway_test_support.h"

#include <fmt/format.h>

#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "boost/asio/buffer.hpp"
#include "boost/asio/write.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/read.hpp"
#include "boost/beast/http/string_body.hpp"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/ext/health_check_service_server_builder_option.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"
#include "spdlog/spdlog.h"

#include "common/base/check.h"

namespace qingqu::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kPatience{10};

grpc::Status ErrorWithDetails(int code) {
  google::rpc::Status details;
  details.set_code(code);
  google::rpc::ErrorInfo info;
  info.set_reason(fmt::format("CODE_{}", code));
  info.set_domain("qingqu");
  details.add_details()->PackFrom(info);
  google::rpc::DebugInfo debug;
  debug.set_detail("stack trace");
  details.add_details()->PackFrom(debug);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(7);
  if (code == grpc::StatusCode::UNAVAILABLE) details.add_details()->PackFrom(retry);
  return {static_cast<grpc::StatusCode>(code), fmt::format("internal text of code {}", code),
          details.SerializeAsString()};
}

std::string MetadataText(const grpc::ServerContext& context) {
  std::string text;
  for (const auto& [name, value] : context.client_metadata()) {
    text += fmt::format("{}={}\n", std::string_view(name.data(), name.size()),
                        std::string_view(value.data(), value.size()));
  }
  return text;
}

}  // namespace

grpc::Status FakeCatalog::GetItem(grpc::ServerContext* context,
                                  const catalog::v1::GetItemRequest* request,
                                  catalog::v1::Item* response) {
  const std::string& name = request->name();
  response->set_name(name);
  if (name.starts_with("items/code-")) return ErrorWithDetails(std::stoi(name.substr(11)));
  if (name.starts_with("items/bare-")) {
    const int code = std::stoi(name.substr(11));
    return {static_cast<grpc::StatusCode>(code), fmt::format("internal text of code {}", code)};
  }
  if (name == "items/large") response->set_manufacturer(std::string(1 << 20, 'm'));
  if (name == "items/wait") {
    ++waiting_;
    std::unique_lock lock(mutex_);
    while (!released_ && !context->IsCancelled()) {
      released_changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }
  const auto left = context->deadline() - std::chrono::system_clock::now();
  const auto left_ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
  response->set_etag(std::to_string(left_ms));
  response->set_specification(MetadataText(*context));
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::CreateItem(grpc::ServerContext*,
                                     const catalog::v1::CreateItemRequest* request,
                                     catalog::v1::Item* response) {
  *response = request->item();
  return grpc::Status::OK;
}

void FakeCatalog::Release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  released_changed_.notify_all();
}

FakeService::FakeService(int port) : port_(port) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(fmt::format("127.0.0.1:{}", port), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(&catalog_);
  builder.RegisterService(&credentials_);
  builder.SetMaxReceiveMessageSize(16 << 20);
  server_ = builder.BuildAndStart();
  QINGQU_CHECK(server_ != nullptr && port_ > 0);
}

void FakeService::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

HttpClient::HttpClient(int port) : stream_(io_) {
  stream_.connect({asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)});
  stream_.socket().set_option(tcp::no_delay(true));
}

bool HttpClient::Send(const std::string& bytes) {
  error_code result;
  stream_.expires_after(kPatience);
  asio::async_write(stream_, asio::buffer(bytes),
                    [&](const error_code& error, size_t) { result = error; });
  io_.restart();
  io_.run();
  return !result;
}

HttpResponse HttpClient::Read(bool head_only) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 << 20);
  parser.skip(head_only);
  error_code result;
  stream_.expires_after(kPatience);
  http::async_read(stream_, buffer_, parser,
                   [&](const error_code& error, size_t) { result = error; });
  io_.restart();
  io_.run();
  if (result) return {.status = 0, .headers = {}, .body = result.message()};
  HttpResponse response{.status = static_cast<int>(parser.get().result_int()),
                        .headers = {},
                        .body = parser.get().body()};
  for (const auto& field : parser.get()) {
    const std::string name(field.name_string());
    response.headers.emplace_back(absl::AsciiStrToLower(name), std::string(field.value()));
  }
  return response;
}

bool HttpClient::IsClosed(std::chrono::milliseconds patience) {
  char byte = 0;
  error_code result;
  stream_.expires_after(patience);
  stream_.async_read_some(asio::buffer(&byte, 1),
                          [&](const error_code& error, size_t) { result = error; });
  io_.restart();
  io_.run();
  return result == asio::error::eof || result == asio::error::connection_reset;
}

void HttpClient::ShutdownSend() { stream_.socket().shutdown(tcp::socket::shutdown_send); }

HttpResponse HttpClient::Exchange(const std::string& method, const std::string& target,
                                  const HttpHeaders& headers, const std::string& body) {
  Send(RequestText(method, target, headers, body));
  return Read(method == "HEAD");
}

HttpResponse HttpClient::PostJson(const std::string& target, const std::string& body,
                                  const HttpHeaders& headers) {
  HttpHeaders all = {{"content-type", "application/json"}};
  all.insert(all.end(), headers.begin(), headers.end());
  return Exchange("POST", target, all, body);
}

std::string RequestText(const std::string& method, const std::string& target,
                        const HttpHeaders& headers, const std::string& body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: gateway\r\n", method, target);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (method == "POST" || !body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const auto& [header, value] : response.headers) {
    if (header == name) return value;
  }
  return "";
}

nlohmann::json JsonOf(const HttpResponse& response) {
  return nlohmann::json::parse(response.body, nullptr, false);
}

std::string ReasonOf(const HttpResponse& response) {
  const nlohmann::json body = JsonOf(response);
  if (!body.is_object() || !body.contains("details")) return "";
  for (const auto& detail : body["details"]) {
    std::string bytes;
    if (detail["type"] != "google.rpc.ErrorInfo") continue;
    std::string value = detail["value"];
    if (!absl::Base64Unescape(value, &bytes)) return "";
    google::rpc::ErrorInfo info;
    return info.ParseFromString(bytes) ? info.reason() : "";
  }
  return "";
}

bool Eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return condition();
}

GatewayTest::GatewayTest() {
  spdlog::set_level(spdlog::level::off);
  options_.http.listen = "127.0.0.1:0";
  options_.metrics_listen = "127.0.0.1:0";
  options_.services = {{"catalog", fmt::format("127.0.0.1:{}", service_->port())}};
}

void GatewayTest::StartGateway() {
  auto gateway = GatewayServer::Start(options_);
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  gateway_ = *std::move(gateway);
}

HttpResponse GatewayTest::PostGetItem(const std::string& name, const HttpHeaders& headers) const {
  return Connect().PostJson(kGetItem, nlohmann::json{{"name", name}}.dump(), headers);
}

}  // namespace qingqu::gateway
