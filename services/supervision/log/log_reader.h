#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/sealed_log/leaf.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::supervision {

// The checkpoint of this size, of the last one for 0. NOT_FOUND CHECKPOINT_NOT_FOUND.
absl::StatusOr<v1::Checkpoint> ReadCheckpoint(pqxx::transaction_base& tx, uint64_t size);

// The index that an entry has, or will have when it is sealed. Nothing when there is no such entry
// or no mark before it.
std::optional<uint64_t> FindLeafIndex(pqxx::transaction_base& tx, int64_t sequence);

// A place between two leaves.
struct LogCursor {
  uint64_t index = 0;  // of the next leaf
  // Of the leaf before it.
  std::string transaction_id = "0";
  int64_t sequence = 0;
};
// Before the leaf `index`, which is at most the size of the log. DATA_LOSS when entries are gone.
absl::StatusOr<LogCursor> SeekLeaf(pqxx::transaction_base& tx, uint64_t index);

// The next sealed entries, up to `rows_max` of them and `bytes_max` as they are stored, but one at
// least; the cursor moves behind them. `visit` gets the index and the row, which lives until it
// returns. DATA_LOSS when there is none although the log has one.
absl::Status ReadLeaves(
    pqxx::transaction_base& tx, LogCursor& cursor, uint64_t rows_max, int64_t bytes_max,
    const std::function<void(uint64_t index, const sealed_log::JournalRow& row)>& visit);

}  // namespace qingqu::supervision
