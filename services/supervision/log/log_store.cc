#include "services/supervision/log/log_store.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/db/array.h"
#include "common/sealed_log/encoding.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

using sealed_log::Hash;
using sealed_log::Tile;

std::string BytesOfField(const pqxx::field& field) {
  const std::string_view text(field.c_str(), field.size());
  absl::StatusOr<std::string> bytes = sealed_log::BytesFromHex(text.substr(2));
  QINGQU_CHECK(bytes.ok());  // bytea_output is hex
  return *std::move(bytes);
}

std::string ByteaText(std::string_view bytes) { return "\\x" + sealed_log::HexOf(bytes); }

}  // namespace

LogHead ReadLogHead(pqxx::transaction_base& tx) {
  LogHead head;
  const pqxx::result rows = tx.exec_prepared(queries::kReadLogHead.name);
  if (rows.empty()) return head;
  const absl::StatusOr<Hash> root = sealed_log::HashFromBytes(BytesOfField(rows[0]["root"]));
  QINGQU_CHECK(root.ok());  // the table's constraint
  head.size = rows[0]["tree_size"].as<uint64_t>();
  head.root = *root;
  head.note = rows[0]["note"].as<std::string>();
  head.transaction_id = rows[0]["transaction_id"].as<std::string>();
  head.sequence = rows[0]["sequence"].as<int64_t>();
  return head;
}

void AddCheckpoint(pqxx::transaction_base& tx, const LogHead& head) {
  tx.exec_prepared(queries::kAddLogCheckpoint.name, head.size,
                   ByteaText(sealed_log::BytesOf(head.root)), head.note, head.transaction_id,
                   head.sequence);
}

std::vector<uint64_t> ListCheckpointSizes(pqxx::transaction_base& tx, uint64_t after,
                                          uint64_t size) {
  std::vector<uint64_t> sizes;
  for (const auto& row : tx.exec_prepared(queries::kListLogCheckpoints.name, after, size)) {
    sizes.push_back(row["tree_size"].as<uint64_t>());
  }
  return sizes;
}

absl::StatusOr<std::vector<std::string>> TableTiles::ReadTiles(const std::vector<Tile>& tiles) {
  db::ArrayBuilder levels;
  db::ArrayBuilder indexes;
  for (const Tile& tile : tiles) {
    levels.AddInteger(tile.level);
    indexes.AddInteger(static_cast<int64_t>(tile.index));
  }
  const pqxx::result rows =
      tx_->exec_prepared(queries::kReadLogTiles.name, levels.Build(), indexes.Build());
  std::vector<std::string> contents;
  for (const auto& row : rows) {
    if (row["hashes"].is_null()) {
      return absl::DataLossError(
          ToAbsl(fmt::format("the log has lost {}", sealed_log::TilePath(tiles[contents.size()]))));
    }
    contents.push_back(BytesOfField(row["hashes"]));
  }
  return contents;
}

void KeepTiles(pqxx::transaction_base& tx, const TileContents& tiles) {
  db::ArrayBuilder levels;
  db::ArrayBuilder indexes;
  db::ArrayBuilder contents;
  for (const auto& [place, hashes] : tiles) {
    levels.AddInteger(place.first);
    indexes.AddInteger(static_cast<int64_t>(place.second));
    contents.AddText(ByteaText(hashes));
  }
  tx.exec_prepared(queries::kKeepLogTiles.name, levels.Build(), indexes.Build(), contents.Build());
}

absl::StatusOr<LogMark> ReadLogMark(pqxx::transaction_base& tx, uint64_t tile_index) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadLogMark.name, tile_index);
  if (rows.empty()) {
    return absl::DataLossError(
        ToAbsl(fmt::format("the log has lost the mark of tile {}", tile_index)));
  }
  return LogMark{.tile_index = tile_index,
                 .transaction_id = rows[0]["transaction_id"].as<std::string>(),
                 .sequence = rows[0]["sequence"].as<int64_t>(),
                 .written_from_us = rows[0]["written_from_us"].as<int64_t>(),
                 .written_to_us = rows[0]["written_to_us"].as<int64_t>()};
}

void KeepMarks(pqxx::transaction_base& tx, const std::vector<LogMark>& marks) {
  db::ArrayBuilder indexes;
  db::ArrayBuilder transaction_ids;
  db::ArrayBuilder sequences;
  db::ArrayBuilder written_from;
  db::ArrayBuilder written_to;
  for (const LogMark& mark : marks) {
    indexes.AddInteger(static_cast<int64_t>(mark.tile_index));
    transaction_ids.AddText(mark.transaction_id);
    sequences.AddInteger(mark.sequence);
    written_from.AddInteger(mark.written_from_us);
    written_to.AddInteger(mark.written_to_us);
  }
  tx.exec_prepared(queries::kKeepLogMarks.name, indexes.Build(), transaction_ids.Build(),
                   sequences.Build(), written_from.Build(), written_to.Build());
}

}  // namespace qingqu::supervision
