#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "common/db/journal.h"

namespace qingqu::db {

// Imports that arrive in batches: rows are staged batch by batch, checked as they come, and take
// effect together at the end. This keeps the books; the rows themselves are the service's, in
// UNLOGGED staging tables whose key begins with `import_number bigint` (without a foreign key).
//
// A service that takes imports
//   - calls `SELECT journal.make_import_tables('<area>')` in a migration (common/db/migrations):
//     tables import, import_batch, import_mark;
//   - prepares the statements: `WithImportQueries(queries::kAllQueries)` (import_queries.h);
//   - Create: PurgeImports, then OpenImport, in RunIdempotent;
//   - Append: AppendImportBatch in RunTransaction; batch numbers make it idempotent;
//   - Finish: FinishImport in RunIdempotent.
// An import is seen by its owner alone (row-level security on qingqu.user).

// An import and how far it got.
struct ImportSession {
  int64_t number = 0;  // the key of the staging tables
  std::string id;
  std::string source;  // whatever OpenImport was given
  bool all_or_nothing = false;
  bool finished = false;
  int64_t next_batch = 0;
  int64_t read_count = 0;
  int64_t rejected_count = 0;
  int64_t imported_count = 0;   // 0 until finished
  int64_t unchanged_count = 0;  // 0 until finished
};

struct NewImport {
  std::string kind;    // "class"; imports of one kind are not found as another
  std::string source;  // may be empty
  bool all_or_nothing = false;
};

// Opens an import of the caller; its id is the call's own (IdOfCall).
ImportSession OpenImport(pqxx::transaction_base& tx, const CallContext& call,
                         const NewImport& import);

// Forgets what is kept of imports, of whomever, that nobody touched for a day: their batches' kept
// answers and their marks. Returns their numbers, whose staged rows the caller deletes. What was
// not finished then can only be started again.
std::vector<int64_t> PurgeImports(pqxx::transaction_base& tx, std::string_view kind);

struct ImportBatch {
  std::string_view kind;
  std::string_view import_id;
  int64_t batch_number = 0;
  int64_t row_count = 0;
  // The whole request: the same batch again must be the same.
  const google::protobuf::Message* request = nullptr;
};

// What a body of AppendImportBatch answers: the response, and how many rows it did not stage.
template <typename Response>
struct StagedBatch {
  Response response;
  int64_t rejected_count = 0;
};

// Locks the import and, when this batch is the next one, runs `body`, a
// `absl::StatusOr<StagedBatch<Response>>(const ImportSession&)` that stages its rows. The same
// batch sent again gets the first answer and runs nothing.
//
// NOT_FOUND IMPORT_NOT_FOUND, FAILED_PRECONDITION IMPORT_FINISHED, BATCH_OUT_OF_ORDER (another
// number is expected, or other content came under this number) or IMPORT_STAGING_LOST (PostgreSQL
// crashed since, or nobody touched the import for a day: start again).
template <typename Response, typename Body>
absl::StatusOr<Response> AppendImportBatch(pqxx::transaction_base& tx, const CallContext& call,
                                           const ImportBatch& batch, Body&& body);

struct ImportEnd {
  std::string_view kind;
  std::string_view import_id;
  // Rows that the client refused itself, 0 to 1,000,000,000; they count as read and rejected.
  int64_t rejected_by_client_count = 0;
  // All is done as without it, and then undone: the import stays open, with its staged rows.
  bool validate_only = false;
  // What is appended when the import finishes; the counts are put into its details.
  std::function<JournalEntry(const ImportSession&)> entry;
};

// What a merge did with the staged rows: together all of them.
struct ImportMerge {
  int64_t imported_count = 0;
  int64_t unchanged_count = 0;
  int64_t rejected_count = 0;  // found bad only now
};

// Locks the import, runs `body`, which applies the staged rows and deletes them from staging, and
// closes it with one journal entry. Finished before: its counts, nothing runs. With validate_only:
// the counts that it would have.
//
// INVALID_ARGUMENT INVALID_FIELD (rejected_by_client_count), NOT_FOUND IMPORT_NOT_FOUND,
// FAILED_PRECONDITION IMPORT_HAS_REJECTS (all or nothing, and a row was rejected) or
// IMPORT_STAGING_LOST.
absl::StatusOr<ImportSession> FinishImport(
    pqxx::transaction_base& tx, const CallContext& call, const ImportEnd& end,
    absl::FunctionRef<absl::StatusOr<ImportMerge>(const ImportSession&)> body);

namespace internal {
// `body` fills `response` and returns how many rows it did not stage; a replay parses into it.
absl::Status AppendImportBatchBody(
    pqxx::transaction_base& tx, const CallContext& call, const ImportBatch& batch,
    google::protobuf::Message& response,
    absl::FunctionRef<absl::StatusOr<int64_t>(const ImportSession&)> body);
}  // namespace internal

template <typename Response, typename Body>
absl::StatusOr<Response> AppendImportBatch(pqxx::transaction_base& tx, const CallContext& call,
                                           const ImportBatch& batch, Body&& body) {
  Response response;
  const absl::Status status = internal::AppendImportBatchBody(
      tx, call, batch, response, [&](const ImportSession& session) -> absl::StatusOr<int64_t> {
        absl::StatusOr<StagedBatch<Response>> staged = body(session);
        if (!staged.ok()) return staged.status();
        response = std::move(staged->response);
        return staged->rejected_count;
      });
  if (!status.ok()) return status;
  return response;
}

}  // namespace qingqu::db
