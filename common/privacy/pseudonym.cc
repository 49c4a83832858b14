#include "common/privacy/pseudonym.h"

#include <algorithm>
#include <optional>

#include "fmt/format.h"

#include "common/base/durable_file.h"
#include "common/base/sodium.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu::privacy {
namespace {

using Bytes = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

constexpr size_t kFileBytesMax = 256;
constexpr size_t kDigits = 32;
constexpr mode_t kMode = 0600;
constexpr mode_t kNotOwner = 0077;
static_assert(crypto_auth_hmacsha256_KEYBYTES == 32);

Bytes Hmac(const Bytes& key, std::string_view message) {
  Bytes result;
  crypto_auth_hmacsha256(result.data(), reinterpret_cast<const unsigned char*>(message.data()),
                         message.size(), key.data());
  return result;
}

std::string HexOf(const Bytes& bytes, size_t digits) {
  std::string hex;
  for (size_t i = 0; i < digits / 2; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

std::string NewSecretLine() {
  Bytes secret;
  randombytes_buf(secret.data(), secret.size());
  return HexOf(secret, 2 * secret.size()) + "\n";
}

}  // namespace

absl::StatusOr<PseudonymKey> PseudonymKey::LoadOrCreate(const std::string& folder) {
  InitializeSodium();
  QINGQU_RETURN_IF_ERROR(MakeDurableFolder(folder));
  const std::string path = folder + "/pseudonym.key";
  QINGQU_ASSIGN_OR_RETURN(std::optional<std::string> content,
                          ReadFileIfThere(path, kFileBytesMax, kNotOwner));
  if (!content) {
    QINGQU_RETURN_IF_ERROR(WriteDurableFile(
        {.path = path, .content = NewSecretLine(), .mode = kMode, .if_present = IfPresent::kKeep}));
    QINGQU_ASSIGN_OR_RETURN(content, ReadFileIfThere(path, kFileBytesMax, kNotOwner));
  }
  const std::string line(TrimAsciiSpace(content.value_or("")));
  Secret secret;
  size_t length = 0;
  if (sodium_hex2bin(secret.data(), secret.size(), line.data(), line.size(), nullptr, &length,
                     nullptr) != 0 ||
      length != secret.size()) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: must be 64 hexadecimal digits; without the old key all pseudonyms change", path));
  }
  return PseudonymKey(secret);
}

std::string PseudonymKey::PseudonymOf(const Person& person) const {
  const Bytes institution_key = Hmac(secret_, person.institution_id);
  const std::string name = fmt::format("{}/{}", CollectionOf(person.kind), person.id);
  return "~" + HexOf(Hmac(institution_key, name), kDigits);
}

bool IsPseudonym(std::string_view text) {
  return text.size() == kDigits + 1 && text.front() == '~' &&
         std::all_of(text.begin() + 1, text.end(), [](char character) {
           return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
         });
}

bool IsPersonName(std::string_view name) {
  return name.starts_with("patients/") || name.starts_with("doctors/");
}

bool MentionsPerson(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower.find("patients/") != std::string::npos ||
         lower.find("doctors/") != std::string::npos;
}

std::string_view CollectionOf(PersonKind kind) {
  return kind == PersonKind::kPatient ? "patients" : "doctors";
}

}  // namespace qingqu::privacy
