#include "services/cli/journal/witness.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/time/time.h"
#include "fmt/format.h"

#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/sealed_log/proof.h"
#include "common/status/status_macros.h"

namespace qingqu::cli {
namespace {

using sealed_log::Checkpoint;
using sealed_log::Hash;
using sealed_log::NoteSignature;
using sealed_log::VerifierKey;

constexpr std::string_view kKeyStem = "witness";
constexpr std::string_view kCheckpointFile = "checkpoint";
constexpr std::string_view kLogKeyFile = "log.vkey";
constexpr std::string_view kLockFile = ".lock";
constexpr std::string_view kFirstName = "witness";
constexpr std::string_view kEvidence = "qingqu.cli/evidence";

// Two processes would remember one after the other what they saw in another order.
absl::StatusOr<std::shared_ptr<const int>> LockFolder(const std::string& folder) {
  QINGQU_RETURN_IF_ERROR(MakeDurableFolder(folder));
  const std::string path = fmt::format("{}/{}", folder, kLockFile);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (file >= 0) close(file);
    return absl::FailedPreconditionError(
        ToAbsl(fmt::format("{} cannot be locked: {}", path, std::strerror(error))));
  }
  return std::shared_ptr<const int>(new int(file), [](const int* held) {
    close(*held);
    delete held;
  });
}

// The name under which the folder's key cosigned before.
std::string NameBefore(const std::string& folder) {
  const auto key = sealed_log::LoadVerifierKey(fmt::format("{}/{}.vkey", folder, kKeyStem));
  return key.ok() ? key->name : std::string(kFirstName);
}

// The key of the log that is pinned in the folder; pins `given` when there is none yet.
absl::StatusOr<VerifierKey> PinnedKey(const std::string& folder,
                                      const std::optional<VerifierKey>& given) {
  const std::string path = fmt::format("{}/{}", folder, kLogKeyFile);
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> there,
                          ReadFileIfThere(path, sealed_log::kNoteBytesMax));
  if (!there && !given) {
    return absl::FailedPreconditionError(ToAbsl(fmt::format("{} does not exist yet", path)));
  }
  if (!there) {
    const std::string line = FormatVerifierKey(*given) + '\n';
    QINGQU_RETURN_IF_ERROR(
        WriteDurableFile({.path = path, .content = line, .if_present = IfPresent::kKeep}));
  }
  QINGQU_ASSIGN_OR_RETURN(VerifierKey pinned, sealed_log::LoadVerifierKey(path));
  if (given && *given != pinned) {
    return absl::InvalidArgumentError(
        ToAbsl(fmt::format("{} pins {}, which is another key", path, FormatVerifierKey(pinned))));
  }
  return pinned;
}

// A tile that is damaged, which says nothing about what was signed.
absl::Status TilesDamaged(std::string_view problem) {
  return absl::UnavailableError(ToAbsl(fmt::format("the tiles prove nothing: {}", problem)));
}

// DATA_LOSS when `to`, as its tiles prove, has another beginning than `from`.
absl::Status ProveGrowth(const Checkpoint& from, const Checkpoint& to,
                         sealed_log::TileSource& tiles) {
  if (from.size == 0) return absl::OkStatus();
  sealed_log::TileReader reader(to.size, &tiles);
  const auto proof = sealed_log::ConsistencyProof(reader, from.size, to.size);
  if (absl::IsDataLoss(proof.status())) return TilesDamaged(ToStd(proof.status().message()));
  QINGQU_RETURN_IF_ERROR(proof.status());
  const auto verify = [&](const sealed_log::Hash& from_root) {
    return sealed_log::VerifyConsistency(from.size, to.size, from_root, to.root, *proof);
  };
  const absl::Status verified = verify(from.root);
  if (verified.ok()) return verified;
  const auto in_tiles = sealed_log::ReadRoot(reader, from.size);
  if (!in_tiles.ok() || !verify(*in_tiles).ok()) return TilesDamaged(ToStd(verified.message()));
  return absl::DataLossError(ToAbsl(fmt::format(
      "the first {} entries of the {} are not those that were signed before", from.size, to.size)));
}

}  // namespace

absl::Status CheckGrowth(const Checkpoint& last, const Checkpoint& next,
                         sealed_log::TileSource& tiles) {
  if (last.size == next.size) {
    if (last.root == next.root) return absl::OkStatus();
    return absl::DataLossError("two checkpoints of one size have different roots");
  }
  if (next.size > last.size) return ProveGrowth(last, next, tiles);
  // An old copy is no lie, if the log still has what came after it.
  const absl::Status older = ProveGrowth(next, last, tiles);
  if (older.ok()) return absl::OutOfRangeError("the checkpoint is an older one");
  if (!absl::IsNotFound(older)) return older;
  // A place that has no tile at all, not even of what it shows, has lost nothing: it is no log.
  sealed_log::TileReader reader(next.size, &tiles);
  if (const auto shown = sealed_log::ReadRoot(reader, next.size);
      absl::IsNotFound(shown.status())) {
    return TilesDamaged(ToStd(shown.status().message()));
  }
  return absl::DataLossError("the log has lost what it had signed");
}

