#include "common/sealed_log/proof.h"

#include <string_view>

#include "gtest/gtest.h"

#include "common/sealed_log/encoding.h"
#include "common/sealed_log/test_tree.h"

namespace qingqu::sealed_log {
namespace {

constexpr uint64_t kNumberMax = std::numeric_limits<uint64_t>::max();

Hash Hex(std::string_view text) { return *HashFromHex(text); }

Proof HexProof(const std::vector<std::string_view>& texts) {
  Proof proof;
  for (const std::string_view text : texts) proof.push_back(Hex(text));
  return proof;
}

// The tree of eight leaves that the implementations of certificate transparency test with.
const std::vector<std::string_view> kLeaves = {"",
                                               "00",
                                               "10",
                                               "2021",
                                               "3031",
                                               "40414243",
                                               "5051525354555657",
                                               "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string_view> kRoots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TestTree KnownTree() {
  std::vector<Hash> leaves;
  for (const std::string_view leaf : kLeaves) leaves.push_back(LeafHash(*BytesFromHex(leaf)));
  return TestTree(std::move(leaves));
}

struct KnownProof {
  uint64_t first;  // the index, or the size of the first tree
  uint64_t size;
  std::vector<std::string_view> hashes;
};

const std::vector<KnownProof> kInclusionProofs = {
    {0,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {5,
     8,
     {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
    {1,
     5,
     {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
    {0, 1, {}}};

const std::vector<KnownProof> kConsistencyProofs = {
    {1,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {6,
     8,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2,
     5,
     {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
    {6,
     7,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {1, 1, {}}};

TEST(ProofTest, KnownRoots) {
  TestTree tree = KnownTree();
  CompactTree compact;
  for (size_t size = 1; size <= kLeaves.size(); ++size) {
    compact.Append(tree.leaf(size - 1));
    EXPECT_EQ(ToHex(compact.Root()), kRoots[size - 1]);
    EXPECT_EQ(ToHex(*ReadRoot(tree, size)), kRoots[size - 1]);
  }
}

TEST(ProofTest, KnownInclusionProofs) {
  TestTree tree = KnownTree();
  for (const KnownProof& known : kInclusionProofs) {
    const Proof proof = HexProof(known.hashes);
    EXPECT_EQ(*InclusionProof(tree, known.first, known.size), proof);
    EXPECT_TRUE(VerifyInclusion(known.first, known.size, tree.leaf(known.first), proof,
                                Hex(kRoots[known.size - 1]))
                    .ok());
  }
}

TEST(ProofTest, KnownConsistencyProofs) {
  TestTree tree = KnownTree();
  for (const KnownProof& known : kConsistencyProofs) {
    const Proof proof = HexProof(known.hashes);
    EXPECT_EQ(*ConsistencyProof(tree, known.first, known.size), proof);
    EXPECT_TRUE(VerifyConsistency(known.first, known.size, Hex(kRoots[known.first - 1]),
                                  Hex(kRoots[known.size - 1]), proof)
                    .ok());
  }
}

// A claim and everything that differs from it in one place.
struct Claim {
  uint64_t first;
  uint64_t size;
  Hash known;  // the leaf, or the first root
  Hash root;
  Proof proof;
};

std::vector<Claim> Corruptions(const Claim& claim) {
  std::vector<Claim> corrupt;
  const auto add = [&](auto change) {
    corrupt.push_back(claim);
    change(corrupt.back());
  };
  add([](Claim& c) { c.first -= 1; });
  add([](Claim& c) { c.first += 1; });
  add([](Claim& c) { c.first ^= 2; });
  add([](Claim& c) { c.first = kNumberMax; });
  add([](Claim& c) { c.size *= 2; });
  add([](Claim& c) { c.size /= 2; });
  add([](Claim& c) { c.size = 0; });
  add([](Claim& c) { c.size = kNumberMax; });
  add([](Claim& c) { c.known = LeafHash("another"); });
  add([](Claim& c) { c.root = LeafHash("another"); });
  add([](Claim& c) { std::swap(c.known, c.root); });
  add([](Claim& c) { c.proof.push_back(c.root); });
  add([](Claim& c) { c.proof.push_back(c.known); });
  add([](Claim& c) { c.proof.insert(c.proof.begin(), c.root); });
  add([](Claim& c) { c.proof.insert(c.proof.begin(), c.known); });
  add([](Claim& c) { c.proof.assign(70, c.root); });
  if (!claim.proof.empty()) {
    add([](Claim& c) { c.proof.pop_back(); });
    add([](Claim& c) { c.proof.erase(c.proof.begin()); });
    add([](Claim& c) { c.proof.clear(); });
  }
  for (size_t i = 0; i < claim.proof.size(); ++i) {
    add([i](Claim& c) { c.proof[i][i % kHashBytes] ^= 8; });
  }
  return corrupt;
}

TEST(ProofTest, CorruptedInclusionProofsAreRefused) {
  TestTree tree = TestTree::Of(70);
  for (size_t size = 2; size <= tree.size(); size += 1 + size / 9) {
    for (size_t index = 0; index < size; ++index) {
      const Claim claim{.first = index,
                        .size = size,
                        .known = tree.leaf(index),
                        .root = tree.Root(0, size),
                        .proof = *InclusionProof(tree, index, size)};
      for (const Claim& wrong : Corruptions(claim)) {
        // Where one side path is as long as the other, sizes may stand for each other.
        if (wrong.proof == claim.proof && wrong.size != claim.size && wrong.size > index) continue;
        EXPECT_FALSE(
            VerifyInclusion(wrong.first, wrong.size, wrong.known, wrong.proof, wrong.root).ok())
            << index << " of " << size;
      }
    }
  }
}

TEST(ProofTest, CorruptedConsistencyProofsAreRefused) {
  TestTree tree = TestTree::Of(70);
  for (size_t to = 2; to <= tree.size(); to += 1 + to / 9) {
    for (size_t from = 1; from < to; ++from) {
      const Claim claim{.first = from,
                        .size = to,
                        .known = tree.Root(0, from),
                        .root = tree.Root(0, to),
                        .proof = *ConsistencyProof(tree, from, to)};
      for (const Claim& wrong : Corruptions(claim)) {
        if (wrong.proof == claim.proof && wrong.size != claim.size && wrong.size > from) continue;
        EXPECT_FALSE(
            VerifyConsistency(wrong.first, wrong.size, wrong.known, wrong.root, wrong.proof).ok())
            << from << " to " << to;
      }
    }
  }
}

// Every proof of every tree up to 300 leaves holds.
TEST(ProofTest, AllProofsOfSmallTrees) {
  TestTree tree = TestTree::Of(300);
  std::vector<Hash> roots;
  CompactTree compact;
  roots.push_back(compact.Root());
  for (size_t i = 0; i < tree.size(); ++i) {
    compact.Append(tree.leaf(i));
    roots.push_back(compact.Root());
  }
  for (size_t size = 1; size <= tree.size(); ++size) {
    ASSERT_EQ(tree.Root(0, size), roots[size]);
    for (size_t first = 0; first < size; ++first) {
      const absl::StatusOr<Proof> inclusion = InclusionProof(tree, first, size);
      ASSERT_TRUE(VerifyInclusion(first, size, tree.leaf(first), *inclusion, roots[size]).ok());
      const absl::StatusOr<Proof> consistency = ConsistencyProof(tree, first + 1, size);
      ASSERT_TRUE(
          VerifyConsistency(first + 1, size, roots[first + 1], roots[size], *consistency).ok());
    }
  }
}

TEST(ProofTest, WhatCannotBeProved) {
  TestTree tree = TestTree::Of(8);
  const Hash root = tree.Root(0, 8);
  EXPECT_FALSE(InclusionProof(tree, 8, 8).ok());
  EXPECT_FALSE(InclusionProof(tree, 0, 0).ok());
  EXPECT_FALSE(InclusionProof(tree, 0, kTreeSizeMax + 1).ok());
  EXPECT_FALSE(ConsistencyProof(tree, 0, 8).ok());
  EXPECT_FALSE(ConsistencyProof(tree, 8, 7).ok());
  EXPECT_TRUE(ConsistencyProof(tree, 8, 8)->empty());
  EXPECT_FALSE(VerifyInclusion(0, 0, root, {}, EmptyRoot()).ok());
  EXPECT_FALSE(VerifyInclusion(0, kNumberMax, root, {}, root).ok());
  EXPECT_FALSE(VerifyConsistency(0, 8, EmptyRoot(), root, {}).ok());
  EXPECT_FALSE(VerifyConsistency(8, 0, root, EmptyRoot(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(1, kNumberMax, root, root, {root}).ok());
  EXPECT_FALSE(VerifyConsistency(8, 8, root, EmptyRoot(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(8, 8, root, root, {root}).ok());
  EXPECT_TRUE(VerifyConsistency(8, 8, root, root, {}).ok());
}

// The largest tree: no shift or sum overflows.
TEST(ProofTest, TheLargestTree) {
  const Hash leaf = LeafHash("last");
  Proof proof(62, leaf);
  Hash root = leaf;
  for (const Hash& hash : proof) root = NodeHash(hash, root);
  EXPECT_TRUE(VerifyInclusion(kTreeSizeMax - 1, kTreeSizeMax, leaf, proof, root).ok());
  EXPECT_FALSE(VerifyInclusion(kTreeSizeMax - 2, kTreeSizeMax, leaf, proof, root).ok());
  EXPECT_EQ(NodesOfRange(0, kTreeSizeMax).size(), 63);
  proof.pop_back();
  EXPECT_FALSE(VerifyInclusion(kTreeSizeMax - 1, kTreeSizeMax, leaf, proof, root).ok());
}

TEST(ProofTest, CompactTreeGoesOnFromItsHashes) {
  const TestTree tree = TestTree::Of(100);
  CompactTree compact;
  size_t nodes = 0;
  for (size_t i = 0; i < tree.size(); ++i) {
    compact = *CompactTree::FromHashes(compact.size(), compact.hashes());
    compact.Append(tree.leaf(i), [&](const Node& node, const Hash& hash) {
      ++nodes;
      EXPECT_EQ(hash, tree.Root(node.index << node.level, (node.index + 1) << node.level));
    });
  }
  EXPECT_EQ(compact.Root(), tree.Root(0, 100));
  EXPECT_EQ(nodes, 100 + 50 + 25 + 12 + 6 + 3 + 1);
  EXPECT_FALSE(CompactTree::FromHashes(100, {}).ok());
  EXPECT_FALSE(CompactTree::FromHashes(kNumberMax, std::vector<Hash>(64)).ok());
}

}  // namespace
}  // namespace qingqu::sealed_log
