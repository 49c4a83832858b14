#include "common/rpc/service_addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"

namespace qingqu {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(ServiceAddressesTest, OneAddressStandsForAllServices) {
  const auto addresses = ParseServiceAddresses(" 127.0.0.1:7100 ");
  ASSERT_TRUE(addresses.ok()) << addresses.status();
  EXPECT_THAT(*addresses, SizeIs(kServiceAreas.size()));
  for (const auto& [area, address] : *addresses) EXPECT_EQ(address, "127.0.0.1:7100") << area;
}

TEST(ServiceAddressesTest, AListNamesEachService) {
  const auto addresses = ParseServiceAddresses(
      "identity=127.0.0.1:7101, catalog=[::1]:7102,usage=unix:/run/qingqu/usage");
  ASSERT_TRUE(addresses.ok()) << addresses.status();
  EXPECT_THAT(*addresses, UnorderedElementsAre(Pair("identity", "127.0.0.1:7101"),
                                               Pair("catalog", "[::1]:7102"),
                                               Pair("usage", "unix:/run/qingqu/usage")));
}

struct Refusal {
  std::string text;
  std::string message;
};

TEST(ServiceAddressesTest, WhatOnlyThisMachineReaches) {
  for (const char* address : {"127.0.0.1:7100", "127.9.9.9:0", "[::1]:7100", "localhost:7100",
                              "unix:/run/qingqu/catalog"}) {
    EXPECT_TRUE(IsLoopbackAddress(address)) << address;
  }
  for (const char* address :
       {"0.0.0.0:7100", "[::]:7100", "10.0.0.1:7100", "127.0.0.1.example:7100", "::1", ":7100",
        "*:7100", "host:7100", "dns:///127.0.0.1:7100", ""}) {
    EXPECT_FALSE(IsLoopbackAddress(address)) << address;
  }
}

class ServiceAddressesRefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(ServiceAddressesRefusalTest, NamesWhatIsWrong) {
  const auto addresses = ParseServiceAddresses(GetParam().text);
  ASSERT_FALSE(addresses.ok()) << GetParam().text;
  EXPECT_EQ(ErrorReason(addresses.status()), "BAD_SERVICE_ADDRESSES");
  EXPECT_THAT(std::string(addresses.status().message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ServiceAddressesRefusalTest,
    testing::Values(Refusal{"", "neither host:port"}, Refusal{"7100", "neither host:port"},
                    Refusal{":7100", "neither host:port"}, Refusal{"localhost:", "needs a port"},
                    Refusal{"localhost:0", "needs a port"},
                    Refusal{"localhost:65536", "needs a port"},
                    Refusal{"localhost:71x", "needs a port"},
                    Refusal{"local host:7100", "characters"}, Refusal{"unix:", "has no path"},
                    Refusal{"warehouse=127.0.0.1:1", "\"warehouse\" is not a service: identity,"},
                    Refusal{"catalog=127.0.0.1:1,catalog=127.0.0.1:2", "given twice"},
                    Refusal{"catalog=127.0.0.1:1,", "is not area=address"},
                    Refusal{"catalog=127.0.0.1:1,127.0.0.1:2", "is not area=address"},
                    Refusal{"catalog=", "neither host:port"}));

}  // namespace
}  // namespace qingqu
