#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "absl/status/status.h"

#include "common/tabular/cell_error.h"
#include "common/tabular/rejects_writer.h"
#include "services/cli/messages.h"

namespace qingqu::cli {

struct BadCellOptions {
  std::string rejects_path;   // "" for no file
  std::string fallback_path;  // used when rejects_path cannot be made; "" for none
  bool file_even_if_empty = false;
  std::ostream* list = nullptr;  // where each cell is listed; nullptr for nowhere
  int listed_max = 0;            // how many are listed; -1 for all
  bool list_as_json = false;
};

// Where bad cells go: into the file of rejects and onto the screen. Not thread-safe.
class BadCells {
 public:
  BadCells(BadCellOptions options, const Catalogue& catalogue)
      : options_(std::move(options)), catalogue_(catalogue) {}

  // Local-file errors.
  absl::Status Take(const tabular::CellError& error);
  // Makes the file visible, if there is to be one.
  absl::Status Commit();
  // Forgets everything: the import starts over.
  void Reset();

  int64_t count() const { return count_; }
  // Where the file is; "" when there is none.
  const std::string& written_path() const { return written_path_; }

 private:
  absl::Status OpenWriter();
  std::string Line(const tabular::CellError& error) const;

  const BadCellOptions options_;
  const Catalogue catalogue_;
  std::unique_ptr<tabular::RejectsWriter> writer_;
  std::string path_;
  std::string written_path_;
  int64_t count_ = 0;
};

}  // namespace qingqu::cli
