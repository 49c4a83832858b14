#include "services/supervision/log/publisher.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/sealed_log/checkpoint.h"
#include "common/status/status_macros.h"
#include "services/supervision/log/sealer.h"

namespace qingqu::supervision {
namespace {

using sealed_log::Hash;
using sealed_log::Tile;

constexpr uint64_t kWidth = sealed_log::kTileWidth;
constexpr size_t kTileBytesMax = kWidth * sealed_log::kHashBytes;
// Tiles that are read from the database at once.
constexpr size_t kTilesAtOnce = 128;
constexpr std::string_view kCheckpointFile = "checkpoint";
constexpr std::string_view kLockFile = ".lock";

absl::Status FolderIsAhead(std::string_view folder, std::string_view problem) {
  return absl::DataLossError(ToAbsl(fmt::format("{}: {}", folder, problem)));
}

// True when the tile that this one is the beginning of is full in a log of this size.
bool IsSuperseded(const Tile& tile, uint64_t size) {
  return sealed_log::HashesAtLevel(size, tile.level) >= (tile.index + 1) * kWidth;
}

}  // namespace

// What the folder shows.
struct Publisher::Shown {
  uint64_t size = 0;
  Hash root = sealed_log::EmptyRoot();
};

Publisher::Publisher(db::ConnectionPool* pool, const Clock* clock, Options options)
    : pool_(pool), clock_(clock), options_(std::move(options)) {}

absl::Status Publisher::Step(std::string_view file) const {
  if (!options_.go_on || options_.go_on(file)) return absl::OkStatus();
  return absl::AbortedError(ToAbsl(fmt::format("stopped before {}", file)));
}

absl::StatusOr<Publisher::Shown> Publisher::ReadShown() const {
  const std::string path = fmt::format("{}/{}", options_.folder, kCheckpointFile);
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> content,
                          ReadFileIfThere(path, sealed_log::kNoteBytesMax));
  if (!content) return Shown{};
  const absl::StatusOr<sealed_log::Note> note = sealed_log::ParseNote(*content);
  if (!note.ok()) return FolderIsAhead(path, ToStd(note.status().message()));
  const absl::StatusOr<sealed_log::Checkpoint> checkpoint = sealed_log::ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return FolderIsAhead(path, ToStd(checkpoint.status().message()));
  if (checkpoint->origin != options_.origin) {
    return FolderIsAhead(path, "is a checkpoint of another log");
  }
  return Shown{.size = checkpoint->size, .root = checkpoint->root};
}

absl::Status Publisher::CheckPast(const Shown& shown, const LogHead& head) const {
  if (shown.size > head.size) {
    return FolderIsAhead(options_.folder,
                         fmt::format("shows a log of {} entries, but the database has sealed {}: "
                                     "was it restored from a backup?",
                                     shown.size, head.size));
  }
  QINGQU_ASSIGN_OR_RETURN(
      const Hash root, db::RunRead(*pool_, LogCall(*clock_, "journal/publish", options_.time_max),
                                   [&](pqxx::transaction_base& tx) -> absl::StatusOr<Hash> {
                                     TableTiles tiles(&tx);
                                     sealed_log::TileReader reader(shown.size, &tiles);
                                     return sealed_log::ReadRoot(reader, shown.size);
                                   }));
  if (root == shown.root) return absl::OkStatus();
  return FolderIsAhead(options_.folder,
                       fmt::format("shows another history of the first {} entries", shown.size));
}

absl::StatusOr<std::vector<Tile>> Publisher::TilesToWrite(uint64_t shown, uint64_t size) const {
  QINGQU_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> sizes,
      db::RunRead(*pool_, LogCall(*clock_, "journal/publish", options_.time_max),
                  [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<uint64_t>> {
                    return ListCheckpointSizes(tx, shown, size);
                  }));
  std::vector<Tile> tiles = sealed_log::NewTiles(shown, size);
  for (const uint64_t between : sizes) {
    if (between == size) continue;
    for (int level = 0; level <= sealed_log::kTileLevelMax; ++level) {
      const uint64_t hashes = sealed_log::HashesAtLevel(between, level);
      const Tile tile{
          .level = level, .index = hashes / kWidth, .width = static_cast<int>(hashes % kWidth)};
      if (tile.width == 0 || IsSuperseded(tile, size)) continue;
      if (std::find(tiles.begin(), tiles.end(), tile) == tiles.end()) tiles.push_back(tile);
    }
  }
  return tiles;
}

