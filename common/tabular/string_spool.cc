#include "common/tabular/string_spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::tabular {
namespace {

constexpr size_t kBlockBytes = 4'096;
constexpr size_t kPendingBytesMax = size_t{256} << 10;
constexpr uint32_t kMark = uint32_t{1} << 31;
constexpr mode_t kFileMode = 0600;

absl::Status SpoolFailed(std::string_view what, int error) {
  return MakeError(absl::StatusCode::kUnavailable, "SPOOL_FAILED",
                   fmt::format("the temporary file for a sheet's texts cannot be {}: {}", what,
                               std::error_code(error, std::generic_category()).message()));
}

std::string TemporaryFolder() {
  const char* const folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

}  // namespace

StringSpool::~StringSpool() {
  if (file_ >= 0) close(file_);
}

absl::Status StringSpool::Append(std::string_view text, bool marked) {
  QINGQU_CHECK(text.size() < kMark);
  const uint32_t length = static_cast<uint32_t>(text.size()) | (marked ? kMark : 0);
  std::array<char, sizeof(length)> bytes;
  std::memcpy(bytes.data(), &length, sizeof(length));
  open_block_.append(bytes.data(), bytes.size());
  open_block_.append(text);
  ++size_;
  return open_block_.size() < kBlockBytes ? absl::OkStatus() : CloseBlock();
}

absl::Status StringSpool::Finish() {
  QINGQU_RETURN_IF_ERROR(CloseBlock());
  open_block_ = std::string();
  QINGQU_RETURN_IF_ERROR(Flush());
  pending_ = std::string();
  return absl::OkStatus();
}

absl::Status StringSpool::CloseBlock() {
  if (open_block_.empty()) return absl::OkStatus();
  blocks_.push_back({.first = open_first_, .offset = file_bytes_});
  open_first_ = size_;
  const bool all_in_memory = memory_blocks_.size() + 1 == blocks_.size();
  if (all_in_memory && memory_bytes_ + open_block_.size() <= memory_bytes_max_) {
    memory_bytes_ += open_block_.size();
    memory_blocks_.emplace_back(open_block_);
    open_block_.clear();
    return absl::OkStatus();
  }
  pending_ += open_block_;
  file_bytes_ += static_cast<int64_t>(open_block_.size());
  open_block_.clear();
  return pending_.size() < kPendingBytesMax ? absl::OkStatus() : Flush();
}

absl::Status StringSpool::OpenFile() {
  const std::string folder = TemporaryFolder();
  file_ = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kFileMode);
  if (file_ >= 0) return absl::OkStatus();
  // Not every file system has files without names.
  std::string path = folder + "/qingqu.XXXXXX";
  file_ = mkostemp(path.data(), O_CLOEXEC);
  if (file_ < 0) return SpoolFailed("made in " + folder, errno);
  unlink(path.c_str());
  return absl::OkStatus();
}

absl::Status StringSpool::Flush() {
  if (pending_.empty()) return absl::OkStatus();
  if (file_ < 0) QINGQU_RETURN_IF_ERROR(OpenFile());
  size_t written = 0;
  while (written < pending_.size()) {
    const ssize_t count = write(file_, pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SpoolFailed("written", errno);
    written += static_cast<size_t>(count);
  }
  pending_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> StringSpool::BlockBytes(size_t block) {
  if (block < memory_blocks_.size()) return memory_blocks_[block];
  Cached& cached = cache_[block % kCachedBlocks];
  if (cached.block == block) return cached.bytes;
  const int64_t offset = blocks_[block].offset;
  const int64_t end = block + 1 < blocks_.size() ? blocks_[block + 1].offset : file_bytes_;
  cached.block = SIZE_MAX;
  cached.bytes.resize(static_cast<size_t>(end - offset));
  size_t got = 0;
  while (got < cached.bytes.size()) {
    const ssize_t count = pread(file_, cached.bytes.data() + got, cached.bytes.size() - got,
                                offset + static_cast<int64_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return SpoolFailed("read", count < 0 ? errno : EIO);
    got += static_cast<size_t>(count);
  }
  cached.block = block;
  return cached.bytes;
}

absl::StatusOr<StringSpool::Entry> StringSpool::Get(size_t index) {
  QINGQU_CHECK(index < size_ && open_block_.empty() && pending_.empty());
  const auto after = std::ranges::upper_bound(blocks_, index, {}, &Block::first);
  const auto block = static_cast<size_t>(after - blocks_.begin()) - 1;
  QINGQU_ASSIGN_OR_RETURN(const std::string_view bytes, BlockBytes(block));
  size_t position = 0;
  uint32_t length = 0;
  for (size_t at = blocks_[block].first;; ++at) {
    std::memcpy(&length, bytes.data() + position, sizeof(length));
    position += sizeof(length);
    if (at == index) break;
    position += length & ~kMark;
  }
  return Entry{.text = bytes.substr(position, length & ~kMark), .marked = (length & kMark) != 0};
}

}  // namespace qingqu::tabular
