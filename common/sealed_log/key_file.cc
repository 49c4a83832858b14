#include "common/sealed_log/key_file.h"

#include <optional>
#include <utility>

#include "fmt/format.h"

#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu::sealed_log {
namespace {

constexpr size_t kKeyFileBytesMax = 4096;
constexpr mode_t kPrivateMode = 0600;
constexpr mode_t kPublicMode = 0644;
constexpr mode_t kNotOwner = 0077;

absl::Status Unusable(std::string_view path, std::string_view problem) {
  return absl::FailedPreconditionError(ToAbsl(fmt::format("{}: {}", path, problem)));
}

absl::StatusOr<std::string> LoadOrCreatePem(const std::string& path) {
  QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> present,
                          ReadFileIfThere(path, kKeyFileBytesMax, kNotOwner));
  if (present) return *std::move(present);
  QINGQU_ASSIGN_OR_RETURN(const PrivateKey created, PrivateKey::Generate());
  QINGQU_RETURN_IF_ERROR(WriteDurableFile({.path = path,
                                           .content = created.ToPem(),
                                           .mode = kPrivateMode,
                                           .if_present = IfPresent::kKeep}));
  QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> winner,
                          ReadFileIfThere(path, kKeyFileBytesMax, kNotOwner));
  if (!winner) return Unusable(path, "has vanished");
  return *std::move(winner);
}

}  // namespace

absl::StatusOr<NamedKey> LoadOrCreateKey(const std::string& folder, std::string_view stem,
                                         std::string_view name, SignatureType type) {
  if (!IsKeyName(name)) return Unusable(folder, fmt::format("'{}' is no key's name", name));
  QINGQU_RETURN_IF_ERROR(MakeDurableFolder(folder));
  const std::string path = fmt::format("{}/{}.key.pem", folder, stem);
  QINGQU_ASSIGN_OR_RETURN(const std::string pem, LoadOrCreatePem(path));
  const absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(pem);
  if (!key.ok()) return Unusable(path, ToStd(key.status().message()));
  const std::string line =
      FormatVerifierKey(
          {.name = std::string(name), .type = type, .public_key = key->public_key()}) +
      '\n';
  const std::string verifier_path = fmt::format("{}/{}.vkey", folder, stem);
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> published,
                          ReadFileIfThere(verifier_path, kKeyFileBytesMax));
  if (published != line) {
    QINGQU_RETURN_IF_ERROR(
        WriteDurableFile({.path = verifier_path, .content = line, .mode = kPublicMode}));
  }
  return NamedKey{.name = std::string(name), .key = *key};
}

absl::StatusOr<VerifierKey> LoadVerifierKey(const std::string& path) {
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> content,
                          ReadFileIfThere(path, kKeyFileBytesMax));
  if (!content) return Unusable(path, "is not there");
  const absl::StatusOr<VerifierKey> key = ParseVerifierKey(TrimAsciiSpace(*content));
  if (!key.ok()) return Unusable(path, ToStd(key.status().message()));
  return *key;
}

}  // namespace qingqu::sealed_log
