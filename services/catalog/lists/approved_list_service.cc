#include "services/catalog/lists/approved_list_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/approved_list_service.grpc.pb.h"
#include "services/catalog/lists/approved_list_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class ApprovedListService final : public v1::ApprovedListService::CallbackService,
                                  public CatalogFace {
 public:
  ApprovedListService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* CreateApprovedList(CallbackServerContext* context,
                                         const v1::CreateApprovedListRequest* request,
                                         v1::ApprovedList* response) override {
    return rpc::RunUnary(*runner_, "CreateApprovedList", context, request, response, handlers_,
                         &ApprovedListHandlers::CreateApprovedList);
  }
  ServerUnaryReactor* ApproveApprovedList(CallbackServerContext* context,
                                          const v1::ApproveApprovedListRequest* request,
                                          v1::ApprovedList* response) override {
    return rpc::RunUnary(*runner_, "ApproveApprovedList", context, request, response, handlers_,
                         &ApprovedListHandlers::ApproveApprovedList);
  }
  ServerUnaryReactor* RejectApprovedList(CallbackServerContext* context,
                                         const v1::RejectApprovedListRequest* request,
                                         v1::ApprovedList* response) override {
    return rpc::RunUnary(*runner_, "RejectApprovedList", context, request, response, handlers_,
                         &ApprovedListHandlers::RejectApprovedList);
  }
  ServerUnaryReactor* WithdrawApprovedList(CallbackServerContext* context,
                                           const v1::WithdrawApprovedListRequest* request,
                                           v1::ApprovedList* response) override {
    return rpc::RunUnary(*runner_, "WithdrawApprovedList", context, request, response, handlers_,
                         &ApprovedListHandlers::WithdrawApprovedList);
  }
  ServerUnaryReactor* GetApprovedList(CallbackServerContext* context,
                                      const v1::GetApprovedListRequest* request,
                                      v1::ApprovedList* response) override {
    return rpc::RunUnary(*runner_, "GetApprovedList", context, request, response, handlers_,
                         &ApprovedListHandlers::GetApprovedList);
  }
  ServerUnaryReactor* ListApprovedLists(CallbackServerContext* context,
                                        const v1::ListApprovedListsRequest* request,
                                        v1::ListApprovedListsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListApprovedLists", context, request, response, handlers_,
                         &ApprovedListHandlers::ListApprovedLists);
  }
  ServerUnaryReactor* ListApprovedListEntries(
      CallbackServerContext* context, const v1::ListApprovedListEntriesRequest* request,
      v1::ListApprovedListEntriesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListApprovedListEntries", context, request, response, handlers_,
                         &ApprovedListHandlers::ListApprovedListEntries);
  }
  ServerUnaryReactor* ProposeListChange(CallbackServerContext* context,
                                        const v1::ProposeListChangeRequest* request,
                                        v1::ListChange* response) override {
    return rpc::RunUnary(*runner_, "ProposeListChange", context, request, response, handlers_,
                         &ApprovedListHandlers::ProposeListChange);
  }
  ServerUnaryReactor* ApproveListChange(CallbackServerContext* context,
                                        const v1::ApproveListChangeRequest* request,
                                        v1::ListChange* response) override {
    return rpc::RunUnary(*runner_, "ApproveListChange", context, request, response, handlers_,
                         &ApprovedListHandlers::ApproveListChange);
  }
  ServerUnaryReactor* RejectListChange(CallbackServerContext* context,
                                       const v1::RejectListChangeRequest* request,
                                       v1::ListChange* response) override {
    return rpc::RunUnary(*runner_, "RejectListChange", context, request, response, handlers_,
                         &ApprovedListHandlers::RejectListChange);
  }
  ServerUnaryReactor* WithdrawListChange(CallbackServerContext* context,
                                         const v1::WithdrawListChangeRequest* request,
                                         v1::ListChange* response) override {
    return rpc::RunUnary(*runner_, "WithdrawListChange", context, request, response, handlers_,
                         &ApprovedListHandlers::WithdrawListChange);
  }
  ServerUnaryReactor* GetListChange(CallbackServerContext* context,
                                    const v1::GetListChangeRequest* request,
                                    v1::ListChange* response) override {
    return rpc::RunUnary(*runner_, "GetListChange", context, request, response, handlers_,
                         &ApprovedListHandlers::GetListChange);
  }
  ServerUnaryReactor* ListListChanges(CallbackServerContext* context,
                                      const v1::ListListChangesRequest* request,
                                      v1::ListListChangesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListListChanges", context, request, response, handlers_,
                         &ApprovedListHandlers::ListListChanges);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  ApprovedListHandlers handlers_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeApprovedListFace(std::unique_ptr<rpc::CallRunner> runner,
                                                  db::ConnectionPool* pool) {
  return std::make_unique<ApprovedListService>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
