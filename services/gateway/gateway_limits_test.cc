// What the gateway does with clients that are slow, wrong, hostile or too many.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "services/gateway/gateway_test_support.h"

namespace qingqu::gateway {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{5};
constexpr char kJsonHeaders[] = "Host: x\r\nContent-Type: application/json\r\n";

class GatewayLimitsTest : public GatewayTest {
 protected:
  // The answer to raw bytes on a connection of their own.
  HttpResponse SendRaw(const std::string& bytes) {
    HttpClient client = Connect();
    client.Send(bytes);
    return client.Read();
  }

  std::string Post(const std::string& name) {
    return RequestText("POST", kGetItem, {{"content-type", "application/json"}},
                       nlohmann::json{{"name", name}}.dump());
  }
};

TEST_F(GatewayLimitsTest, LargeHeadersUrlsAndBodies) {
  options_.http.session.body_bytes_max = 1'000;
  StartGateway();
  const std::string start = fmt::format("POST {} HTTP/1.1\r\n{}", kGetItem, kJsonHeaders);
  EXPECT_EQ(SendRaw(start + "X: " + std::string(20'000, 'x') + "\r\n\r\n").status, 431);
  EXPECT_EQ(SendRaw(start + "X: " + std::string(500'000, 'x')).status, 431);
  const std::string long_url = "/" + std::string(9'000, 'u');
  EXPECT_EQ(SendRaw(RequestText("GET", long_url, {}, "")).status, 414);
  HttpResponse response = PostGetItem(std::string(2'000, 'n'));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(ReasonOf(response), "REQUEST_TOO_LARGE");
  EXPECT_EQ(JsonOf(response)["code"], "resource_exhausted");
  // Refused by its announcement, before any of it is sent.
  EXPECT_EQ(SendRaw(start + "Content-Length: 1001\r\n\r\n").status, 413);
  // Chunks announce nothing.
  const std::string chunk = "3e8\r\n" + std::string(1'000, ' ') + "\r\n";
  EXPECT_EQ(SendRaw(start + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk).status, 413);
}

TEST_F(GatewayLimitsTest, ARefusedUploadStillGetsItsAnswer) {
  StartGateway();
  HttpClient client = Connect();
  client.Send(RequestText("POST", kGetItem, {{"content-type", "application/json"}},
                          std::string(8 << 20, 'x')));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(GatewayLimitsTest, ChunkedBodiesWork) {
  StartGateway();
  const std::string head = fmt::format("POST {} HTTP/1.1\r\n{}Transfer-Encoding: chunked\r\n\r\n",
                                       kGetItem, kJsonHeaders);
  const std::string chunks = "8\r\n{\"name\":\r\na\r\n\"items/a\"}\r\n0\r\n\r\n";
  EXPECT_EQ(JsonOf(SendRaw(head + chunks))["name"], "items/a");
}

TEST_F(GatewayLimitsTest, ExpectContinue) {
  StartGateway();
  HttpClient client = Connect();
  const std::string body = R"({"name":"items/a"})";
  client.Send(
      fmt::format("POST {} HTTP/1.1\r\n{}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
                  kGetItem, kJsonHeaders, body.size()));
  EXPECT_EQ(client.Read(true).status, 100);
  client.Send(body);
  EXPECT_EQ(JsonOf(client.Read())["name"], "items/a");
  EXPECT_EQ(
      SendRaw(fmt::format("POST {} HTTP/1.1\r\n{}Expect: tea\r\n\r\n", kGetItem, kJsonHeaders))
          .status,
      417);
}

struct Smuggled {
  std::string head;
  int status;
};

TEST_F(GatewayLimitsTest, NoRequestIsSmuggled) {
  StartGateway();
  const std::string second = Post("items/smuggled");
  const std::string start = fmt::format("POST {} HTTP/1.1\r\n{}", kGetItem, kJsonHeaders);
  const std::string old = fmt::format("POST {} HTTP/1.0\r\n{}", kGetItem, kJsonHeaders);
  const std::vector<Smuggled> cases = {
      {start + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", 400},
      {start + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400},
      {start + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
      {start + "Content-Length: 2, 2\r\n\r\n{}", 400},
      {start + "Content-Length: +2\r\n\r\n{}", 400},
      {start + "Content-Length: -2\r\n\r\n{}", 400},
      {start + "Content-Length: 0x2\r\n\r\n{}", 400},
      {start + "Content-Length : 2\r\n\r\n{}", 400},
      {start + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {start + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {start + "Transfer-Encoding: identity\r\n\r\n", 501},
      {start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400},
      {old + "Transfer-Encoding: chunked\r\n\r\n", 400},
      {start + "Host: y\r\nContent-Length: 2\r\n\r\n{}", 400},
      {start + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 400},
      {start + "Authorization: a\r\nAuthorization: b\r\nContent-Length: 2\r\n\r\n{}", 400},
  };
  for (const auto& [head, status] : cases) {
    HttpClient client = Connect();
    client.Send(head + second);
    EXPECT_EQ(client.Read().status, status) << head;
    EXPECT_TRUE(client.IsClosed(kPatience)) << head;
  }
}

TEST_F(GatewayLimitsTest, WhatIsNotHttpIsRefused) {
  StartGateway();
  for (const std::string& bytes :
       {std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("hello\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11),
        std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29),
        std::string("GET / HTTP/1.1\r\nbad header: x\r\n\r\n"),
        std::string("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n\r\n")}) {
    EXPECT_EQ(SendRaw(bytes).status, 400) << bytes;
  }
  EXPECT_EQ(SendRaw(Post("items/a")).status, 200);
}

TEST_F(GatewayLimitsTest, PipelinedRequestsAreAnsweredInOrder) {
  StartGateway();
  HttpClient client = Connect();
  std::string all;
  for (int index = 0; index < 50; ++index) all += Post(fmt::format("items/{}", index));
  client.Send(all);
  for (int index = 0; index < 50; ++index) {
    EXPECT_EQ(JsonOf(client.Read())["name"], fmt::format("items/{}", index));
  }
}

TEST_F(GatewayLimitsTest, AHalfClosedClientGetsItsAnswer) {
  StartGateway();
  HttpClient client = Connect();
  client.Send(Post("items/wait"));
  client.ShutdownSend();
  ASSERT_TRUE(Eventually([&] { return service_->catalog().waiting() == 1; }));
  service_->catalog().Release();
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(client.IsClosed(kPatience));
}

TEST_F(GatewayLimitsTest, AClientThatLeavesHarmsNobody) {
  StartGateway();
  for (int index = 0; index < 20; ++index) {
    HttpClient client = Connect();
    client.Send(Post("items/wait"));
  }
  ASSERT_TRUE(Eventually([&] { return service_->catalog().waiting() > 0; }));
  service_->catalog().Release();
  EXPECT_EQ(PostGetItem("items/a").status, 200);
}

TEST_F(GatewayLimitsTest, SlowClientsAreCutOff) {
  options_.http.session.idle_timeout = std::chrono::milliseconds(300);
  options_.http.session.header_timeout = std::chrono::milliseconds(1'000);
  options_.http.session.body_timeout = std::chrono::milliseconds(300);
  StartGateway();
  const std::string request = Post("items/a");
  HttpClient silent = Connect();
  HttpClient in_body = Connect();
  in_body.Send(request.substr(0, request.size() - 2));
  EXPECT_TRUE(silent.IsClosed(kPatience));
  EXPECT_TRUE(in_body.IsClosed(kPatience));
}

TEST_F(GatewayLimitsTest, AByteNowAndThenDoesNotPushTheLimitAway) {
  options_.http.session.header_timeout = std::chrono::milliseconds(1'500);
  StartGateway();
  const std::string request = Post("items/a");
  HttpClient client = Connect();
  for (size_t index = 0; index < 12; ++index) {
    client.Send(request.substr(index, 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  // 1.2 s have gone. Were the limit renewed by each byte, it would end at 2.6 s.
  EXPECT_TRUE(client.IsClosed(std::chrono::milliseconds(1'000)));
}

TEST_F(GatewayLimitsTest, TooManyConnectionsAreToldSo) {
  options_.http.connections_max = 4;
  StartGateway();
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int index = 0; index < 4; ++index) {
    clients.push_back(std::make_unique<HttpClient>(gateway_->port()));
    EXPECT_EQ(clients.back()->PostJson(kGetItem, "{}").status, 200);
  }
  HttpClient fifth = Connect();
  const HttpResponse response = fifth.PostJson(kGetItem, "{}");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(ReasonOf(response), "TOO_MANY_CONNECTIONS");
  EXPECT_EQ(HeaderOf(response, "retry-after"), "1");
  clients.clear();
  EXPECT_TRUE(Eventually([&] { return PostGetItem("items/a").status == 200; }));
}

TEST_F(GatewayLimitsTest, TooManyCallsAreToldSo) {
  options_.limits.calls_max = 2;
  StartGateway();
  HttpClient first = Connect();
  HttpClient second = Connect();
  first.Send(Post("items/wait"));
  second.Send(Post("items/wait"));
  ASSERT_TRUE(Eventually([&] { return service_->catalog().waiting() == 2; }));
  const HttpResponse response = PostGetItem("items/a");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(ReasonOf(response), "GATEWAY_OVERLOADED");
  EXPECT_EQ(HeaderOf(response, "retry-after"), "1");
  service_->catalog().Release();
  EXPECT_EQ(first.Read().status, 200);
  EXPECT_EQ(second.Read().status, 200);
  EXPECT_TRUE(Eventually([&] { return PostGetItem("items/a").status == 200; }));
}

TEST_F(GatewayLimitsTest, MemoryForBodiesHasALimit) {
  options_.http.body_memory_bytes_max = 300'000;
  StartGateway();
  const std::string body = "{" + std::string(199'998, ' ') + "}";
  const std::string head = fmt::format("POST {} HTTP/1.1\r\n{}Content-Length: {}\r\n", kGetItem,
                                       kJsonHeaders, body.size());
  HttpClient first = Connect();
  first.Send(head + "Expect: 100-continue\r\n\r\n");
  // From here on it holds memory.
  ASSERT_EQ(first.Read(true).status, 100);
  const HttpResponse refused = SendRaw(head + "\r\n");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(ReasonOf(refused), "GATEWAY_OVERLOADED");
  EXPECT_EQ(PostGetItem("items/a").status, 200);
  first.Send(body);
  EXPECT_EQ(first.Read().status, 200);
  EXPECT_TRUE(Eventually([&] { return SendRaw(head + "\r\n" + body).status == 200; }));
}

TEST_F(GatewayLimitsTest, AnAnswerAboveTheLimitIsRefused) {
  options_.upstream.response_bytes_max = 100'000;
  StartGateway();
  const HttpResponse response = PostGetItem("items/large");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(ReasonOf(response), "MESSAGE_TOO_LARGE");
  EXPECT_EQ(PostGetItem("items/a").status, 200);
}

TEST_F(GatewayLimitsTest, KeepAliveFollowsTheClient) {
  StartGateway();
  const std::string body = "{}";
  HttpClient client = Connect();
  client.Send(RequestText("POST", kGetItem,
                          {{"content-type", "application/json"}, {"connection", "close"}}, body));
  const HttpResponse response = client.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "connection"), "close");
  EXPECT_TRUE(client.IsClosed(kPatience));
  HttpClient old = Connect();
  old.Send(
      fmt::format("POST {} HTTP/1.0\r\nContent-Type: application/json\r\n"
                  "Content-Length: 2\r\n\r\n{{}}",
                  kGetItem));
  EXPECT_EQ(old.Read().status, 200);
  EXPECT_TRUE(old.IsClosed(kPatience));
}

TEST_F(GatewayLimitsTest, AHeaderThatGrpcWouldDieOfIsRefused) {
  StartGateway();
  EXPECT_EQ(PostGetItem("items/a", {{"authorization", "Bearer \xE4\xB8\xAD"}}).status, 401);
  EXPECT_EQ(PostGetItem("items/a").status, 200);
}

}  // namespace
}  // namespace qingqu::gateway
