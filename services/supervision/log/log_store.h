#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/sealed_log/hash.h"
#include "common/sealed_log/tile.h"

namespace qingqu::supervision {

// The tables of the log (migrations/0001_log.sql).

// The last checkpoint; of size 0 when there is none yet.
struct LogHead {
  uint64_t size = 0;
  sealed_log::Hash root = sealed_log::EmptyRoot();
  std::string note;
  // The place of the last entry in it.
  std::string transaction_id = "0";
  int64_t sequence = 0;
};
LogHead ReadLogHead(pqxx::transaction_base& tx);
void AddCheckpoint(pqxx::transaction_base& tx, const LogHead& head);

// Sizes above `after` and up to `size` at which checkpoints were signed, ascending.
std::vector<uint64_t> ListCheckpointSizes(pqxx::transaction_base& tx, uint64_t after,
                                          uint64_t size);

// Tiles as the table has them: they may be wider than asked for. One that is missing is DATA_LOSS.
class TableTiles final : public sealed_log::TileSource {
 public:
  explicit TableTiles(pqxx::transaction_base* tx) : tx_(tx) {}
  absl::StatusOr<std::vector<std::string>> ReadTiles(
      const std::vector<sealed_log::Tile>& tiles) override;

 private:
  pqxx::transaction_base* tx_;
};

// (level, index) → hashes.
using TileContents = std::map<std::pair<int, uint64_t>, std::string>;
void KeepTiles(pqxx::transaction_base& tx, const TileContents& tiles);

// Where a tile of level 0 begins, and when its entries were written.
struct LogMark {
  uint64_t tile_index = 0;
  std::string transaction_id;
  int64_t sequence = 0;
  int64_t written_from_us = 0;  // the earliest of its entries
  int64_t written_to_us = 0;    // the latest of all entries up to its end
};
// DATA_LOSS when there is no such mark.
absl::StatusOr<LogMark> ReadLogMark(pqxx::transaction_base& tx, uint64_t tile_index);
void KeepMarks(pqxx::transaction_base& tx, const std::vector<LogMark>& marks);

}  // namespace qingqu::supervision
