#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/sealed_log/tile.h"

namespace qingqu::cli {

// A published log in the layout of c2sp.org/tlog-tiles: its checkpoint and its tiles. Nothing of it
// is believed. Errors: NOT_FOUND where there is no such file, UNAVAILABLE where it cannot be
// fetched, DATA_LOSS where a tile has a wrong length.
class LogSource : public sealed_log::TileSource {
 public:
  // A file by its name in the layout: "checkpoint", "tile/0/000".
  virtual absl::StatusOr<std::string> ReadFile(std::string_view name) = 0;

  // The partial tiles that are there, as far as the place can be asked: a folder can.
  virtual absl::StatusOr<std::vector<sealed_log::Tile>> PartialTilesThere() {
    return std::vector<sealed_log::Tile>();
  }

  absl::StatusOr<std::string> ReadCheckpoint();
  // What the tile has, at least as wide as asked for: a full tile takes the place of a partial one
  // that is not there any more.
  absl::StatusOr<std::string> ReadTile(const sealed_log::Tile& tile);
  absl::StatusOr<std::vector<std::string>> ReadTiles(
      const std::vector<sealed_log::Tile>& tiles) override;
};

// `place`: a folder, or the URL below which the files lie ("http://127.0.0.1:8080/journal"; https
// believes the authorities of this machine, or those of $SSL_CERT_FILE). INVALID_ARGUMENT for a URL
// that is none. Nothing is read yet. `timeout` is for each file.
absl::StatusOr<std::unique_ptr<LogSource>> OpenLogSource(std::string_view place,
                                                         absl::Duration timeout);

}  // namespace qingqu::cli
