#include "services/gateway/connect_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"
#include "nlohmann/json.hpp"

#include "common/status/status.h"

namespace qingqu::gateway {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr char kGetItem[] = "/qingqu.catalog.v1.CatalogService/GetItem";
constexpr char kCreateItem[] = "/qingqu.catalog.v1.CatalogService/CreateItem";

class ConnectProtocolTest : public testing::Test {
 protected:
  static HttpRequest Post(HttpHeaders headers = {{"content-type", "application/json"}}) {
    return {.method = "POST", .target = kCreateItem, .headers = std::move(headers), .body = "{}"};
  }

  static HttpRequest Get(const std::string& query) {
    return {.method = "GET", .target = std::string(kGetItem) + query, .headers = {}, .body = ""};
  }

  static HttpRequest With(HttpRequest request, const std::string& name, const std::string& value) {
    request.headers.emplace_back(name, value);
    return request;
  }

  ConnectCall Take(HttpRequest request) {
    auto parsed = ParseConnectCall(transcoder_, limits_, std::move(request));
    if (const auto* error = std::get_if<ConnectError>(&parsed)) {
      ADD_FAILURE() << error->status;
      return {};
    }
    return std::get<ConnectCall>(parsed);
  }

  // The HTTP status and the reason of a refusal.
  std::pair<int, std::string> Refusal(HttpRequest request) {
    auto parsed = ParseConnectCall(transcoder_, limits_, std::move(request));
    const auto* error = std::get_if<ConnectError>(&parsed);
    if (error == nullptr) return {200, ""};
    refused_ = ToResponse(*error);
    return {refused_.status, ErrorReason(error->status)};
  }

