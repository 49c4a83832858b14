#include "common/tabular/byte_source.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/status/status.h"

namespace qingqu::tabular {

BufferSource::BufferSource(std::string_view text, size_t chunk_bytes_max)
    : text_(text), chunk_bytes_max_(chunk_bytes_max) {
  QINGQU_CHECK(chunk_bytes_max > 0);
}

absl::StatusOr<size_t> BufferSource::Read(std::span<char> buffer) {
  const size_t count = std::min({buffer.size(), chunk_bytes_max_, text_.size() - position_});
  std::copy_n(text_.data() + position_, count, buffer.data());
  position_ += count;
  return count;
}

absl::Status BufferSource::Rewind() {
  position_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<size_t> StreamSource::Read(std::span<char> buffer) {
  if (stream_.eof()) return size_t{0};
  stream_.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  if (stream_.bad() || (stream_.fail() && !stream_.eof())) {
    return MakeError(
        absl::StatusCode::kDataLoss, "READ_FAILED",
        "the file cannot be read; check that it is a readable file and the disk is sound");
  }
  return static_cast<size_t>(stream_.gcount());
}

absl::Status StreamSource::Rewind() {
  stream_.clear();
  stream_.seekg(0);
  if (stream_.fail()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "SOURCE_NOT_SEEKABLE",
        "the input cannot be read twice; name its encoding, or save it as a file first");
  }
  return absl::OkStatus();
}

}  // namespace qingqu::tabular
