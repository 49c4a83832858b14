#include "services/supervision/log/log_reader.h"

#include <algorithm>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/strings.h"
#include "common/rpc/timestamp.h"
#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/tile.h"
#include "services/supervision/errors.h"
#include "services/supervision/log/journal_rows.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

constexpr uint64_t kWidth = sealed_log::kTileWidth;
// What is sealed lies below the horizon of its time, so no other bound is needed.
constexpr const char* kNoHorizon = "18446744073709551615";

}  // namespace

absl::StatusOr<v1::Checkpoint> ReadCheckpoint(pqxx::transaction_base& tx, uint64_t size) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadLogCheckpoint.name, size);
  if (rows.empty()) return CheckpointNotFound(size);
  v1::Checkpoint checkpoint;
  checkpoint.set_tree_size(rows[0]["tree_size"].as<int64_t>());
  checkpoint.set_note(rows[0]["note"].as<std::string>());
  *checkpoint.mutable_seal_time() =
      rpc::ToTimestamp(absl::FromUnixMicros(rows[0]["sealed_us"].as<int64_t>()));
  const absl::StatusOr<sealed_log::Note> note = sealed_log::ParseNote(checkpoint.note());
  if (!note.ok()) return absl::DataLossError(note.status().message());
  const absl::StatusOr<sealed_log::Checkpoint> parsed = sealed_log::ParseCheckpoint(note->text);
  if (!parsed.ok()) return absl::DataLossError(parsed.status().message());
  checkpoint.set_origin(parsed->origin);
  checkpoint.set_root(std::string(sealed_log::BytesOf(parsed->root)));
  return checkpoint;
}

std::optional<uint64_t> FindLeafIndex(pqxx::transaction_base& tx, int64_t sequence) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindLeafIndex.name, sequence);
  if (rows.empty()) return std::nullopt;
  return rows[0]["leaf_index"].as<uint64_t>();
}

absl::StatusOr<LogCursor> SeekLeaf(pqxx::transaction_base& tx, uint64_t index) {
  LogCursor cursor{.index = index};
  if (index == 0) return cursor;
  const pqxx::result rows =
      tx.exec_prepared(queries::kSeekLeaf.name, (index - 1) / kWidth, (index - 1) % kWidth);
  if (rows.empty()) {
    return absl::DataLossError(
        ToAbsl(fmt::format("the journal has lost its entry of index {}", index - 1)));
  }
  cursor.transaction_id = rows[0]["transaction_id"].as<std::string>();
  cursor.sequence = rows[0]["sequence"].as<int64_t>();
  return cursor;
}

absl::Status ReadLeaves(
    pqxx::transaction_base& tx, LogCursor& cursor, uint64_t rows_max, int64_t bytes_max,
    const std::function<void(uint64_t index, const sealed_log::JournalRow& row)>& visit) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kReadEntriesToSeal.name, cursor.transaction_id, cursor.sequence,
                       kNoHorizon, rows_max, bytes_max);
  if (rows.empty()) {
    return absl::DataLossError(
        ToAbsl(fmt::format("the journal has lost its entry of index {}", cursor.index)));
  }
  for (const auto& row : rows) visit(cursor.index++, RowOf(row));
  const pqxx::row last = rows[rows.size() - 1];
  cursor.transaction_id = last[0].as<std::string>();
  cursor.sequence = last[1].as<int64_t>();
  return absl::OkStatus();
}

}  // namespace qingqu::supervision
