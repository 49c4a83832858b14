#include "common/auth/key_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/functional/function_ref.h"

#include "common/auth/errors.h"
#include "common/auth/key_pair.h"
#include "common/auth/token.h"
#include "common/base/durable_file.h"
#include "common/base/sodium.h"
#include "common/base/strings.h"
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

// What is wrong with a key's file, of which `status` says "PATH: PROBLEM".
absl::Status FileUnusable(const std::string& path, const absl::Status& status) {
  const std::string text(status.message());
  const std::string path_first = path + ": ";
  return KeyUnusable(path, text.starts_with(path_first) ? text.substr(path_first.size()) : text);
}

absl::Status UnusableKey(std::string_view path, const absl::Status& status) {
  return status.ok() ? status : KeyUnusable(path, ToStd(status.message()));
}

std::string PathOf(const std::string& keys_dir, std::string_view key_id, std::string_view suffix) {
  return fmt::format("{}/{}{}", keys_dir, key_id, suffix);
}

// std::nullopt when there is no such file.
absl::StatusOr<std::optional<std::string>> ReadKeyFile(const std::string& path, mode_t forbidden) {
  auto content = ReadFileIfThere(path, kFileBytesMax, forbidden);
  if (!content.ok()) return FileUnusable(path, content.status());
  return content;
}

absl::Status WriteKeyFile(const DurableFile& file) {
  const absl::Status written = WriteDurableFile(file);
  return written.ok() ? written : FileUnusable(file.path, written);
}

absl::StatusOr<std::string> LoadOrCreatePrivateFile(
    const std::string& path, absl::FunctionRef<absl::StatusOr<std::string>()> create) {
  QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> present, ReadKeyFile(path, kNotOwner));
  if (present) return *std::move(present);
  QINGQU_ASSIGN_OR_RETURN(const std::string created, create());
  QINGQU_RETURN_IF_ERROR(WriteKeyFile(
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

absl::Status PublishKey(const std::string& path, std::string_view public_pem) {
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> present, ReadKeyFile(path, 0));
  if (present == public_pem) return absl::OkStatus();
  return WriteKeyFile({.path = path,
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
                          LoadOrCreatePrivateFile(private_path, GeneratePrivateKey));
  absl::StatusOr<std::string> public_pem = PublicKeyOf(pair.private_pem);
  if (!public_pem.ok()) return UnusableKey(private_path, public_pem.status());
  pair.public_pem = *std::move(public_pem);
  QINGQU_RETURN_IF_ERROR(PublishKey(PathOf(keys_dir, key_id, kPublicSuffix), pair.public_pem));
  return pair;
}

absl::Status RemoveKeyPair(const std::string& keys_dir, std::string_view key_id) {
  if (!IsKeyId(key_id)) return KeyUnusable(keys_dir, fmt::format("'{}' is no key id", key_id));
  for (const std::string_view suffix : {kPrivateSuffix, kPublicSuffix}) {
    const std::string path = PathOf(keys_dir, key_id, suffix);
    std::error_code failure;
    std::filesystem::remove(path, failure);
    if (failure) return KeyUnusable(path, fmt::format("cannot remove: {}", failure.message()));
  }
  const absl::Status synced = SyncFolder(keys_dir);
  return synced.ok() ? synced : FileUnusable(keys_dir, synced);
}

absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& keys_dir, std::string_view name) {
  if (!IsKeyId(fmt::format("{}{}", kServicePrefix, name))) {
    return KeyUnusable(keys_dir, fmt::format("'{}' is no name of a secret", name));
  }
  QINGQU_RETURN_IF_ERROR(CreateDirectory(keys_dir));
  const std::string path = PathOf(keys_dir, name, kSecretSuffix);
  QINGQU_ASSIGN_OR_RETURN(const std::string hex, LoadOrCreatePrivateFile(path, GenerateSecret));
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
