#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct zip;
struct zip_file;

namespace qingqu::tabular {

struct ZipLimits {
  int64_t entries_max = 4'096;
  int64_t part_bytes_max = int64_t{4} << 30;   // of one entry, uncompressed
  int64_t total_bytes_max = int64_t{8} << 30;  // of all entries, uncompressed
  // How many times longer than it lies in the file an entry may be, beyond its first free bytes.
  int64_t ratio_max = 250;
  int64_t ratio_free_bytes = int64_t{1} << 20;
};

// One entry of a package, inflated from its beginning to its end. Not thread-safe.
class ZipPart {
 public:
  ZipPart(std::string name, int64_t size, zip_file* file);
  ~ZipPart();
  ZipPart(const ZipPart&) = delete;
  ZipPart& operator=(const ZipPart&) = delete;

  // Fills the front of `buffer` and returns how many bytes it wrote; 0 means the end, where length
  // and checksum have proved right. INVALID_ARGUMENT XLSX_DAMAGED; DATA_LOSS READ_FAILED.
  absl::StatusOr<size_t> Read(std::span<char> buffer);

  const std::string& name() const { return name_; }
  int64_t size() const { return size_; }  // uncompressed, as the directory says
  int64_t position() const { return position_; }

 private:
  const std::string name_;
  const int64_t size_;
  zip_file* const file_;
  int64_t position_ = 0;
};

// The zip archive that a workbook is (ECMA-376 part 2), opened for reading by libzip. Nothing is
// inflated before its part is opened. Not thread-safe.
//
// INVALID_ARGUMENT: XLSX_DAMAGED (no archive, or cut off), XLSX_DUPLICATE_PART (two entries whose
// names differ in case at most: readers would disagree which one counts), XLSX_ENCRYPTED,
// XLSX_COMPRESSION (neither stored nor deflated). RESOURCE_EXHAUSTED: XLSX_TOO_MANY_PARTS,
// XLSX_PART_TOO_LARGE, XLSX_TOO_LARGE, XLSX_COMPRESSION_RATIO. DATA_LOSS READ_FAILED.
class ZipPackage {
 public:
  static absl::StatusOr<std::unique_ptr<ZipPackage>> OpenFile(const std::string& path,
                                                              const ZipLimits& limits);
  // Does not own `bytes`, which must outlive the package.
  static absl::StatusOr<std::unique_ptr<ZipPackage>> OpenBuffer(std::string_view bytes,
                                                                const ZipLimits& limits);
  ~ZipPackage();
  ZipPackage(const ZipPackage&) = delete;
  ZipPackage& operator=(const ZipPackage&) = delete;

  // `name` without a leading slash; case does not count. Besides the errors above:
  // INVALID_ARGUMENT XLSX_PART_MISSING. The package must outlive the part.
  absl::StatusOr<std::unique_ptr<ZipPart>> OpenPart(const std::string& name) const;
  bool HasPart(const std::string& name) const;
  int64_t file_bytes() const { return file_bytes_; }

 private:
  ZipPackage(zip* archive, int64_t file_bytes, const ZipLimits& limits)
      : archive_(archive), file_bytes_(file_bytes), limits_(limits) {}
  absl::Status CheckEntries() const;

  zip* const archive_;
  const int64_t file_bytes_;
  const ZipLimits limits_;
};

}  // namespace qingqu::tabular
