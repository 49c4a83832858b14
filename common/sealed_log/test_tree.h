#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/sealed_log/tree.h"

namespace qingqu::sealed_log {

// A tree in memory, for tests: its leaves' hashes, from which everything is computed by the
// recursive definition of RFC 9162 2.1.1.
class TestTree final : public NodeReader {
 public:
  explicit TestTree(std::vector<Hash> leaves) : leaves_(std::move(leaves)) {
    levels_.push_back(leaves_);
    while (levels_.back().size() > 1) {
      std::vector<Hash> above;
      for (size_t i = 0; i + 1 < levels_.back().size(); i += 2) {
        above.push_back(NodeHash(levels_.back()[i], levels_.back()[i + 1]));
      }
      levels_.push_back(std::move(above));
    }
  }
  static TestTree Of(size_t size) {
    std::vector<Hash> leaves;
    for (size_t i = 0; i < size; ++i) leaves.push_back(LeafHash("leaf " + std::to_string(i)));
    return TestTree(std::move(leaves));
  }

  const Hash& leaf(size_t index) const { return leaves_[index]; }
  size_t size() const { return leaves_.size(); }
  Hash Root(size_t begin, size_t end) const {
    if (begin == end) return EmptyRoot();
    if (begin + 1 == end) return leaves_[begin];
    size_t left = 1;
    while (left * 2 < end - begin) left *= 2;
    return NodeHash(Root(begin, begin + left), Root(begin + left, end));
  }
  absl::StatusOr<std::vector<Hash>> ReadNodes(const std::vector<Node>& nodes) override {
    std::vector<Hash> hashes;
    for (const Node& node : nodes) {
      const auto level = static_cast<size_t>(node.level);
      if (level >= levels_.size() || node.index >= levels_[level].size()) {
        return absl::OutOfRangeError("no such node");
      }
      hashes.push_back(levels_[level][node.index]);
    }
    return hashes;
  }

 private:
  std::vector<Hash> leaves_;
  std::vector<std::vector<Hash>> levels_;
};

}  // namespace qingqu::sealed_log
