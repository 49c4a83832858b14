#include "services/cli/journal/checked_tiles.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/sealed_log/tile.h"
#include "common/status/status_macros.h"

namespace qingqu::cli {
namespace {

using sealed_log::Hash;
using sealed_log::kHashBytes;
using sealed_log::kTileHeight;
using sealed_log::Tile;

constexpr uint64_t kWidth = sealed_log::kTileWidth;

}  // namespace

bool IsFinding(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsDataLoss(status);
}

Tile CheckedTiles::TileOf(int level, uint64_t number) const {
  const uint64_t index = number / kWidth;
  const uint64_t width = std::min(kWidth, sealed_log::HashesAtLevel(size_, level) - index * kWidth);
  return {.level = level, .index = index, .width = static_cast<int>(width)};
}

std::string CheckedTiles::PathOfLeaf(uint64_t index) const { return TilePath(TileOf(0, index)); }

void CheckedTiles::Note(uint64_t index, std::string detail) {
  if (!problem_) problem_ = {.index = index, .detail = std::move(detail)};
}

absl::StatusOr<std::optional<Hash>> CheckedTiles::HashIn(int level, uint64_t number) {
  const Tile tile = TileOf(level, number);
  const auto found = held_.find(level);
  if (found == held_.end() || found->second.index != tile.index) {
    const absl::StatusOr<std::string> content = log_->ReadTile(tile);
    if (!content.ok() && !IsFinding(content.status())) return content.status();
    Held held{.index = tile.index};
    if (content.ok()) {
      held.content = *content;
    } else {
      Note((tile.index * kWidth) << (level * kTileHeight), std::string(content.status().message()));
    }
    held_[level] = std::move(held);
  }
  const Held& held = held_[level];
  if (!held.content) return std::optional<Hash>();
  const std::string_view bytes =
      std::string_view(*held.content).substr((number % kWidth) * kHashBytes, kHashBytes);
  QINGQU_ASSIGN_OR_RETURN(const Hash hash, sealed_log::HashFromBytes(bytes));
  return std::optional<Hash>(hash);
}

absl::StatusOr<std::optional<Hash>> CheckedTiles::HashAt(uint64_t index) {
  if (index >= size_) return std::optional<Hash>();
  return HashIn(0, index);
}

absl::Status CheckedTiles::CompareNode(const sealed_log::Node& node, const Hash& hash) {
  if (node.level == 0 || node.level % kTileHeight != 0) return absl::OkStatus();
  const int level = node.level / kTileHeight;
  QINGQU_ASSIGN_OR_RETURN(const std::optional<Hash> in_tile, HashIn(level, node.index));
  if (in_tile && *in_tile != hash) {
    Note(node.index << node.level, TilePath(TileOf(level, node.index)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Hash>> CheckedTiles::Append(const std::optional<Hash>& fallback) {
  QINGQU_ASSIGN_OR_RETURN(const std::optional<Hash> hash, HashIn(0, next_));
  ++next_;
  // Above what is in doubt already there is nothing to find.
  const bool in_doubt = hash && fallback && *hash != *fallback;
  complete_ = complete_ && (hash || fallback) && !in_doubt;
  if (!complete_) return hash;
  std::vector<std::pair<sealed_log::Node, Hash>> nodes;
  tree_.Append(hash ? *hash : *fallback, [&nodes](const sealed_log::Node& node, const Hash& made) {
    if (node.level != 0) nodes.emplace_back(node, made);
  });
  for (const auto& [node, made] : nodes) QINGQU_RETURN_IF_ERROR(CompareNode(node, made));
  return hash;
}

absl::Status CheckedTiles::CheckLeftovers() {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Tile> tiles, log_->PartialTilesThere());
  for (const Tile& tile : tiles) {
    const uint64_t first = tile.index * kWidth;
    const uint64_t hashes = sealed_log::HashesAtLevel(size_, tile.level);
    // Wider ones belong to a later checkpoint.
    if (hashes < first + static_cast<uint64_t>(tile.width)) continue;
    const Tile now = TileOf(tile.level, first);
    if (now == tile) continue;
    const absl::StatusOr<std::string> left = log_->ReadFile(TilePath(tile));
    // Partial tiles go when the full one is there.
    if (absl::IsNotFound(left.status())) continue;
    QINGQU_RETURN_IF_ERROR(left.status());
    const absl::StatusOr<std::string> content = log_->ReadTile(now);
    if (!content.ok() && !IsFinding(content.status())) return content.status();
    const size_t bytes = static_cast<size_t>(tile.width) * kHashBytes;
    if (!content.ok() || *left == content->substr(0, bytes)) continue;
    Note(first << (tile.level * kTileHeight), TilePath(tile));
  }
  return absl::OkStatus();
}

}  // namespace qingqu::cli
