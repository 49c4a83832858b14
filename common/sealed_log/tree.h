#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "absl/status/statusor.h"

#include "common/sealed_log/hash.h"

namespace qingqu::sealed_log {

inline constexpr uint64_t kTreeSizeMax = std::numeric_limits<int64_t>::max();

// The root of 2^level leaves, the first of which is leaf index * 2^level. Such a hash never changes
// once all of its leaves are there.
struct Node {
  int level = 0;
  uint64_t index = 0;
  bool operator==(const Node&) const = default;
};

// The perfect subtrees of which the leaves [begin, end) consist, from left to right. Their number
// is at most twice the count of bits in `end`; one per bit when begin is 0.
std::vector<Node> NodesOfRange(uint64_t begin, uint64_t end);

// Joins the hashes of NodesOfRange(begin, end) into the root of these leaves, where begin is 0 or a
// multiple of the smallest power of two that is not less than end - begin. Of none: the empty root.
Hash JoinNodes(const std::vector<Hash>& hashes);

// A tree as far as it is needed to append to it: the hashes of its perfect subtrees.
class CompactTree {
 public:
  CompactTree() = default;
  // `hashes`: those of NodesOfRange(0, size). INVALID_ARGUMENT when their number does not fit.
  static absl::StatusOr<CompactTree> FromHashes(uint64_t size, std::vector<Hash> hashes);

  // Calls `on_node` for each node that the leaf completes, the leaf itself first; it may be empty.
  void Append(const Hash& leaf_hash,
              const std::function<void(const Node&, const Hash&)>& on_node = nullptr);

  uint64_t size() const { return size_; }
  const std::vector<Hash>& hashes() const { return hashes_; }
  Hash Root() const { return JoinNodes(hashes_); }

 private:
  uint64_t size_ = 0;
  std::vector<Hash> hashes_;
};

// Where a proof's hashes come from.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  // The hashes of the nodes, in their order. All of them lie within a tree that the reader has.
  virtual absl::StatusOr<std::vector<Hash>> ReadNodes(const std::vector<Node>& nodes) = 0;
};

// The root of the first `size` leaves.
absl::StatusOr<Hash> ReadRoot(NodeReader& reader, uint64_t size);

}  // namespace qingqu::sealed_log
