#include "services/supervision/log/exporter.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

#include "common/db/transaction.h"
#include "common/rpc/doctor_level.h"
#include "common/sealed_log/proof.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/supervision/entry_people.h"
#include "services/supervision/errors.h"
#include "services/supervision/log/journal_handlers.h"
#include "services/supervision/log/log_reader.h"
#include "services/supervision/log/log_store.h"

namespace qingqu::supervision {
namespace {

using sealed_log::BytesOf;
using sealed_log::Hash;

constexpr db::TransactionOptions kSnapshot{.snapshot_read = true};

// A read of its own, however long the stream has lasted.
CallContext WithTime(CallContext call, absl::Duration time) {
  call.deadline = absl::Now() + time;
  return call;
}

void FillRow(uint64_t index, const sealed_log::JournalRow& from, const privacy::PeopleView& view,
             v1::LogRow& row) {
  row.set_index(static_cast<int64_t>(index));
  row.set_leaf(sealed_log::LeafOf(from));
  // Only those who record people have a salt.
  if (!from.salt) return;
  row.set_people(ExportedPeople(
      view, from.institution_id.value_or(""), from.restricted,
      sealed_log::ParseTextArray(from.subjects).value_or(std::vector<std::string>())));
}

absl::Status CheckRange(const v1::ExportEntriesRequest& request) {
  FieldViolations violations;
  if (request.from_index() < 0) violations.Add("from_index", "must not be negative");
  if (request.to_index() < 0) violations.Add("to_index", "must not be negative");
  if (request.tree_size() < 0) violations.Add("tree_size", "must not be negative");
  if (request.to_index() > 0 && request.to_index() < request.from_index()) {
    violations.Add("to_index", "must be 0 or at least from_index");
  }
  return violations.ToStatus();
}

}  // namespace

// What is left to send.
struct Exporter::Stretch {
  LogCursor cursor;
  uint64_t end = 0;
  uint64_t size = 0;
};

absl::StatusOr<Exporter::Stretch> Exporter::Begin(const CallContext& call,
                                                  const v1::ExportEntriesRequest& request,
                                                  v1::LogHeader& header) const {
  return db::RunTransaction(
      *pool_, WithTime(call, options_.read_time_max), kSnapshot,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<Stretch> {
        header.Clear();
        QINGQU_ASSIGN_OR_RETURN(*header.mutable_checkpoint(),
                                ReadCheckpoint(tx, static_cast<uint64_t>(request.tree_size())));
        Stretch stretch;
        stretch.size = static_cast<uint64_t>(header.checkpoint().tree_size());
        stretch.end =
            request.to_index() == 0 ? stretch.size : static_cast<uint64_t>(request.to_index());
        const auto from = static_cast<uint64_t>(request.from_index());
        if (from > stretch.size || stretch.end > stretch.size) return LogTooShort(stretch.size);
        QINGQU_ASSIGN_OR_RETURN(stretch.cursor, SeekLeaf(tx, from));
        TableTiles tiles(&tx);
        sealed_log::TileReader reader(stretch.size, &tiles);
        QINGQU_ASSIGN_OR_RETURN(const std::vector<Hash> hashes,
                                reader.ReadNodes(sealed_log::NodesOfRange(0, from)));
        header.set_from_index(request.from_index());
        header.set_to_index(static_cast<int64_t>(stretch.end));
        for (const Hash& hash : hashes) header.add_hashes(std::string(BytesOf(hash)));
        return stretch;
      });
}

absl::Status Exporter::SendRows(const CallContext& call, Stretch& stretch,
                                ChunkStream::Sink& sink) const {
  const privacy::PeopleView view(call.principal, pseudonyms_);
  while (stretch.cursor.index < stretch.end) {
    QINGQU_RETURN_IF_ERROR(sink.Check());
    std::vector<v1::LogChunk> chunks;
    LogCursor after;
    QINGQU_RETURN_IF_ERROR(db::RunRead(
        *pool_, WithTime(call, options_.read_time_max), [&](pqxx::transaction_base& tx) {
          chunks.assign(1, {});
          size_t bytes = 0;
          after = stretch.cursor;
          return ReadLeaves(tx, after, std::min(options_.rows_max, stretch.end - after.index),
                            options_.bytes_max,
                            [&](uint64_t index, const sealed_log::JournalRow& row) {
                              if (bytes > options_.chunk_bytes_max) {
                                chunks.emplace_back();
                                bytes = 0;
                              }
                              v1::LogRow& sent = *chunks.back().mutable_rows()->add_rows();
                              FillRow(index, row, view, sent);
                              bytes += sent.leaf().size() + sent.people().size();
                            });
        }));
    stretch.cursor = after;
    for (v1::LogChunk& chunk : chunks) QINGQU_RETURN_IF_ERROR(sink.Send(std::move(chunk)));
  }
  return absl::OkStatus();
}

absl::Status Exporter::Export(const CallContext& call, const v1::ExportEntriesRequest& request,
                              ChunkStream::Sink& sink) const {
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  QINGQU_RETURN_IF_ERROR(rpc::CheckPurpose(request.purpose()));
  QINGQU_RETURN_IF_ERROR(CheckRange(request));
  v1::LogChunk first;
  QINGQU_ASSIGN_OR_RETURN(Stretch stretch, Begin(call, request, *first.mutable_header()));
  QINGQU_RETURN_IF_ERROR(sink.Send(std::move(first)));
  QINGQU_RETURN_IF_ERROR(SendRows(call, stretch, sink));
  v1::LogChunk last;
  v1::LogTrailer& trailer = *last.mutable_trailer();
  if (stretch.end > 0 && stretch.end < stretch.size) {
    QINGQU_ASSIGN_OR_RETURN(
        const sealed_log::Proof proof,
        db::RunRead(*pool_, WithTime(call, options_.read_time_max),
                    [&](pqxx::transaction_base& tx) -> absl::StatusOr<sealed_log::Proof> {
                      TableTiles tiles(&tx);
                      sealed_log::TileReader reader(stretch.size, &tiles);
                      return sealed_log::ConsistencyProof(reader, stretch.end, stretch.size);
                    }));
    for (const Hash& hash : proof) trailer.add_hashes(std::string(BytesOf(hash)));
  }
  return sink.Send(std::move(last));
}

absl::Status Exporter::Follow(const CallContext& call, const v1::FollowRequest& request,
                              ChunkStream::Sink& sink) const {
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  QINGQU_RETURN_IF_ERROR(rpc::CheckPurpose(request.purpose()));
  v1::ExportEntriesRequest range;
  range.set_from_index(request.from_index());
  QINGQU_RETURN_IF_ERROR(CheckRange(range));
  v1::LogChunk first;
  QINGQU_ASSIGN_OR_RETURN(Stretch stretch, Begin(call, range, *first.mutable_header()));
  first.mutable_header()->clear_to_index();
  v1::Checkpoint checkpoint = first.header().checkpoint();
  QINGQU_RETURN_IF_ERROR(sink.Send(std::move(first)));
  while (true) {
    if (stretch.cursor.index < stretch.end) {
      QINGQU_RETURN_IF_ERROR(SendRows(call, stretch, sink));
      v1::LogChunk chunk;
      *chunk.mutable_checkpoint() = checkpoint;
      QINGQU_RETURN_IF_ERROR(sink.Send(std::move(chunk)));
    }
    QINGQU_RETURN_IF_ERROR(sink.Check());
    keeper_->WaitForGrowth(stretch.end, options_.look_every);
    QINGQU_ASSIGN_OR_RETURN(
        checkpoint, db::RunRead(*pool_, WithTime(call, options_.read_time_max),
                                [](pqxx::transaction_base& tx) { return ReadCheckpoint(tx, 0); }));
    stretch.end = static_cast<uint64_t>(checkpoint.tree_size());
  }
}

}  // namespace qingqu::supervision
