#include "common/sealed_log/tile.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/sealed_log/encoding.h"
#include "common/status/status_macros.h"

namespace qingqu::sealed_log {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kPartial = ".p/";
constexpr uint64_t kWidth = kTileWidth;

absl::Status NoTilePath() { return absl::InvalidArgumentError("is not the path of a tile"); }

int BitsBelow(int level) { return level * kTileHeight; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "x001/x234/067". Whether it has needless elements is seen by who prints it again.
absl::StatusOr<uint64_t> ParseTileIndex(std::string_view text) {
  uint64_t index = 0;
  while (true) {
    const bool last = !text.starts_with('x');
    if (!last) text.remove_prefix(1);
    if (text.size() < 3 || !std::all_of(text.begin(), text.begin() + 3, IsDigit)) {
      return NoTilePath();
    }
    const uint64_t group =
        static_cast<uint64_t>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
    if (index > (kTreeSizeMax - group) / 1000) return NoTilePath();
    index = index * 1000 + group;
    text.remove_prefix(3);
    if (last && text.empty()) return index;
    if (last || !text.starts_with('/')) return NoTilePath();
    text.remove_prefix(1);
  }
}

// Where a node's hashes lie: in the tile at these places.
struct Place {
  Tile tile;
  uint64_t first;
  uint64_t count;
};

absl::StatusOr<Place> PlaceOf(const Node& node, uint64_t size) {
  if (node.level < 0 || node.level > 62 || node.index >= size >> node.level) {
    return absl::InvalidArgumentError("the tree has no such node");
  }
  const int level = node.level / kTileHeight;
  const int height = node.level % kTileHeight;
  const uint64_t first = node.index << height;
  const uint64_t tile = first / kWidth;
  const uint64_t width = std::min(kWidth, HashesAtLevel(size, level) - tile * kWidth);
  return Place{.tile = {.level = level, .index = tile, .width = static_cast<int>(width)},
               .first = first % kWidth,
               .count = uint64_t{1} << height};
}

absl::StatusOr<Hash> HashAt(const Place& place, std::string_view content) {
  if (content.size() < static_cast<size_t>(place.tile.width) * kHashBytes) {
    return absl::DataLossError(ToAbsl(fmt::format("{} is too short", TilePath(place.tile))));
  }
  CompactTree tree;
  for (uint64_t i = place.first; i < place.first + place.count; ++i) {
    QINGQU_ASSIGN_OR_RETURN(const Hash hash,
                            HashFromBytes(content.substr(i * kHashBytes, kHashBytes)));
    tree.Append(hash);
  }
  return tree.Root();
}

}  // namespace

std::string TilePath(const Tile& tile) {
  std::string groups = fmt::format("{:03}", tile.index % 1000);
  for (uint64_t rest = tile.index / 1000; rest != 0; rest /= 1000) {
    groups.insert(0, fmt::format("x{:03}/", rest % 1000));
  }
  std::string path = fmt::format("{}{}/{}", kPrefix, tile.level, groups);
  if (tile.width != kTileWidth) path += fmt::format("{}{}", kPartial, tile.width);
  return path;
}

absl::StatusOr<Tile> ParseTilePath(std::string_view path) {
  if (!path.starts_with(kPrefix)) return NoTilePath();
  std::string_view rest = path.substr(kPrefix.size());
  Tile tile;
  if (const size_t partial = rest.find(kPartial); partial != std::string_view::npos) {
    const absl::StatusOr<uint64_t> width = ParseDecimal(rest.substr(partial + kPartial.size()));
    if (!width.ok() || *width == 0 || *width >= kWidth) return NoTilePath();
    tile.width = static_cast<int>(*width);
    rest = rest.substr(0, partial);
  }
  if (rest.size() < 2 || rest[0] < '0' || rest[0] > '0' + kTileLevelMax || rest[1] != '/') {
    return NoTilePath();
  }
  tile.level = rest[0] - '0';
  QINGQU_ASSIGN_OR_RETURN(tile.index, ParseTileIndex(rest.substr(2)));
  const uint64_t last = (HashesAtLevel(kTreeSizeMax, tile.level) - 1) / kWidth;
  if (tile.index > last || TilePath(tile) != path) return NoTilePath();
  return tile;
}

uint64_t HashesAtLevel(uint64_t size, int level) { return size >> BitsBelow(level); }

std::vector<Tile> NewTiles(uint64_t from, uint64_t to) {
  QINGQU_CHECK(from <= to && to <= kTreeSizeMax);
  std::vector<Tile> tiles;
  for (int level = 0; level <= kTileLevelMax; ++level) {
    const uint64_t before = HashesAtLevel(from, level);
    const uint64_t after = HashesAtLevel(to, level);
    if (before == after) break;
    for (uint64_t index = before / kWidth; index * kWidth < after; ++index) {
      const uint64_t width = std::min(kWidth, after - index * kWidth);
      tiles.push_back({.level = level, .index = index, .width = static_cast<int>(width)});
    }
  }
  return tiles;
}

absl::StatusOr<std::vector<Hash>> TileReader::ReadNodes(const std::vector<Node>& nodes) {
  std::vector<Place> places;
  std::vector<Tile> tiles;
  std::map<std::pair<int, uint64_t>, size_t> position;
  for (const Node& node : nodes) {
    QINGQU_ASSIGN_OR_RETURN(places.emplace_back(), PlaceOf(node, size_));
    const Tile& tile = places.back().tile;
    if (position.emplace(std::pair(tile.level, tile.index), tiles.size()).second) {
      tiles.push_back(tile);
    }
  }
  if (tiles.empty()) return std::vector<Hash>();
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> contents, source_->ReadTiles(tiles));
  if (contents.size() != tiles.size()) return absl::DataLossError("tiles are missing");
  std::vector<Hash> hashes;
  for (const Place& place : places) {
    const std::string& content = contents[position[{place.tile.level, place.tile.index}]];
    QINGQU_ASSIGN_OR_RETURN(hashes.emplace_back(), HashAt(place, content));
  }
  return hashes;
}

}  // namespace qingqu::sealed_log
