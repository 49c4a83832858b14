#include "services/cli/journal/log_source.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "fmt/format.h"

#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/sealed_log/hash.h"
#include "common/sealed_log/note.h"
#include "common/status/status_macros.h"
#include "services/cli/journal/http_get.h"

namespace qingqu::cli {
namespace {

using sealed_log::Tile;

constexpr std::string_view kCheckpoint = "checkpoint";
// A tile that is longer than any can be is to be told as a wrong tile, up to twice the length.
constexpr size_t kTileBytesMax = size_t{2} * sealed_log::kTileWidth * sealed_log::kHashBytes;

size_t BytesMaxOf(std::string_view name) {
  return name == kCheckpoint ? sealed_log::kNoteBytesMax : kTileBytesMax;
}

size_t BytesOfTile(const Tile& tile) {
  return static_cast<size_t>(tile.width) * sealed_log::kHashBytes;
}

class FolderLog final : public LogSource {
 public:
  explicit FolderLog(std::string_view folder) : folder_(folder) {}

  absl::StatusOr<std::string> ReadFile(std::string_view name) override {
    const std::string path = fmt::format("{}/{}", folder_, name);
    auto content = ReadFileIfThere(path, BytesMaxOf(name));
    if (!content.ok()) return absl::UnavailableError(content.status().message());
    if (!content->has_value()) {
      return absl::NotFoundError(ToAbsl(fmt::format("{} is not there", path)));
    }
    return **std::move(content);
  }

  absl::StatusOr<std::vector<Tile>> PartialTilesThere() override {
    std::vector<Tile> tiles;
    std::error_code error;
    const std::filesystem::path root(folder_);
    for (std::filesystem::recursive_directory_iterator at(root / "tile", error), end;
         !error && at != end; at.increment(error)) {
      const auto tile = sealed_log::ParseTilePath(at->path().lexically_relative(root).string());
      if (tile.ok() && tile->width != sealed_log::kTileWidth) tiles.push_back(*tile);
    }
    return tiles;
  }

 private:
  const std::string folder_;
};

class HttpLog final : public LogSource {
 public:
  HttpLog(const HttpUrl& url, absl::Duration timeout) : path_(url.path), http_(url, timeout) {}

  absl::StatusOr<std::string> ReadFile(std::string_view name) override {
    return http_.Get(fmt::format("{}/{}", path_, name), BytesMaxOf(name));
  }

 private:
  const std::string path_;
  HttpGetter http_;
};

}  // namespace

absl::StatusOr<std::string> LogSource::ReadCheckpoint() { return ReadFile(kCheckpoint); }

absl::StatusOr<std::string> LogSource::ReadTile(const Tile& tile) {
  Tile there = tile;
  absl::StatusOr<std::string> content = ReadFile(TilePath(there));
  if (absl::IsNotFound(content.status()) && tile.width != sealed_log::kTileWidth) {
    there.width = sealed_log::kTileWidth;
    auto full = ReadFile(TilePath(there));
    if (full.ok()) content = std::move(full);
  }
  if (!content.ok()) return content;
  if (content->size() != BytesOfTile(there)) {
    return absl::DataLossError(ToAbsl(fmt::format("{} has {} bytes instead of {}", TilePath(there),
                                                  content->size(), BytesOfTile(there))));
  }
  return content;
}

absl::StatusOr<std::vector<std::string>> LogSource::ReadTiles(const std::vector<Tile>& tiles) {
  std::vector<std::string> contents;
  for (const Tile& tile : tiles) {
    QINGQU_ASSIGN_OR_RETURN(contents.emplace_back(), ReadTile(tile));
  }
  return contents;
}

absl::StatusOr<std::unique_ptr<LogSource>> OpenLogSource(std::string_view place,
                                                         absl::Duration timeout) {
  if (place.find("://") == std::string_view::npos) {
    return std::make_unique<FolderLog>(place);
  }
  QINGQU_ASSIGN_OR_RETURN(const HttpUrl url, ParseHttpUrl(place));
  return std::make_unique<HttpLog>(url, timeout);
}

}  // namespace qingqu::cli
