#include "services/supervision/log/sealer.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/leaf.h"
#include "common/status/status_macros.h"
#include "services/supervision/log/journal_rows.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

using sealed_log::CompactTree;
using sealed_log::Hash;
using sealed_log::Node;
using sealed_log::Tile;

constexpr uint64_t kWidth = sealed_log::kTileWidth;
// A round is cut by bytes as they are stored, which are at most about four times those of the text.
constexpr int64_t kStoredPerTextMax = 8;

// The tiles that grow when a log of this size grows.
std::vector<Tile> OpenTiles(uint64_t size) {
  std::vector<Tile> tiles;
  for (int level = 0; level <= sealed_log::kTileLevelMax; ++level) {
    const uint64_t hashes = sealed_log::HashesAtLevel(size, level);
    if (hashes % kWidth == 0) continue;
    tiles.push_back(
        {.level = level, .index = hashes / kWidth, .width = static_cast<int>(hashes % kWidth)});
  }
  return tiles;
}

class OpenTileSource final : public sealed_log::TileSource {
 public:
  explicit OpenTileSource(const TileContents* tiles) : tiles_(tiles) {}
  absl::StatusOr<std::vector<std::string>> ReadTiles(const std::vector<Tile>& tiles) override {
    std::vector<std::string> contents;
    for (const Tile& tile : tiles) contents.push_back(tiles_->at({tile.level, tile.index}));
    return contents;
  }

 private:
  const TileContents* tiles_;
};

}  // namespace

CallContext LogCall(const Clock& clock, std::string method, absl::Duration time) {
  return {.principal = auth::SystemPrincipal("supervision"),
          .method = std::move(method),
          .client = "supervision",
          .received_at = clock.Now(),
          .deadline = absl::Now() + time};
}

// What a round adds to the log.
class Sealer::Growth {
 public:
  // DATA_LOSS when the tiles do not lead to the head's root.
  static absl::StatusOr<Growth> Begin(pqxx::transaction_base& tx, const LogHead& head) {
    Growth growth;
    const std::vector<Tile> open = OpenTiles(head.size);
    QINGQU_ASSIGN_OR_RETURN(std::vector<std::string> contents, TableTiles(&tx).ReadTiles(open));
    for (size_t i = 0; i < open.size(); ++i) {
      if (contents[i].size() != static_cast<size_t>(open[i].width) * sealed_log::kHashBytes) {
        return absl::DataLossError(
            ToAbsl(fmt::format("{} of the log does not end where it should", TilePath(open[i]))));
      }
      growth.bytes_before_[{open[i].level, open[i].index}] = contents[i].size();
      growth.tiles_[{open[i].level, open[i].index}] = std::move(contents[i]);
    }
    OpenTileSource source(&growth.tiles_);
    sealed_log::TileReader reader(head.size, &source);
    QINGQU_ASSIGN_OR_RETURN(std::vector<Hash> hashes,
                            reader.ReadNodes(sealed_log::NodesOfRange(0, head.size)));
    QINGQU_ASSIGN_OR_RETURN(growth.tree_, CompactTree::FromHashes(head.size, std::move(hashes)));
    if (growth.tree_.Root() != head.root) {
      return absl::DataLossError(ToAbsl(fmt::format(
          "the tiles of the log do not lead to the root of its checkpoint of {}", head.size)));
    }
    if (head.size == 0) return growth;
    QINGQU_ASSIGN_OR_RETURN(const LogMark last, ReadLogMark(tx, (head.size - 1) / kWidth));
    growth.written_to_us_ = last.written_to_us;
    if (head.size % kWidth != 0) growth.marks_.push_back(last);
    return growth;
  }

  void Append(const sealed_log::JournalRow& row) {
    written_to_us_ = std::max(written_to_us_, row.written_us);
    if (tree_.size() % kWidth == 0) {
      marks_.push_back({.tile_index = tree_.size() / kWidth,
                        .transaction_id = std::to_string(row.transaction_id),
                        .sequence = row.sequence,
                        .written_from_us = row.written_us});
    }
    marks_.back().written_from_us = std::min(marks_.back().written_from_us, row.written_us);
    marks_.back().written_to_us = written_to_us_;
    last_ = {row.transaction_id, row.sequence};
    tree_.Append(sealed_log::LeafHash(sealed_log::LeafOf(row)),
                 [this](const Node& node, const Hash& hash) {
                   if (node.level % sealed_log::kTileHeight != 0) return;
                   tiles_[{node.level / sealed_log::kTileHeight, node.index / kWidth}] +=
                       sealed_log::BytesOf(hash);
                 });
  }

  const CompactTree& tree() const { return tree_; }
  TileContents GrownTiles() const {
    TileContents grown;
    for (const auto& [place, hashes] : tiles_) {
      const auto before = bytes_before_.find(place);
      if (before == bytes_before_.end() || before->second != hashes.size()) {
        grown[place] = hashes;
      }
    }
    return grown;
  }
  const std::vector<LogMark>& marks() const { return marks_; }
  const std::pair<uint64_t, int64_t>& last() const { return last_; }

 private:
  Growth() = default;

