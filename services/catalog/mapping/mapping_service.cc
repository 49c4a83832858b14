#include "services/catalog/mapping/mapping_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/mapping_service.grpc.pb.h"
#include "services/catalog/mapping/mapping_handlers.h"

namespace qingqu::catalog {
namespace {

// The face: one line a method.
class MappingFace final : public v1::MappingService::CallbackService, public CatalogFace {
 public:
  MappingFace(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), mappings_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  grpc::ServerUnaryReactor* UploadLocalRows(grpc::CallbackServerContext* context,
                                            const v1::UploadLocalRowsRequest* request,
                                            v1::UploadLocalRowsResponse* response) override {
    return RunUnary(*runner_, "UploadLocalRows", context, request, response, mappings_,
                    &MappingHandlers::UploadLocalRows);
  }
  grpc::ServerUnaryReactor* ListReviewQueue(grpc::CallbackServerContext* context,
                                            const v1::ListReviewQueueRequest* request,
                                            v1::ListReviewQueueResponse* response) override {
    return RunUnary(*runner_, "ListReviewQueue", context, request, response, mappings_,
                    &MappingHandlers::ListReviewQueue);
  }
  grpc::ServerUnaryReactor* DecideMappings(grpc::CallbackServerContext* context,
                                           const v1::DecideMappingsRequest* request,
                                           v1::DecideMappingsResponse* response) override {
    return RunUnary(*runner_, "DecideMappings", context, request, response, mappings_,
                    &MappingHandlers::DecideMappings);
  }
  grpc::ServerUnaryReactor* CompareAgain(grpc::CallbackServerContext* context,
                                         const v1::CompareAgainRequest* request,
                                         v1::CompareAgainResponse* response) override {
    return RunUnary(*runner_, "CompareAgain", context, request, response, mappings_,
                    &MappingHandlers::CompareAgain);
  }
  grpc::ServerUnaryReactor* GetLocalCode(grpc::CallbackServerContext* context,
                                         const v1::GetLocalCodeRequest* request,
                                         v1::LocalCode* response) override {
    return RunUnary(*runner_, "GetLocalCode", context, request, response, mappings_,
                    &MappingHandlers::GetLocalCode);
  }
  grpc::ServerUnaryReactor* ListLocalRowVersions(
      grpc::CallbackServerContext* context, const v1::ListLocalRowVersionsRequest* request,
      v1::ListLocalRowVersionsResponse* response) override {
    return RunUnary(*runner_, "ListLocalRowVersions", context, request, response, mappings_,
                    &MappingHandlers::ListLocalRowVersions);
  }
  grpc::ServerUnaryReactor* ListMappings(grpc::CallbackServerContext* context,
                                         const v1::ListMappingsRequest* request,
                                         v1::ListMappingsResponse* response) override {
    return RunUnary(*runner_, "ListMappings", context, request, response, mappings_,
                    &MappingHandlers::ListMappings);
  }
  grpc::ServerUnaryReactor* LookupLocalCode(grpc::CallbackServerContext* context,
                                            const v1::LookupLocalCodeRequest* request,
                                            v1::Mapping* response) override {
    return RunUnary(*runner_, "LookupLocalCode", context, request, response, mappings_,
                    &MappingHandlers::LookupLocalCode);
  }
  grpc::ServerUnaryReactor* BatchLookupLocalCodes(
      grpc::CallbackServerContext* context, const v1::BatchLookupLocalCodesRequest* request,
      v1::BatchLookupLocalCodesResponse* response) override {
    return RunUnary(*runner_, "BatchLookupLocalCodes", context, request, response, mappings_,
                    &MappingHandlers::BatchLookupLocalCodes);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  MappingHandlers mappings_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeMappingFace(std::unique_ptr<rpc::CallRunner> runner,
                                             db::ConnectionPool* pool) {
  return std::make_unique<MappingFace>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
