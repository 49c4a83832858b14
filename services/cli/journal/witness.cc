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

// Which of the two the tiles belong to is not asked: a log that cannot prove that it only grew, did
// not.
absl::Status ProveGrowth(const Checkpoint& from, const Checkpoint& to,
                         sealed_log::TileSource& tiles) {
  if (from.size == 0) return absl::OkStatus();
  sealed_log::TileReader reader(to.size, &tiles);
  QINGQU_ASSIGN_OR_RETURN(const sealed_log::Proof proof,
                          sealed_log::ConsistencyProof(reader, from.size, to.size));
  return sealed_log::VerifyConsistency(from.size, to.size, from.root, to.root, proof);
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
  const VerifierKey own = own_key();
  const uint32_t own_id = KeyId(own);
  std::erase_if(note.signatures, [&](const sealed_log::NoteSignature& signature) {
    return signature.key_name == own.name && signature.key_id == own_id;
  });
  const auto now = static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixSeconds(clock_->Now())));
  QINGQU_RETURN_IF_ERROR(sealed_log::Cosign(own_.name, own_.key, now, note));
  std::string text = FormatNote(note);
  QINGQU_RETURN_IF_ERROR(
      WriteDurableFile({.path = fmt::format("{}/{}", folder_, kCheckpointFile), .content = text}));
  last_note_ = std::move(text);
  return absl::OkStatus();
}

absl::Status Witness::KeepEvidence(const Checkpoint& shown, std::string_view note,
                                   const absl::Status& problem) const {
  const auto path_of = [this](const Checkpoint& checkpoint, std::string_view whose) {
    return fmt::format("{}/fork-{}-{}-{}", folder_, checkpoint.size,
                       sealed_log::ToHex(checkpoint.root).substr(0, 16), whose);
  };
  const std::string known_path = path_of(*last_, "known");
  const std::string shown_path = path_of(shown, "shown");
  QINGQU_RETURN_IF_ERROR(WriteDurableFile(
      {.path = known_path, .content = last_note_, .if_present = IfPresent::kKeep}));
  QINGQU_RETURN_IF_ERROR(
      WriteDurableFile({.path = shown_path, .content = note, .if_present = IfPresent::kKeep}));
  absl::Status status = problem;
  status.SetPayload(ToAbsl(kEvidence), absl::Cord(fmt::format("{}\n{}", known_path, shown_path)));
  return status;
}

std::string EvidenceOf(const absl::Status& status) {
  const auto payload = status.GetPayload(ToAbsl(kEvidence));
  return payload.has_value() ? std::string(*payload) : "";
}

}  // namespace qingqu::cli
