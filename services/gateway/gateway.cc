#include "services/gateway/gateway.h"

#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/rpc/client_address.h"
#include "common/rpc/tls_peer.h"
#include "common/rpc/trace_parent.h"
#include "common/status/status.h"
#include "qingqu/identity/v1/credential_service.pb.h"

namespace qingqu::gateway {
namespace {

constexpr std::string_view kHealthPath = "/healthz";
constexpr std::string_view kKeysPath = "/.well-known/jwks.json";
constexpr std::string_view kKeysMethod = "/qingqu.identity.v1.CredentialService/GetJsonWebKeys";
constexpr std::string_view kUnknown = "unknown";

void RespondNow(const Respond& respond, HttpResponse response) {
  respond([response = std::move(response)] { return response; });
}

// What a header says may become metadata only when it is an address.
std::string ClientAddressOf(const HttpRequest& request, bool edge_in_front) {
  if (edge_in_front && !rpc::BudgetAddress(request.forwarded_address).empty()) {
    return request.forwarded_address;
  }
  return request.peer_address;
}

// What the client has shown to the edge.
std::string ClientCertificateOf(const HttpRequest& request, bool edge_in_front) {
  const std::string* header = request.FindHeader(rpc::kClientCertificateKey);
  const bool usable = edge_in_front && header != nullptr && rpc::IsCertificateSha256(*header);
  return usable ? *header : "";
}

HttpResponse HealthResponse(const std::map<std::string, bool>& areas, bool draining) {
  nlohmann::json body;
  bool ready = !draining;
  for (const auto& [area, serving] : areas) {
    body["services"][area] = serving ? "serving" : "not serving";
    ready = ready && serving;
  }
  body["status"] = draining ? "stopping" : ready ? "serving" : "not serving";
  return {.status = ready ? 200 : 503,
          .headers = {{"content-type", "application/json"}},
          .body = body.dump()};
}

}  // namespace

// One call, from its request to its log line. Holds its place among calls_max while it lives.
struct Gateway::Running {
  Running() = default;
  ~Running() {
    if (calls == nullptr) return;
    --*calls;
    calls_gauge->Decrement();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  absl::Time start = absl::Now();
  const Method* method = nullptr;
  Codec codec = Codec::kJson;
  std::string traceparent;
  std::string client_address;
  std::string client_certificate;
  size_t bytes_in = 0;
  std::atomic<int>* calls = nullptr;  // set once admitted
  prometheus::Gauge* calls_gauge = nullptr;
};

Gateway::Gateway(const GatewayLimits& limits, const Transcoder& transcoder, Upstream& upstream,
                 std::optional<StaticFiles> static_files, std::optional<LogFiles> log_files,
                 GatewayMetrics& metrics)
    : limits_(limits),
      transcoder_(transcoder),
      upstream_(upstream),
      static_files_(std::move(static_files)),
      log_files_(std::move(log_files)),
      metrics_(metrics) {}

void Gateway::Handle(HttpRequest request, Respond respond) {
  const std::string_view path = PathOf(request.target);
  if (path == kHealthPath) return HandleHealth(request, respond);
  if (path == kKeysPath && transcoder_.Find(kKeysMethod) != nullptr) {
    return HandleKeys(request, respond);
  }
  if (log_files_ && LogFiles::Owns(request.target)) {
    return respond([this, request = std::move(request)] { return log_files_->Serve(request); });
  }
  if (static_files_ && !LooksLikeMethod(path) && static_files_->Has(request.target)) {
    return RespondNow(respond, static_files_->Serve(request));
  }
  HandleCall(std::move(request), respond);
}

void Gateway::HandleHealth(const HttpRequest& request, const Respond& respond) {
  if (request.method != "GET" && request.method != "HEAD") {
    return RespondNow(respond, {.status = 405, .headers = {{"allow", "GET, HEAD"}}, .body = ""});
  }
  upstream_.CheckHealth(limits_.health_timeout_ms,
                        [this, respond](const std::map<std::string, bool>& areas) {
                          RespondNow(respond, HealthResponse(areas, draining_));
                        });
}

void Gateway::HandleKeys(const HttpRequest& request, const Respond& respond) {
  if (request.method != "GET" && request.method != "HEAD") {
    return RespondNow(respond, {.status = 405, .headers = {{"allow", "GET, HEAD"}}, .body = ""});
  }
  auto running = std::make_shared<Running>();
  running->traceparent = rpc::TraceParentOrNew(request.FindHeader("traceparent"));
  running->method = transcoder_.Find(kKeysMethod);
  if (absl::Status status = Admit(*running); !status.ok()) {
    return respond([this, running, status] { return FinishRefused(*running, {status}); });
  }
  upstream_.Call({.area = running->method->area,
                  .method = running->method->path,
                  .timeout_ms = limits_.connect.timeout_default_ms,
                  .traceparent = running->traceparent},
                 [this, running, respond](absl::StatusOr<std::string> result) {
                   respond([this, running, result = std::move(result)] {
                     if (!result.ok()) return FinishRefused(*running, {result.status()});
                     identity::v1::JsonWebKeys keys;
                     keys.ParseFromString(*result);
                     HttpResponse response{.headers = {{"content-type", "application/jwk-set+json"},
                                                       {"cache-control", "public, max-age=60"}},
                                           .body = keys.json()};
                     Record(*running, absl::OkStatus(), response);
                     return response;
                   });
                 });
}

absl::Status Gateway::Admit(Running& running) {
  if (++calls_ > limits_.calls_max) {
    --calls_;
    return WithRetryDelay(
        MakeError(absl::StatusCode::kUnavailable, "GATEWAY_OVERLOADED",
                  "too many calls are running; try again, changes with the same request id"),
        absl::Seconds(1));
  }
  running.calls = &calls_;
  running.calls_gauge = &metrics_.calls();
  running.calls_gauge->Increment();
  return absl::OkStatus();
}

void Gateway::HandleCall(HttpRequest request, const Respond& respond) {
  auto running = std::make_shared<Running>();
  running->traceparent = rpc::TraceParentOrNew(request.FindHeader("traceparent"));
  running->bytes_in = request.body.size();
  running->client_address = ClientAddressOf(request, limits_.edge_in_front);
  running->client_certificate = ClientCertificateOf(request, limits_.edge_in_front);
  running->method = transcoder_.Find(PathOf(request.target));
  const auto refuse = [&](const ConnectError& error) {
    respond([this, running, error] { return FinishRefused(*running, error); });
  };
  auto parsed = ParseConnectCall(transcoder_, limits_.connect, std::move(request));
  if (const auto* error = std::get_if<ConnectError>(&parsed)) return refuse(*error);
  auto& call = std::get<ConnectCall>(parsed);
  running->codec = call.codec;
  if (absl::Status status = Admit(*running); !status.ok()) return refuse({status});
  if (call.codec == Codec::kJson) {
    absl::StatusOr<std::string> binary = transcoder_.RequestFromJson(*call.method, call.message);
    if (!binary.ok()) return refuse({binary.status()});
    call.message = *std::move(binary);
  } else if (absl::Status status = transcoder_.CheckRequest(*call.method, call.message);
             !status.ok()) {
    return refuse({status});
  }
  upstream_.Call(
      {.area = call.method->area,
       .method = call.method->path,
       .request = std::move(call.message),
       .timeout_ms = call.timeout_ms,
       .authorization = std::move(call.authorization),
       .traceparent = running->traceparent,
       .client_address = running->client_address,
       .client_certificate = running->client_certificate},
      [this, running, respond](absl::StatusOr<std::string> result) {
        respond([this, running, result = std::move(result)] { return Finish(*running, result); });
      });
}

HttpResponse Gateway::Finish(const Running& running,
                             const absl::StatusOr<std::string>& result) const {
  if (!result.ok()) return FinishRefused(running, {result.status()});
  HttpResponse response;
  response.headers = {{"content-type", std::string(ContentTypeOf(running.codec))},
                      {"x-request-id", std::string(rpc::TraceIdOf(running.traceparent))}};
  if (running.codec == Codec::kProto) {
    response.body = *result;
  } else {
    absl::StatusOr<std::string> json = transcoder_.ResponseToJson(*running.method, *result);
    if (!json.ok()) return FinishRefused(running, {json.status()});
    response.body = *std::move(json);
  }
  Record(running, absl::OkStatus(), response);
  return response;
}

HttpResponse Gateway::FinishRefused(const Running& running, const ConnectError& error) const {
  HttpResponse response = ToResponse(error, &transcoder_);
  response.headers.emplace_back("x-request-id", rpc::TraceIdOf(running.traceparent));
  Record(running, error.status, response);
  return response;
}

void Gateway::Record(const Running& running, const absl::Status& status,
                     const HttpResponse& response) const {
  const absl::Duration duration = absl::Now() - running.start;
  const std::string_view code = status.ok() ? "ok" : ConnectCode(status.code());
  const bool known = running.method != nullptr;
  const std::string_view method =
      known ? std::string_view(running.method->descriptor->full_name()) : kUnknown;
  metrics_.RecordCall(known ? std::string_view(running.method->area) : kUnknown, method, code,
                      duration);
  spdlog::info(
      "call method={} http={} code={} reason={} duration_ms={:.1f} bytes_in={} bytes_out={} "
      "request_id={}",
      method, response.status, code, status.ok() ? "" : ErrorReason(status),
      absl::ToDoubleMilliseconds(duration), running.bytes_in, response.body.size(),
      rpc::TraceIdOf(running.traceparent));
}

}  // namespace qingqu::gateway
