#include "common/db/import_session.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/db/call_id.h"
#include "common/db/import_queries.h"
#include "common/db/message_hash.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

// More rows than any file holds; far from what a bigint cannot add.
constexpr int64_t kClientRejectsMax = 1'000'000'000;

absl::Status ImportNotFound(std::string_view import_id) {
  return MakeError(absl::StatusCode::kNotFound, "IMPORT_NOT_FOUND",
                   fmt::format("you have no import {}", import_id));
}

absl::Status ImportFinished(std::string_view import_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "IMPORT_FINISHED",
                   fmt::format("the import {} is finished; open a new one", import_id));
}

absl::Status ImportStagingLost(std::string_view import_id) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "IMPORT_STAGING_LOST",
      fmt::format("the staged rows of the import {} are gone: the database restarted after a "
                  "crash, or nobody touched the import for a day; open a new one",
                  import_id));
}

absl::Status BatchOutOfOrder(int64_t batch_number, int64_t expected) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "BATCH_OUT_OF_ORDER",
                   fmt::format("batch {} came where batch {} is expected", batch_number, expected),
                   {{"expected_batch_number", fmt::format("{}", expected)}});
}

absl::Status BatchChanged(int64_t batch_number, int64_t expected) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "BATCH_OUT_OF_ORDER",
                   fmt::format("batch {} was staged with other rows; batch {} is expected",
                               batch_number, expected),
                   {{"expected_batch_number", fmt::format("{}", expected)}});
}

absl::Status ImportHasRejects(std::string_view import_id, int64_t rejected_count) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "IMPORT_HAS_REJECTS",
                   fmt::format("the import {} is all or nothing, and {} of its rows were rejected; "
                               "nothing was applied: correct them and import again",
                               import_id, rejected_count),
                   {{"rejected_count", fmt::format("{}", rejected_count)}});
}

struct LockedImport {
  ImportSession session;
  bool marked = false;  // its staged rows are there
};

absl::StatusOr<LockedImport> LockImport(pqxx::transaction_base& tx, const CallContext& call,
                                        std::string_view kind, std::string_view import_id) {
  const pqxx::result rows = tx.exec_prepared(kLockImport.name, std::string(kind),
                                             std::string(import_id), call.principal.user_id);
  if (rows.empty()) return ImportNotFound(import_id);
  const pqxx::row row = rows[0];
  LockedImport locked;
  locked.session = {.number = row["import_number"].as<int64_t>(),
                    .id = row["import_id"].as<std::string>(),
                    .source = row["source"].as<std::string>(),
                    .all_or_nothing = row["all_or_nothing"].as<bool>(),
                    .finished = row["finished"].as<bool>(),
                    .next_batch = row["next_batch"].as<int64_t>(),
                    .read_count = row["read_count"].as<int64_t>(),
                    .rejected_count = row["rejected_count"].as<int64_t>(),
                    .imported_count = row["imported_count"].as<int64_t>(),
                    .unchanged_count = row["unchanged_count"].as<int64_t>()};
  locked.marked = row["marked"].as<bool>();
  return locked;
}

// The kept answer to a batch that was staged before, parsed into `response`.
absl::Status ReplayBatch(pqxx::transaction_base& tx, const ImportSession& session,
                         int64_t batch_number, const std::string& request_hash,
                         google::protobuf::Message& response) {
  const pqxx::result kept = tx.exec_prepared(kReadImportBatch.name, session.number, batch_number);
  if (kept.empty()) return ImportStagingLost(session.id);
  if (kept[0]["request_hash"].as<std::string>() != request_hash) {
    return BatchChanged(batch_number, session.next_batch);
  }
  const pqxx::binarystring bytes(kept[0]["response"]);
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InternalError("a kept response cannot be parsed");
  }
  return absl::OkStatus();
}

std::string CountsJson(const ImportSession& session) {
  return fmt::format(R"({{"read":{},"imported":{},"unchanged":{},"rejected":{}}})",
                     session.read_count, session.imported_count, session.unchanged_count,
                     session.rejected_count);
}

}  // namespace

