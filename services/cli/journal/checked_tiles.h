#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "common/sealed_log/hash.h"
#include "common/sealed_log/tree.h"
#include "services/cli/journal/log_source.h"

namespace qingqu::cli {

// What is wrong with the tiles, and the first leaf that it concerns.
struct TileProblem {
  uint64_t index = 0;
  std::string detail;
};

// True for what a log answers for, false for what only hinders reading it.
bool IsFinding(const absl::Status& status);

// The tiles of a log of `size` leaves, read once from the first leaf to the last: whether each
// level is what the one below leads to. Errors mean that there is no verdict.
class CheckedTiles {
 public:
  // `log` outlives the object.
  CheckedTiles(LogSource* log, uint64_t size) : log_(log), size_(size) {}

  // The next leaf's hash; nothing when its tile is not there or too short. `fallback`, if any, is
  // what it should be: it takes the place of what is not there, and where the two differ the higher
  // levels are not compared any more.
  absl::StatusOr<std::optional<sealed_log::Hash>> Append(
      const std::optional<sealed_log::Hash>& fallback);

  // The hash of any leaf; nothing when the tile is not there or the log has no such leaf.
  absl::StatusOr<std::optional<sealed_log::Hash>> HashAt(uint64_t index);

  // Of a folder: whether the partial tiles that are left there are the beginnings of what came.
  absl::Status CheckLeftovers();

  // The first one.
  const std::optional<TileProblem>& problem() const { return problem_; }
  std::string PathOfLeaf(uint64_t index) const;

 private:
  struct Held {
    uint64_t index = 0;
    std::optional<std::string> content;
  };
  sealed_log::Tile TileOf(int level, uint64_t number) const;
  absl::StatusOr<std::optional<sealed_log::Hash>> HashIn(int level, uint64_t number);
  absl::Status CompareNode(const sealed_log::Node& node, const sealed_log::Hash& hash);
  void Note(uint64_t index, std::string detail);

  LogSource* log_;
  uint64_t size_;
  uint64_t next_ = 0;
  sealed_log::CompactTree tree_;
  bool complete_ = true;      // the tree has all leaves up to next_, without doubt
  std::map<int, Held> held_;  // the last tile of each level
  std::optional<TileProblem> problem_;
};

}  // namespace qingqu::cli
