#include "common/sealed_log/proof.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/status/status_macros.h"

namespace qingqu::sealed_log {
namespace {

// Leaves [begin, end).
struct Range {
  uint64_t begin;
  uint64_t end;
};

// How many leaves the left subtree has: the largest power of two below their number.
uint64_t LeftLeaves(const Range& range) { return std::bit_floor(range.end - range.begin - 1); }

absl::StatusOr<Proof> ReadRanges(NodeReader& reader, const std::vector<Range>& ranges) {
  std::vector<Node> nodes;
  std::vector<size_t> counts;
  for (const Range& range : ranges) {
    const std::vector<Node> part = NodesOfRange(range.begin, range.end);
    nodes.insert(nodes.end(), part.begin(), part.end());
    counts.push_back(part.size());
  }
  if (nodes.empty()) return Proof();
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Hash> hashes, reader.ReadNodes(nodes));
  if (hashes.size() != nodes.size()) return absl::InternalError("the reader left hashes out");
  Proof proof;
  auto next = hashes.begin();
  for (const size_t count : counts) {
    const auto end = next + static_cast<std::ptrdiff_t>(count);
    proof.push_back(JoinNodes(std::vector<Hash>(next, end)));
    next = end;
  }
  return proof;
}

absl::Status WrongLength() {
  return absl::InvalidArgumentError("the proof has a wrong number of hashes");
}

absl::Status CheckSizes(uint64_t smaller, uint64_t larger) {
  if (larger > kTreeSizeMax) return absl::InvalidArgumentError("the tree size exceeds 2^63-1");
  if (smaller > larger) return absl::InvalidArgumentError("the first tree is the larger one");
  return absl::OkStatus();
}

absl::Status CheckIndex(uint64_t index, uint64_t size) {
  if (size > kTreeSizeMax) return absl::InvalidArgumentError("the tree size exceeds 2^63-1");
  if (index >= size) return absl::InvalidArgumentError("the tree has no leaf of this index");
  return absl::OkStatus();
}

bool IsOdd(uint64_t number) { return number % 2 == 1; }

}  // namespace

absl::StatusOr<Proof> InclusionProof(NodeReader& reader, uint64_t index, uint64_t size) {
  QINGQU_RETURN_IF_ERROR(CheckIndex(index, size));
  std::vector<Range> ranges;
  Range range{.begin = 0, .end = size};
  while (range.end - range.begin > 1) {
    const uint64_t middle = range.begin + LeftLeaves(range);
    if (index < middle) {
      ranges.push_back({.begin = middle, .end = range.end});
      range.end = middle;
    } else {
      ranges.push_back({.begin = range.begin, .end = middle});
      range.begin = middle;
    }
  }
  std::reverse(ranges.begin(), ranges.end());
  return ReadRanges(reader, ranges);
}

absl::StatusOr<Proof> ConsistencyProof(NodeReader& reader, uint64_t from, uint64_t to) {
  QINGQU_RETURN_IF_ERROR(CheckSizes(from, to));
  if (from == 0) return absl::InvalidArgumentError("nothing follows from an empty tree");
  std::vector<Range> ranges;
  Range range{.begin = 0, .end = to};
  while (range.end != from) {
    const uint64_t middle = range.begin + LeftLeaves(range);
    if (from <= middle) {
      ranges.push_back({.begin = middle, .end = range.end});
      range.end = middle;
    } else {
      ranges.push_back({.begin = range.begin, .end = middle});
      range.begin = middle;
    }
  }
  // The verifier has the first tree's root, but no subtree of it.
  if (range.begin != 0) ranges.push_back(range);
  std::reverse(ranges.begin(), ranges.end());
  return ReadRanges(reader, ranges);
}

absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                             const Proof& proof, const Hash& root) {
  QINGQU_RETURN_IF_ERROR(CheckIndex(index, size));
  uint64_t node = index;
  uint64_t last = size - 1;
  Hash hash = leaf_hash;
  for (const Hash& sibling : proof) {
    if (last == 0) return WrongLength();
    if (IsOdd(node) || node == last) {
      hash = NodeHash(sibling, hash);
      while (!IsOdd(node) && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength();
  if (hash != root) return absl::DataLossError("the proof leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t from, uint64_t to, const Hash& root_from,
                               const Hash& root_to, const Proof& proof) {
  QINGQU_RETURN_IF_ERROR(CheckSizes(from, to));
  if (from == to) {
    if (!proof.empty()) return WrongLength();
    if (root_from != root_to) return absl::DataLossError("trees of one size have two roots");
    return absl::OkStatus();
  }
  if (from == 0) return absl::InvalidArgumentError("nothing follows from an empty tree");
  if (proof.empty()) return WrongLength();
  uint64_t node = from - 1;
  uint64_t last = to - 1;
  while (IsOdd(node)) {
    node >>= 1;
    last >>= 1;
  }
  // The root of a first tree of 2^n leaves is a node of the second tree, so the proof leaves it
  // out.
  const bool left_out = std::has_single_bit(from);
  Hash hash_from = left_out ? root_from : proof.front();
  Hash hash_to = hash_from;
  for (auto next = proof.begin() + (left_out ? 0 : 1); next != proof.end(); ++next) {
    if (last == 0) return WrongLength();
    if (IsOdd(node) || node == last) {
      hash_from = NodeHash(*next, hash_from);
      hash_to = NodeHash(*next, hash_to);
      while (!IsOdd(node) && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash_to = NodeHash(hash_to, *next);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength();
  if (hash_from != root_from) return absl::DataLossError("the proof leads to another first root");
  if (hash_to != root_to) return absl::DataLossError("the proof leads to another second root");
  return absl::OkStatus();
}

}  // namespace qingqu::sealed_log
