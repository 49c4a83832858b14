#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/test_tree.h"
#include "qingqu/supervision/v1/journal_service.grpc.pb.h"

namespace qingqu::cli {

// A sealed journal of some entries, signed with a key of its own, which a test may let break off
// or lie.
class FakeJournal : public supervision::v1::JournalService::Service {
 public:
  static constexpr const char* kOrigin = "qingqu.test/journal";
  static constexpr size_t kSize = 1000;
  static constexpr int64_t kRowsPerChunk = 64;

  FakeJournal();

  grpc::Status ExportEntries(grpc::ServerContext* context,
                             const supervision::v1::ExportEntriesRequest* request,
                             grpc::ServerWriter<supervision::v1::LogChunk>* writer) override;

  grpc::Status SearchEntries(grpc::ServerContext* context,
                             const supervision::v1::SearchEntriesRequest* request,
                             supervision::v1::SearchEntriesResponse* response) override;

  // Every search finds so many entries, on pages of at most three, some of them empty.
  void set_found(int count);
  std::vector<supervision::v1::SearchEntriesRequest> TakeSearches();

  // After so many chunks each call breaks off; 0: never.
  void set_chunks_max(int chunks);
  // What row of this index is sent with another leaf; -1: none.
  void set_lie(int64_t index);
  // The requests since the last call of this.
  std::vector<supervision::v1::ExportEntriesRequest> TakeRequests();

  sealed_log::VerifierKey key() const { return {.name = kOrigin, .public_key = key_.public_key()}; }
  std::string Note(size_t size) const;

 private:
  supervision::v1::LogRow RowAt(size_t index) const;

  const sealed_log::PrivateKey key_ = *sealed_log::PrivateKey::Generate();
  sealed_log::TestTree tree_;
  std::mutex mutex_;
  int chunks_max_ = 0;                                           // guarded by mutex_
  int64_t lie_ = -1;                                             // guarded by mutex_
  std::vector<supervision::v1::ExportEntriesRequest> requests_;  // guarded by mutex_
  int found_ = 0;                                                // guarded by mutex_
  std::vector<supervision::v1::SearchEntriesRequest> searches_;  // guarded by mutex_
};

}  // namespace qingqu::cli