absl::StatusOr<Witness> Witness::Open(const Options& options, const Clock* clock) {
  QINGQU_ASSIGN_OR_RETURN(std::shared_ptr<const int> lock, LockFolder(options.folder));
  QINGQU_ASSIGN_OR_RETURN(VerifierKey log_key, PinnedKey(options.folder, options.log_key));
  const std::string name = options.name.empty() ? NameBefore(options.folder) : options.name;
  QINGQU_ASSIGN_OR_RETURN(sealed_log::NamedKey own,
                          sealed_log::LoadOrCreateKey(options.folder, kKeyStem, name,
                                                      sealed_log::SignatureType::kCosignature));
  Witness witness(options.folder, std::move(lock), std::move(log_key), std::move(own), clock);
  QINGQU_ASSIGN_OR_RETURN(const std::optional<std::string> note,
                          ReadFileIfThere(fmt::format("{}/{}", options.folder, kCheckpointFile),
                                          sealed_log::kNoteBytesMax));
  if (!note) return witness;
  const auto opened = sealed_log::OpenCheckpoint(*note, witness.log_key_);
  if (!opened.ok()) return absl::DataLossError(opened.status().message());
  witness.last_note_ = *note;
  witness.last_ = opened->checkpoint;
  return witness;
}

VerifierKey Witness::own_key() const {
  return {.name = own_.name,
          .type = sealed_log::SignatureType::kCosignature,
          .public_key = own_.key.public_key()};
}

absl::StatusOr<Witness::Seen> Witness::Look(std::string_view note, sealed_log::TileSource& tiles) {
  auto opened = sealed_log::OpenCheckpoint(note, log_key_);
  if (!opened.ok()) return absl::InvalidArgumentError(opened.status().message());
  Seen seen{.checkpoint = opened->checkpoint};
  if (last_) {
    const absl::Status grown = CheckGrowth(*last_, seen.checkpoint, tiles);
    if (absl::IsDataLoss(grown)) return KeepEvidence(seen.checkpoint, note, grown);
    if (!grown.ok() && seen.checkpoint.size > last_->size) {
      return KeepUnproven(seen.checkpoint, note, grown);
    }
    QINGQU_RETURN_IF_ERROR(grown);
    seen.from = last_->size;
    seen.growth = last_->size == seen.checkpoint.size ? Growth::kSame : Growth::kGrew;
  }
  QINGQU_RETURN_IF_ERROR(Remember(std::move(opened->note)));
  seen.cosigned = last_note_;
  last_ = seen.checkpoint;
  return seen;
}

absl::Status Witness::Remember(sealed_log::Note note) {
  // Only the log's signature was verified; what else stands there anybody may have added.
  const uint32_t log_id = KeyId(log_key_);
  const auto of_log = std::find_if(
      note.signatures.begin(), note.signatures.end(), [&](const NoteSignature& signature) {
        return signature.key_name == log_key_.name && signature.key_id == log_id;
      });
  if (of_log == note.signatures.end()) return absl::InternalError("the log's signature is gone");
  note.signatures = std::vector<NoteSignature>{*of_log};
  const auto now = static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixSeconds(clock_->Now())));
  QINGQU_RETURN_IF_ERROR(sealed_log::Cosign(own_.name, own_.key, now, note));
  std::string text = FormatNote(note);
  // What could not be read again must not take the place of what can.
  QINGQU_RETURN_IF_ERROR(sealed_log::OpenCheckpoint(text, log_key_).status());
  QINGQU_RETURN_IF_ERROR(
      WriteDurableFile({.path = fmt::format("{}/{}", folder_, kCheckpointFile), .content = text}));
  last_note_ = std::move(text);
  return absl::OkStatus();
}

absl::Status Witness::KeepEvidence(const Checkpoint& shown, std::string_view note,
                                   const absl::Status& problem) const {
  // A folder that cannot be written to does not hide the fork.
  std::string evidence;
  const auto keep = [&](const Checkpoint& checkpoint, std::string_view whose,
                        std::string_view content) {
    const std::string path = PathOf("fork", checkpoint, whose);
    const absl::Status kept =
        WriteDurableFile({.path = path, .content = content, .if_present = IfPresent::kKeep});
    if (!evidence.empty()) evidence += '\n';
    evidence += kept.ok() ? path : fmt::format("{} ({})", path, ToStd(kept.message()));
  };
  keep(*last_, "-known", last_note_);
  keep(shown, "-shown", note);
  absl::Status status = problem;
  status.SetPayload(ToAbsl(kEvidence), absl::Cord(evidence));
  return status;
}

absl::Status Witness::KeepUnproven(const Checkpoint& shown, std::string_view note,
                                   const absl::Status& problem) const {
  const std::string path = PathOf("unproven", shown, "");
  const absl::Status kept =
      WriteDurableFile({.path = path, .content = note, .if_present = IfPresent::kKeep});
  const std::string_view message = ToStd(problem.message());
  return absl::Status(
      problem.code(),
      ToAbsl(kept.ok() ? fmt::format("{}; the checkpoint is kept as {}", message, path)
                       : fmt::format("{}; the checkpoint cannot be kept: {}", message,
                                     ToStd(kept.message()))));
}

std::string Witness::PathOf(std::string_view kind, const Checkpoint& checkpoint,
                            std::string_view ending) const {
  return fmt::format("{}/{}-{}-{}{}", folder_, kind, checkpoint.size,
                     sealed_log::ToHex(checkpoint.root).substr(0, 16), ending);
}

std::string EvidenceOf(const absl::Status& status) {
  const auto payload = status.GetPayload(ToAbsl(kEvidence));
  return payload.has_value() ? std::string(*payload) : "";
}

}  // namespace qingqu::cli
