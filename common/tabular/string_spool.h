#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace qingqu::tabular {

// A list of strings that is written once and then read by index, in bounded memory: the first
// strings are kept, the rest goes to a temporary file without a name (in TMPDIR, else /var/tmp), of
// which 16 bytes for each 4 KiB and the blocks that were read last are kept. Not thread-safe.
//
// UNAVAILABLE SPOOL_FAILED when the file cannot be made, written or read.
class StringSpool {
 public:
  explicit StringSpool(size_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {}
  ~StringSpool();
  StringSpool(const StringSpool&) = delete;
  StringSpool& operator=(const StringSpool&) = delete;

  struct Entry {
    std::string_view text;
    bool marked = false;
  };

  // `text` is shorter than 2 GiB. What a mark means is the caller's affair.
  absl::Status Append(std::string_view text, bool marked);
  // To be called once, between the last Append and the first Get.
  absl::Status Finish();
  // Of an index below size(); valid until the next call.
  absl::StatusOr<Entry> Get(size_t index);
  size_t size() const { return size_; }
  int64_t file_bytes() const { return file_bytes_; }

 private:
  // Whole strings, each after its length in four bytes.
  struct Block {
    size_t first = 0;    // index of its first string
    int64_t offset = 0;  // in the file, for those that lie there
  };
  struct Cached {
    size_t block = SIZE_MAX;
    std::string bytes;
  };
  static constexpr size_t kCachedBlocks = 64;

  absl::Status CloseBlock();
  absl::Status Flush();
  absl::Status OpenFile();
  absl::StatusOr<std::string_view> BlockBytes(size_t block);

  const size_t memory_bytes_max_;
  size_t memory_bytes_ = 0;
  size_t size_ = 0;
  std::string open_block_;
  size_t open_first_ = 0;
  std::vector<Block> blocks_;
  std::vector<std::string> memory_blocks_;  // the first of `blocks_`
  int file_ = -1;
  int64_t file_bytes_ = 0;  // with what waits in `pending_`
  std::string pending_;
  std::array<Cached, kCachedBlocks> cache_;
};

}  // namespace qingqu::tabular
