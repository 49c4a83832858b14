#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/sealed_log/hash.h"
#include "common/sealed_log/note.h"

namespace qingqu::sealed_log {

// The head of a log, as c2sp.org/tlog-checkpoint has it.
struct Checkpoint {
  std::string origin;  // the log's identity
  uint64_t size = 0;
  Hash root{};
  std::vector<std::string> extensions;
  bool operator==(const Checkpoint&) const = default;
};

// A text for a note: a line each.
std::string FormatCheckpoint(const Checkpoint& checkpoint);
// INVALID_ARGUMENT unless FormatCheckpoint of some checkpoint is `text`.
absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text);

// The checkpoint as a note signed by its origin.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const PrivateKey& key);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};
// Reads and verifies what SignCheckpoint made, further signatures allowed; errors are those of
// ParseNote, VerifyNote and ParseCheckpoint. The origin must be the key's name.
absl::StatusOr<SignedCheckpoint> OpenCheckpoint(std::string_view note, const VerifierKey& key);

// c2sp.org/tlog-cosignature, version 1: the signer saw at `unix_seconds` that the log, of which
// `note` is a checkpoint, only grew. Adds a signature of type 0x04.
absl::Status Cosign(std::string_view name, const PrivateKey& key, uint64_t unix_seconds,
                    Note& note);
// The latest instant at which this key (kCosignature) cosigned, in seconds since 1970. NOT_FOUND:
// it did not; DATA_LOSS: one of its signatures does not hold.
absl::StatusOr<uint64_t> VerifyCosignature(const Note& note, const VerifierKey& key);

}  // namespace qingqu::sealed_log
