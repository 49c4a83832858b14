#include "common/base/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"

#include "common/base/clock.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"

namespace qingqu {
namespace {

constexpr mode_t kDraftMode = 0600;
constexpr mode_t kFolderMode = 0755;

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  bool ok() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

absl::Status Unusable(std::string_view path, std::string_view problem) {
  return absl::FailedPreconditionError(ToAbsl(fmt::format("{}: {}", path, problem)));
}

absl::Status SystemFailure(std::string_view path, std::string_view action) {
  const int code = errno;
  const std::string text =
      fmt::format("{}: cannot {}: {}", path, action, std::generic_category().message(code));
  if (code == ENOSPC || code == EDQUOT) return absl::ResourceExhaustedError(text);
  return absl::FailedPreconditionError(text);
}

absl::StatusOr<std::optional<std::string>> ReadAll(const FileDescriptor& file,
                                                   const std::string& path, size_t bytes_max) {
  std::string content(bytes_max + 1, '\0');
  size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemFailure(path, "read");
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  if (filled > bytes_max) return Unusable(path, fmt::format("has more than {} bytes", bytes_max));
  content.resize(filled);
  return std::optional<std::string>(std::move(content));
}

absl::Status WriteAll(const FileDescriptor& file, std::string_view content,
                      const std::string& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemFailure(path, "write");
    content.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

// A name is on disk only when its folder is.
absl::Status SyncFolder(const std::string& folder) {
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (!descriptor.ok() || ::fsync(descriptor.get()) != 0) return SystemFailure(folder, "sync");
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ReadFileIfThere(const std::string& path,
                                                           size_t bytes_max, mode_t forbidden) {
  // Without O_NONBLOCK a FIFO of that name would hold the caller forever.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return SystemFailure(path, "open");
  }
  struct stat attributes {};
  if (::fstat(file.get(), &attributes) != 0) return SystemFailure(path, "inspect");
  if (!S_ISREG(attributes.st_mode)) return Unusable(path, "is not a file");
  if ((attributes.st_mode & forbidden) != 0) {
    return Unusable(path, "others than its owner may read it; chmod 600 and make a new one");
  }
  return ReadAll(file, path, bytes_max);
}

absl::Status WriteDurableFile(const DurableFile& file) {
  const std::string draft =
      fmt::format("{}.{}.draft", file.path, NewUuidV7(SystemClock()).ToString());
  const FileDescriptor out(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kDraftMode));
  if (!out.ok()) return SystemFailure(draft, "create");
  const absl::Cleanup remove_draft = [&draft] { ::unlink(draft.c_str()); };
  if (absl::Status status = WriteAll(out, file.content, draft); !status.ok()) return status;
  if (::fchmod(out.get(), file.mode) != 0) return SystemFailure(draft, "set the mode of");
  if (::fsync(out.get()) != 0) return SystemFailure(draft, "sync");
  if (file.if_present == IfPresent::kReplace) {
    if (::rename(draft.c_str(), file.path.c_str()) != 0) return SystemFailure(file.path, "replace");
  } else if (::link(draft.c_str(), file.path.c_str()) != 0 && errno != EEXIST) {
    // Unlike rename, link leaves what is there.
    return SystemFailure(file.path, "create");
  }
  return file.sync_folder ? SyncFolder(FolderOf(file.path)) : absl::OkStatus();
}

absl::Status MakeDurableFolder(const std::string& path) {
  if (::mkdir(path.c_str(), kFolderMode) == 0) return SyncFolder(FolderOf(path));
  if (errno == EEXIST) return absl::OkStatus();
  if (errno != ENOENT) return SystemFailure(path, "make");
  const std::string above = FolderOf(path);
  if (above == path || above == ".") return SystemFailure(path, "make");
  if (absl::Status status = MakeDurableFolder(above); !status.ok()) return status;
  if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return SystemFailure(path, "make");
  }
  return SyncFolder(above);
}

}  // namespace qingqu
