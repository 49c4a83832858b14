#include "common/auth/key_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"

#include "common/auth/errors.h"
#include "common/auth/key_pair.h"
#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/base/sodium.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/status/status_macros.h"

namespace qingqu::auth {
namespace {

constexpr std::string_view kServicePrefix = "service-";
constexpr std::string_view kNumberedPrefix = "identity-";
constexpr size_t kNumberDigitsMax = 6;
constexpr std::string_view kPrivateSuffix = ".key.pem";
constexpr std::string_view kPublicSuffix = ".pub.pem";
constexpr std::string_view kSecretSuffix = ".secret";
constexpr size_t kSecretBytes = 32;
constexpr size_t kKeyIdCharactersMax = 40;
constexpr size_t kFileBytesMax = 4096;
constexpr mode_t kPrivateMode = 0600;
constexpr mode_t kPublicMode = 0644;
constexpr mode_t kNotOwner = 0077;

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

absl::Status SystemFailure(std::string_view path, std::string_view action) {
  const int code = errno;
  return KeyUnusable(path,
                     fmt::format("cannot {}: {}", action, std::generic_category().message(code)));
}

absl::Status UnusableKey(std::string_view path, const absl::Status& status) {
  return status.ok() ? status : KeyUnusable(path, ToStd(status.message()));
}

std::string PathOf(const std::string& keys_dir, std::string_view key_id, std::string_view suffix) {
  return fmt::format("{}/{}{}", keys_dir, key_id, suffix);
}

absl::StatusOr<std::string> ReadAll(const FileDescriptor& file, const std::string& path) {
  std::string content(kFileBytesMax + 1, '\0');
  size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemFailure(path, "read");
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  if (filled > kFileBytesMax) return KeyUnusable(path, "is longer than a key");
  content.resize(filled);
  return content;
}

// std::nullopt when there is no such file.
absl::StatusOr<std::optional<std::string>> ReadKeyFile(const std::string& path, mode_t forbidden) {
  // Without O_NONBLOCK a FIFO of that name would hold the caller forever.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return SystemFailure(path, "open");
  }
  struct stat attributes {};
  if (::fstat(file.get(), &attributes) != 0) return SystemFailure(path, "inspect");
  if (!S_ISREG(attributes.st_mode)) return KeyUnusable(path, "is not a file");
  if ((attributes.st_mode & forbidden) != 0) {
    return KeyUnusable(path, "others than its owner may read it; chmod 600 and make a new key");
  }
  QINGQU_ASSIGN_OR_RETURN(std::string content, ReadAll(file, path));
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

// A name is on disk only when its directory is.
absl::Status SyncDirectory(const std::string& keys_dir) {
  const FileDescriptor directory(::open(keys_dir.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (!directory.ok() || ::fsync(directory.get()) != 0) return SystemFailure(keys_dir, "sync");
  return absl::OkStatus();
}

enum class IfPresent { kKeep, kReplace };

struct NewFile {
  std::string path;
  std::string_view content;
  mode_t mode;
  IfPresent if_present;
};

// The file appears under its name with all of its content, or not at all.
absl::Status WriteAtomically(const std::string& keys_dir, const NewFile& file) {
  const std::string draft =
      fmt::format("{}.{}.draft", file.path, NewUuidV7(SystemClock()).ToString());
  const FileDescriptor out(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kPrivateMode));
  if (!out.ok()) return SystemFailure(draft, "create");
  const absl::Cleanup remove_draft = [&draft] { ::unlink(draft.c_str()); };
  QINGQU_RETURN_IF_ERROR(WriteAll(out, file.content, draft));
  if (::fchmod(out.get(), file.mode) != 0) return SystemFailure(draft, "set the mode of");
  if (::fsync(out.get()) != 0) return SystemFailure(draft, "sync");
  if (file.if_present == IfPresent::kReplace) {
    if (::rename(draft.c_str(), file.path.c_str()) != 0) return SystemFailure(file.path, "replace");
  } else if (::link(draft.c_str(), file.path.c_str()) != 0 && errno != EEXIST) {
    // Unlike rename, link leaves the key of whoever came first.
    return SystemFailure(file.path, "create");
  }
  return SyncDirectory(keys_dir);
}

absl::StatusOr<std::string> LoadOrCreatePrivateFile(
    const std::string& keys_dir, const std::string& path,
    absl::FunctionRef<absl::StatusOr<std::string>()> create) {
  QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> present, ReadKeyFile(path, kNotOwner));
  if (present) return *std::move(present);
  QINGQU_ASSIGN_OR_RETURN(const std::string created, create());
  QINGQU_RETURN_IF_ERROR(WriteAtomically(
      keys_dir,
      {.path = path, .content = created, .mode = kPrivateMode, .if_present = IfPresent::kKeep}));
  QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> winner, ReadKeyFile(path, kNotOwner));
  if (!winner) return KeyUnusable(path, "has vanished");
  return *std::move(winner);
}

absl::StatusOr<std::string> GenerateSecret() {
  InitializeSodium();
  std::array<unsigned char, kSecretBytes> secret{};
  randombytes_buf(secret.data(), secret.size());
  std::array<char, 2 * kSecretBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), secret.data(), secret.size());
  return std::string(hex.data()) + "\n";
}

