#include "services/supervision/log/journal_handlers.h"

#include <optional>
#include <string>
#include <string_view>

#include "common/db/transaction.h"
#include "common/sealed_log/encoding.h"
#include "common/sealed_log/proof.h"
#include "common/sealed_log/tile.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/supervision/errors.h"
#include "services/supervision/log/log_reader.h"
#include "services/supervision/log/log_store.h"
#include "services/supervision/log/search_handler.h"

namespace qingqu::supervision {
namespace {

using sealed_log::BytesOf;
using sealed_log::Hash;

constexpr std::string_view kEntryPrefix = "entries/";
// One row comes whatever its size.
constexpr int64_t kRowBytesMax = 1;

// Several statements that must see one log.
constexpr db::TransactionOptions kSnapshot{.snapshot_read = true};

template <typename Field>
void AddHashes(const sealed_log::Proof& proof, Field* field) {
  for (const Hash& hash : proof) field->Add(std::string(BytesOf(hash)));
}

// `asked`, or the whole log for 0.
absl::StatusOr<uint64_t> SizeOf(pqxx::transaction_base& tx, int64_t asked) {
  const LogHead head = ReadLogHead(tx);
  if (head.size == 0) return CheckpointNotFound(0);
  if (asked == 0) return head.size;
  if (static_cast<uint64_t>(asked) > head.size) return LogTooShort(head.size);
  return static_cast<uint64_t>(asked);
}

absl::StatusOr<int64_t> ParseEntry(std::string_view name) {
  if (!name.starts_with(kEntryPrefix)) return InvalidField("entry", "must be entries/{sequence}");
  const absl::StatusOr<uint64_t> sequence =
      sealed_log::ParseDecimal(name.substr(kEntryPrefix.size()));
  if (!sequence.ok()) return InvalidField("entry", "must be entries/{sequence}");
  return static_cast<int64_t>(*sequence);
}

// The entry as it stands now. DATA_LOSS ENTRY_NOT_AS_SEALED when it is not what was sealed there:
// neither the entry nor a proof of the leaf must pass for what the log has.
absl::StatusOr<sealed_log::JournalRow> ReadSealed(pqxx::transaction_base& tx, int64_t sequence,
                                                  uint64_t index, std::string_view leaf_hash) {
  QINGQU_ASSIGN_OR_RETURN(LogCursor cursor, SeekLeaf(tx, index));
  std::optional<sealed_log::JournalRow> sealed;
  QINGQU_RETURN_IF_ERROR(
      ReadLeaves(tx, cursor, 1, kRowBytesMax, [&](uint64_t, const sealed_log::JournalRow& row) {
        const Hash hash = sealed_log::LeafHash(sealed_log::LeafOf(row));
        if (row.sequence == sequence && BytesOf(hash) == leaf_hash) sealed = row;
      }));
  if (!sealed) return EntryNotAsSealed(index);
  return *std::move(sealed);
}

absl::StatusOr<Hash> ReadLeafHash(sealed_log::TileReader& reader, uint64_t index) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Hash> leaf,
                          reader.ReadNodes({{.level = 0, .index = index}}));
  return leaf[0];
}

absl::StatusOr<v1::GetInclusionProofResponse> ProveInclusion(pqxx::transaction_base& tx,
                                                             uint64_t index, uint64_t size) {
  TableTiles tiles(&tx);
  sealed_log::TileReader reader(size, &tiles);
  QINGQU_ASSIGN_OR_RETURN(const sealed_log::Proof proof,
                          sealed_log::InclusionProof(reader, index, size));
  QINGQU_ASSIGN_OR_RETURN(const Hash leaf, ReadLeafHash(reader, index));
  QINGQU_ASSIGN_OR_RETURN(const Hash root, sealed_log::ReadRoot(reader, size));
  v1::GetInclusionProofResponse response;
  response.set_index(static_cast<int64_t>(index));
  response.set_tree_size(static_cast<int64_t>(size));
  response.set_leaf_hash(std::string(BytesOf(leaf)));
  AddHashes(proof, response.mutable_hashes());
  response.set_root(std::string(BytesOf(root)));
  return response;
}

}  // namespace

absl::Status CheckSeesCounty(const CallContext& call) {
  const auth::Scope scope = call.principal.scope;
  const bool sees_all = scope == auth::Scope::kCounty || scope == auth::Scope::kSystem;
  return sees_all ? absl::OkStatus() : CountyOnly();
}

absl::StatusOr<v1::Checkpoint> JournalHandlers::GetCheckpoint(
    const CallContext& call, const v1::GetCheckpointRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  if (request.tree_size() < 0) return InvalidField("tree_size", "must not be negative");
  return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) {
    return ReadCheckpoint(tx, static_cast<uint64_t>(request.tree_size()));
  });
}

