#include "services/identity/role_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/identity/v1/role_service.grpc.pb.h"
#include "services/identity/role_handlers.h"

namespace qingqu::identity {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class RoleService final : public v1::RoleService::CallbackService, public RoleFace {
 public:
  RoleService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* ListRoles(CallbackServerContext* context, const v1::ListRolesRequest* request,
                                v1::ListRolesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListRoles", context, request, response, handlers_,
                         &RoleHandlers::ListRoles);
  }
  ServerUnaryReactor* GetRole(CallbackServerContext* context, const v1::GetRoleRequest* request,
                              v1::RoleGrants* response) override {
    return rpc::RunUnary(*runner_, "GetRole", context, request, response, handlers_,
                         &RoleHandlers::GetRole);
  }
  ServerUnaryReactor* UpdateRolePermissions(CallbackServerContext* context,
                                            const v1::UpdateRolePermissionsRequest* request,
                                            v1::RoleGrants* response) override {
    return rpc::RunUnary(*runner_, "UpdateRolePermissions", context, request, response, handlers_,
                         &RoleHandlers::UpdateRolePermissions);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  RoleHandlers handlers_;
};

}  // namespace

std::unique_ptr<RoleFace> MakeRoleFace(std::unique_ptr<rpc::CallRunner> runner,
                                       db::ConnectionPool* pool) {
  return std::make_unique<RoleService>(std::move(runner), pool);
}

}  // namespace qingqu::identity
