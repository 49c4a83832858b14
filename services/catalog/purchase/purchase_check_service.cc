#include "services/catalog/purchase/purchase_check_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/purchase_check_service.grpc.pb.h"
#include "services/catalog/purchase/purchase_check_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class PurchaseCheckService final : public v1::PurchaseCheckService::CallbackService,
                                   public CatalogFace {
 public:
  PurchaseCheckService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* MayBuy(CallbackServerContext* context, const v1::MayBuyRequest* request,
                             v1::PurchaseVerdict* response) override {
    return rpc::RunUnary(*runner_, "MayBuy", context, request, response, handlers_,
                         &PurchaseCheckHandlers::MayBuy);
  }
  ServerUnaryReactor* BatchMayBuy(CallbackServerContext* context,
                                  const v1::BatchMayBuyRequest* request,
                                  v1::BatchMayBuyResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchMayBuy", context, request, response, handlers_,
                         &PurchaseCheckHandlers::BatchMayBuy);
  }
  ServerUnaryReactor* SetPurchaseRule(CallbackServerContext* context,
                                      const v1::SetPurchaseRuleRequest* request,
                                      v1::PurchaseRule* response) override {
    return rpc::RunUnary(*runner_, "SetPurchaseRule", context, request, response, handlers_,
                         &PurchaseCheckHandlers::SetPurchaseRule);
  }
  ServerUnaryReactor* ListPurchaseRules(CallbackServerContext* context,
                                        const v1::ListPurchaseRulesRequest* request,
                                        v1::ListPurchaseRulesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListPurchaseRules", context, request, response, handlers_,
                         &PurchaseCheckHandlers::ListPurchaseRules);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  PurchaseCheckHandlers handlers_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakePurchaseCheckFace(std::unique_ptr<rpc::CallRunner> runner,
                                                   db::ConnectionPool* pool) {
  return std::make_unique<PurchaseCheckService>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