ImportSession OpenImport(pqxx::transaction_base& tx, const CallContext& call,
                         const NewImport& import) {
  ImportSession session;
  session.id = IdOfCall(call);
  tx.exec_prepared(kOpenImport.name, session.id, import.kind, import.source, call.principal.user_id,
                   import.all_or_nothing);
  session.source = import.source;
  session.all_or_nothing = import.all_or_nothing;
  return session;
}

std::vector<int64_t> PurgeImports(pqxx::transaction_base& tx, std::string_view kind) {
  std::vector<int64_t> numbers;
  for (const auto& row : tx.exec_prepared(kPurgeImports.name, std::string(kind))) {
    numbers.push_back(row[0].as<int64_t>());
  }
  return numbers;
}

absl::StatusOr<ImportSession> FinishImport(
    pqxx::transaction_base& tx, const CallContext& call, const ImportEnd& end,
    absl::FunctionRef<absl::StatusOr<ImportMerge>(const ImportSession&)> body) {
  if (end.rejected_by_client_count < 0 || end.rejected_by_client_count > kClientRejectsMax) {
    return InvalidField("rejected_by_client_count",
                        fmt::format("must be 0 to {}", kClientRejectsMax));
  }
  QINGQU_ASSIGN_OR_RETURN(LockedImport locked, LockImport(tx, call, end.kind, end.import_id));
  ImportSession& session = locked.session;
  if (session.finished) return session;
  if (!locked.marked) return ImportStagingLost(session.id);
  session.read_count += end.rejected_by_client_count;
  session.rejected_count += end.rejected_by_client_count;
  if (session.all_or_nothing && session.rejected_count > 0) {
    return ImportHasRejects(session.id, session.rejected_count);
  }
  if (end.validate_only) tx.exec_prepared(kBeginRehearsal.name);
  tx.exec_prepared(kPlanImportAfresh.name);
  QINGQU_ASSIGN_OR_RETURN(const ImportMerge merge, body(session));
  session.rejected_count += merge.rejected_count;
  if (session.all_or_nothing && session.rejected_count > 0) {
    return ImportHasRejects(session.id, session.rejected_count);
  }
  session.imported_count = merge.imported_count;
  session.unchanged_count = merge.unchanged_count;
  tx.exec_prepared(kFinishImport.name, session.number, session.read_count, session.rejected_count,
                   session.imported_count, session.unchanged_count);
  JournalEntry entry = end.entry(session);
  entry.details_json = CountsJson(session);
  AppendJournal(tx, call, entry);
  session.finished = !end.validate_only;
  if (end.validate_only) {
    // What a commit would check.
    tx.exec_prepared(kCheckRehearsal.name);
    tx.exec_prepared(kEndRehearsal.name);
  }
  return session;
}

namespace internal {

absl::Status AppendImportBatchBody(
    pqxx::transaction_base& tx, const CallContext& call, const ImportBatch& batch,
    google::protobuf::Message& response,
    absl::FunctionRef<absl::StatusOr<int64_t>(const ImportSession&)> body) {
  QINGQU_CHECK(batch.request != nullptr);
  if (batch.batch_number < 0) return InvalidField("batch_number", "must not be negative");
  QINGQU_ASSIGN_OR_RETURN(const LockedImport locked,
                          LockImport(tx, call, batch.kind, batch.import_id));
  const ImportSession& session = locked.session;
  const std::string request_hash = MessageHash(*batch.request);
  if (batch.batch_number < session.next_batch && (session.finished || locked.marked)) {
    return ReplayBatch(tx, session, batch.batch_number, request_hash, response);
  }
  if (session.finished) return ImportFinished(session.id);
  if (!locked.marked) return ImportStagingLost(session.id);
  if (batch.batch_number != session.next_batch) {
    return BatchOutOfOrder(batch.batch_number, session.next_batch);
  }
  QINGQU_ASSIGN_OR_RETURN(const int64_t rejected_count, body(session));
  const std::string bytes = SerializeDeterministically(response);
  tx.exec_prepared(kKeepImportBatch.name, session.number, batch.batch_number, request_hash,
                   pqxx::binarystring(bytes.data(), bytes.size()));
  tx.exec_prepared(kAdvanceImport.name, session.number, batch.row_count, rejected_count);
  return absl::OkStatus();
}

}  // namespace internal
}  // namespace qingqu::db
