#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/base/clock.h"
#include "common/tabular/mapping.h"
#include "services/cli/bad_cells.h"
#include "services/cli/caller.h"
#include "services/cli/import_session.h"
#include "services/cli/progress.h"

namespace qingqu::cli {

struct ImportOptions {
  const ImportKind& kind;
  std::string path;
  const tabular::Mapping& mapping;
  ImportStart start;
  CallPolicy policy;  // of each call
  // The server says what the import would do, and nothing is imported.
  bool dry_run = false;
};

// What became of a file, or would have. read = imported + unchanged + rejected, save for CheckFile,
// which tells only what it read and what it would reject.
struct ImportOutcome {
  int64_t read = 0;
  int64_t imported = 0;
  int64_t unchanged = 0;
  int64_t rejected = 0;
  int64_t bad_rows = 0;  // rows with at least one bad cell
  int64_t mended = 0;    // characters and marks of the file that were not as they should be
  bool refused = false;  // all-or-nothing, and there were bad rows: nothing was imported
};

// Where an import talks to while it runs.
struct ImportSurroundings {
  BadCells& bad_cells;
  ProgressBar& progress;
  const Clock& clock;
  const Catalogue& catalogue;
  std::function<void(std::string_view)> note;
};

// Reads a file and imports it. One thread reads and converts, the calling thread sends; at most a
// few batches wait between them. When the server lost what was sent (IMPORT_NOT_FOUND,
// BATCH_OUT_OF_ORDER) the import starts over, once. The file of rejects is complete before anything
// takes effect. A dry run does the same but for that.
absl::StatusOr<ImportOutcome> RunImport(Caller& caller, const ImportOptions& options,
                                        const ImportSurroundings& surroundings);

// Reads a file and lists every bad cell; nothing is sent.
absl::StatusOr<ImportOutcome> CheckFile(const ImportOptions& options,
                                        const ImportSurroundings& surroundings);

}  // namespace qingqu::cli
