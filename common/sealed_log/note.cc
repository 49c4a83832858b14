#include "common/sealed_log/note.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/sealed_log/encoding.h"
#include "common/sealed_log/hash.h"
#include "common/status/status_macros.h"

namespace qingqu::sealed_log {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";  // em dash, space
constexpr size_t kKeyIdBytes = 4;
constexpr size_t kKeyNameBytesMax = 1024;
// The white space of Unicode beyond ASCII, in UTF-8; that between U+2000 and U+200A shares a
// prefix.
constexpr std::array<std::string_view, 17> kSpaces = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f"};
constexpr std::array<std::string_view, 2> kWideSpaces = {"\u205f", "\u3000"};

absl::Status Malformed(std::string_view problem) {
  return absl::InvalidArgumentError(ToAbsl(fmt::format("the note {}", problem)));
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

bool IsNoteText(std::string_view text) {
  return text.ends_with('\n') && IsStorableText(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return IsControl(c) && c != '\n'; });
}

absl::StatusOr<NoteSignature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return Malformed("has a line that is no signature");
  line.remove_prefix(kSignaturePrefix.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || !IsKeyName(line.substr(0, space))) {
    return Malformed("has a signature without a key's name");
  }
  const absl::StatusOr<std::string> bytes = BytesFromBase64(line.substr(space + 1));
  if (!bytes.ok() || bytes->size() <= kKeyIdBytes) {
    return Malformed("has a signature that is no base64 of an id and a signature");
  }
  return NoteSignature{.key_name = std::string(line.substr(0, space)),
                       .key_id = FromBigEndian32(*bytes),
                       .bytes = bytes->substr(kKeyIdBytes)};
}

}  // namespace

bool IsKeyName(std::string_view name) {
  if (name.empty() || name.size() > kKeyNameBytesMax || !IsStorableText(name)) return false;
  const auto unfit = [](char c) { return IsControl(c) || c == ' ' || c == '+'; };
  if (std::any_of(name.begin(), name.end(), unfit)) return false;
  const auto holds = [name](std::string_view space) {
    return name.find(space) != std::string_view::npos;
  };
  return std::none_of(kSpaces.begin(), kSpaces.end(), holds) &&
         std::none_of(kWideSpaces.begin(), kWideSpaces.end(), holds);
}

uint32_t KeyId(const VerifierKey& key) {
  const Hash hash = Sha256(
      fmt::format("{}\n{}{}", key.name, static_cast<char>(key.type), KeyBytes(key.public_key)));
  return FromBigEndian32(BytesOf(hash));
}

std::string FormatVerifierKey(const VerifierKey& key) {
  std::string material(1, static_cast<char>(key.type));
  material += KeyBytes(key.public_key);
  return fmt::format("{}+{:08x}+{}", key.name, KeyId(key), Base64Of(material));
}

absl::StatusOr<VerifierKey> ParseVerifierKey(std::string_view text) {
  const absl::Status malformed =
      absl::InvalidArgumentError("is not a verifier key: NAME+ID+BASE64, the id fitting the rest");
  const size_t first = text.find('+');
  if (first == std::string_view::npos) return malformed;
  const size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) return malformed;
  const absl::StatusOr<std::string> material = BytesFromBase64(text.substr(second + 1));
  if (!material.ok() || material->size() != 1 + kPublicKeyBytes) return malformed;
  VerifierKey key{.name = std::string(text.substr(0, first)),
                  .type = static_cast<SignatureType>(material->front())};
  if (key.type != SignatureType::kEd25519 && key.type != SignatureType::kCosignature) {
    return malformed;
  }
  QINGQU_ASSIGN_OR_RETURN(key.public_key, PublicKeyFromBytes(material->substr(1)));
  if (!IsKeyName(key.name) || FormatVerifierKey(key) != text) return malformed;
  return key;
}

std::string FormatNote(const Note& note) {
  std::string bytes = note.text + '\n';
  for (const NoteSignature& signature : note.signatures) {
    bytes += fmt::format("{}{} {}\n", kSignaturePrefix, signature.key_name,
                         Base64Of(BigEndian32(signature.key_id) + signature.bytes));
  }
  return bytes;
}

absl::StatusOr<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return Malformed("has more than 1 MiB");
  if (!IsNoteText(bytes)) {
    return Malformed("is no UTF-8, holds a control character, or does not end with a line feed");
  }
  const size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos || blank + 2 == bytes.size()) {
    return Malformed("has no signature");
  }
  Note note{.text = std::string(bytes.substr(0, blank + 1))};
  std::string_view rest = bytes.substr(blank + 2);
  while (!rest.empty()) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return Malformed("has more than 100 signatures");
    }
    const size_t end = rest.find('\n');
    QINGQU_ASSIGN_OR_RETURN(note.signatures.emplace_back(), ParseSignature(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return note;
}

absl::Status SignNote(std::string_view name, const PrivateKey& key, Note& note) {
  if (!IsKeyName(name)) return absl::InvalidArgumentError("is not a key's name");
  if (!IsNoteText(note.text)) return Malformed("cannot be signed: its text is unfit");
  const VerifierKey verifier{.name = std::string(name), .public_key = key.public_key()};
  note.signatures.push_back(
      {.key_name = verifier.name, .key_id = KeyId(verifier), .bytes = key.Sign(note.text)});
  return absl::OkStatus();
}

absl::Status VerifyNote(const Note& note, const VerifierKey& key) {
  if (key.type != SignatureType::kEd25519) {
    return absl::InvalidArgumentError("the key is not one for notes");
  }
  const uint32_t key_id = KeyId(key);
  bool found = false;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.key_name != key.name || signature.key_id != key_id) continue;
    if (!IsSignature(key.public_key, note.text, signature.bytes)) {
      return absl::DataLossError(ToAbsl(fmt::format("the signature of {} is wrong", key.name)));
    }
    found = true;
  }
  if (found) return absl::OkStatus();
  return absl::NotFoundError(ToAbsl(fmt::format("the note is not signed by {}", key.name)));
}

}  // namespace qingqu::sealed_log
