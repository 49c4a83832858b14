#include "services/cli/journal/journal_check.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/sealed_log/proof.h"
#include "common/status/status_macros.h"
#include "services/cli/journal/checked_tiles.h"

namespace qingqu::cli {
namespace {

using sealed_log::Checkpoint;
using sealed_log::CompactTree;
using sealed_log::Hash;

constexpr uint64_t kProgressEvery = 4096;
constexpr absl::Duration kLookEvery = absl::Milliseconds(200);
// Entries after the checkpoint whose hashes are kept, to name the one that differs.
constexpr size_t kUnsealedKept = 1 << 16;

// Where journal and tiles differ first, and what stands around it.
struct Difference {
  uint64_t index = 0;
  Hash in_journal{};
  Hash in_tile{};
  std::optional<Hash> next_in_journal;
};

class Checker {
 public:
  explicit Checker(const JournalCheck& check) : check_(check) {}

  absl::StatusOr<JournalReport> Run() {
    QINGQU_ASSIGN_OR_RETURN(const bool opened, OpenCheckpoint());
    if (!opened) return report_;
    tiles_.emplace(check_.log, report_.checkpoint.size);
    QINGQU_ASSIGN_OR_RETURN(leaves_, check_.open_leaves());
    QINGQU_RETURN_IF_ERROR(CompareSealed());
    QINGQU_RETURN_IF_ERROR(tiles_->CheckLeftovers());
    QINGQU_RETURN_IF_ERROR(Judge());
    if (report_.problem == JournalProblem::kNone) {
      QINGQU_RETURN_IF_ERROR(CompareUnsealed());
    }
    if (report_.problem == JournalProblem::kNone) CompareWithKept();
    return report_;
  }

 private:
  void Find(JournalProblem problem, uint64_t index, std::string detail = "") {
    report_.problem = problem;
    report_.index = index;
    report_.detail = std::move(detail);
  }

  void Append(const Hash& hash) {
    journal_.Append(hash);
    if (check_.kept && journal_.size() == check_.kept->size) root_at_kept_ = journal_.Root();
  }

  void CompareWithKept() {
    if (!check_.kept || check_.kept->size == 0) return;
    const uint64_t size = check_.kept->size;
    if (journal_.size() < size) {
      Find(JournalProblem::kRewritten, 0,
           fmt::format("{} entries were signed, and {} are there", size, journal_.size()));
    } else if (root_at_kept_ != check_.kept->root) {
      Find(JournalProblem::kRewritten, 0, fmt::format("the first {} entries are others now", size));
    }
  }

  // False when there is none to compare with, which is a finding.
  absl::StatusOr<bool> OpenCheckpoint() {
    const auto note = check_.log->ReadCheckpoint();
    if (!note.ok() && !absl::IsNotFound(note.status())) return note.status();
    const auto opened = note.ok() ? sealed_log::OpenCheckpoint(*note, check_.key) : note.status();
    if (!opened.ok()) {
      Find(JournalProblem::kCheckpoint, 0, std::string(opened.status().message()));
      return false;
    }
    report_.checkpoint = opened->checkpoint;
    return true;
  }

  absl::Status CompareSealed() {
    const uint64_t size = report_.checkpoint.size;
    // Behind the journal's end no tile can change the verdict, however long the log says it is.
    for (uint64_t index = 0; index < size && !ended_; ++index) {
      QINGQU_ASSIGN_OR_RETURN(const auto leaf, leaves_->Next());
      ended_ = !leaf.has_value();
      if (leaf) Append(leaf->hash);
      std::optional<Hash> fallback;
      if (leaf) fallback = leaf->hash;
      QINGQU_ASSIGN_OR_RETURN(const std::optional<Hash> in_tile, tiles_->Append(fallback));
      if (difference_ && difference_->index + 1 == index && leaf) {
        difference_->next_in_journal = leaf->hash;
      }
      if (leaf && in_tile && !difference_ && leaf->hash != *in_tile) {
        difference_ = {.index = index, .in_journal = leaf->hash, .in_tile = *in_tile};
      }
      if (check_.on_progress && index % kProgressEvery == 0) check_.on_progress(index, size);
    }
    report_.entries = journal_.size();
    return absl::OkStatus();
  }

  // Whoever leads to the root that is signed is right.
  absl::Status Judge() {
    const Checkpoint& checkpoint = report_.checkpoint;
    const bool journal_right =
        journal_.size() == checkpoint.size && journal_.Root() == checkpoint.root;
    const std::optional<TileProblem>& tile = tiles_->problem();
    if (journal_right) {
      if (difference_) {
        Find(JournalProblem::kTile, difference_->index, tiles_->PathOfLeaf(difference_->index));
      }
      if (tile && (!difference_ || tile->index < difference_->index)) {
        Find(JournalProblem::kTile, tile->index, tile->detail);
      }
      return absl::OkStatus();
    }
    if (difference_) return NameDifference();
    if (journal_.size() < checkpoint.size) {
      Find(JournalProblem::kEntryMissing, journal_.size());
    } else {
      Find(JournalProblem::kRoot, tile ? tile->index : 0);
    }
    return absl::OkStatus();
  }

