#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/tree.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::cli {

// An export of the sealed journal as a file: the line kExportMagic, then records. A record is the
// length of a supervision.v1.LogChunk as a varint, its bytes, and, where it holds rows, the hash of
// each row's leaf, which tells the row that was damaged from the others.
inline constexpr std::string_view kExportMagic = "qingqu journal export 1\n";

// What is wrong with an export, and the first index that it concerns.
enum class ExportProblem {
  kNone,
  kTruncated,        // it ends before its end; what there is agrees with itself
  kMalformed,        // no export, or a part that makes no sense there
  kOtherCheckpoint,  // it was made for a checkpoint of another size
  kGap,              // an index is left out, comes twice or in another order
  kRowChanged,       // the row is not what was sealed
  kRestricted,       // what it reveals of patients and doctors is not what was sealed
  kOtherRoot         // it agrees with itself, but not with the signed root
};

// The chunks of an export in their order, held against each other and at last against a root.
// Memory does not grow with the export.
class ExportChecker {
 public:
  // False when the chunk does not follow from those before; problem() says why.
  bool Add(const supervision::v1::LogChunk& chunk);

  // All that was to come has come.
  bool complete() const { return complete_; }
  // Judges a complete export: whether it is a part of the log with this head.
  ExportProblem Judge(const sealed_log::Checkpoint& checkpoint);

  // As the header says; 0 before it.
  uint64_t from() const { return from_; }
  uint64_t to() const { return to_; }
  uint64_t tree_size() const { return size_; }
  // The index of the row that is to come.
  uint64_t next() const { return tree_.size(); }
  bool begun() const { return begun_; }
  ExportProblem problem() const { return problem_; }

 private:
  bool Find(ExportProblem problem);
  bool AddHeader(const supervision::v1::LogHeader& header);
  bool AddRow(const supervision::v1::LogRow& row);
  bool AddTrailer(const supervision::v1::LogTrailer& trailer);

  bool begun_ = false;
  bool complete_ = false;
  uint64_t from_ = 0;
  uint64_t to_ = 0;
  uint64_t size_ = 0;
  sealed_log::CompactTree tree_;
  std::vector<sealed_log::Hash> trailer_;
  ExportProblem problem_ = ExportProblem::kNone;
};

struct ExportReport {
  ExportProblem problem = ExportProblem::kNone;
  uint64_t index = 0;  // the first bad one
  uint64_t from = 0;
  uint64_t to = 0;
  uint64_t rows = 0;
  uint64_t tree_size = 0;
  int64_t good_bytes = 0;  // up to the end of the last record that is whole and fits
};

// Reads a file through `checker`: everything but the last word, which is ExportChecker::Judge. An
// error when the file cannot be read. `on_progress` is told bytes and rows now and then.
absl::StatusOr<ExportReport> ReadExport(
    const std::string& path, ExportChecker& checker,
    const std::function<void(int64_t bytes, uint64_t rows)>& on_progress = nullptr);

// The record of a chunk.
std::string ExportRecord(const supervision::v1::LogChunk& chunk);

}  // namespace qingqu::cli
