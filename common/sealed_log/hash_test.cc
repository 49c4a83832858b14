#include "common/sealed_log/hash.h"

#include "gtest/gtest.h"

namespace qingqu::sealed_log {
namespace {

// The examples of RFC 6962's hashes that certificate transparency's implementations share.
TEST(HashTest, KnownHashes) {
  EXPECT_EQ(ToHex(EmptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(LeafHash("")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(ToHex(LeafHash("L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
  EXPECT_EQ(ToHex(NodeHash(LeafHash(""), LeafHash(std::string_view("\0", 1)))),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST(HashTest, ALeafIsNoNode) {
  const Hash left = LeafHash("Hello");
  const Hash right = LeafHash("World");
  EXPECT_NE(NodeHash(left, right), NodeHash(right, left));
  EXPECT_NE(NodeHash(left, right),
            LeafHash(std::string(BytesOf(left)) + std::string(BytesOf(right))));
}

TEST(HashTest, HexAndBytes) {
  const Hash hash = LeafHash("x");
  EXPECT_EQ(*HashFromHex(ToHex(hash)), hash);
  EXPECT_EQ(*HashFromBytes(BytesOf(hash)), hash);
  EXPECT_EQ(*HashFromHex("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
            EmptyRoot());
  EXPECT_FALSE(HashFromHex("").ok());
  EXPECT_FALSE(HashFromHex(ToHex(hash) + "00").ok());
  EXPECT_FALSE(HashFromHex(ToHex(hash).substr(2)).ok());
  EXPECT_FALSE(HashFromHex(ToHex(hash).substr(1) + "g").ok());
  EXPECT_FALSE(HashFromHex(ToHex(hash).substr(1) + " ").ok());
  EXPECT_FALSE(HashFromBytes("short").ok());
}

}  // namespace
}  // namespace qingqu::sealed_log
