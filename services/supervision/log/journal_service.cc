#include "services/supervision/log/journal_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/supervision/v1/journal_service.grpc.pb.h"
#include "services/supervision/log/chunk_stream.h"
#include "services/supervision/log/exporter.h"
#include "services/supervision/log/journal_handlers.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using grpc::ServerWriteReactor;
using Handlers = JournalHandlers;

constexpr int kStreamsMax = 32;
constexpr int kStreamsOfUserMax = 8;
// A stream keeps a connection only while it reads a chunk.
constexpr int kStreamConnections = 2;

class JournalService final : public v1::JournalService::CallbackService {
 public:
  JournalService(rpc::CallRunner* runner, StreamPlaces* places,
                 const rpc::ServiceDependencies& dependencies, const Exporter* exporter)
      : runner_(runner),
        places_(places),
        exporter_(exporter),
        handlers_(dependencies.pool, dependencies.pseudonyms) {}

  ServerUnaryReactor* GetCheckpoint(CallbackServerContext* context,
                                    const v1::GetCheckpointRequest* request,
                                    v1::Checkpoint* response) override {
    return rpc::RunUnary(*runner_, "GetCheckpoint", context, request, response, handlers_,
                         &Handlers::GetCheckpoint);
  }
  ServerUnaryReactor* GetInclusionProof(CallbackServerContext* context,
                                        const v1::GetInclusionProofRequest* request,
                                        v1::GetInclusionProofResponse* response) override {
    return rpc::RunUnary(*runner_, "GetInclusionProof", context, request, response, handlers_,
                         &Handlers::GetInclusionProof);
  }
  ServerUnaryReactor* GetConsistencyProof(CallbackServerContext* context,
                                          const v1::GetConsistencyProofRequest* request,
                                          v1::GetConsistencyProofResponse* response) override {
    return rpc::RunUnary(*runner_, "GetConsistencyProof", context, request, response, handlers_,
                         &Handlers::GetConsistencyProof);
  }
  ServerUnaryReactor* SearchEntries(CallbackServerContext* context,
                                    const v1::SearchEntriesRequest* request,
                                    v1::SearchEntriesResponse* response) override {
    return rpc::RunUnary(*runner_, "SearchEntries", context, request, response, handlers_,
                         &Handlers::SearchEntries);
  }
  ServerUnaryReactor* OpenEntry(CallbackServerContext* context, const v1::OpenEntryRequest* request,
                                v1::LogRow* response) override {
    return rpc::RunUnary(*runner_, "OpenEntry", context, request, response, handlers_,
                         &Handlers::OpenEntry);
  }
  ServerWriteReactor<v1::LogChunk>* ExportEntries(
      CallbackServerContext* context, const v1::ExportEntriesRequest* request) override {
    return ChunkStream::Start(StreamOf("ExportEntries", context), *request,
                              [this, request](const CallContext& call, ChunkStream::Sink& sink) {
                                return exporter_->Export(call, *request, sink);
                              });
  }
  ServerWriteReactor<v1::LogChunk>* Follow(CallbackServerContext* context,
                                           const v1::FollowRequest* request) override {
    return ChunkStream::Start(StreamOf("Follow", context), *request,
                              [this, request](const CallContext& call, ChunkStream::Sink& sink) {
                                return exporter_->Follow(call, *request, sink);
                              });
  }

 private:
  ChunkStream::Server StreamOf(std::string_view method, CallbackServerContext* context) const {
    return {.runner = runner_, .places = places_, .context = context, .method = method};
  }

  rpc::CallRunner* const runner_;
  StreamPlaces* const places_;
  const Exporter* const exporter_;
  JournalHandlers handlers_;
};

class Face final : public JournalFace {
 public:
  Face(std::unique_ptr<rpc::CallRunner> runner, const rpc::ServiceDependencies& dependencies,
       LogKeeper* keeper)
      : runner_(std::move(runner)),
        stream_pool_({.conninfo = dependencies.pool->conninfo(),
                      .connections_max = kStreamConnections,
                      .queries = {queries::kAllQueries.begin(), queries::kAllQueries.end()}}),
        exporter_(&stream_pool_, keeper, dependencies.pseudonyms, {}),
        places_(kStreamsMax, kStreamsOfUserMax),
        service_(runner_.get(), &places_, dependencies, &exporter_) {}

  grpc::Service& grpc_service() override { return service_; }
  void Drain() override {
    places_.Drain();
    runner_->Drain();
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  db::ConnectionPool stream_pool_;
  Exporter exporter_;
  StreamPlaces places_;
  JournalService service_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<JournalFace>> MakeJournalFace(
    const rpc::ServiceDependencies& dependencies, LogKeeper* keeper) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner,
      rpc::CreateRunner(dependencies, *v1::Checkpoint::descriptor()->file()->service(0)));
  return std::make_unique<Face>(std::move(runner), dependencies, keeper);
}

}  // namespace qingqu::supervision
