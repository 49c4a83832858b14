#pragma once

#include <cstddef>
#include <istream>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace qingqu::tabular {

// Where bytes come from. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills the front of `buffer` (at least 16 bytes long) and returns how many bytes it wrote; fewer
  // than asked for is normal, 0 means the end. An error is final: later calls return it again.
  virtual absl::StatusOr<size_t> Read(std::span<char> buffer) = 0;
  // Starts over. FAILED_PRECONDITION when the source cannot (a pipe).
  virtual absl::Status Rewind() = 0;
};

// Bytes in memory, handed out in chunks of at most `chunk_bytes_max`. Does not own `text`.
class BufferSource final : public ByteSource {
 public:
  explicit BufferSource(std::string_view text, size_t chunk_bytes_max = std::string_view::npos);
  absl::StatusOr<size_t> Read(std::span<char> buffer) override;
  absl::Status Rewind() override;

 private:
  std::string_view text_;
  size_t chunk_bytes_max_;
  size_t position_ = 0;
};

// Bytes of a stream opened in binary mode. Does not own `stream`. A read that fails is DATA_LOSS,
// reason READ_FAILED.
class StreamSource final : public ByteSource {
 public:
  explicit StreamSource(std::istream& stream) : stream_(stream) {}
  absl::StatusOr<size_t> Read(std::span<char> buffer) override;
  absl::Status Rewind() override;

 private:
  std::istream& stream_;
};

}  // namespace qingqu::tabular
