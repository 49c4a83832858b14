#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "common/sealed_log/tile.h"
#include "services/supervision/log/log_store.h"

namespace qingqu::supervision {

// Keeps a folder that says what the log's tables say, in the layout of c2sp.org/tlog-tiles: the
// file `checkpoint`, and `tile/…`. Tiles come first, each whole or not at all, and then the
// checkpoint that names them, so that a crash at any step leaves a folder that is true, only older.
// A full tile is never written again; a partial one stays until the full one is there.
class Publisher {
 public:
  struct Options {
    std::string folder;
    std::string origin;
    absl::Duration time_max = absl::Minutes(5);
    // For tests of crashes: asked before each file; false ends the work there, as a crash would.
    std::function<bool(std::string_view file)> go_on = nullptr;
  };

  // Both outlive the object.
  Publisher(db::ConnectionPool* pool, const Clock* clock, Options options);

  // Brings the folder up to the last checkpoint; the size of the log that it shows then. DATA_LOSS
  // when the folder shows a checkpoint that is not one of this log's past: then the database was
  // set back, or somebody wrote into the folder, and nothing must be sealed until it is known what
  // happened. Of several processes on one folder one writes at a time.
  absl::StatusOr<uint64_t> Publish();
  // Whether the last Publish found that what the folder shows is a past of this log, whatever
  // came after that, as a disk that is full.
  bool past_holds() const { return past_holds_; }

 private:
  struct Shown;
  absl::StatusOr<Shown> ReadShown() const;
  absl::Status CheckPast(const Shown& shown, const LogHead& head) const;
  absl::StatusOr<std::vector<sealed_log::Tile>> TilesToWrite(uint64_t shown, uint64_t size) const;
  absl::Status WriteTiles(const std::vector<sealed_log::Tile>& tiles) const;
  absl::Status WriteTile(const sealed_log::Tile& tile, std::string_view content,
                         std::set<std::string>& folders) const;
  absl::Status Step(std::string_view file) const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const Options options_;
  bool past_holds_ = false;
};

}  // namespace qingqu::supervision
