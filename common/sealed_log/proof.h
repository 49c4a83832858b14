#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "common/sealed_log/hash.h"
#include "common/sealed_log/tree.h"

namespace qingqu::sealed_log {

using Proof = std::vector<Hash>;

// The audit path of a leaf, from the leaf's side to the root's (RFC 9162 2.1.3.1). INVALID_ARGUMENT
// unless index < size <= 2^63-1. Reads once.
absl::StatusOr<Proof> InclusionProof(NodeReader& reader, uint64_t index, uint64_t size);

// Why the tree of `from` leaves is the beginning of that of `to` leaves (RFC 9162 2.1.4.1).
// INVALID_ARGUMENT unless 0 < from <= to <= 2^63-1. Empty when both are equal. Reads once.
absl::StatusOr<Proof> ConsistencyProof(NodeReader& reader, uint64_t from, uint64_t to);

// RFC 9162 2.1.3.2. INVALID_ARGUMENT when there can be no such proof (index, sizes, number of
// hashes), DATA_LOSS when the proof leads to another root.
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                             const Proof& proof, const Hash& root);

// RFC 9162 2.1.4.2, and for equal sizes: equal roots and no hash. Nothing follows from an empty
// tree, so `from` is at least 1 unless both are 0. Errors as above.
absl::Status VerifyConsistency(uint64_t from, uint64_t to, const Hash& root_from,
                               const Hash& root_to, const Proof& proof);

}  // namespace qingqu::sealed_log
