#include "services/catalog/prices/price_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/price_service.grpc.pb.h"
#include "services/catalog/prices/price_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class PriceService final : public v1::PriceService::CallbackService, public CatalogFace {
 public:
  PriceService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* BatchSetPrices(CallbackServerContext* context,
                                     const v1::BatchSetPricesRequest* request,
                                     v1::BatchSetPricesResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchSetPrices", context, request, response, handlers_,
                         &PriceHandlers::BatchSetPrices);
  }
  ServerUnaryReactor* ClosePrice(CallbackServerContext* context,
                                 const v1::ClosePriceRequest* request,
                                 v1::Price* response) override {
    return rpc::RunUnary(*runner_, "ClosePrice", context, request, response, handlers_,
                         &PriceHandlers::ClosePrice);
  }
  ServerUnaryReactor* GetPrice(CallbackServerContext* context, const v1::GetPriceRequest* request,
                               v1::Price* response) override {
    return rpc::RunUnary(*runner_, "GetPrice", context, request, response, handlers_,
                         &PriceHandlers::GetPrice);
  }
  ServerUnaryReactor* ListPrices(CallbackServerContext* context,
                                 const v1::ListPricesRequest* request,
                                 v1::ListPricesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListPrices", context, request, response, handlers_,
                         &PriceHandlers::ListPrices);
  }
  ServerUnaryReactor* BatchFindPrices(CallbackServerContext* context,
                                      const v1::BatchFindPricesRequest* request,
                                      v1::BatchFindPricesResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchFindPrices", context, request, response, handlers_,
                         &PriceHandlers::BatchFindPrices);
  }
  ServerUnaryReactor* ComparePrices(CallbackServerContext* context,
                                    const v1::ComparePricesRequest* request,
                                    v1::ComparePricesResponse* response) override {
    return rpc::RunUnary(*runner_, "ComparePrices", context, request, response, handlers_,
                         &PriceHandlers::ComparePrices);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  PriceHandlers handlers_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakePriceFace(std::unique_ptr<rpc::CallRunner> runner,
                                           db::ConnectionPool* pool) {
  return std::make_unique<PriceService>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
