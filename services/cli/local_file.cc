#include "services/cli/local_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "absl/cleanup/cleanup.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/exit_code.h"

namespace qingqu::cli {
namespace {

constexpr size_t kChunkBytes = size_t{64} << 10;

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

absl::Status FileError(Message message, const std::string& path, int error_number,
                       const Catalogue& catalogue) {
  const auto code =
      error_number == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kUnavailable;
  return LocalFileError(MakeError(
      code, message == Message::kFileNotWritable ? "FILE_NOT_WRITABLE" : "FILE_NOT_READABLE",
      catalogue.Format(message, path, std::string(std::strerror(error_number)))));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t bytes_max,
                                          const Catalogue& catalogue) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError(Message::kFileNotReadable, path, errno, catalogue);
  const absl::Cleanup close_file = [file] { close(file); };
  std::string text;
  std::vector<char> chunk(kChunkBytes);
  while (true) {
    const ssize_t length = read(file, chunk.data(), chunk.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return FileError(Message::kFileNotReadable, path, errno, catalogue);
    if (length == 0) return text;
    text.append(chunk.data(), static_cast<size_t>(length));
    if (text.size() > bytes_max) {
      return LocalFileError(MakeError(absl::StatusCode::kInvalidArgument, "FILE_TOO_LARGE",
                                      catalogue.Format(Message::kFileTooLarge, path, bytes_max)));
    }
  }
}

absl::Status ReplacePrivateFile(const std::string& path, std::string_view text,
                                const Catalogue& catalogue) {
  std::string temporary = path + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return FileError(Message::kFileNotWritable, path, errno, catalogue);
  // mkostemp makes the file with mode 0600.
  const bool written = WriteAll(file, text) && fsync(file) == 0;
  const int write_error = errno;
  close(file);
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) {
    const int error_number = written ? errno : write_error;
    unlink(temporary.c_str());
    return FileError(Message::kFileNotWritable, path, error_number, catalogue);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::cli
