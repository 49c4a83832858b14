#include "services/gateway/strict_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/struct.pb.h"
#include "google/rpc/error_details.pb.h"

#include "common/status/status.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"

namespace qingqu::gateway {
namespace {

using namespace std::string_literals;
using catalog::v1::CreateItemRequest;
using testing::HasSubstr;

absl::Status CheckItem(std::string_view text) {
  return CheckJson(text, *CreateItemRequest::descriptor());
}

std::string Nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') +
         std::string(static_cast<size_t>(depth), ']');
}

TEST(StrictJsonTest, TakesWhatProto3JsonAllows) {
  for (const std::string& text : {
           R"({})"s,
           " \t\r\n{ } \n"s,
           R"({"requestId": "a", "itemId": "b"})"s,
           R"({"request_id": "a", "item": null})"s,
           R"({"item": {"packs": [{"baseUnits": "12"}, {"base_units": 9007199254740993}]}})"s,
           R"({"item": {"packs": null, "lotTracked": true, "deviceClass": "DEVICE_CLASS_III"}})"s,
           R"({"item": {"deviceClass": 3, "createTime": "2026-11-21T08:00:00Z"}})"s,
           R"({"itemId": "一次性使用 \ud83d\ude00 \u0001"})"s,
           R"({"item": {"packs": [{"baseUnits": -0}, {"baseUnits": "-5"}]}})"s,
       }) {
    EXPECT_EQ(CheckItem(text), absl::OkStatus()) << text;
  }
}

struct Refusal {
  std::string text;
  std::string reason;
  std::string message;  // a part of it
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.text; }

class StrictJsonRefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(StrictJsonRefusalTest, NamesReasonAndPlace) {
  const absl::Status status = CheckItem(GetParam().text);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), GetParam().reason) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, StrictJsonRefusalTest,
    testing::Values(Refusal{"", "MALFORMED_JSON", "it is empty"},
                    Refusal{"   ", "MALFORMED_JSON", "at byte 4"},
                    Refusal{"\xEF\xBB\xBF{}", "MALFORMED_JSON", "byte order mark"},
                    Refusal{"null", "MALFORMED_JSON", "must be an object"},
                    Refusal{"[]", "MALFORMED_JSON", "must be an object"},
                    Refusal{"\"x\"", "MALFORMED_JSON", "must be an object"},
                    Refusal{"7", "MALFORMED_JSON", "must be an object"},
                    Refusal{"{} {}", "MALFORMED_JSON", "at byte 4 (line 1)"},
                    Refusal{"{\n\"itemId\": x}", "MALFORMED_JSON", "(line 2)"},
                    Refusal{R"({"itemId": "a",})", "MALFORMED_JSON", "at byte 16"},
                    Refusal{R"({"item": {"packs": [{},]}})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({/* no */"itemId": "a"})", "MALFORMED_JSON", "at byte 2"},
                    Refusal{"{} // no", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({'itemId': 'a'})", "MALFORMED_JSON", "at byte 2"},
                    Refusal{R"({itemId: "a"})", "MALFORMED_JSON", "at byte 2"},
                    Refusal{R"({"itemId": NaN})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": Infinity})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": -Infinity})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"item": {"packs": [{"baseUnits": 01}]}})", "MALFORMED_JSON",
                            "at byte"},
                    Refusal{R"({"itemId": +1})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": .5})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": 1e999})", "MALFORMED_JSON", "number overflow"},
                    Refusal{R"({"itemId": "\ud800"})", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": "\udc00"})", "MALFORMED_JSON", "at byte"},
                    Refusal{"{\"itemId\": \"\xFF\"}", "MALFORMED_JSON", "at byte"},
                    Refusal{"{\"itemId\": \"\xC0\x80\"}", "MALFORMED_JSON", "at byte"},
                    Refusal{"{\"itemId\": \"\xED\xA0\x80\"}", "MALFORMED_JSON", "at byte"},
                    Refusal{"{\"itemId\": \"a\nb\"}", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": "a)", "MALFORMED_JSON", "at byte"},
                    Refusal{R"({"itemId": "a")", "MALFORMED_JSON", "at byte"},
                    Refusal{"{}\0{\"itemId\": 1}"s, "NUL_CHARACTER", "NUL at byte 2"},
                    Refusal{"{\"itemId\": \"a\0b\"}"s, "NUL_CHARACTER", "NUL at byte 13"}));

