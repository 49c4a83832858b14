#include "common/sealed_log/checkpoint.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/sealed_log/encoding.h"
#include "common/sealed_log/tree.h"
#include "common/status/status_macros.h"

namespace qingqu::sealed_log {
namespace {

constexpr size_t kLinesMin = 3;
constexpr size_t kTimestampBytes = 8;

absl::Status NoCheckpoint(std::string_view problem) {
  return absl::InvalidArgumentError(ToAbsl(fmt::format("the checkpoint {}", problem)));
}

// Nothing when a line is empty or the last one has no line feed.
std::optional<std::vector<std::string>> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string CosignedMessage(uint64_t unix_seconds, std::string_view text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", unix_seconds, text);
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  std::string text = fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size,
                                 Base64Of(BytesOf(checkpoint.root)));
  for (const std::string& line : checkpoint.extensions) text += line + '\n';
  return text;
}

absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text) {
  const std::optional<std::vector<std::string>> lines = LinesOf(text);
  if (!lines || lines->size() < kLinesMin) return NoCheckpoint("has not three lines that are full");
  Checkpoint checkpoint{.origin = lines->at(0)};
  const absl::StatusOr<uint64_t> size = ParseDecimal(lines->at(1));
  if (!size.ok()) return NoCheckpoint("has no tree size in its second line");
  checkpoint.size = *size;
  const absl::StatusOr<std::string> root = BytesFromBase64(lines->at(2));
  if (!root.ok() || root->size() != kHashBytes) {
    return NoCheckpoint("has no root hash in its third line");
  }
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  checkpoint.extensions.assign(lines->begin() + kLinesMin, lines->end());
  return checkpoint;
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const PrivateKey& key) {
  if (checkpoint.size > kTreeSizeMax) return NoCheckpoint("is of a tree of more than 2^63-1");
  Note note{.text = FormatCheckpoint(checkpoint)};
  QINGQU_RETURN_IF_ERROR(SignNote(checkpoint.origin, key, note));
  return FormatNote(note);
}

absl::StatusOr<SignedCheckpoint> OpenCheckpoint(std::string_view note, const VerifierKey& key) {
  SignedCheckpoint opened;
  QINGQU_ASSIGN_OR_RETURN(opened.note, ParseNote(note));
  QINGQU_RETURN_IF_ERROR(VerifyNote(opened.note, key));
  QINGQU_ASSIGN_OR_RETURN(opened.checkpoint, ParseCheckpoint(opened.note.text));
  if (opened.checkpoint.origin != key.name) return NoCheckpoint("is one of another log");
  return opened;
}

absl::Status Cosign(std::string_view name, const PrivateKey& key, uint64_t unix_seconds,
                    Note& note) {
  if (!IsKeyName(name)) return absl::InvalidArgumentError("is not a key's name");
  if (unix_seconds > kTreeSizeMax) return absl::InvalidArgumentError("the time exceeds 2^63-1");
  QINGQU_RETURN_IF_ERROR(ParseCheckpoint(note.text).status());
  const VerifierKey verifier{.name = std::string(name),
                             .type = SignatureType::kCosignature,
                             .public_key = key.public_key()};
  note.signatures.push_back(
      {.key_name = verifier.name,
       .key_id = KeyId(verifier),
       .bytes = BigEndian64(unix_seconds) + key.Sign(CosignedMessage(unix_seconds, note.text))});
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> VerifyCosignature(const Note& note, const VerifierKey& key) {
  if (key.type != SignatureType::kCosignature) {
    return absl::InvalidArgumentError("the key is not one for cosignatures");
  }
  const uint32_t key_id = KeyId(key);
  std::optional<uint64_t> latest;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.key_name != key.name || signature.key_id != key_id) continue;
    const std::string_view bytes = signature.bytes;
    const bool whole = bytes.size() == kTimestampBytes + kSignatureBytes;
    const uint64_t seconds = whole ? FromBigEndian64(bytes) : 0;
    if (!whole || seconds > kTreeSizeMax ||
        !IsSignature(key.public_key, CosignedMessage(seconds, note.text),
                     bytes.substr(kTimestampBytes))) {
      return absl::DataLossError(ToAbsl(fmt::format("the cosignature of {} is wrong", key.name)));
    }
    latest = std::max(latest.value_or(0), seconds);
  }
  if (latest) return *latest;
  return absl::NotFoundError(ToAbsl(fmt::format("the checkpoint is not cosigned by {}", key.name)));
}

}  // namespace qingqu::sealed_log
