#include "services/cli/import_run.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/bounded_queue.h"
#include "services/cli/device_batches.h"
#include "services/cli/method_lookup.h"
#include "services/cli/row_batches.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr size_t kBatchesWaitingMax = 2;

// Reads batches on a thread of its own.
class BatchFeeder {
 public:
  explicit BatchFeeder(BatchReader& reader)
      : reader_(reader), queue_(kBatchesWaitingMax), thread_([this] { Feed(); }) {}

  ~BatchFeeder() { queue_.Close(); }

  // The next batch; nothing at the end of the file.
  absl::StatusOr<std::optional<RowBatch>> Next() {
    std::optional<RowBatch> batch = queue_.Pop();
    if (batch.has_value()) return batch;
    if (thread_.joinable()) thread_.join();
    if (!status_.ok()) return status_;
    return batch;
  }

 private:
  void Feed() {
    const absl::Cleanup close = [this] { queue_.Close(); };
    while (true) {
      RowBatch batch;
      const auto more = reader_.Next(batch);
      status_ = more.status();
      if (!more.ok() || !*more || !queue_.Push(std::move(batch))) return;
    }
  }

  BatchReader& reader_;
  BoundedQueue<RowBatch> queue_;
  absl::Status status_;  // written by the thread, read after it was joined
  std::jthread thread_;
};

absl::StatusOr<std::unique_ptr<BatchReader>> OpenReader(const ImportOptions& options,
                                                        const ImportSurroundings& surroundings) {
  const Catalogue& catalogue = surroundings.catalogue;
  QINGQU_ASSIGN_OR_RETURN(
      const auto* append,
      FindMethod(fmt::format("{}/{}", options.kind.service, options.kind.append), catalogue));
  if (options.kind.device_xml) {
    return DeviceBatchReader::Open(options.path, *append->input_type(), catalogue);
  }
  return RowBatchReader::Open(options.path, options.mapping, *append->input_type(), catalogue,
                              surroundings.progress);
}

void NoteIgnoredColumns(const BatchReader& reader, const ImportSurroundings& surroundings) {
  if (reader.ignored_columns().empty()) return;
  std::string names;
  for (const std::string& column : reader.ignored_columns()) {
    names += (names.empty() ? "" : ", ") + ForTerminal(column);
  }
  surroundings.note(surroundings.catalogue.Format(Message::kColumnsIgnored, names));
}

// Once the file was read.
void NoteRemarks(const FileRemarks& remarks, int64_t read, const ImportSurroundings& surroundings) {
  const Catalogue& catalogue = surroundings.catalogue;
  if (remarks.mended > 0) {
    surroundings.progress.Clear();
    surroundings.note(catalogue.Format(Message::kFileMended, remarks.mended));
  }
  if (remarks.declared_count.value_or(read) != read) {
    surroundings.progress.Clear();
    surroundings.note(catalogue.Format(Message::kFileCountDiffers, *remarks.declared_count, read));
  }
}

// One attempt at an import.
class Attempt {
 public:
  Attempt(Caller& caller, const ImportOptions& options, const ImportSurroundings& surroundings)
      : options_(options),
        surroundings_(surroundings),
        session_(caller, options.kind, options.policy, surroundings.clock, surroundings.catalogue) {
  }

  absl::StatusOr<ImportOutcome> Run() {
    surroundings_.bad_cells.Reset();
    QINGQU_ASSIGN_OR_RETURN(const auto reader, OpenReader(options_, surroundings_));
    QINGQU_RETURN_IF_ERROR(session_.Begin(options_.start));
    QINGQU_RETURN_IF_ERROR(SendRows(*reader));
    QINGQU_RETURN_IF_ERROR(surroundings_.bad_cells.Commit());
    const FileRemarks remarks = reader->remarks();
    NoteRemarks(remarks, counts_.read, surroundings_);
    QINGQU_ASSIGN_OR_RETURN(ImportOutcome outcome, Finish());
    outcome.mended = remarks.mended;
    return outcome;
  }

 private:
  absl::Status SendRows(BatchReader& reader) {
    BatchFeeder feeder(reader);
    while (true) {
      QINGQU_ASSIGN_OR_RETURN(std::optional<RowBatch> batch, feeder.Next());
      if (!batch.has_value()) return absl::OkStatus();
      QINGQU_RETURN_IF_ERROR(SendBatch(reader, *batch));
      counts_ = batch->counts;
      surroundings_.progress.Show({.bytes_done = batch->bytes_read,
                                   .bytes_total = reader.file_bytes(),
                                   .rows_done = batch->counts.read});
    }
  }

