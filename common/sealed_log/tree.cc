#include "common/sealed_log/tree.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace qingqu::sealed_log {

std::vector<Node> NodesOfRange(uint64_t begin, uint64_t end) {
  QINGQU_CHECK(begin <= end && end <= kTreeSizeMax);
  std::vector<Node> nodes;
  while (begin < end) {
    const int fits = static_cast<int>(std::bit_width(end - begin)) - 1;
    const int aligned = begin == 0 ? fits : std::countr_zero(begin);
    const int level = std::min(fits, aligned);
    nodes.push_back({.level = level, .index = begin >> level});
    begin += uint64_t{1} << level;
  }
  return nodes;
}

Hash JoinNodes(const std::vector<Hash>& hashes) {
  if (hashes.empty()) return EmptyRoot();
  Hash root = hashes.back();
  for (size_t i = hashes.size() - 1; i-- > 0;) root = NodeHash(hashes[i], root);
  return root;
}

absl::StatusOr<CompactTree> CompactTree::FromHashes(uint64_t size, std::vector<Hash> hashes) {
  if (size > kTreeSizeMax || hashes.size() != static_cast<size_t>(std::popcount(size))) {
    return absl::InvalidArgumentError("the number of hashes does not fit the tree's size");
  }
  CompactTree tree;
  tree.size_ = size;
  tree.hashes_ = std::move(hashes);
  return tree;
}

void CompactTree::Append(const Hash& leaf_hash,
                         const std::function<void(const Node&, const Hash&)>& on_node) {
  QINGQU_CHECK(size_ < kTreeSizeMax);
  Node node{.level = 0, .index = size_};
  Hash hash = leaf_hash;
  if (on_node) on_node(node, hash);
  while (node.index % 2 == 1) {
    hash = NodeHash(hashes_.back(), hash);
    hashes_.pop_back();
    node = {.level = node.level + 1, .index = node.index / 2};
    if (on_node) on_node(node, hash);
  }
  hashes_.push_back(hash);
  ++size_;
}

absl::StatusOr<Hash> ReadRoot(NodeReader& reader, uint64_t size) {
  if (size > kTreeSizeMax) return absl::InvalidArgumentError("the tree size exceeds 2^63-1");
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Hash> hashes, reader.ReadNodes(NodesOfRange(0, size)));
  return JoinNodes(hashes);
}

}  // namespace qingqu::sealed_log