absl::Status CreateDirectory(const std::string& keys_dir) {
  std::error_code failure;
  std::filesystem::create_directories(keys_dir, failure);
  if (failure) return KeyUnusable(keys_dir, failure.message());
  return absl::OkStatus();
}

absl::Status PublishKey(const std::string& keys_dir, const std::string& path,
                        std::string_view public_pem) {
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> present, ReadKeyFile(path, 0));
  if (present == public_pem) return absl::OkStatus();
  return WriteAtomically(keys_dir, {.path = path,
                                    .content = public_pem,
                                    .mode = kPublicMode,
                                    .if_present = IfPresent::kReplace});
}

// "identity-7", and no other way of writing it.
bool IsNumberedIdentityKey(std::string_view key_id) {
  if (!key_id.starts_with(kNumberedPrefix)) return false;
  const std::string_view number = key_id.substr(kNumberedPrefix.size());
  return !number.empty() && number.size() <= kNumberDigitsMax && number.front() != '0' &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool IsKeyId(std::string_view key_id) {
  if (key_id.empty() || key_id.size() > kKeyIdCharactersMax) return false;
  const bool plain = std::all_of(key_id.begin(), key_id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return plain && (key_id == kIdentityKeyId || IsNumberedIdentityKey(key_id) ||
                   !ServiceOfKey(key_id).empty());
}

std::string_view ServiceOfKey(std::string_view key_id) {
  if (!key_id.starts_with(kServicePrefix)) return "";
  return key_id.substr(kServicePrefix.size());
}

absl::StatusOr<KeyPair> LoadOrCreateKeyPair(const std::string& keys_dir, std::string_view key_id) {
  if (!IsKeyId(key_id)) return KeyUnusable(keys_dir, fmt::format("'{}' is no key id", key_id));
  QINGQU_RETURN_IF_ERROR(CreateDirectory(keys_dir));
  const std::string private_path = PathOf(keys_dir, key_id, kPrivateSuffix);
  KeyPair pair;
  QINGQU_ASSIGN_OR_RETURN(pair.private_pem,
                          LoadOrCreatePrivateFile(keys_dir, private_path, GeneratePrivateKey));
  absl::StatusOr<std::string> public_pem = PublicKeyOf(pair.private_pem);
  if (!public_pem.ok()) return UnusableKey(private_path, public_pem.status());
  pair.public_pem = *std::move(public_pem);
  QINGQU_RETURN_IF_ERROR(
      PublishKey(keys_dir, PathOf(keys_dir, key_id, kPublicSuffix), pair.public_pem));
  return pair;
}

absl::Status RemoveKeyPair(const std::string& keys_dir, std::string_view key_id) {
  if (!IsKeyId(key_id)) return KeyUnusable(keys_dir, fmt::format("'{}' is no key id", key_id));
  for (const std::string_view suffix : {kPrivateSuffix, kPublicSuffix}) {
    const std::string path = PathOf(keys_dir, key_id, suffix);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return SystemFailure(path, "remove");
  }
  return SyncDirectory(keys_dir);
}

absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& keys_dir, std::string_view name) {
  if (!IsKeyId(fmt::format("{}{}", kServicePrefix, name))) {
    return KeyUnusable(keys_dir, fmt::format("'{}' is no name of a secret", name));
  }
  QINGQU_RETURN_IF_ERROR(CreateDirectory(keys_dir));
  const std::string path = PathOf(keys_dir, name, kSecretSuffix);
  QINGQU_ASSIGN_OR_RETURN(const std::string hex,
                          LoadOrCreatePrivateFile(keys_dir, path, GenerateSecret));
  std::string secret(kSecretBytes, '\0');
  size_t size = 0;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(secret.data()), secret.size(), hex.data(),
                     hex.size(), "\n", &size, nullptr) != 0 ||
      size != kSecretBytes || hex.size() != 2 * kSecretBytes + 1) {
    return KeyUnusable(path, "does not hold 32 bytes in hex");
  }
  return secret;
}

absl::StatusOr<PublicKeys> LoadPublicKeys(const std::string& keys_dir) {
  PublicKeys keys;
  std::error_code failure;
  std::filesystem::directory_iterator entry(keys_dir, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const std::string file_name = entry->path().filename().string();
    if (!file_name.ends_with(kPublicSuffix)) continue;
    const std::string key_id = file_name.substr(0, file_name.size() - kPublicSuffix.size());
    if (!IsKeyId(key_id)) continue;
    const std::string path = entry->path().string();
    QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> pem, ReadKeyFile(path, 0));
    if (!pem) continue;
    QINGQU_RETURN_IF_ERROR(UnusableKey(path, ValidatePublicKey(*pem)));
    if (keys.size() == kPublicKeysMax) return KeyUnusable(keys_dir, "holds more than 64 keys");
    keys.emplace(key_id, *std::move(pem));
  }
  if (failure) return KeyUnusable(keys_dir, failure.message());
  return keys;
}

}  // namespace qingqu::auth
