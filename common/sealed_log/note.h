#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/sealed_log/ed25519.h"

namespace qingqu::sealed_log {

// Signed texts as c2sp.org/signed-note describes them. What cannot be read is INVALID_ARGUMENT.

inline constexpr size_t kNoteBytesMax = 1024 * 1024;
inline constexpr size_t kNoteSignaturesMax = 100;

enum class SignatureType : uint8_t {
  kEd25519 = 0x01,      // over the note's text
  kCosignature = 0x04,  // c2sp.org/tlog-cosignature: over the text and an instant
};

struct NoteSignature {
  std::string key_name;
  uint32_t key_id = 0;
  std::string bytes;
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends with a line feed
  std::vector<NoteSignature> signatures;
  bool operator==(const Note&) const = default;
};

// Whose signature is believed.
struct VerifierKey {
  std::string name;
  SignatureType type = SignatureType::kEd25519;
  PublicKey public_key{};
  bool operator==(const VerifierKey&) const = default;
};

// Not empty, UTF-8, no plus, no white space of Unicode, no control character.
bool IsKeyName(std::string_view name);

// The first four bytes of SHA-256(name || 0x0A || type || public key), big-endian.
uint32_t KeyId(const VerifierKey& key);

// "example.com/log+3d8ec2f1+AQ…": name, key id, base64 of the type and the public key.
std::string FormatVerifierKey(const VerifierKey& key);
// Also when the key id does not belong to the rest.
absl::StatusOr<VerifierKey> ParseVerifierKey(std::string_view text);

std::string FormatNote(const Note& note);
absl::StatusOr<Note> ParseNote(std::string_view bytes);

// Adds the signature of `name`, which is a key name. `note.text` becomes part of a note that
// ParseNote reads: UTF-8, no control character but line feeds, the last of them at its end.
absl::Status SignNote(std::string_view name, const PrivateKey& key, Note& note);

// OK when the note carries a signature of this key (kEd25519) and each that it carries under this
// name and id holds; NOT_FOUND when it carries none; DATA_LOSS when one does not hold. Signatures
// of others are not looked at.
absl::Status VerifyNote(const Note& note, const VerifierKey& key);

}  // namespace qingqu::sealed_log