  absl::Status NameDifference() {
    const Difference& found = *difference_;
    if (found.index + 1 == report_.checkpoint.size) {
      // What follows the last sealed entry was not read yet.
      QINGQU_ASSIGN_OR_RETURN(const auto next, leaves_->Next());
      if (next) difference_->next_in_journal = next->hash;
    }
    QINGQU_ASSIGN_OR_RETURN(const std::optional<Hash> next_in_tile,
                            tiles_->HashAt(found.index + 1));
    JournalProblem problem = JournalProblem::kEntryChanged;
    if (found.next_in_journal == found.in_tile) problem = JournalProblem::kEntryInserted;
    if (next_in_tile == found.in_journal) problem = JournalProblem::kEntryMissing;
    Find(problem, found.index);
    return absl::OkStatus();
  }

  // What is in the journal after the checkpoint and is final must be in the next one.
  absl::Status CompareUnsealed() {
    std::vector<Hash> kept;
    std::optional<uint64_t> impossible;
    QINGQU_RETURN_IF_ERROR(ReadUnsealed(kept, impossible));
    if (journal_.size() != report_.checkpoint.size) {
      QINGQU_RETURN_IF_ERROR(CompareWithLater(kept));
    }
    if (impossible && report_.problem == JournalProblem::kNone) {
      Find(JournalProblem::kEntryInserted, *impossible);
    }
    return absl::OkStatus();
  }

  // The rest of the journal to its end: what never becomes final would never be sealed.
  absl::Status ReadUnsealed(std::vector<Hash>& kept, std::optional<uint64_t>& impossible) {
    while (!ended_) {
      QINGQU_ASSIGN_OR_RETURN(const auto leaf, leaves_->Next());
      ended_ = !leaf;
      if (ended_) break;
      if (leaf->impossible && !impossible) impossible = journal_.size() + report_.unfinished;
      if (!leaf->final) {
        ++report_.unfinished;
        continue;
      }
      Append(leaf->hash);
      if (kept.size() < kUnsealedKept) kept.push_back(leaf->hash);
    }
    report_.entries = journal_.size();
    return absl::OkStatus();
  }

  absl::Status CompareWithLater(const std::vector<Hash>& kept) {
    QINGQU_ASSIGN_OR_RETURN(const Checkpoint later, WaitForSize(journal_.size()));
    if (later.size < journal_.size()) {
      Find(JournalProblem::kEntryUnsealed, std::max(later.size, report_.checkpoint.size));
      return absl::OkStatus();
    }
    sealed_log::TileReader reader(later.size, check_.log);
    const auto proof = sealed_log::ConsistencyProof(reader, journal_.size(), later.size);
    if (!proof.ok() && !IsFinding(proof.status())) return proof.status();
    if (proof.ok() && sealed_log::VerifyConsistency(journal_.size(), later.size, journal_.Root(),
                                                    later.root, *proof)
                          .ok()) {
      return absl::OkStatus();
    }
    return FindAmong(kept, later);
  }

  absl::Status FindAmong(const std::vector<Hash>& kept, const Checkpoint& later) {
    CheckedTiles tiles(check_.log, later.size);
    const uint64_t first = report_.checkpoint.size;
    for (uint64_t i = 0; i < kept.size(); ++i) {
      QINGQU_ASSIGN_OR_RETURN(const std::optional<Hash> in_tile, tiles.HashAt(first + i));
      if (in_tile == kept[i]) continue;
      Find(JournalProblem::kEntryChanged, first + i);
      return absl::OkStatus();
    }
    Find(JournalProblem::kRoot, first);
    return absl::OkStatus();
  }

  // The last checkpoint, as soon as it has this size or the time is over.
  absl::StatusOr<Checkpoint> WaitForSize(uint64_t size) {
    const absl::Time end = absl::Now() + check_.wait;
    while (true) {
      QINGQU_ASSIGN_OR_RETURN(const std::string note, check_.log->ReadCheckpoint());
      QINGQU_ASSIGN_OR_RETURN(const auto opened, sealed_log::OpenCheckpoint(note, check_.key));
      if (opened.checkpoint.size >= size || absl::Now() >= end) return opened.checkpoint;
      absl::SleepFor(kLookEvery);
    }
  }

  const JournalCheck& check_;
  JournalReport report_;
  std::unique_ptr<LeafSource> leaves_;
  bool ended_ = false;  // the journal has no more
  CompactTree journal_;
  std::optional<Hash> root_at_kept_;  // of as many entries as the kept checkpoint has
  std::optional<CheckedTiles> tiles_;
  std::optional<Difference> difference_;
};

}  // namespace

absl::StatusOr<JournalReport> CheckJournal(const JournalCheck& check) {
  return Checker(check).Run();
}

}  // namespace qingqu::cli
