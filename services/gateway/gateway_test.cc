// The gateway on real sockets in front of a real gRPC server: what callers see.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"

#include "common/status/status.h"
#include "services/gateway/gateway_test_support.h"

namespace qingqu::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(GatewayTest, PostJson) {
  StartGateway();
  const HttpResponse response = PostGetItem("items/a");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "content-type"), "application/json");
  EXPECT_EQ(HeaderOf(response, "cache-control"), "no-store");
  EXPECT_EQ(HeaderOf(response, "x-content-type-options"), "nosniff");
  EXPECT_THAT(HeaderOf(response, "date"), testing::EndsWith(" GMT"));
  EXPECT_EQ(HeaderOf(response, "x-request-id").size(), 32u);
  EXPECT_EQ(JsonOf(response)["name"], "items/a");
}

TEST_F(GatewayTest, PostProto) {
  StartGateway();
  catalog::v1::GetItemRequest request;
  request.set_name("items/a");
  const HttpResponse response = Connect().Exchange(
      "POST", kGetItem, {{"content-type", "application/proto"}}, request.SerializeAsString());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "content-type"), "application/proto");
  catalog::v1::Item item;
  ASSERT_TRUE(item.ParseFromString(response.body));
  EXPECT_EQ(item.name(), "items/a");
}

TEST_F(GatewayTest, ErrorsToProtoCallersAreJsonToo) {
  StartGateway();
  const HttpResponse response =
      Connect().Exchange("POST", kGetItem, {{"content-type", "application/proto"}}, "\x0A\x05x");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(HeaderOf(response, "content-type"), "application/json");
  EXPECT_EQ(ReasonOf(response), "MALFORMED_PROTOBUF");
}

TEST_F(GatewayTest, GetWithoutSideEffects) {
  StartGateway();
  const std::string message = absl::WebSafeBase64Escape(R"({"name":"items/a"})");
  const std::string query = fmt::format("?connect=v1&encoding=json&base64=1&message={}", message);
  EXPECT_EQ(JsonOf(Connect().Exchange("GET", kGetItem + query, {}, ""))["name"], "items/a");
  const HttpResponse refused = Connect().Exchange("GET", kCreateItem + query, {}, "");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(HeaderOf(refused, "allow"), "POST");
  EXPECT_EQ(Connect().Exchange("GET", kGetItem + query, {}, "body").status, 400);
  const HttpResponse head = Connect().Exchange("HEAD", kGetItem + query, {}, "");
  EXPECT_EQ(head.status, 405);
  EXPECT_EQ(head.body, "");
}

