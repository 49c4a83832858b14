#include "common/tabular/zip_directory.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::tabular {
namespace {

constexpr std::string_view kEndSignature = "PK\5\6";
constexpr std::string_view kLocatorSignature = "PK\6\7";
constexpr std::string_view kEnd64Signature = "PK\6\6";
constexpr size_t kEndBytes = 22;
constexpr size_t kLocatorBytes = 20;
constexpr size_t kEnd64Bytes = 56;
constexpr int64_t kCommentBytesMax = 65'535;
// An entry has 46 bytes and its name; some have extra fields and comments.
constexpr uint64_t kEntryBytesMax = 1'024;

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t index = bytes.size(); index > 0; --index) {
    value = (value << 8) | static_cast<unsigned char>(bytes[index - 1]);
  }
  return value;
}

absl::Status CheckClaim(uint64_t entries, uint64_t directory_bytes, int64_t entries_max) {
  const auto max = static_cast<uint64_t>(entries_max);
  if (entries <= max && directory_bytes <= max * kEntryBytesMax) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_TOO_MANY_PARTS",
                   fmt::format("the archive says that it holds {} entries in a directory of {} "
                               "bytes; a workbook has at most {}",
                               entries, directory_bytes, entries_max));
}

absl::Status CheckZip64(const ReadAt& read_at, std::string_view locator, int64_t file_bytes,
                        int64_t entries_max) {
  if (!locator.starts_with(kLocatorSignature)) return absl::OkStatus();
  const uint64_t offset = LittleEndian(locator.substr(8, 8));
  std::array<char, kEnd64Bytes> record{};
  if (offset > static_cast<uint64_t>(file_bytes)) return absl::OkStatus();
  if (!read_at(static_cast<int64_t>(offset), record)) return absl::OkStatus();
  const std::string_view bytes(record.data(), record.size());
  if (!bytes.starts_with(kEnd64Signature)) return absl::OkStatus();
  return CheckClaim(LittleEndian(bytes.substr(32, 8)), LittleEndian(bytes.substr(40, 8)),
                    entries_max);
}

}  // namespace

absl::Status CheckZipDirectory(const ReadAt& read_at, int64_t file_bytes, int64_t entries_max) {
  constexpr int64_t kTailMax =
      kCommentBytesMax + static_cast<int64_t>(kEndBytes) + static_cast<int64_t>(kLocatorBytes);
  const int64_t tail_bytes = std::min(file_bytes, kTailMax);
  std::vector<char> buffer(static_cast<size_t>(tail_bytes));
  const int64_t tail_offset = file_bytes - tail_bytes;
  if (!read_at(tail_offset, buffer)) return absl::OkStatus();
  const std::string_view tail(buffer.data(), buffer.size());
  // The comment may hold the signature too, and libzip chooses among all that fit; so all are read.
  for (size_t at = tail.find(kEndSignature); at != std::string_view::npos;
       at = tail.find(kEndSignature, at + 1)) {
    if (tail.size() - at < kEndBytes) break;
    if (at >= kLocatorBytes) {
      QINGQU_RETURN_IF_ERROR(
          CheckZip64(read_at, tail.substr(at - kLocatorBytes), file_bytes, entries_max));
    }
    const uint64_t directory_bytes = LittleEndian(tail.substr(at + 12, 4));
    const uint64_t directory_offset = LittleEndian(tail.substr(at + 16, 4));
    const auto end = static_cast<uint64_t>(tail_offset) + at;
    if (directory_bytes + directory_offset > end) continue;
    QINGQU_RETURN_IF_ERROR(
        CheckClaim(LittleEndian(tail.substr(at + 10, 2)), directory_bytes, entries_max));
  }
  return absl::OkStatus();
}

}  // namespace qingqu::tabular