  Transcoder transcoder_ = *Transcoder::Create(std::vector<std::string>{"catalog"});
  ConnectLimits limits_;
  HttpResponse refused_;
};

TEST_F(ConnectProtocolTest, TakesAPost) {
  const ConnectCall call = Take(With(Post(), "authorization", "Bearer abc"));
  EXPECT_EQ(call.method->path, kCreateItem);
  EXPECT_EQ(call.codec, Codec::kJson);
  EXPECT_EQ(call.message, "{}");
  EXPECT_EQ(call.timeout_ms, limits_.timeout_default_ms);
  EXPECT_EQ(call.authorization, "Bearer abc");
}

TEST_F(ConnectProtocolTest, KnowsTwoContentTypes) {
  const auto codec = [&](const std::string& type) {
    return Take(Post({{"content-type", type}})).codec;
  };
  EXPECT_EQ(codec("application/json; charset=utf-8"), Codec::kJson);
  EXPECT_EQ(codec("Application/JSON;charset=\"UTF-8\""), Codec::kJson);
  EXPECT_EQ(codec("application/proto"), Codec::kProto);
  for (const char* type : {"", "text/plain", "application/json; charset=gbk", "application/grpc",
                           "application/proto; x=1", "application/connect+json",
                           "application/x-www-form-urlencoded", "multipart/form-data"}) {
    EXPECT_EQ(Refusal(Post({{"content-type", type}})), std::pair(415, std::string("UNKNOWN_CODEC")))
        << type;
    EXPECT_THAT(refused_.headers,
                Contains(Pair("accept-post", "application/json, application/proto")));
  }
  EXPECT_EQ(Refusal(Post({})).first, 415);
}

TEST_F(ConnectProtocolTest, ChecksVersionEncodingAndTimeout) {
  EXPECT_EQ(Refusal(With(Post(), "connect-protocol-version", "1")).first, 200);
  EXPECT_EQ(Refusal(With(Post(), "connect-protocol-version", "2")),
            std::pair(400, std::string("UNKNOWN_PROTOCOL_VERSION")));
  EXPECT_EQ(Refusal(With(Post(), "content-encoding", "identity")).first, 200);
  EXPECT_EQ(Refusal(With(Post(), "content-encoding", "gzip")),
            std::pair(501, std::string("UNKNOWN_COMPRESSION")));
  EXPECT_EQ(Take(With(Post(), "connect-timeout-ms", "1")).timeout_ms, 1);
  EXPECT_EQ(Take(With(Post(), "connect-timeout-ms", "9999999999")).timeout_ms,
            limits_.timeout_max_ms);
  for (const char* timeout : {"", "0", "-1", "1.5", "1s", " 1", "+1", "10000000000", "0x10"}) {
    EXPECT_EQ(Refusal(With(Post(), "connect-timeout-ms", timeout)),
              std::pair(400, std::string("MALFORMED_TIMEOUT")))
        << timeout;
  }
}

TEST_F(ConnectProtocolTest, AuthorizationThatGrpcWouldDieOfIsRefused) {
  const std::pair refused(401, std::string("MALFORMED_AUTHORIZATION"));
  for (const std::string& value : {std::string("Bearer \x80"), std::string("Bearer \t"),
                                   std::string("Bearer \x7F"), std::string(4097, 'a')}) {
    EXPECT_EQ(Refusal(With(Post(), "authorization", value)), refused);
  }
  EXPECT_EQ(Take(With(Post(), "authorization", std::string(4096, 'a'))).authorization.size(),
            4096u);
}

TEST_F(ConnectProtocolTest, TakesAGet) {
  ConnectCall call =
      Take(Get("?encoding=json&message=%7B%22name%22%3A+%22items%2Fa%22%7d&connect=v1"));
  EXPECT_EQ(call.codec, Codec::kJson);
  EXPECT_EQ(call.message, R"({"name": "items/a"})");
  for (const char* base64 : {"Cgfvv7_vv78", "Cgfvv7_vv78=", "Cgfvv7%2Fvv78%3D"}) {
    call = Take(Get(std::string("?encoding=proto&base64=1&message=") + base64));
    EXPECT_EQ(call.codec, Codec::kProto);
    EXPECT_EQ(call.message, "\x0A\x07\xEF\xBF\xBF\xEF\xBF\xBF") << base64;
  }
  EXPECT_EQ(Take(Get("?encoding=proto&message=&compression=identity&base64=0")).message, "");
}

TEST_F(ConnectProtocolTest, RefusesABadGet) {
  const std::string malformed = "MALFORMED_QUERY";
  for (const char* query :
       {"", "?", "?message=%7B%7D", "?encoding=json", "?encoding=json&message=%7",
        "?encoding=json&message=%GG", "?encoding=json&message=a&message=b",
        "?encoding=json&base64=1&message=a", "?encoding=json&base64=1&message=a*bc",
        "?encoding=json&base64=1&message=YW%20Jj", "?encoding=json&base64=1&message=Y=Jj"}) {
    EXPECT_EQ(Refusal(Get(query)), std::pair(400, malformed)) << query;
  }
  EXPECT_EQ(Refusal(Get("?encoding=xml&message=a")).first, 415);
  EXPECT_EQ(Refusal(Get("?encoding=json&message=a&connect=v2")),
            std::pair(400, std::string("UNKNOWN_PROTOCOL_VERSION")));
  EXPECT_EQ(Refusal(Get("?encoding=json&message=a&compression=gzip")),
            std::pair(501, std::string("UNKNOWN_COMPRESSION")));
}

TEST_F(ConnectProtocolTest, GetIsForMethodsWithoutSideEffects) {
  HttpRequest request = Get("?encoding=json&message=%7B%7D");
  request.target = std::string(kCreateItem) + "?encoding=json&message=%7B%7D";
  EXPECT_EQ(Refusal(request).first, 405);
  EXPECT_THAT(refused_.headers, Contains(Pair("allow", "POST")));
  for (const char* method : {"HEAD", "PUT", "DELETE", "OPTIONS", "post"}) {
    request = Get("?encoding=json&message=%7B%7D");
    request.method = method;
    EXPECT_EQ(Refusal(request).first, 405) << method;
    EXPECT_THAT(refused_.headers, Contains(Pair("allow", "GET, POST")));
  }
}

TEST_F(ConnectProtocolTest, UnknownMethodsAreNotFound) {
  for (const char* target :
       {"/", "/x", "/qingqu.catalog.v1.CatalogService", "/qingqu.catalog.v1.CatalogService/getitem",
        "/qingqu.catalog.v1.CatalogService/GetItem/", "//qingqu.catalog.v1.CatalogService/GetItem",
        "/qingqu.catalog.v1.CatalogService%2FGetItem", "/grpc.health.v1.Health/Check",
        "/qingqu.identity.v1.IdentityService/SignIn"}) {
    HttpRequest request = Post();
    request.target = target;
    EXPECT_EQ(Refusal(request), std::pair(404, std::string("UNKNOWN_METHOD"))) << target;
    EXPECT_THAT(refused_.body, HasSubstr(R"("code":"unimplemented")"));
  }
}

TEST(ConnectErrorTest, EachCodeHasItsNameAndStatus) {
  using enum absl::StatusCode;
  const std::vector<std::tuple<absl::StatusCode, std::string, int>> expected = {
      {kCancelled, "canceled", 499},
      {kUnknown, "unknown", 500},
      {kInvalidArgument, "invalid_argument", 400},
      {kDeadlineExceeded, "deadline_exceeded", 504},
      {kNotFound, "not_found", 404},
      {kAlreadyExists, "already_exists", 409},
      {kPermissionDenied, "permission_denied", 403},
      {kResourceExhausted, "resource_exhausted", 429},
      {kFailedPrecondition, "failed_precondition", 400},
      {kAborted, "aborted", 409},
      {kOutOfRange, "out_of_range", 400},
      {kUnimplemented, "unimplemented", 501},
      {kInternal, "internal", 500},
      {kUnavailable, "unavailable", 503},
      {kDataLoss, "data_loss", 500},
      {kUnauthenticated, "unauthenticated", 401}};
  for (const auto& [code, name, http_status] : expected) {
    EXPECT_EQ(ConnectCode(code), name);
    EXPECT_EQ(HttpStatusOf(code), http_status) << name;
  }
}

TEST(ConnectErrorTest, DetailsAreUnpaddedBase64) {
  const absl::Status status =
      WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "LEDGER_BUSY", "try again"),
                     absl::Milliseconds(1500));
  const Transcoder transcoder = *Transcoder::Create(std::vector<std::string>{});
  const HttpResponse response = ToResponse({status}, &transcoder);
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.headers, AllOf(Contains(Pair("retry-after", "2")),
                                      Contains(Pair("content-type", "application/json"))));
  const auto body = nlohmann::json::parse(response.body);
  EXPECT_EQ(body["code"], "unavailable");
  EXPECT_EQ(body["message"], "try again");
  ASSERT_EQ(body["details"].size(), 2u);
  const auto& detail = body["details"][0];
  EXPECT_EQ(detail["type"], "google.rpc.ErrorInfo");
  EXPECT_EQ(detail["debug"]["reason"], "LEDGER_BUSY");
  const std::string value = detail["value"];
  EXPECT_THAT(value, Not(HasSubstr("=")));
  std::string bytes;
  ASSERT_TRUE(absl::Base64Unescape(value, &bytes));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(bytes));
  EXPECT_EQ(info.reason(), "LEDGER_BUSY");
  EXPECT_EQ(body["details"][1]["type"], "google.rpc.RetryInfo");
}

}  // namespace
}  // namespace qingqu::gateway