TEST_F(GatewayTest, ForwardsOnlyWhatItKnows) {
  StartGateway();
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const HttpResponse response = PostGetItem("items/a", {{"authorization", "Bearer token"},
                                                        {"traceparent", trace},
                                                        {"x-forwarded-for", "10.0.0.1"},
                                                        {"x-qingqu-client", "forged"},
                                                        {"x-qingqu-client-address", "forged"},
                                                        {"cookie", "a=b"}});
  const std::string metadata = JsonOf(response)["specification"];
  EXPECT_THAT(metadata, HasSubstr("authorization=Bearer token\n"));
  EXPECT_THAT(metadata, HasSubstr("traceparent=" + trace + "\n"));
  EXPECT_THAT(metadata, HasSubstr("x-qingqu-client=gateway\n"));
  EXPECT_THAT(metadata, HasSubstr("x-qingqu-client-address=127.0.0.1\n"));
  EXPECT_THAT(metadata, Not(HasSubstr("forged")));
  EXPECT_THAT(metadata, Not(HasSubstr("10.0.0.1")));
  EXPECT_THAT(metadata, Not(HasSubstr("cookie")));
  EXPECT_EQ(HeaderOf(response, "x-request-id"), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_F(GatewayTest, OnlyBehindTheEdgeTheClientsCertificateIsPassedOn) {
  const std::string digits(64, 'a');
  const auto metadata_with = [&](const std::string& certificate) -> std::string {
    const HttpHeaders headers = {{"x-qingqu-client-certificate", certificate}};
    return JsonOf(PostGetItem("items/a", headers))["specification"];
  };
  StartGateway();
  EXPECT_THAT(metadata_with(digits), Not(HasSubstr("client-certificate")));
  options_.limits.edge_in_front = true;
  StartGateway();
  EXPECT_THAT(metadata_with(digits), HasSubstr("x-qingqu-client-certificate=" + digits + "\n"));
  EXPECT_THAT(metadata_with("forged"), Not(HasSubstr("client-certificate")));
}

TEST_F(GatewayTest, BehindTheEdgeTheLastForwardedAddressIsTheClient) {
  options_.limits.edge_in_front = true;
  StartGateway();
  const auto client_of = [&](const std::string& forwarded) -> std::string {
    return JsonOf(PostGetItem("items/a", {{"x-forwarded-for", forwarded}}))["specification"];
  };
  EXPECT_THAT(client_of("10.0.0.1"), HasSubstr("x-qingqu-client-address=10.0.0.1\n"));
  EXPECT_THAT(client_of("198.51.100.1, 10.0.0.2"), HasSubstr("x-qingqu-client-address=10.0.0.2\n"));
  EXPECT_THAT(client_of("10.0.0.1, unknown"), HasSubstr("x-qingqu-client-address=127.0.0.1\n"));
  EXPECT_THAT(client_of(""), HasSubstr("x-qingqu-client-address=127.0.0.1\n"));
}

TEST_F(GatewayTest, ABadTraceParentIsReplaced) {
  StartGateway();
  for (const char* trace : {"forged", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"}) {
    const std::string metadata =
        JsonOf(PostGetItem("items/a", {{"traceparent", trace}}))["specification"];
    EXPECT_THAT(metadata, Not(HasSubstr(trace)));
    EXPECT_THAT(metadata, HasSubstr("traceparent=00-"));
  }
}

TEST_F(GatewayTest, EachCodeBecomesItsStatus) {
  StartGateway();
  const std::vector<int> statuses = {0,   499, 500, 400, 504, 404, 409, 403, 429,
                                     400, 409, 400, 501, 500, 503, 500, 401};
  for (int code = 1; code <= 16; ++code) {
    const HttpResponse response = PostGetItem(fmt::format("items/code-{}", code));
    EXPECT_EQ(response.status, statuses[static_cast<size_t>(code)]) << code;
    EXPECT_EQ(JsonOf(response)["code"],
              std::string(ConnectCode(static_cast<absl::StatusCode>(code))));
    EXPECT_EQ(ReasonOf(response), fmt::format("CODE_{}", code));
    EXPECT_THAT(response.body, Not(HasSubstr("DebugInfo"))) << code;
    const bool internal = code == grpc::StatusCode::INTERNAL;
    EXPECT_EQ(response.body.find("internal text") == std::string::npos, internal) << code;
    const bool unavailable = code == grpc::StatusCode::UNAVAILABLE;
    EXPECT_EQ(HeaderOf(response, "retry-after"), unavailable ? "7" : "");
  }
}

TEST_F(GatewayTest, ErrorsOfTheRuntimeLoseTheirText) {
  StartGateway();
  for (const int code : {1, 2, 4, 8, 12, 13, 14, 15}) {
    const HttpResponse response = PostGetItem(fmt::format("items/bare-{}", code));
    EXPECT_THAT(response.body, Not(HasSubstr("internal text"))) << code;
    EXPECT_THAT(ReasonOf(response), Not("")) << code;
  }
  EXPECT_THAT(PostGetItem("items/bare-5").body, HasSubstr("internal text of code 5"));
}

TEST_F(GatewayTest, AMethodTheServiceLacksIsUnimplemented) {
  StartGateway();
  const HttpResponse response =
      Connect().PostJson("/qingqu.catalog.v1.CatalogService/ListItems", "{}");
  EXPECT_EQ(response.status, 501);
  EXPECT_EQ(ReasonOf(response), "METHOD_NOT_OFFERED");
}

TEST_F(GatewayTest, UnknownPathsAre404) {
  StartGateway();
  for (const char* path : {"/", "/index.html", "/qingqu.catalog.v1.CatalogService/None", "/metrics",
                           "/qingqu.identity.v1.IdentityService/SignIn"}) {
    const HttpResponse response = Connect().PostJson(path, "{}");
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(ReasonOf(response), "UNKNOWN_METHOD");
  }
}

TEST_F(GatewayTest, BadJsonIsTheCallersFault) {
  StartGateway();
  const std::vector<std::pair<std::string, std::string>> zoo = {
      {"", "MALFORMED_JSON"},
      {"{", "MALFORMED_JSON"},
      {"{} x", "MALFORMED_JSON"},
      {R"({"name": NaN})", "MALFORMED_JSON"},
      {R"({"name": "a\u0000"})", "NUL_CHARACTER"},
      {R"({"name": "a", "name": "b"})", "DUPLICATE_KEY"},
      {R"({"nmae": "a"})", "UNKNOWN_FIELD"},
      {R"({"name": 1})", "WRONG_JSON_TYPE"},
      {std::string(100'000, '['), "MALFORMED_JSON"},
  };
  HttpClient client = Connect();
  for (const auto& [body, reason] : zoo) {
    const HttpResponse response = client.PostJson(kGetItem, body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(ReasonOf(response), reason) << body;
  }
  EXPECT_EQ(client.PostJson(kGetItem, "{}").status, 200);
}

TEST_F(GatewayTest, AnOrderOfFiveThousandLinesFits) {
  options_.upstream.response_bytes_max = 32 << 20;
  StartGateway();
  nlohmann::json packs = nlohmann::json::array();
  for (int line = 0; line < 5'000; ++line) {
    packs.push_back({{"deviceIdentifier", fmt::format("0690123{:07}", line)},
                     {"unit", "一次性使用无菌注射器 5ml 带针"},
                     {"baseUnits", std::to_string(line)}});
  }
  const HttpResponse response =
      Connect().PostJson(kCreateItem, nlohmann::json{{"item", {{"packs", packs}}}}.dump());
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(JsonOf(response)["packs"].size(), 5'000u);
}

TEST_F(GatewayTest, DeadlinesArePassedOnAndHeld) {
  options_.limits.connect.timeout_max_ms = 5'000;
  StartGateway();
  const auto left_ms = [&](const HttpHeaders& headers) {
    return std::stoi(std::string(JsonOf(PostGetItem("items/a", headers))["etag"]));
  };
  // gRPC rounds what it sends up a little.
  EXPECT_LE(left_ms({}), 5'100);
  EXPECT_GT(left_ms({}), 3'100);
  EXPECT_LE(left_ms({{"connect-timeout-ms", "9999999"}}), 5'100);
  EXPECT_LE(left_ms({{"connect-timeout-ms", "3000"}}), 3'100);
  const auto start = std::chrono::steady_clock::now();
  const HttpResponse response = PostGetItem("items/wait", {{"connect-timeout-ms", "200"}});
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(ReasonOf(response), "DEADLINE_EXCEEDED");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST_F(GatewayTest, ALostServiceIsUnavailableAndComesBack) {
  StartGateway();
  EXPECT_EQ(PostGetItem("items/a").status, 200);
  const int port = service_->port();
  std::thread caller([this] {
    const HttpResponse response = PostGetItem("items/wait");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(JsonOf(response)["code"], "unavailable");
  });
  ASSERT_TRUE(Eventually([&] { return service_->catalog().waiting() == 1; }));
  service_->Stop();
  caller.join();
  const HttpResponse response = PostGetItem("items/a");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(ReasonOf(response), "UPSTREAM_UNAVAILABLE");
  EXPECT_EQ(HeaderOf(response, "retry-after"), "1");
  EXPECT_THAT(response.body, Not(HasSubstr("127.0.0.1")));
  service_ = std::make_unique<FakeService>(port);
  EXPECT_TRUE(Eventually([&] { return PostGetItem("items/a").status == 200; }));
}

TEST_F(GatewayTest, HealthNamesWhatIsNotServing) {
  FakeService identity;
  options_.services["identity"] = fmt::format("127.0.0.1:{}", identity.port());
  options_.limits.health_timeout_ms = 1'000;
  StartGateway();
  HttpResponse response = Connect().Exchange("GET", "/healthz", {}, "");
  EXPECT_EQ(response.status, 200) << response.body;
  identity.Stop();
  response = Connect().Exchange("GET", "/healthz", {}, "");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(JsonOf(response)["services"]["identity"], "not serving");
  EXPECT_EQ(JsonOf(response)["services"]["catalog"], "serving");
  EXPECT_EQ(Connect().Exchange("POST", "/healthz", {}, "{}").status, 405);
}

TEST_F(GatewayTest, ServesTheKeysOfTokensWhereEverybodyLooksForThem) {
  options_.services["identity"] = options_.services["catalog"];
  StartGateway();
  const HttpResponse keys = Connect().Exchange("GET", "/.well-known/jwks.json", {}, "");
  EXPECT_EQ(keys.status, 200);
  EXPECT_EQ(keys.body, R"({"keys": []})");
  EXPECT_EQ(HeaderOf(keys, "content-type"), "application/jwk-set+json");
  EXPECT_EQ(HeaderOf(keys, "cache-control"), "public, max-age=60");
  EXPECT_EQ(Connect().Exchange("HEAD", "/.well-known/jwks.json", {}, "").body, "");
  EXPECT_EQ(Connect().Exchange("POST", "/.well-known/jwks.json", {}, "{}").status, 405);
  service_->Stop();
  EXPECT_EQ(Connect().Exchange("GET", "/.well-known/jwks.json", {}, "").status, 503);
}

TEST_F(GatewayTest, ServesFilesBesideMethods) {
  const auto folder = std::filesystem::path(testing::TempDir()) / fmt::format("www_{}", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "index.html") << "cockpit";
  options_.static_dir = folder.string();
  StartGateway();
  std::filesystem::remove_all(folder);
  HttpResponse response = Connect().Exchange("GET", "/", {}, "");
  EXPECT_EQ(response.body, "cockpit");
  EXPECT_EQ(HeaderOf(response, "cache-control"), "no-cache");
  const std::string etag = HeaderOf(response, "etag");
  EXPECT_EQ(Connect().Exchange("GET", "/", {{"if-none-match", etag}}, "").status, 304);
  response = Connect().Exchange("HEAD", "/index.html", {}, "");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "content-length"), "7");
  EXPECT_EQ(PostGetItem("items/a").status, 200);
}

TEST_F(GatewayTest, ServesThePublishedJournal) {
  const auto folder = std::filesystem::path(testing::TempDir()) / fmt::format("log_{}", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "checkpoint") << "head";
  options_.log_dir = folder.string();
  StartGateway();
  EXPECT_EQ(Connect().Exchange("GET", "/journal/checkpoint", {}, "").body, "head");
  EXPECT_EQ(Connect().Exchange("GET", "/journal/tile/0/000", {}, "").status, 404);
  std::filesystem::remove_all(folder);
}

TEST_F(GatewayTest, CountsCallsByMethodAndCode) {
  StartGateway();
  PostGetItem("items/a");
  PostGetItem("items/code-5");
  Connect().PostJson("/made/up", "{}");
  const std::string text =
      HttpClient(gateway_->metrics_port()).Exchange("GET", "/metrics", {}, "").body;
  const std::string prefix = "qingqu_gateway_calls_total{code=";
  EXPECT_THAT(text,
              HasSubstr(prefix + R"("ok",method="qingqu.catalog.v1.CatalogService.GetItem"} 1)"));
  EXPECT_THAT(
      text,
      HasSubstr(prefix + R"("not_found",method="qingqu.catalog.v1.CatalogService.GetItem"} 1)"));
  EXPECT_THAT(text, HasSubstr(prefix + R"("unimplemented",method="unknown"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("made")));
}

TEST_F(GatewayTest, APortInUseIsOneClearLine) {
  StartGateway();
  options_.http.listen = fmt::format("127.0.0.1:{}", gateway_->port());
  const auto second = GatewayServer::Start(options_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()),
              StartsWith("cannot listen on " + options_.http.listen + ": Address already in use"));
}

TEST_F(GatewayTest, StoppingLetsARunningCallFinish) {
  StartGateway();
  HttpClient idle = Connect();
  EXPECT_EQ(idle.PostJson(kGetItem, "{}").status, 200);
  std::thread caller([this] {
    const HttpResponse response = PostGetItem("items/wait");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(HeaderOf(response, "connection"), "close");
  });
  ASSERT_TRUE(Eventually([&] { return service_->catalog().waiting() == 1; }));
  std::thread stopper([this] { EXPECT_TRUE(gateway_->Stop(std::chrono::seconds(10))); });
  EXPECT_TRUE(idle.IsClosed(std::chrono::seconds(5)));
  service_->catalog().Release();
  caller.join();
  stopper.join();
}

TEST_F(GatewayTest, StoppingCancelsWhatTakesTooLong) {
  StartGateway();
  std::thread caller([this] {
    const HttpResponse response = PostGetItem("items/wait");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(ReasonOf(response), "UPSTREAM_UNAVAILABLE");
  });
  ASSERT_TRUE(Eventually([&] { return service_->catalog().waiting() == 1; }));
  EXPECT_FALSE(gateway_->Stop(std::chrono::milliseconds(100)));
  caller.join();
}

TEST_F(GatewayTest, TwoHundredCallersAtOnce) {
  StartGateway();
  constexpr int kCallers = 200;
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      HttpClient client = Connect();
      for (int call = 0; call < 5; ++call) {
        const std::string name = fmt::format("items/{}-{}", caller, call);
        const auto body = nlohmann::json{{"name", name}}.dump();
        if (JsonOf(client.PostJson(kGetItem, body))["name"] == name) ++answered;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, kCallers * 5);
}

}  // namespace
}  // namespace qingqu::gateway
