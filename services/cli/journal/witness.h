#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

#include "common/base/clock.h"
#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/key_file.h"
#include "common/sealed_log/tile.h"

namespace qingqu::cli {

// What somebody who watches a log remembers of it, in a folder of their own:
//
//   witness.key.pem  their private key (0600), made at the first use; witness.vkey for the others
//   log.vkey         the key of the log, pinned at the first use
//   checkpoint       the last one that was found good, cosigned (c2sp.org/tlog-cosignature, v1)
//   fork-…           two notes that cannot both be true, as evidence
//   unproven-…       a larger checkpoint that the log signed and did not prove to be its growth
//
// A file is replaced whole or not at all, and only `checkpoint` ever changes.
class Witness {
 public:
  struct Options {
    std::string folder;
    std::string name;  // under which it cosigns; "": as before, at first "witness"
    std::optional<sealed_log::VerifierKey> log_key;  // needed at the first use
  };

  // FAILED_PRECONDITION: the folder cannot be used (another process does), or no key of the log is
  // known yet;
  // INVALID_ARGUMENT: the key is another one than the pinned one; DATA_LOSS: the remembered
  // checkpoint is not one of this log. `clock` outlives the object.
  static absl::StatusOr<Witness> Open(const Options& options, const Clock* clock);

  enum class Growth { kFirst, kSame, kGrew };
  struct Seen {
    Growth growth = Growth::kFirst;
    uint64_t from = 0;  // the size before
    sealed_log::Checkpoint checkpoint;
    std::string cosigned;  // the note
  };
  // Judges a checkpoint that the log shows now, with the proof that it computes from `tiles`,
  // cosigns and remembers it. Errors, after which it remembers what it did before:
  //   DATA_LOSS         the history forked, was rewritten or set back; EvidenceOf has the files
  //   INVALID_ARGUMENT  not a checkpoint signed with the log's key
  //   OUT_OF_RANGE      an older one of the same history
  //   FAILED_PRECONDITION, RESOURCE_EXHAUSTED  the folder cannot be written
  //   others            the tiles cannot be read or prove nothing; a larger checkpoint is kept,
  //                     which the message tells
  absl::StatusOr<Seen> Look(std::string_view note, sealed_log::TileSource& tiles);

  // "" before the first one.
  const std::string& last_note() const { return last_note_; }
  const sealed_log::VerifierKey& log_key() const { return log_key_; }
  sealed_log::VerifierKey own_key() const;

 private:
  Witness(std::string folder, std::shared_ptr<const int> lock, sealed_log::VerifierKey log_key,
          sealed_log::NamedKey own, const Clock* clock)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        log_key_(std::move(log_key)),
        own_(std::move(own)),
        clock_(clock) {}
  absl::Status Remember(sealed_log::Note note);
  absl::Status KeepUnproven(const sealed_log::Checkpoint& shown, std::string_view note,
                            const absl::Status& problem) const;
  std::string PathOf(std::string_view kind, const sealed_log::Checkpoint& checkpoint,
                     std::string_view ending) const;
  absl::Status KeepEvidence(const sealed_log::Checkpoint& shown, std::string_view note,
                            const absl::Status& problem) const;

  std::string folder_;
  std::shared_ptr<const int> lock_;  // an open file
  sealed_log::VerifierKey log_key_;
  sealed_log::NamedKey own_;
  const Clock* clock_;
  std::string last_note_;
  std::optional<sealed_log::Checkpoint> last_;
};

// Whether a log that showed `last` may show `next`: OK when it only grew; OUT_OF_RANGE when `next`
// is the older one, of the same history; DATA_LOSS when they belong to two histories, or the log
// has lost what it had signed; others when the tiles cannot be read or do not lead to the roots,
// which proves nothing.
absl::Status CheckGrowth(const sealed_log::Checkpoint& last, const sealed_log::Checkpoint& next,
                         sealed_log::TileSource& tiles);

// The two files that hold what contradicts each other, one a line, behind one that could not be
// written why; "" when there are none.
std::string EvidenceOf(const absl::Status& status);

}  // namespace qingqu::cli
