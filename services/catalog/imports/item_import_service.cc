#include "services/catalog/imports/item_import_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/item_import_service.grpc.pb.h"
#include "services/catalog/imports/item_import_handlers.h"

namespace qingqu::catalog {
namespace {

// The face: one line a method.
class ItemImportFace final : public v1::ItemImportService::CallbackService, public CatalogFace {
 public:
  ItemImportFace(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), imports_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  grpc::ServerUnaryReactor* CreateItemImport(grpc::CallbackServerContext* context,
                                             const v1::CreateItemImportRequest* request,
                                             v1::ItemImport* response) override {
    return RunUnary(*runner_, "CreateItemImport", context, request, response, imports_,
                    &ItemImportHandlers::CreateItemImport);
  }
  grpc::ServerUnaryReactor* AppendItemRows(grpc::CallbackServerContext* context,
                                           const v1::AppendItemRowsRequest* request,
                                           v1::AppendItemRowsResponse* response) override {
    return RunUnary(*runner_, "AppendItemRows", context, request, response, imports_,
                    &ItemImportHandlers::AppendItemRows);
  }
  grpc::ServerUnaryReactor* FinishItemImport(grpc::CallbackServerContext* context,
                                             const v1::FinishItemImportRequest* request,
                                             v1::ItemImport* response) override {
    return RunUnary(*runner_, "FinishItemImport", context, request, response, imports_,
                    &ItemImportHandlers::FinishItemImport);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  ItemImportHandlers imports_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeItemImportFace(std::unique_ptr<rpc::CallRunner> runner,
                                                db::ConnectionPool* pool) {
  return std::make_unique<ItemImportFace>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
