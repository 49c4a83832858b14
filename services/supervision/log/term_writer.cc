#include "services/supervision/log/term_writer.h"

#include <algorithm>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/db/transaction.h"
#include "common/sealed_log/tile.h"
#include "common/status/status_macros.h"
#include "services/supervision/log/log_reader.h"
#include "services/supervision/log/log_store.h"
#include "services/supervision/log/sealer.h"
#include "services/supervision/log/search_terms.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

constexpr absl::Duration kTimeMax = absl::Seconds(60);
constexpr int64_t kBytesMax = 4 * 1024 * 1024;
constexpr uint64_t kWidth = sealed_log::kTileWidth;

absl::Status WriteTile(pqxx::transaction_base& tx, LogCursor& cursor) {
  const uint64_t tile = cursor.index / kWidth;
  const uint64_t end = (tile + 1) * kWidth;
  Terms terms;
  while (cursor.index < end) {
    QINGQU_RETURN_IF_ERROR(
        ReadLeaves(tx, cursor, end - cursor.index, kBytesMax,
                   [&](uint64_t, const sealed_log::JournalRow& row) { AddTermsOf(row, terms); }));
  }
  db::ArrayBuilder array;
  for (const int32_t term : terms) array.AddInteger(term);
  tx.exec_prepared(queries::kAddLogTerms.name, tile, array.Build());
  return absl::OkStatus();
}

absl::StatusOr<int> WriteIn(pqxx::transaction_base& tx, int tiles_max) {
  if (!tx.exec_prepared(queries::kBeginTerms.name)[0]["alone"].as<bool>()) return 0;
  const auto done = tx.exec_prepared(queries::kCountLogTerms.name)[0]["done"].as<uint64_t>();
  const uint64_t full = ReadLogHead(tx).size / kWidth;
  const uint64_t end = std::min(full, done + static_cast<uint64_t>(tiles_max));
  if (end <= done) return 0;
  QINGQU_ASSIGN_OR_RETURN(LogCursor cursor, SeekLeaf(tx, done * kWidth));
  for (uint64_t tile = done; tile < end; ++tile) {
    QINGQU_RETURN_IF_ERROR(WriteTile(tx, cursor));
  }
  return static_cast<int>(end - done);
}

}  // namespace

absl::StatusOr<int> TermWriter::Write(int tiles_max) {
  // Beyond any scope: places are looked up in what a reader may see.
  return db::RunTransaction(*pool_, LogCall(*clock_, "journal/terms", kTimeMax),
                            db::TransactionOptions{.beyond_scope = true},
                            [&](pqxx::transaction_base& tx) { return WriteIn(tx, tiles_max); });
}

}  // namespace qingqu::supervision
