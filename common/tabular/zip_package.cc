#include "common/tabular/zip_package.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/cell_error.h"
#include "common/tabular/zip_directory.h"

namespace qingqu::tabular {
namespace {

absl::Status Damaged(std::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "XLSX_DAMAGED",
      fmt::format("the workbook is damaged or cut off: {}; open and save it again", what));
}

absl::Status NotRead(std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "READ_FAILED",
                   fmt::format("the file cannot be read: {}", what));
}

absl::Status FromZipError(const zip_error_t& error, std::string_view where) {
  const int code = error.zip_err;
  // The text of an error is made on demand, in the error itself.
  zip_error_t copy;
  zip_error_init_with_code(&copy, code);
  const std::string what = fmt::format("{}: {}", where, zip_error_strerror(&copy));
  zip_error_fini(&copy);
  const bool device = code == ZIP_ER_READ || code == ZIP_ER_SEEK || code == ZIP_ER_OPEN;
  if (code == ZIP_ER_MEMORY) {
    return MakeError(absl::StatusCode::kResourceExhausted, "OUT_OF_MEMORY", what);
  }
  return device ? NotRead(what) : Damaged(what);
}

std::string ShownName(std::string_view name) { return ShownValue(name); }

absl::Status TooLarge(std::string_view reason, std::string_view what, int64_t bytes, int64_t max) {
  return MakeError(absl::StatusCode::kResourceExhausted, reason,
                   fmt::format("{} has {} bytes uncompressed, and {} are taken; split the sheet",
                               what, bytes, max));
}

// A size of the directory, which is 64 bits without sign.
int64_t Size(zip_uint64_t size) {
  return size > uint64_t{1} << 62 ? int64_t{1} << 62 : static_cast<int64_t>(size);
}

}  // namespace

ZipPart::ZipPart(std::string name, int64_t size, zip_file* file)
    : name_(std::move(name)), size_(size), file_(file) {}

ZipPart::~ZipPart() { zip_fclose(file_); }

absl::StatusOr<size_t> ZipPart::Read(std::span<char> buffer) {
  const zip_int64_t count = zip_fread(file_, buffer.data(), buffer.size());
  if (count < 0) return FromZipError(*zip_file_get_error(file_), name_);
  position_ += count;
  if (position_ > size_ || (count == 0 && position_ != size_)) {
    return Damaged(fmt::format("{}: its length is not what the directory says", name_));
  }
  return static_cast<size_t>(count);
}

absl::StatusOr<std::unique_ptr<ZipPackage>> ZipPackage::OpenFile(const std::string& path,
                                                                 const ZipLimits& limits) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return NotRead(std::strerror(errno));
  struct stat information = {};
  if (fstat(file, &information) != 0 || !S_ISREG(information.st_mode)) {
    close(file);
    return NotRead("a workbook must be a file on a disk");
  }
  const ReadAt read_at = [file](int64_t offset, std::span<char> buffer) {
    const ssize_t count = pread(file, buffer.data(), buffer.size(), offset);
    return count == static_cast<ssize_t>(buffer.size());
  };
  const absl::Status directory =
      CheckZipDirectory(read_at, information.st_size, limits.entries_max);
  if (!directory.ok()) {
    close(file);
    return directory;
  }
  int code = 0;
  zip* const archive = zip_fdopen(file, ZIP_RDONLY, &code);
  if (archive == nullptr) {
    close(file);
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    return FromZipError(error, "the archive");
  }
  std::unique_ptr<ZipPackage> package(new ZipPackage(archive, information.st_size, limits));
  QINGQU_RETURN_IF_ERROR(package->CheckEntries());
  return package;
}

