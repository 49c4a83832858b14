#include "common/rpc/client_address.h"

#include "gtest/gtest.h"

#include "common/rpc/tls_peer.h"
#include "common/status/status.h"

namespace qingqu::rpc {
namespace {

TEST(ClientAddressTest, BudgetsCountHostsAndSubscribers) {
  EXPECT_EQ(BudgetAddress("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(BudgetAddress("2001:DB8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(BudgetAddress("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
  EXPECT_EQ(BudgetAddress("::ffff:192.0.2.7"), "192.0.2.7");
  for (const char* wrong : {"", "192.0.2", "192.0.2.7:80", "example.org", "192.0.2.7 ", "::1%lo"}) {
    EXPECT_EQ(BudgetAddress(wrong), "") << wrong;
  }
}

TEST(ClientAddressTest, ThePeerIsBelieved) {
  const AddressProxies none;
  EXPECT_EQ(ClientAddress("ipv4:192.0.2.7:51934", "", none), "192.0.2.7");
  EXPECT_EQ(ClientAddress("ipv6:%5B2001:db8::1%5D:51934", "", none), "2001:db8::/64");
  EXPECT_EQ(ClientAddress("ipv6:[2001:db8::1]:51934", "", none), "2001:db8::/64");
  EXPECT_EQ(ClientAddress("ipv6:[fe80::1%25eth0]:51934", "", none), "fe80::/64");
  EXPECT_EQ(ClientAddress("ipv6:[::ffff:192.0.2.7]:51934", "", none), "192.0.2.7");
  for (const char* other : {"", "unknown", "inproc", "unix:/run/x", "ipv4:", ":::"}) {
    EXPECT_EQ(ClientAddress(other, "", none), "") << other;
  }
}

TEST(ClientAddressTest, OnlyProxiesMaySpeakForOthers) {
  const AddressProxies proxies = LoopbackProxies();
  EXPECT_EQ(ClientAddress("ipv4:127.0.0.1:1", "198.51.100.9", proxies), "198.51.100.9");
  EXPECT_EQ(ClientAddress("ipv6:%5B::1%5D:1", "198.51.100.9", proxies), "198.51.100.9");
  EXPECT_EQ(ClientAddress("ipv4:192.0.2.7:1", "198.51.100.9", proxies), "192.0.2.7");
  EXPECT_EQ(ClientAddress("ipv4:127.0.0.1:1", "198.51.100.9", {}), "127.0.0.1");
  EXPECT_EQ(ClientAddress("ipv4:127.0.0.1:1", "not an address", proxies), "127.0.0.1");
  EXPECT_EQ(ClientAddress("ipv4:127.0.0.1:1", "", proxies), "127.0.0.1");
}

TEST(ClientAddressTest, ProxiesAreAList) {
  EXPECT_EQ(*ParseAddressProxies("10.0.0.1, ::FFFF:10.0.0.2,2001:DB8::1"),
            (AddressProxies{"10.0.0.1", "10.0.0.2", "2001:db8::1"}));
  EXPECT_TRUE(ParseAddressProxies("")->empty());
  EXPECT_EQ(ErrorReason(ParseAddressProxies("10.0.0.1,gateway").status()), "INVALID_FIELD");
}

TEST(TlsPeerTest, TheGatewayAndTheEdgeStandBetween) {
  EXPECT_TRUE(IsIntermediary({.secured = true, .names = {"catalog", "edge"}}));
  EXPECT_TRUE(IsIntermediary({.secured = true, .names = {"gateway"}}));
  EXPECT_FALSE(IsIntermediary({.secured = true, .names = {"usage"}}));
  EXPECT_FALSE(IsIntermediary({}));
}

TEST(TlsPeerTest, ADigestHas64LowerCaseDigits) {
  EXPECT_TRUE(IsCertificateSha256(std::string(64, '0')));
  EXPECT_TRUE(IsCertificateSha256(std::string(64, 'f')));
  EXPECT_FALSE(IsCertificateSha256(std::string(64, 'F')));
  EXPECT_FALSE(IsCertificateSha256(std::string(64, 'g')));
  EXPECT_FALSE(IsCertificateSha256(std::string(63, '0')));
  EXPECT_FALSE(IsCertificateSha256(""));
}

}  // namespace
}  // namespace qingqu::rpc
