#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/hash.h"
#include "services/cli/journal/log_source.h"

namespace qingqu::cli {

// The entries of a journal in the order in which they are leaves, as they stand now.
class LeafSource {
 public:
  struct Leaf {
    sealed_log::Hash hash{};
    bool final = false;  // nothing can come before it any more, so it is to be sealed
    // It says that it is of a transaction that has not begun yet: no writer can have made it.
    bool impossible = false;
  };
  virtual ~LeafSource() = default;
  // Nothing after the last one.
  virtual absl::StatusOr<std::optional<Leaf>> Next() = 0;
};

enum class JournalProblem {
  kNone,
  kCheckpoint,     // not there, or not signed with the log's key
  kEntryChanged,   // the entry is not what was sealed
  kEntryMissing,   // what was sealed is gone
  kEntryInserted,  // it stands where something else was sealed, or where nothing can stand yet
  kEntryUnsealed,  // it should have been sealed and was not
  kTile,           // the journal is right, a tile is not
  kRoot,           // journal and tiles agree with each other and not with the checkpoint
  kRewritten       // all agree with each other and not with the checkpoint that was kept
};

struct JournalReport {
  JournalProblem problem = JournalProblem::kNone;  // the first one
  uint64_t index = 0;                              // the first bad index; of kRewritten none
  std::string detail;       // of kTile, kCheckpoint and kRewritten: which, and what
  uint64_t entries = 0;     // that were compared
  uint64_t unfinished = 0;  // entries behind them whose order is not final yet, so not compared
  sealed_log::Checkpoint checkpoint;  // the first one that was read
};

struct JournalCheck {
  LogSource* log = nullptr;
  sealed_log::VerifierKey key;
  // That somebody kept, a witness for instance: the journal must begin with it. Whoever holds the
  // log's key and the database can make all else agree with another past.
  std::optional<sealed_log::Checkpoint> kept;
  // Takes its snapshot when it is called, which is after the checkpoint was read.
  std::function<absl::StatusOr<std::unique_ptr<LeafSource>>()> open_leaves;
  // How long after the snapshot an entry of it may still be sealed.
  absl::Duration wait = absl::Seconds(10);
  // Told now and then; may be empty.
  std::function<void(uint64_t done, uint64_t total)> on_progress = nullptr;
};

// Recomputes the log from the journal and compares every entry, every tile (of a folder also the
// partial ones that are left) and the root of the checkpoint. Memory does not grow with the log.
// An error means that there is no verdict: the log or the journal cannot be read.
absl::StatusOr<JournalReport> CheckJournal(const JournalCheck& check);

}  // namespace qingqu::cli
