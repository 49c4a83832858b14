#include "services/identity/delegation_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/identity/v1/delegation_service.grpc.pb.h"
#include "services/identity/delegation_handlers.h"

namespace qingqu::identity {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class DelegationService final : public v1::DelegationService::CallbackService,
                                public DelegationFace {
 public:
  DelegationService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool,
                    const Clock* clock)
      : runner_(std::move(runner)), handlers_(pool, clock) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* CreateDelegation(CallbackServerContext* context,
                                       const v1::CreateDelegationRequest* request,
                                       v1::Delegation* response) override {
    return rpc::RunUnary(*runner_, "CreateDelegation", context, request, response, handlers_,
                         &DelegationHandlers::CreateDelegation);
  }
  ServerUnaryReactor* RevokeDelegation(CallbackServerContext* context,
                                       const v1::RevokeDelegationRequest* request,
                                       v1::Delegation* response) override {
    return rpc::RunUnary(*runner_, "RevokeDelegation", context, request, response, handlers_,
                         &DelegationHandlers::RevokeDelegation);
  }
  ServerUnaryReactor* EndDelegation(CallbackServerContext* context,
                                    const v1::EndDelegationRequest* request,
                                    v1::Delegation* response) override {
    return rpc::RunUnary(*runner_, "EndDelegation", context, request, response, handlers_,
                         &DelegationHandlers::EndDelegation);
  }
  ServerUnaryReactor* GetDelegation(CallbackServerContext* context,
                                    const v1::GetDelegationRequest* request,
                                    v1::Delegation* response) override {
    return rpc::RunUnary(*runner_, "GetDelegation", context, request, response, handlers_,
                         &DelegationHandlers::GetDelegation);
  }
  ServerUnaryReactor* ListDelegations(CallbackServerContext* context,
                                      const v1::ListDelegationsRequest* request,
                                      v1::ListDelegationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListDelegations", context, request, response, handlers_,
                         &DelegationHandlers::ListDelegations);
  }
  ServerUnaryReactor* ListOwnDelegations(CallbackServerContext* context,
                                         const v1::ListOwnDelegationsRequest* request,
                                         v1::ListDelegationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListOwnDelegations", context, request, response, handlers_,
                         &DelegationHandlers::ListOwnDelegations);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  DelegationHandlers handlers_;
};

}  // namespace

std::unique_ptr<DelegationFace> MakeDelegationFace(std::unique_ptr<rpc::CallRunner> runner,
                                                   db::ConnectionPool* pool, const Clock* clock) {
  return std::make_unique<DelegationService>(std::move(runner), pool, clock);
}

}  // namespace qingqu::identity
