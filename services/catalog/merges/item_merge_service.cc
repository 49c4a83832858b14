#include "services/catalog/merges/item_merge_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/item_merge_service.grpc.pb.h"
#include "services/catalog/merges/item_merge_handlers.h"

namespace qingqu::catalog {
namespace {

// The face: one line a method.
class ItemMergeFace final : public v1::ItemMergeService::CallbackService, public CatalogFace {
 public:
  ItemMergeFace(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool,
                const ItemSearch* search)
      : runner_(std::move(runner)), merges_(pool, search) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  grpc::ServerUnaryReactor* FindDuplicates(grpc::CallbackServerContext* context,
                                           const v1::FindDuplicatesRequest* request,
                                           v1::FindDuplicatesResponse* response) override {
    return RunUnary(*runner_, "FindDuplicates", context, request, response, merges_,
                    &ItemMergeHandlers::FindDuplicates);
  }
  grpc::ServerUnaryReactor* ProposeItemMerge(grpc::CallbackServerContext* context,
                                             const v1::ProposeItemMergeRequest* request,
                                             v1::ItemMerge* response) override {
    return RunUnary(*runner_, "ProposeItemMerge", context, request, response, merges_,
                    &ItemMergeHandlers::ProposeItemMerge);
  }
  grpc::ServerUnaryReactor* ApproveItemMerge(grpc::CallbackServerContext* context,
                                             const v1::ApproveItemMergeRequest* request,
                                             v1::ItemMerge* response) override {
    return RunUnary(*runner_, "ApproveItemMerge", context, request, response, merges_,
                    &ItemMergeHandlers::ApproveItemMerge);
  }
  grpc::ServerUnaryReactor* RejectItemMerge(grpc::CallbackServerContext* context,
                                            const v1::RejectItemMergeRequest* request,
                                            v1::ItemMerge* response) override {
    return RunUnary(*runner_, "RejectItemMerge", context, request, response, merges_,
                    &ItemMergeHandlers::RejectItemMerge);
  }
  grpc::ServerUnaryReactor* ListItemMerges(grpc::CallbackServerContext* context,
                                           const v1::ListItemMergesRequest* request,
                                           v1::ListItemMergesResponse* response) override {
    return RunUnary(*runner_, "ListItemMerges", context, request, response, merges_,
                    &ItemMergeHandlers::ListItemMerges);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  ItemMergeHandlers merges_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeItemMergeFace(std::unique_ptr<rpc::CallRunner> runner,
                                               db::ConnectionPool* pool, const ItemSearch* search) {
  return std::make_unique<ItemMergeFace>(std::move(runner), pool, search);
}

}  // namespace qingqu::catalog
