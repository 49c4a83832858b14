#include "services/supervision/supervision_service.h"

#include <memory>
#include <utility>

#include "common/rpc/unary.h"
#include "common/sealed_log/key_file.h"
#include "common/status/status_macros.h"
#include "qingqu/supervision/v1/supervision_service.grpc.pb.h"
#include "services/supervision/log/journal_service.h"
#include "services/supervision/log/log_keeper.h"
#include "services/supervision/queries.h"
#include "services/supervision/supervision_handlers.h"

namespace qingqu::supervision {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class SupervisionService final : public v1::SupervisionService::CallbackService {
 public:
  SupervisionService(std::unique_ptr<rpc::CallRunner> runner,
                     const rpc::ServiceDependencies& dependencies)
      : runner_(std::move(runner)), handlers_(dependencies.pool, dependencies.pseudonyms) {}

  void Drain() { runner_->Drain(); }

  ServerUnaryReactor* TraceLot(CallbackServerContext* context, const v1::TraceLotRequest* request,
                               v1::TraceLotResponse* response) override {
    return rpc::RunUnary(*runner_, "TraceLot", context, request, response, handlers_,
                         &SupervisionHandlers::TraceLot);
  }
  ServerUnaryReactor* ListEntries(CallbackServerContext* context,
                                  const v1::ListEntriesRequest* request,
                                  v1::ListEntriesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListEntries", context, request, response, handlers_,
                         &SupervisionHandlers::ListEntries);
  }
  ServerUnaryReactor* ListDoctorLevelAccesses(
      CallbackServerContext* context, const v1::ListDoctorLevelAccessesRequest* request,
      v1::ListDoctorLevelAccessesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListDoctorLevelAccesses", context, request, response, handlers_,
                         &SupervisionHandlers::ListDoctorLevelAccesses);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  SupervisionHandlers handlers_;
};

// Sealing keeps one connection, and publishing takes one now and then.
constexpr int kLogConnections = 2;
constexpr std::string_view kKeyStem = "journal";

class HostedSupervision final : public rpc::HostedService {
 public:
  static absl::StatusOr<std::unique_ptr<rpc::HostedService>> Create(
      std::unique_ptr<rpc::CallRunner> runner, const rpc::ServiceDependencies& dependencies,
      sealed_log::PrivateKey key) {
    std::unique_ptr<HostedSupervision> hosted(
        new HostedSupervision(std::move(runner), dependencies, std::move(key)));
    QINGQU_ASSIGN_OR_RETURN(hosted->journal_, MakeJournalFace(dependencies, &hosted->keeper_));
    return hosted;
  }

  grpc::Service& grpc_service() override { return service_; }
  std::vector<grpc::Service*> grpc_services() override {
    return {&service_, &journal_->grpc_service()};
  }
  void Start() override { keeper_.Start(); }
  void Stop() override {
    journal_->Drain();
    service_.Drain();
    keeper_.Stop();
  }

 private:
  HostedSupervision(std::unique_ptr<rpc::CallRunner> runner,
                    const rpc::ServiceDependencies& dependencies, sealed_log::PrivateKey key)
      : service_(std::move(runner), dependencies),
        log_pool_({.conninfo = dependencies.pool->conninfo(),
                   .connections_max = kLogConnections,
                   .queries = {queries::kAllQueries.begin(), queries::kAllQueries.end()}}),
        keeper_(&log_pool_, dependencies.clock, dependencies.metrics,
                {.sealer = {.origin = dependencies.journal.origin, .key = std::move(key)},
                 .folder = dependencies.journal.folder}) {}

  SupervisionService service_;
  // Its own connections: no number of slow questions keeps the journal from being sealed.
  db::ConnectionPool log_pool_;
  LogKeeper keeper_;
  std::unique_ptr<JournalFace> journal_;
};

absl::StatusOr<std::unique_ptr<rpc::HostedService>> CreateHosted(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner, rpc::CreateRunner(dependencies, *v1::Entry::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(
      sealed_log::NamedKey key,
      sealed_log::LoadOrCreateKey(dependencies.keys_dir, kKeyStem, dependencies.journal.origin));
  return HostedSupervision::Create(std::move(runner), dependencies, std::move(key.key));
}

}  // namespace

rpc::ServiceSpec SupervisionSpec() {
  return {.area = "supervision",
          .grpc_name = v1::SupervisionService::service_full_name(),
          .more_grpc_names = {"qingqu.supervision.v1.JournalService"},
          .queries = queries::kAllQueries,
          .names_people = true,
          .create = CreateHosted};
}

}  // namespace qingqu::supervision
