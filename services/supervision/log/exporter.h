#pragma once

#include <cstdint>

#include "absl/status/status.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "qingqu/supervision/v1/journal_service.pb.h"
#include "services/supervision/log/chunk_stream.h"
#include "services/supervision/log/log_keeper.h"

namespace qingqu::supervision {

// What the streams of JournalService send; see the proto. Each reads a chunk at a time, so its
// memory does not grow with what it sends. Thread-safe.
class Exporter {
 public:
  struct Options {
    uint64_t rows_max = 1024;              // that are read at once
    int64_t bytes_max = 512 * 1024;        // the same, as they are stored
    size_t chunk_bytes_max = 1024 * 1024;  // of one chunk, unless a single row has more
    absl::Duration look_every = absl::Milliseconds(500);
    absl::Duration read_time_max = absl::Seconds(30);
  };

  // All outlive the object. Without a key nobody sees pseudonyms.
  Exporter(db::ConnectionPool* pool, LogKeeper* keeper, const privacy::PseudonymKey* pseudonyms,
           const Options& options)
      : pool_(pool), keeper_(keeper), pseudonyms_(pseudonyms), options_(options) {}

  absl::Status Export(const CallContext& call, const v1::ExportEntriesRequest& request,
                      ChunkStream::Sink& sink) const;
  // Returns only with an error.
  absl::Status Follow(const CallContext& call, const v1::FollowRequest& request,
                      ChunkStream::Sink& sink) const;

 private:
  struct Stretch;
  absl::StatusOr<Stretch> Begin(const CallContext& call, const v1::ExportEntriesRequest& request,
                                v1::LogHeader& header) const;
  absl::Status SendRows(const CallContext& call, Stretch& stretch, ChunkStream::Sink& sink) const;

  db::ConnectionPool* const pool_;
  LogKeeper* const keeper_;
  const privacy::PseudonymKey* const pseudonyms_;
  const Options options_;
};

}  // namespace qingqu::supervision
