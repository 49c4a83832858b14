#include "services/gateway/transcoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"

#include "common/base/check.h"
#include "common/rpc/service_addresses.h"
#include "common/status/status.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"

namespace qingqu::gateway {
namespace {

class TranscoderTest : public testing::Test {
 protected:
  const Method& Named(const std::string& name) {
    const Method* method = transcoder_.Find("/qingqu.catalog.v1.CatalogService/" + name);
    QINGQU_CHECK(method != nullptr);
    return *method;
  }

  Transcoder transcoder_ = *Transcoder::Create(std::vector<std::string>{"catalog", "identity"});
};

TEST_F(TranscoderTest, FindsEveryMethodInTheDescriptors) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "qingqu.catalog.v1.CatalogService");
  ASSERT_NE(service, nullptr);
  for (int index = 0; index < service->method_count(); ++index) {
    EXPECT_EQ(Named(service->method(index)->name()).area, "catalog");
  }
  EXPECT_TRUE(Named("GetItem").by_get);
  EXPECT_FALSE(Named("CreateItem").by_get);
  EXPECT_FALSE(Named("CreateItem").streaming);
  EXPECT_NE(transcoder_.Find("/qingqu.identity.v1.IdentityService/SignIn"), nullptr);
}

TEST_F(TranscoderTest, OffersAllServicesOfAnArea) {
  const auto all = Transcoder::Create(kServiceAreas);
  ASSERT_TRUE(all.ok()) << all.status();
  const Method* uses = all->Find("/qingqu.usage.v1.UsageService/ListUses");
  ASSERT_NE(uses, nullptr);
  EXPECT_FALSE(uses->by_get) << "an address is logged";
  EXPECT_NE(all->Find("/qingqu.distribution.v1.DistributionService/ListBalances"), nullptr);
  const Method* const stream = all->Find("/qingqu.distribution.v1.LedgerService/StreamMovements");
  ASSERT_NE(stream, nullptr);
  EXPECT_TRUE(stream->streaming);
}

TEST_F(TranscoderTest, OffersEveryServiceAndNoOther) {
  const auto all = Transcoder::Create(kServiceAreas);
  ASSERT_TRUE(all.ok()) << all.status();
  for (const std::string_view area : kServiceAreas) {
    EXPECT_TRUE(std::ranges::any_of(all->methods(), [&](const auto& entry) {
      return entry.second.area == area;
    })) << area;
  }
  EXPECT_EQ(ErrorReason(Transcoder::Create(std::vector<std::string>{"warehouse"}).status()),
            "UNKNOWN_SERVICE");
}

TEST_F(TranscoderTest, TranslatesARequest) {
  const auto binary =
      transcoder_.RequestFromJson(Named("CreateItem"),
                                  R"({"requestId": "r", "item": {"display_name": "注射器",
          "packs": [{"baseUnits": "9007199254740993"}],
          "deviceClass": "DEVICE_CLASS_II", "createTime": "2026-11-21T08:00:00.5Z"}})");
  ASSERT_TRUE(binary.ok()) << binary.status();
  EXPECT_EQ(transcoder_.CheckRequest(Named("CreateItem"), *binary), absl::OkStatus());
  catalog::v1::CreateItemRequest request;
  ASSERT_TRUE(request.ParseFromString(*binary));
  EXPECT_EQ(request.request_id(), "r");
  EXPECT_EQ(request.item().display_name(), "注射器");
  EXPECT_EQ(request.item().packs(0).base_units(), 9007199254740993);
  EXPECT_EQ(request.item().device_class(), catalog::v1::DEVICE_CLASS_II);
  EXPECT_EQ(request.item().create_time().nanos(), 500'000'000);
}

TEST_F(TranscoderTest, RefusesWhatTheStrictCheckRefuses) {
  const auto binary =
      transcoder_.RequestFromJson(Named("GetItem"), R"({"name": "a", "name": "b"})");
  EXPECT_EQ(ErrorReason(binary.status()), "DUPLICATE_KEY");
}

TEST_F(TranscoderTest, RefusesValuesOutOfRangeOrFormat) {
  const Method& create = Named("CreateItem");
  for (const char* text :
       {R"({"item": {"packs": [{"baseUnits": "9223372036854775808"}]}})",
        R"({"item": {"packs": [{"baseUnits": 9223372036854775808}]}})",
        R"({"item": {"createTime": "yesterday"}})", R"({"item": {"createTime": 5}})"}) {
    const auto binary = transcoder_.RequestFromJson(create, text);
    EXPECT_EQ(binary.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ErrorReason(binary.status()), "INVALID_JSON_VALUE") << text;
  }
  const Method& list = Named("ListItems");
  EXPECT_EQ(ErrorReason(transcoder_.RequestFromJson(list, R"({"pageSize": 2147483648})").status()),
            "INVALID_JSON_VALUE");
}

TEST_F(TranscoderTest, RefusesBytesThatAreNoMessage) {
  const Method& get = Named("GetItem");
  EXPECT_EQ(transcoder_.CheckRequest(get, ""), absl::OkStatus());
  EXPECT_EQ(transcoder_.CheckRequest(get, "\x0A\x01x"), absl::OkStatus());
  for (const char* bytes : {"\x0A\x05x", "\xFF", "\x0A\x01\xFF"}) {
    EXPECT_EQ(ErrorReason(transcoder_.CheckRequest(get, bytes)), "MALFORMED_PROTOBUF");
  }
}

TEST_F(TranscoderTest, TranslatesAResponse) {
  catalog::v1::Item item;
  item.set_name("items/a");
  item.set_display_name("注射器");
  item.set_lot_tracked(true);
  item.add_packs()->set_base_units(9007199254740993);
  const auto text = transcoder_.ResponseToJson(Named("GetItem"), item.SerializeAsString());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(nlohmann::json::parse(*text), nlohmann::json::parse(R"({
      "name": "items/a", "displayName": "注射器", "lotTracked": true,
      "packs": [{"baseUnits": "9007199254740993"}]})"));
}

}  // namespace
}  // namespace qingqu::gateway