absl::StatusOr<v1::GetInclusionProofResponse> JournalHandlers::GetInclusionProof(
    const CallContext& call, const v1::GetInclusionProofRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  FieldViolations violations;
  if (request.tree_size() < 0) violations.Add("tree_size", "must not be negative");
  if (request.index() < 0) violations.Add("index", "must not be negative");
  if (!request.entry().empty() && request.index() != 0) {
    violations.Add("index", "must not be set beside entry");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  std::optional<int64_t> sequence;
  if (!request.entry().empty()) {
    QINGQU_ASSIGN_OR_RETURN(sequence, ParseEntry(request.entry()));
  }
  return db::RunTransaction(
      *pool_, call, kSnapshot,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::GetInclusionProofResponse> {
        QINGQU_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(tx, request.tree_size()));
        const std::optional<uint64_t> index =
            sequence ? FindLeafIndex(tx, *sequence) : static_cast<uint64_t>(request.index());
        if (!index || *index >= size) return EntryNotSealed(size);
        QINGQU_ASSIGN_OR_RETURN(v1::GetInclusionProofResponse proof,
                                ProveInclusion(tx, *index, size));
        if (sequence) {
          QINGQU_RETURN_IF_ERROR(ReadSealed(tx, *sequence, *index, proof.leaf_hash()).status());
        }
        return proof;
      });
}

absl::StatusOr<v1::GetConsistencyProofResponse> JournalHandlers::GetConsistencyProof(
    const CallContext& call, const v1::GetConsistencyProofRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  FieldViolations violations;
  if (request.from_size() < 1) violations.Add("from_size", "must be at least 1");
  if (request.to_size() < 0 || (request.to_size() > 0 && request.to_size() < request.from_size())) {
    violations.Add("to_size", "must be 0 or at least from_size");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  const auto from = static_cast<uint64_t>(request.from_size());
  return db::RunTransaction(
      *pool_, call, kSnapshot,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::GetConsistencyProofResponse> {
        QINGQU_ASSIGN_OR_RETURN(const uint64_t to, SizeOf(tx, request.to_size()));
        if (from > to) return LogTooShort(to);
        TableTiles tiles(&tx);
        sealed_log::TileReader reader(to, &tiles);
        QINGQU_ASSIGN_OR_RETURN(const sealed_log::Proof proof,
                                sealed_log::ConsistencyProof(reader, from, to));
        QINGQU_ASSIGN_OR_RETURN(const Hash from_root, sealed_log::ReadRoot(reader, from));
        QINGQU_ASSIGN_OR_RETURN(const Hash to_root, sealed_log::ReadRoot(reader, to));
        v1::GetConsistencyProofResponse response;
        response.set_from_size(request.from_size());
        response.set_to_size(static_cast<int64_t>(to));
        AddHashes(proof, response.mutable_hashes());
        response.set_from_root(std::string(BytesOf(from_root)));
        response.set_to_root(std::string(BytesOf(to_root)));
        return response;
      });
}

absl::StatusOr<v1::SearchEntriesResponse> JournalHandlers::SearchEntries(
    const CallContext& call, const v1::SearchEntriesRequest& request) {
  return supervision::SearchEntries(*pool_, pseudonyms_, call, request);
}

absl::StatusOr<v1::LogRow> JournalHandlers::OpenEntry(const CallContext& call,
                                                      const v1::OpenEntryRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  QINGQU_ASSIGN_OR_RETURN(const int64_t sequence, ParseEntry(request.entry()));
  return db::RunTransaction(
      *pool_, call, kSnapshot, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::LogRow> {
        QINGQU_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(tx, 0));
        const std::optional<uint64_t> index = FindLeafIndex(tx, sequence);
        if (!index || *index >= size) return EntryNotSealed(size);
        TableTiles tiles(&tx);
        sealed_log::TileReader reader(size, &tiles);
        QINGQU_ASSIGN_OR_RETURN(const Hash leaf, ReadLeafHash(reader, *index));
        QINGQU_ASSIGN_OR_RETURN(const sealed_log::JournalRow row,
                                ReadSealed(tx, sequence, *index, BytesOf(leaf)));
        v1::LogRow opened;
        opened.set_index(static_cast<int64_t>(*index));
        opened.set_leaf(sealed_log::LeafOf(row));
        if (auto opening = sealed_log::OpeningOf(row)) {
          opened.set_salt(opening->salt.value_or(""));
          opened.set_restricted(std::move(opening->text));
        }
        return opened;
      });
}

}  // namespace qingqu::supervision