absl::Status Publisher::WriteTile(const Tile& tile, std::string_view content,
                                  std::set<std::string>& folders) const {
  const size_t bytes = static_cast<size_t>(tile.width) * sealed_log::kHashBytes;
  if (content.size() < bytes) {
    return absl::DataLossError(ToAbsl(fmt::format("the log's {} is too short", TilePath(tile))));
  }
  const std::string path = fmt::format("{}/{}", options_.folder, TilePath(tile));
  QINGQU_RETURN_IF_ERROR(Step(TilePath(tile)));
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> there,
                          ReadFileIfThere(path, kTileBytesMax));
  if (there && *there != content.substr(0, bytes)) {
    return FolderIsAhead(path, "differs from the log, and a tile is never written again");
  }
  // One that is there already may be of a publisher that crashed before it synced the folder.
  const std::string folder = std::filesystem::path(path).parent_path().string();
  folders.insert(folder);
  if (!there) {
    QINGQU_RETURN_IF_ERROR(MakeDurableFolder(folder));
    QINGQU_RETURN_IF_ERROR(WriteDurableFile({.path = path,
                                             .content = content.substr(0, bytes),
                                             .if_present = IfPresent::kKeep,
                                             .sync_folder = false}));
  }
  return absl::OkStatus();
}

absl::Status Publisher::WriteTiles(const std::vector<Tile>& tiles) const {
  QINGQU_ASSIGN_OR_RETURN(
      const std::vector<std::string> contents,
      db::RunRead(*pool_, LogCall(*clock_, "journal/publish", options_.time_max),
                  [&](pqxx::transaction_base& tx) { return TableTiles(&tx).ReadTiles(tiles); }));
  std::set<std::string> folders;
  for (size_t i = 0; i < tiles.size(); ++i) {
    QINGQU_RETURN_IF_ERROR(WriteTile(tiles[i], contents[i], folders));
  }
  for (const std::string& folder : folders) QINGQU_RETURN_IF_ERROR(SyncFolder(folder));
  for (const Tile& tile : tiles) {
    if (tile.width != sealed_log::kTileWidth) continue;
    // Nobody needs the beginnings of a tile that is there.
    std::error_code ignored;
    std::filesystem::remove_all(fmt::format("{}/{}.p", options_.folder, TilePath(tile)), ignored);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Publisher::Publish() {
  past_holds_ = false;
  QINGQU_RETURN_IF_ERROR(MakeDurableFolder(options_.folder));
  const std::string lock_path = fmt::format("{}/{}", options_.folder, kLockFile);
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return absl::FailedPreconditionError(ToAbsl(lock_path + ": cannot open"));
  const absl::Cleanup unlock = [lock] { ::close(lock); };
  if (::flock(lock, LOCK_EX) != 0) {
    return absl::FailedPreconditionError(ToAbsl(lock_path + ": cannot lock"));
  }
  QINGQU_ASSIGN_OR_RETURN(const Shown shown, ReadShown());
  QINGQU_ASSIGN_OR_RETURN(
      const LogHead head,
      db::RunRead(
          *pool_, LogCall(*clock_, "journal/publish", options_.time_max),
          [](pqxx::transaction_base& tx) -> absl::StatusOr<LogHead> { return ReadLogHead(tx); }));
  QINGQU_RETURN_IF_ERROR(CheckPast(shown, head));
  past_holds_ = true;
  if (head.size == shown.size) return head.size;
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Tile> tiles, TilesToWrite(shown.size, head.size));
  for (size_t begin = 0; begin < tiles.size(); begin += kTilesAtOnce) {
    const size_t end = std::min(tiles.size(), begin + kTilesAtOnce);
    QINGQU_RETURN_IF_ERROR(WriteTiles({tiles.begin() + static_cast<std::ptrdiff_t>(begin),
                                       tiles.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  QINGQU_RETURN_IF_ERROR(Step(kCheckpointFile));
  QINGQU_RETURN_IF_ERROR(WriteDurableFile(
      {.path = fmt::format("{}/{}", options_.folder, kCheckpointFile), .content = head.note}));
  return head.size;
}

}  // namespace qingqu::supervision
