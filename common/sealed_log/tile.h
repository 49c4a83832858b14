#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/sealed_log/tree.h"

namespace qingqu::sealed_log {

// The tiles of c2sp.org/tlog-tiles: 256 hashes wide and 8 levels high.

inline constexpr int kTileHeight = 8;
inline constexpr int kTileWidth = 256;
// A tree of 2^63-1 leaves has no more levels of tiles.
inline constexpr int kTileLevelMax = 7;

// `width` hashes, each the root of 256^level leaves, beginning with that of number index * 256.
struct Tile {
  int level = 0;
  uint64_t index = 0;
  int width = kTileWidth;
  bool operator==(const Tile&) const = default;
};

// "tile/0/x001/x234/067", "tile/1/000.p/17".
std::string TilePath(const Tile& tile);
// INVALID_ARGUMENT unless TilePath of some tile within 2^63-1 leaves is `path`.
absl::StatusOr<Tile> ParseTilePath(std::string_view path);

// How many hashes of this level a tree of `size` leaves has.
uint64_t HashesAtLevel(uint64_t size, int level);

// The tiles that a tree of `to` leaves has and one of `from` leaves has not, or not as wide.
std::vector<Tile> NewTiles(uint64_t from, uint64_t to);

// Where the content of tiles comes from: 32 bytes for each hash.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // In the order of `tiles`. A wider content than asked for does not hurt.
  virtual absl::StatusOr<std::vector<std::string>> ReadTiles(const std::vector<Tile>& tiles) = 0;
};

// Reads the nodes of a tree of `size` leaves from its tiles. A tile that is too short is DATA_LOSS.
class TileReader final : public NodeReader {
 public:
  // `source` outlives the reader.
  TileReader(uint64_t size, TileSource* source) : size_(size), source_(source) {}
  absl::StatusOr<std::vector<Hash>> ReadNodes(const std::vector<Node>& nodes) override;

 private:
  uint64_t size_;
  TileSource* source_;
};

}  // namespace qingqu::sealed_log
