#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "common/db/query.h"

namespace qingqu::db {

// Statements of import_session.cc. A service that takes imports prepares them besides its own, see
// JoinQueries.

inline constexpr Query kOpenImport{
    "db.open_import",
    "WITH opened AS (INSERT INTO import (import_id, kind, source, owner_id, all_or_nothing)"
    " VALUES ($1, $2, $3, $4, $5) RETURNING import_number)"
    " INSERT INTO import_mark (import_number) SELECT import_number FROM opened"};

inline constexpr Query kLockImport{
    "db.lock_import",
    "SELECT import_number, import_id, source, all_or_nothing, next_batch, read_count,"
    " rejected_count, imported_count, unchanged_count, finished_at IS NOT NULL AS finished,"
    " EXISTS (SELECT FROM import_mark AS mark WHERE mark.import_number = import.import_number)"
    " AS marked"
    " FROM import WHERE kind = $1 AND import_id = $2 AND owner_id = $3 FOR UPDATE"};

inline constexpr Query kReadImportBatch{"db.read_import_batch",
                                        "SELECT request_hash, response FROM import_batch"
                                        " WHERE import_number = $1 AND batch_number = $2"};

inline constexpr Query kKeepImportBatch{
    "db.keep_import_batch",
    "INSERT INTO import_batch (import_number, batch_number, request_hash, response)"
    " VALUES ($1, $2, $3, $4)"};

inline constexpr Query kAdvanceImport{
    "db.advance_import",
    "UPDATE import SET next_batch = next_batch + 1, read_count = read_count + $2,"
    " rejected_count = rejected_count + $3, touched_at = now() WHERE import_number = $1"};

inline constexpr Query kFinishImport{
    "db.finish_import",
    "WITH unmarked AS (DELETE FROM import_mark WHERE import_number = $1)"
    " UPDATE import SET read_count = $2, rejected_count = $3, imported_count = $4,"
    " unchanged_count = $5, finished_at = now(), touched_at = now() WHERE import_number = $1"};

// A merge over rows that were staged a moment ago must not run on a plan made for an empty table.
inline constexpr Query kPlanImportAfresh{
    "db.plan_import_afresh", "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"};

// Around what is checked in full, deferred constraints too, and then undone.
inline constexpr Query kBeginRehearsal{"db.begin_rehearsal", "SAVEPOINT rehearsal"};
inline constexpr Query kCheckRehearsal{"db.check_rehearsal", "SET CONSTRAINTS ALL IMMEDIATE"};
inline constexpr Query kEndRehearsal{"db.end_rehearsal", "ROLLBACK TO SAVEPOINT rehearsal"};

inline constexpr Query kPurgeImports{
    "db.purge_imports",
    "WITH stale AS (SELECT import_number FROM import AS header"
    " WHERE kind = $1 AND touched_at < now() - interval '1 day' AND EXISTS"
    " (SELECT FROM import_batch AS batch WHERE batch.import_number = header.import_number"
    "  UNION ALL SELECT FROM import_mark AS mark WHERE mark.import_number = header.import_number)),"
    " batches AS (DELETE FROM import_batch USING stale"
    "  WHERE import_batch.import_number = stale.import_number),"
    " marks AS (DELETE FROM import_mark USING stale"
    "  WHERE import_mark.import_number = stale.import_number)"
    " SELECT import_number FROM stale"};

inline constexpr std::array<const Query*, 11> kImportQueries{
    &kOpenImport,     &kLockImport,     &kReadImportBatch,  &kKeepImportBatch,
    &kAdvanceImport,  &kFinishImport,   &kPlanImportAfresh, &kPurgeImports,
    &kBeginRehearsal, &kCheckRehearsal, &kEndRehearsal};

// A service's own statements and those of imports, for its ServiceSpec.
template <size_t kSize>
constexpr std::array<const Query*, kSize + kImportQueries.size()> WithImportQueries(
    const std::array<const Query*, kSize>& queries) {
  std::array<const Query*, kSize + kImportQueries.size()> joined{};
  for (size_t index = 0; index < kSize; ++index) joined[index] = queries[index];
  for (size_t index = 0; index < kImportQueries.size(); ++index) {
    joined[kSize + index] = kImportQueries[index];
  }
  return joined;
}

}  // namespace qingqu::db