  absl::Status SendBatch(const BatchReader& reader, RowBatch& batch) {
    std::vector<tabular::CellError> errors = std::move(batch.errors);
    if (batch.row_count > 0) {
      QINGQU_ASSIGN_OR_RETURN(auto refused, session_.Append(*batch.request));
      rows_sent_ += batch.row_count;
      CountRefusedRows(refused);
      for (tabular::CellError& error : refused) {
        error.column = reader.ColumnOf(error.column);
        errors.push_back(std::move(error));
      }
      std::ranges::stable_sort(errors, {}, &tabular::CellError::line);
    }
    if (!errors.empty()) surroundings_.progress.Clear();
    for (const tabular::CellError& error : errors) {
      QINGQU_RETURN_IF_ERROR(surroundings_.bad_cells.Take(error));
    }
    return absl::OkStatus();
  }

  // The cells of one row stand side by side.
  void CountRefusedRows(const std::vector<tabular::CellError>& errors) {
    int64_t line = 0;
    for (const tabular::CellError& error : errors) {
      if (error.line != line) ++rows_refused_;
      line = error.line;
    }
  }

  absl::StatusOr<ImportOutcome> Finish() {
    ImportOutcome outcome{.read = counts_.read, .bad_rows = counts_.rejected + rows_refused_};
    const auto finished =
        options_.dry_run ? session_.Validate(counts_.rejected) : session_.Finish(counts_.rejected);
    if (ErrorReason(finished.status()) == "IMPORT_HAS_REJECTS") {
      outcome.refused = true;
      outcome.rejected = outcome.read;
      return outcome;
    }
    if (!finished.ok()) return finished.status();
    // Repeated rows are not sent a second time, and so the server does not know of them.
    outcome.imported = finished->imported;
    outcome.unchanged = finished->unchanged + counts_.duplicate;
    outcome.rejected = finished->rejected;
    if (outcome.imported + outcome.unchanged + outcome.rejected == outcome.read) return outcome;
    return MakeError(absl::StatusCode::kInternal, "IMPORT_SUMS_DIFFER",
                     surroundings_.catalogue.Format(
                         Message::kImportSumsDiffer,
                         finished->imported + finished->unchanged + finished->rejected,
                         rows_sent_ + counts_.rejected));
  }

  const ImportOptions& options_;
  const ImportSurroundings& surroundings_;
  ImportSession session_;
  tabular::RowCounts counts_;
  int64_t rows_sent_ = 0;
  int64_t rows_refused_ = 0;
};

}  // namespace

absl::StatusOr<ImportOutcome> RunImport(Caller& caller, const ImportOptions& options,
                                        const ImportSurroundings& surroundings) {
  auto outcome = Attempt(caller, options, surroundings).Run();
  if (LostItsRows(outcome.status())) {
    surroundings.progress.Clear();
    surroundings.note(surroundings.catalogue.Text(Message::kImportStartsOver));
    outcome = Attempt(caller, options, surroundings).Run();
  }
  surroundings.progress.Clear();
  return outcome;
}

absl::StatusOr<ImportOutcome> CheckFile(const ImportOptions& options,
                                        const ImportSurroundings& surroundings) {
  QINGQU_ASSIGN_OR_RETURN(const auto reader, OpenReader(options, surroundings));
  surroundings.progress.Clear();
  NoteIgnoredColumns(*reader, surroundings);
  ImportOutcome outcome;
  while (true) {
    RowBatch batch;
    QINGQU_ASSIGN_OR_RETURN(const bool more, reader->Next(batch));
    if (!more) break;
    if (!batch.errors.empty()) surroundings.progress.Clear();
    for (const tabular::CellError& error : batch.errors) {
      QINGQU_RETURN_IF_ERROR(surroundings.bad_cells.Take(error));
    }
    outcome.read = batch.counts.read;
    outcome.rejected = batch.counts.rejected;
    surroundings.progress.Show({.bytes_done = batch.bytes_read,
                                .bytes_total = reader->file_bytes(),
                                .rows_done = batch.counts.read});
  }
  outcome.bad_rows = outcome.rejected;
  outcome.mended = reader->remarks().mended;
  surroundings.progress.Clear();
  NoteRemarks(reader->remarks(), outcome.read, surroundings);
  QINGQU_RETURN_IF_ERROR(surroundings.bad_cells.Commit());
  return outcome;
}

}  // namespace qingqu::cli