INSTANTIATE_TEST_SUITE_P(
    Meaning, StrictJsonRefusalTest,
    testing::Values(
        Refusal{R"({"itemId": "a\u0000b"})", "NUL_CHARACTER", "itemId: must not hold U+0000"},
        Refusal{R"({"item\u0000Id": "a"})", "NUL_CHARACTER", "key"},
        Refusal{R"({"itemId": "a", "itemId": "b"})", "DUPLICATE_KEY", "itemId: given twice"},
        Refusal{R"({"requestId": "a", "request_id": "b"})", "DUPLICATE_KEY", "request_id"},
        Refusal{R"({"item": {"packs": [{}, {"unit": "a", "unit": "a"}]}})", "DUPLICATE_KEY",
                "item.packs[1].unit: given twice"},
        Refusal{R"({"itemId": "a", "\u0069temId": "b"})", "DUPLICATE_KEY", "itemId"},
        Refusal{R"({"item": null, "item": {}})", "DUPLICATE_KEY", "item"},
        Refusal{R"({"itemid": "a"})", "UNKNOWN_FIELD", "itemid: CreateItemRequest has no such"},
        Refusal{R"({"item": {"packs": [{}, {}, {"size": 1}]}})", "UNKNOWN_FIELD",
                "item.packs[2].size: Pack has no such field"},
        Refusal{R"({"": 1})", "UNKNOWN_FIELD", "no such field"},
        Refusal{R"({"@type": "x"})", "UNKNOWN_FIELD", "@type"},
        Refusal{R"({"item": {"packs": [{"baseUnits": 12.0}]}})", "WRONG_JSON_TYPE",
                "item.packs[0].baseUnits: must be an integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": 1e1}]}})", "WRONG_JSON_TYPE", "integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": "1e1"}]}})", "WRONG_JSON_TYPE", "integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": " 1"}]}})", "WRONG_JSON_TYPE", "integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": ""}]}})", "WRONG_JSON_TYPE", "integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": true}]}})", "WRONG_JSON_TYPE", "integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": 99999999999999999999}]}})", "WRONG_JSON_TYPE",
                "integer"},
        Refusal{R"({"item": {"packs": [{"baseUnits": {}}]}})", "WRONG_JSON_TYPE", "single value"},
        Refusal{R"({"item": {"packs": [null]}})", "WRONG_JSON_TYPE", "item.packs[0]"},
        Refusal{R"({"item": {"packs": {}}})", "WRONG_JSON_TYPE", "item.packs: must be an array"},
        Refusal{R"({"item": {"packs": "x"}})", "WRONG_JSON_TYPE", "item.packs: must be an array"},
        Refusal{R"({"item": {"packs": [[]]}})", "WRONG_JSON_TYPE", "item.packs[0]"},
        Refusal{R"({"item": {"createTime": {}}})", "WRONG_JSON_TYPE", "item.createTime"},
        Refusal{R"({"item": {"createTime": []}})", "WRONG_JSON_TYPE", "item.createTime"},
        Refusal{R"({"item": []})", "WRONG_JSON_TYPE", "item: must be a single value"},
        Refusal{R"({"item": "x"})", "WRONG_JSON_TYPE", "item: must be an object"},
        Refusal{R"({"itemId": 7})", "WRONG_JSON_TYPE", "itemId: must be a string"},
        Refusal{R"({"itemId": ["a"]})", "WRONG_JSON_TYPE", "itemId"},
        Refusal{R"({"item": {"lotTracked": "true"}})", "WRONG_JSON_TYPE", "true or false"},
        Refusal{R"({"item": {"lotTracked": 1}})", "WRONG_JSON_TYPE", "true or false"},
        Refusal{R"({"item": {"deviceClass": "device_class_iii"}})", "WRONG_JSON_TYPE",
                "a value of DeviceClass"},
        Refusal{R"({"item": {"deviceClass": 1.5}})", "WRONG_JSON_TYPE", "DeviceClass"}));

TEST(StrictJsonTest, DepthHasALimit) {
  // A Value may hold anything, so nothing but the depth can be wrong here.
  const auto check = [](int depth) {
    return CheckJson(R"({"fields": {"a": )" + Nested(depth - 2) + "}}",
                     *google::protobuf::Struct::descriptor());
  };
  EXPECT_EQ(check(kJsonDepthMax), absl::OkStatus());
  EXPECT_EQ(ErrorReason(check(kJsonDepthMax + 1)), "JSON_TOO_DEEP");
  EXPECT_EQ(ErrorReason(check(100'000)), "JSON_TOO_DEEP");
}

TEST(StrictJsonTest, MapsAreHeldToTheSameRules) {
  const auto check = [](std::string_view text) {
    return CheckJson(text, *google::rpc::ErrorInfo::descriptor());
  };
  EXPECT_EQ(check(R"({"metadata": {"a": "1", "b": "2"}})"), absl::OkStatus());
  EXPECT_EQ(ErrorReason(check(R"({"metadata": {"a": "1", "a": "2"}})")), "DUPLICATE_KEY");
  EXPECT_EQ(ErrorReason(check(R"({"metadata": {"a": null}})")), "WRONG_JSON_TYPE");
  EXPECT_EQ(ErrorReason(check(R"({"metadata": {"a": 1}})")), "WRONG_JSON_TYPE");
  EXPECT_EQ(ErrorReason(check(R"({"metadata": []})")), "WRONG_JSON_TYPE");
  EXPECT_EQ(ErrorReason(check(R"({"metadata": "a"})")), "WRONG_JSON_TYPE");
}

TEST(StrictJsonTest, ALongUnknownKeyIsNotEchoed) {
  const absl::Status status = CheckItem("{\"" + std::string(100'000, 'k') + "\": 1}");
  EXPECT_EQ(ErrorReason(status), "UNKNOWN_FIELD");
  EXPECT_LT(status.message().size(), 200u);
}

}  // namespace
}  // namespace qingqu::gateway