  CompactTree tree_;
  TileContents tiles_;
  std::map<std::pair<int, uint64_t>, size_t> bytes_before_;
  std::vector<LogMark> marks_;
  int64_t written_to_us_ = std::numeric_limits<int64_t>::min();
  std::pair<uint64_t, int64_t> last_;
};

Sealer::Sealer(db::ConnectionPool* pool, const Clock* clock, Options options)
    : pool_(pool), clock_(clock), options_(std::move(options)) {}

absl::Status Sealer::Step(std::string_view step) const {
  if (!options_.go_on || options_.go_on(step)) return absl::OkStatus();
  return absl::AbortedError(ToAbsl(fmt::format("stopped at {}", step)));
}

absl::Status Sealer::CheckHead(pqxx::transaction_base& tx, const LogHead& head) const {
  if (head.size < head_.size) {
    return absl::DataLossError(
        ToAbsl(fmt::format("the log was set back from {} entries to {}", head_.size, head.size)));
  }
  if (head.size == 0) return absl::OkStatus();
  if (!head.note.starts_with(options_.origin + '\n')) {
    return absl::FailedPreconditionError(
        ToAbsl(fmt::format("the log has another origin than {}", options_.origin)));
  }
  const absl::Status rewritten = absl::DataLossError(
      ToAbsl(fmt::format("the first {} entries of the log are others now", head_.size)));
  if (head.size == head_.size && head.root != head_.root) return rewritten;
  if (head.note == head_.note) return absl::OkStatus();
  const auto opened = sealed_log::OpenCheckpoint(
      head.note, {.name = options_.origin, .public_key = options_.key.public_key()});
  if (!opened.ok() || opened->checkpoint.size != head.size ||
      opened->checkpoint.root != head.root) {
    return absl::DataLossError(
        ToAbsl(fmt::format("the log's checkpoint of {} is not what this key signed", head.size)));
  }
  if (head_.size == 0 || head_.size == head.size) return absl::OkStatus();
  TableTiles tiles(&tx);
  sealed_log::TileReader reader(head.size, &tiles);
  QINGQU_ASSIGN_OR_RETURN(const Hash root, sealed_log::ReadRoot(reader, head_.size));
  return root == head_.root ? absl::OkStatus() : rewritten;
}

absl::StatusOr<LogHead> Sealer::Sign(const Growth& growth) const {
  LogHead head{.size = growth.tree().size(),
               .root = growth.tree().Root(),
               .transaction_id = std::to_string(growth.last().first),
               .sequence = growth.last().second};
  QINGQU_ASSIGN_OR_RETURN(
      head.note,
      sealed_log::SignCheckpoint({.origin = options_.origin, .size = head.size, .root = head.root},
                                 options_.key));
  return head;
}

absl::StatusOr<Sealer::Round> Sealer::SealIn(pqxx::transaction_base& tx, LogHead& head) const {
  const pqxx::row begin = tx.exec_prepared(queries::kBeginSeal.name)[0];
  head = ReadLogHead(tx);
  QINGQU_RETURN_IF_ERROR(CheckHead(tx, head));
  if (!begin["alone"].as<bool>()) return Round{.size = head.size};
  const pqxx::result rows = tx.exec_prepared(queries::kReadEntriesToSeal.name, head.transaction_id,
                                             head.sequence, begin["horizon"].as<std::string>(),
                                             options_.entries_max, options_.bytes_max);
  if (rows.empty()) return Round{.size = head.size};
  QINGQU_ASSIGN_OR_RETURN(Growth growth, Growth::Begin(tx, head));
  Round round{.sealed = static_cast<int>(rows.size())};
  int64_t bytes = 0;
  for (const auto& row : rows) {
    const sealed_log::JournalRow entry = RowOf(row);
    bytes += static_cast<int64_t>(entry.details.size() + entry.subjects.size() +
                                  entry.restricted.size());
    round.oldest = std::min(round.oldest, absl::FromUnixMicros(entry.written_us));
    growth.Append(entry);
  }
  round.full =
      round.sealed == options_.entries_max || bytes >= options_.bytes_max / kStoredPerTextMax;
  QINGQU_RETURN_IF_ERROR(Step("read"));
  KeepTiles(tx, growth.GrownTiles());
  QINGQU_RETURN_IF_ERROR(Step("tiles"));
  KeepMarks(tx, growth.marks());
  QINGQU_RETURN_IF_ERROR(Step("marks"));
  QINGQU_ASSIGN_OR_RETURN(head, Sign(growth));
  AddCheckpoint(tx, head);
  QINGQU_RETURN_IF_ERROR(Step("checkpoint"));
  round.size = head.size;
  return round;
}

absl::StatusOr<Sealer::Round> Sealer::Seal() {
  const CallContext call = LogCall(*clock_, "journal/seal", options_.time_max);
  QINGQU_ASSIGN_OR_RETURN(
      const bool found,
      db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<bool> {
        return tx
            .exec_prepared(queries::kHasUnsealed.name, head_.transaction_id,
                           head_.sequence)[0]["found"]
            .as<bool>();
      }));
  if (!found) return Round{.size = head_.size};
  LogHead head;
  QINGQU_ASSIGN_OR_RETURN(
      Round round,
      db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Round> {
        return SealIn(tx, head);
      }));
  head_ = std::move(head);
  return round;
}

}  // namespace qingqu::supervision
