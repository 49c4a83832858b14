#include "services/cli/bad_cells.h"

#include <ostream>

#include "nlohmann/json.hpp"

#include "common/status/status_macros.h"
#include "services/cli/exit_code.h"
#include "services/cli/table.h"

namespace qingqu::cli {

absl::Status BadCells::OpenWriter() {
  path_ = options_.rejects_path;
  auto writer = tabular::RejectsWriter::Create(path_);
  if (!writer.ok() && !options_.fallback_path.empty()) {
    path_ = options_.fallback_path;
    writer = tabular::RejectsWriter::Create(path_);
  }
  if (!writer.ok()) return LocalFileError(writer.status());
  writer_ = *std::move(writer);
  return absl::OkStatus();
}

absl::Status BadCells::Take(const tabular::CellError& error) {
  if (options_.list != nullptr && (options_.listed_max < 0 || count_ < options_.listed_max)) {
    *options_.list << Line(error) << '\n';
  }
  ++count_;
  if (options_.rejects_path.empty()) return absl::OkStatus();
  if (writer_ == nullptr) QINGQU_RETURN_IF_ERROR(OpenWriter());
  return LocalFileError(writer_->Write(error));
}

absl::Status BadCells::Commit() {
  if (writer_ == nullptr && options_.file_even_if_empty && !options_.rejects_path.empty()) {
    QINGQU_RETURN_IF_ERROR(OpenWriter());
  }
  if (writer_ == nullptr) return absl::OkStatus();
  QINGQU_RETURN_IF_ERROR(LocalFileError(writer_->Commit()));
  writer_.reset();
  written_path_ = path_;
  return absl::OkStatus();
}

void BadCells::Reset() {
  writer_.reset();
  written_path_.clear();
  count_ = 0;
}

std::string BadCells::Line(const tabular::CellError& error) const {
  if (options_.list_as_json) {
    const nlohmann::ordered_json line = {{"line", error.line},
                                         {"column", error.column},
                                         {"value", error.value},
                                         {"reason", error.reason},
                                         {"message", error.message}};
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  if (error.column.empty()) {
    return catalogue_.Format(Message::kBadRow, error.line, error.reason,
                             ForTerminal(error.message));
  }
  return catalogue_.Format(Message::kBadCell, error.line, ForTerminal(error.column),
                           ForTerminal(error.value), error.reason, ForTerminal(error.message));
}

}  // namespace qingqu::cli