absl::StatusOr<std::unique_ptr<ZipPackage>> ZipPackage::OpenBuffer(std::string_view bytes,
                                                                   const ZipLimits& limits) {
  const ReadAt read_at = [bytes](int64_t offset, std::span<char> buffer) {
    const auto from = static_cast<size_t>(offset);
    if (from > bytes.size() || bytes.size() - from < buffer.size()) return false;
    bytes.copy(buffer.data(), buffer.size(), from);
    return true;
  };
  // libzip takes an empty buffer for an archive that is still to be written.
  if (bytes.empty()) return Damaged("it is empty");
  const auto size = static_cast<int64_t>(bytes.size());
  QINGQU_RETURN_IF_ERROR(CheckZipDirectory(read_at, size, limits.entries_max));
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source =
      zip_source_buffer_create(bytes.data(), bytes.size(), /*freep=*/0, &error);
  if (source == nullptr) return FromZipError(error, "the archive");
  zip* const archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    const absl::Status status = FromZipError(error, "the archive");
    zip_error_fini(&error);
    return status;
  }
  std::unique_ptr<ZipPackage> package(new ZipPackage(archive, size, limits));
  QINGQU_RETURN_IF_ERROR(package->CheckEntries());
  return package;
}

ZipPackage::~ZipPackage() { zip_discard(archive_); }

absl::Status ZipPackage::CheckEntries() const {
  const zip_int64_t count = zip_get_num_entries(archive_, 0);
  if (count > limits_.entries_max) {
    return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_TOO_MANY_PARTS",
                     fmt::format("the archive holds {} entries; a workbook has at most {}", count,
                                 limits_.entries_max));
  }
  absl::flat_hash_set<std::string> names;
  int64_t total = 0;
  for (zip_int64_t index = 0; index < count; ++index) {
    zip_stat_t entry;
    if (zip_stat_index(archive_, static_cast<zip_uint64_t>(index), 0, &entry) != 0) {
      return FromZipError(*zip_get_error(archive_), fmt::format("entry {}", index));
    }
    if (!names.insert(absl::AsciiStrToLower(entry.name)).second) {
      return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_DUPLICATE_PART",
                       fmt::format("the archive holds \"{}\" twice, so it is in doubt which one "
                                   "counts; open and save it again",
                                   ShownName(entry.name)));
    }
    const int64_t size = Size(entry.size);
    if (size > limits_.part_bytes_max) {
      return TooLarge("XLSX_PART_TOO_LARGE", ShownName(entry.name), size, limits_.part_bytes_max);
    }
    total += size;
    if (total > limits_.total_bytes_max) {
      return TooLarge("XLSX_TOO_LARGE", "the workbook", total, limits_.total_bytes_max);
    }
  }
  return absl::OkStatus();
}

bool ZipPackage::HasPart(const std::string& name) const {
  return zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE) >= 0;
}

absl::StatusOr<std::unique_ptr<ZipPart>> ZipPackage::OpenPart(const std::string& name) const {
  const zip_int64_t found = zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE);
  if (found < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_PART_MISSING",
                     fmt::format("the workbook lacks its part \"{}\"", ShownName(name)));
  }
  const auto index = static_cast<zip_uint64_t>(found);
  zip_stat_t entry;
  if (zip_stat_index(archive_, index, 0, &entry) != 0) {
    return FromZipError(*zip_get_error(archive_), name);
  }
  if (entry.encryption_method != ZIP_EM_NONE) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_ENCRYPTED",
                     "the workbook is protected by a password; save it without one");
  }
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_COMPRESSION",
                     fmt::format("\"{}\" is neither stored nor deflated; open and save it again",
                                 ShownName(name)));
  }
  const int64_t size = Size(entry.size);
  const int64_t compressed = Size(entry.comp_size);
  if (size - limits_.ratio_free_bytes > 0 &&
      (size - limits_.ratio_free_bytes) / limits_.ratio_max >= compressed) {
    return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_COMPRESSION_RATIO",
                     fmt::format("\"{}\" would grow from {} to {} bytes, more than {} times; such "
                                 "a file is made to exhaust its reader",
                                 ShownName(name), compressed, size, limits_.ratio_max));
  }
  zip_file* const file = zip_fopen_index(archive_, index, 0);
  if (file == nullptr) return FromZipError(*zip_get_error(archive_), name);
  return std::make_unique<ZipPart>(name, size, file);
}

}  // namespace qingqu::tabular
