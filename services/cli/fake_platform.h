#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/server.h"

#include "qingqu/catalog/v1/catalog_service.grpc.pb.h"
#include "qingqu/distribution/v1/distribution_service.grpc.pb.h"
#include "qingqu/identity/v1/identity_service.grpc.pb.h"
#include "qingqu/procurement/v1/procurement_service.grpc.pb.h"
#include "qingqu/supervision/v1/supervision_service.grpc.pb.h"
#include "services/cli/fake_journal.h"

// Services in memory for tests of the client, with faults on demand.
namespace qingqu::cli {

// Signs in users/lin with the password "correct horse"; refresh tokens work once, and using one
// again ends the session.
class FakeIdentity : public identity::v1::IdentityService::Service {
 public:
  grpc::Status SignIn(grpc::ServerContext* context, const identity::v1::SignInRequest* request,
                      identity::v1::SignInResponse* response) override;
  grpc::Status RefreshSession(grpc::ServerContext* context,
                              const identity::v1::RefreshSessionRequest* request,
                              identity::v1::SignInResponse* response) override;
  grpc::Status SignOut(grpc::ServerContext* context, const identity::v1::SignOutRequest* request,
                       identity::v1::SignOutResponse* response) override;
  grpc::Status GetSelf(grpc::ServerContext* context, const identity::v1::GetSelfRequest* request,
                       identity::v1::User* response) override;

  int refreshes() const { return refreshes_; }
  // The second factor that signing in needs from now on; "" for none.
  void set_code(const std::string& code);
  // How long tokens hold from now on.
  void set_token_life(absl::Duration life) { token_life_seconds_ = absl::ToInt64Seconds(life); }

 private:
  void Issue(identity::v1::SignInResponse& response);

  std::mutex mutex_;
  std::string code_;                    // guarded by mutex_
  int issued_ = 0;                      // guarded by mutex_
  std::string refresh_token_;           // guarded by mutex_; "" once the session has ended
  std::set<std::string> valid_tokens_;  // guarded by mutex_
  std::atomic<int> refreshes_{0};
  std::atomic<int64_t> token_life_seconds_{3600};
};

// What the two imports have in common. `key` tells rows apart, `bad` refuses some.
struct FakeStaging {
  bool all_or_nothing = false;
  bool finished = false;
  int64_t next_batch = 0;
  std::map<std::string, std::string> rows;
  int64_t sent = 0;
  int64_t rejected = 0;
};

// What has come in.
struct FakeImports {
  std::map<std::string, std::string> imported;  // rows in effect, serialized, by key
  int appends = 0;
  int finishes = 0;
  std::string source;  // of history
};

struct FakeImportState {
  FakeImports Seen() {
    const std::lock_guard lock(mutex);
    return seen;
  }
  // `told` is called with the number of each append, from 1, after it was staged and under the
  // lock; what it returns is answered.
  void AfterAppend(std::function<grpc::Status(int)> told) {
    const std::lock_guard lock(mutex);
    after_append = std::move(told);
  }

  std::mutex mutex;                           // guards all below
  std::map<std::string, FakeStaging> staged;  // by the import's name
  FakeImports seen;
  std::function<grpc::Status(int)> after_append;
};

// Imports of classes; rows whose feature is "bad" are refused. ListItems has 2,500 items.
class FakeCatalog : public catalog::v1::CatalogService::Service {
 public:
  grpc::Status CreateClassImport(grpc::ServerContext* context,
                                 const catalog::v1::CreateClassImportRequest* request,
                                 catalog::v1::ClassImport* response) override;
  grpc::Status AppendClassRows(grpc::ServerContext* context,
                               const catalog::v1::AppendClassRowsRequest* request,
                               catalog::v1::AppendClassRowsResponse* response) override;
  grpc::Status FinishClassImport(grpc::ServerContext* context,
                                 const catalog::v1::FinishClassImportRequest* request,
                                 catalog::v1::ClassImport* response) override;
  grpc::Status GetItem(grpc::ServerContext* context, const catalog::v1::GetItemRequest* request,
                       catalog::v1::Item* response) override;
  grpc::Status ListItems(grpc::ServerContext* context, const catalog::v1::ListItemsRequest* request,
                         catalog::v1::ListItemsResponse* response) override;
  grpc::Status CreateItem(grpc::ServerContext* context,
                          const catalog::v1::CreateItemRequest* request,
                          catalog::v1::Item* response) override;

  FakeImportState& imports() { return imports_; }
  std::vector<std::string> request_ids();
  // What CreateItem answers, one after the other; then OK.
  void set_create_errors(std::vector<grpc::Status> errors);

 private:
  FakeImportState imports_;
  std::mutex mutex_;
  std::vector<std::string> request_ids_;     // guarded by mutex_
  std::vector<grpc::Status> create_errors_;  // guarded by mutex_
};

class FakeProcurement : public procurement::v1::ProcurementService::Service {
 public:
  grpc::Status CreateHistoryImport(grpc::ServerContext* context,
                                   const procurement::v1::CreateHistoryImportRequest* request,
                                   procurement::v1::HistoryImport* response) override;
  grpc::Status AppendHistoryRows(grpc::ServerContext* context,
                                 const procurement::v1::AppendHistoryRowsRequest* request,
                                 procurement::v1::AppendHistoryRowsResponse* response) override;
  grpc::Status FinishHistoryImport(grpc::ServerContext* context,
                                   const procurement::v1::FinishHistoryImportRequest* request,
                                   procurement::v1::HistoryImport* response) override;

  FakeImportState& imports() { return imports_; }

 private:
  FakeImportState imports_;
};

// A ledger that answers what a test says.
class FakeDistribution : public distribution::v1::DistributionService::Service {
 public:
  grpc::Status CheckLedger(grpc::ServerContext* context,
                           const distribution::v1::CheckLedgerRequest* request,
                           distribution::v1::CheckLedgerResponse* response) override;

  // What CheckLedger answers, page after page.
  void set_ledger(std::vector<distribution::v1::CheckLedgerResponse> pages);

 private:
  std::mutex mutex_;
  std::vector<distribution::v1::CheckLedgerResponse> ledger_;  // guarded by mutex_
};

// A journal whose pages hold two entries each; knows one lot.
class FakeSupervision : public supervision::v1::SupervisionService::Service {
 public:
  grpc::Status TraceLot(grpc::ServerContext* context,
                        const supervision::v1::TraceLotRequest* request,
                        supervision::v1::TraceLotResponse* response) override;

  // What TraceLot answers for items/stent and lot L1; others are not found.
  void set_entries(std::vector<supervision::v1::Entry> entries);

 private:
  std::mutex mutex_;
  std::vector<supervision::v1::Entry> entries_;  // guarded by mutex_
};

// A gRPC server with the fakes on a free port of loopback.
class FakePlatform {
 public:
  FakePlatform();
  ~FakePlatform() { Stop(); }
  // Breaks all connections.
  void Stop();
  // Listens on the same port again.
  void Start();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  FakeIdentity& identity() { return identity_; }
  FakeCatalog& catalog() { return catalog_; }
  FakeProcurement& procurement() { return procurement_; }
  FakeDistribution& distribution() { return distribution_; }
  FakeSupervision& supervision() { return supervision_; }
  FakeJournal& journal() { return journal_; }

 private:
  FakeIdentity identity_;
  FakeCatalog catalog_;
  FakeProcurement procurement_;
  FakeDistribution distribution_;
  FakeSupervision supervision_;
  FakeJournal journal_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

inline constexpr char kFakeUser[] = "lin";
inline constexpr char kFakePassword[] = "correct horse";

}  // namespace qingqu::cli
