#include "services/identity/identity_service.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "fmt/format.h"

#include "common/auth/key_directory.h"
#include "common/auth/role_grants.h"
#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/identity/v1/delegation_service.pb.h"
#include "qingqu/identity/v1/identity_service.grpc.pb.h"
#include "qingqu/identity/v1/post_service.pb.h"
#include "qingqu/identity/v1/role_service.pb.h"
#include "services/identity/bootstrap.h"
#include "services/identity/credential_service.h"
#include "services/identity/delegation_service.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/post_service.h"
#include "services/identity/queries.h"
#include "services/identity/role_seed.h"
#include "services/identity/role_service.h"

namespace qingqu::identity {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class IdentityService final : public v1::IdentityService::CallbackService {
 public:
  IdentityService(std::unique_ptr<rpc::CallRunner> runner,
                  const IdentityHandlers::Dependencies& dependencies)
      : runner_(std::move(runner)), handlers_(dependencies) {}

  void Drain() { runner_->Drain(); }

  ServerUnaryReactor* SignIn(CallbackServerContext* context, const v1::SignInRequest* request,
                             v1::SignInResponse* response) override {
    return rpc::RunUnary(*runner_, "SignIn", context, request, response, handlers_,
                         &IdentityHandlers::SignIn);
  }
  ServerUnaryReactor* RefreshSession(CallbackServerContext* context,
                                     const v1::RefreshSessionRequest* request,
                                     v1::SignInResponse* response) override {
    return rpc::RunUnary(*runner_, "RefreshSession", context, request, response, handlers_,
                         &IdentityHandlers::RefreshSession);
  }
  ServerUnaryReactor* SignOut(CallbackServerContext* context, const v1::SignOutRequest* request,
                              v1::SignOutResponse* response) override {
    return rpc::RunUnary(*runner_, "SignOut", context, request, response, handlers_,
                         &IdentityHandlers::SignOut);
  }
  ServerUnaryReactor* SwitchPost(CallbackServerContext* context,
                                 const v1::SwitchPostRequest* request,
                                 v1::SignInResponse* response) override {
    return rpc::RunUnary(*runner_, "SwitchPost", context, request, response, handlers_,
                         &IdentityHandlers::SwitchPost);
  }
  ServerUnaryReactor* GetSelf(CallbackServerContext* context, const v1::GetSelfRequest* request,
                              v1::User* response) override {
    return rpc::RunUnary(*runner_, "GetSelf", context, request, response, handlers_,
                         &IdentityHandlers::GetSelf);
  }
  ServerUnaryReactor* CreateAlliance(CallbackServerContext* context,
                                     const v1::CreateAllianceRequest* request,
                                     v1::Alliance* response) override {
    return rpc::RunUnary(*runner_, "CreateAlliance", context, request, response, handlers_,
                         &IdentityHandlers::CreateAlliance);
  }
  ServerUnaryReactor* ListAlliances(CallbackServerContext* context,
                                    const v1::ListAlliancesRequest* request,
                                    v1::ListAlliancesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListAlliances", context, request, response, handlers_,
                         &IdentityHandlers::ListAlliances);
  }
  ServerUnaryReactor* CreateInstitution(CallbackServerContext* context,
                                        const v1::CreateInstitutionRequest* request,
                                        v1::Institution* response) override {
    return rpc::RunUnary(*runner_, "CreateInstitution", context, request, response, handlers_,
                         &IdentityHandlers::CreateInstitution);
  }
  ServerUnaryReactor* ListInstitutions(CallbackServerContext* context,
                                       const v1::ListInstitutionsRequest* request,
                                       v1::ListInstitutionsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListInstitutions", context, request, response, handlers_,
                         &IdentityHandlers::ListInstitutions);
  }
  ServerUnaryReactor* CreateDepartment(CallbackServerContext* context,
                                       const v1::CreateDepartmentRequest* request,
                                       v1::Department* response) override {
    return rpc::RunUnary(*runner_, "CreateDepartment", context, request, response, handlers_,
                         &IdentityHandlers::CreateDepartment);
  }
  ServerUnaryReactor* ListDepartments(CallbackServerContext* context,
                                      const v1::ListDepartmentsRequest* request,
                                      v1::ListDepartmentsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListDepartments", context, request, response, handlers_,
                         &IdentityHandlers::ListDepartments);
  }
  ServerUnaryReactor* UpdateAlliance(CallbackServerContext* context,
                                     const v1::UpdateAllianceRequest* request,
                                     v1::Alliance* response) override {
    return rpc::RunUnary(*runner_, "UpdateAlliance", context, request, response, handlers_,
                         &IdentityHandlers::UpdateAlliance);
  }
  ServerUnaryReactor* UpdateInstitution(CallbackServerContext* context,
                                        const v1::UpdateInstitutionRequest* request,
                                        v1::Institution* response) override {
    return rpc::RunUnary(*runner_, "UpdateInstitution", context, request, response, handlers_,
                         &IdentityHandlers::UpdateInstitution);
  }
  ServerUnaryReactor* UpdateDepartment(CallbackServerContext* context,
                                       const v1::UpdateDepartmentRequest* request,
                                       v1::Department* response) override {
    return rpc::RunUnary(*runner_, "UpdateDepartment", context, request, response, handlers_,
                         &IdentityHandlers::UpdateDepartment);
  }
  ServerUnaryReactor* CloseInstitution(CallbackServerContext* context,
                                       const v1::CloseInstitutionRequest* request,
                                       v1::Institution* response) override {
    return rpc::RunUnary(*runner_, "CloseInstitution", context, request, response, handlers_,
                         &IdentityHandlers::CloseInstitution);
  }
  ServerUnaryReactor* CloseDepartment(CallbackServerContext* context,
                                      const v1::CloseDepartmentRequest* request,
                                      v1::Department* response) override {
    return rpc::RunUnary(*runner_, "CloseDepartment", context, request, response, handlers_,
                         &IdentityHandlers::CloseDepartment);
  }
  ServerUnaryReactor* ChangeLead(CallbackServerContext* context,
                                 const v1::ChangeLeadRequest* request,
                                 v1::Institution* response) override {
    return rpc::RunUnary(*runner_, "ChangeLead", context, request, response, handlers_,
                         &IdentityHandlers::ChangeLead);
  }
  ServerUnaryReactor* CreateUser(CallbackServerContext* context,
                                 const v1::CreateUserRequest* request,
                                 v1::User* response) override {
    return rpc::RunUnary(*runner_, "CreateUser", context, request, response, handlers_,
                         &IdentityHandlers::CreateUser);
  }
  ServerUnaryReactor* GetUser(CallbackServerContext* context, const v1::GetUserRequest* request,
                              v1::User* response) override {
    return rpc::RunUnary(*runner_, "GetUser", context, request, response, handlers_,
                         &IdentityHandlers::GetUser);
  }
  ServerUnaryReactor* ListUsers(CallbackServerContext* context, const v1::ListUsersRequest* request,
                                v1::ListUsersResponse* response) override {
    return rpc::RunUnary(*runner_, "ListUsers", context, request, response, handlers_,
                         &IdentityHandlers::ListUsers);
  }
  ServerUnaryReactor* DisableUser(CallbackServerContext* context,
                                  const v1::DisableUserRequest* request,
                                  v1::User* response) override {
    return rpc::RunUnary(*runner_, "DisableUser", context, request, response, handlers_,
                         &IdentityHandlers::DisableUser);
  }
  ServerUnaryReactor* ChangePassword(CallbackServerContext* context,
                                     const v1::ChangePasswordRequest* request,
                                     v1::User* response) override {
    return rpc::RunUnary(*runner_, "ChangePassword", context, request, response, handlers_,
                         &IdentityHandlers::ChangePassword);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  IdentityHandlers handlers_;
};

struct Runners {
  std::unique_ptr<rpc::CallRunner> identity;
  std::unique_ptr<rpc::CallRunner> credential;
  std::unique_ptr<rpc::CallRunner> post;
  std::unique_ptr<rpc::CallRunner> role;
  std::unique_ptr<rpc::CallRunner> delegation;
};

class HostedIdentity final : public rpc::HostedService {
 public:
  HostedIdentity(std::unique_ptr<SigningKeys> signer, std::unique_ptr<PasswordHasher> hasher,
                 std::string box_key, std::unique_ptr<ExternalTokenVerifier> external,
                 Runners runners, const rpc::ServiceDependencies& dependencies)
      : signer_(std::move(signer)),
        hasher_(std::move(hasher)),
        box_(std::move(box_key)),
        external_(std::move(external)),
        handler_dependencies_({.clock = dependencies.clock,
                               .pool = dependencies.pool,
                               .signer = signer_.get(),
                               .signing_keys = signer_.get(),
                               .hasher = hasher_.get(),
                               .box = &box_,
                               .external = external_.get(),
                               .second_factor_roles = dependencies.second_factor_roles}),
        service_(std::move(runners.identity), handler_dependencies_),
        credentials_(MakeCredentialFace(std::move(runners.credential), handler_dependencies_)),
        posts_(MakePostFace(std::move(runners.post), handler_dependencies_)),
        roles_(MakeRoleFace(std::move(runners.role), dependencies.pool)),
        delegations_(MakeDelegationFace(std::move(runners.delegation), dependencies.pool,
                                        dependencies.clock)) {}

  grpc::Service& grpc_service() override { return service_; }
  std::vector<grpc::Service*> grpc_services() override {
    return {&service_, &credentials_->grpc_service(), &posts_->grpc_service(),
            &roles_->grpc_service(), &delegations_->grpc_service()};
  }
  void Stop() override {
    service_.Drain();
    credentials_->Drain();
    posts_->Drain();
    roles_->Drain();
    delegations_->Drain();
  }

 private:
  const std::unique_ptr<SigningKeys> signer_;
  const std::unique_ptr<PasswordHasher> hasher_;
  const SecretBox box_;
  const std::unique_ptr<ExternalTokenVerifier> external_;
  const HandlerDependencies handler_dependencies_;
  IdentityService service_;
  const std::unique_ptr<CredentialFace> credentials_;
  const std::unique_ptr<PostFace> posts_;
  const std::unique_ptr<RoleFace> roles_;
  const std::unique_ptr<DelegationFace> delegations_;
};

absl::Status CheckRoles(const std::set<std::string>& roles) {
  const std::vector<std::string_view>& known = auth::AllRoles();
  for (const std::string& role : roles) {
    if (std::find(known.begin(), known.end(), role) == known.end()) {
      return InvalidField("second_factor_roles", fmt::format("there is no role '{}'", role));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<rpc::HostedService>> CreateHosted(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(auto signer, SigningKeys::Create({.keys_dir = dependencies.keys_dir,
                                                            .clock = dependencies.clock,
                                                            .pool = dependencies.pool}));
  QINGQU_ASSIGN_OR_RETURN(std::string box_key,
                          auth::LoadOrCreateSecret(dependencies.keys_dir, "identity"));
  QINGQU_ASSIGN_OR_RETURN(std::vector<OidcIssuer> issuers,
                          ReadOidcIssuers(dependencies.oidc_issuers_file));
  auto external = std::make_unique<ExternalTokenVerifier>(std::move(issuers), dependencies.clock);
  QINGQU_RETURN_IF_ERROR(CheckRoles(dependencies.second_factor_roles));
  auto hasher = std::make_unique<PasswordHasher>(PasswordHasher::Options{});
  if (!dependencies.bootstrap_password_file.empty()) {
    QINGQU_RETURN_IF_ERROR(CreateFirstUser(*dependencies.pool, *hasher,
                                           dependencies.bootstrap_password_file,
                                           dependencies.clock->Now()));
  }
  QINGQU_RETURN_IF_ERROR(SeedRoles(*dependencies.pool, dependencies.clock->Now()));
  Runners runners;
  QINGQU_ASSIGN_OR_RETURN(
      runners.identity,
      rpc::CreateRunner(dependencies, *v1::User::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(
      runners.credential,
      rpc::CreateRunner(dependencies, *v1::Session::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(
      runners.post, rpc::CreateRunner(dependencies, *v1::Post::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(
      runners.role,
      rpc::CreateRunner(dependencies, *v1::RoleGrants::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(
      runners.delegation,
      rpc::CreateRunner(dependencies, *v1::Delegation::descriptor()->file()->service(0)));
  return std::make_unique<HostedIdentity>(std::move(signer), std::move(hasher), std::move(box_key),
                                          std::move(external), std::move(runners), dependencies);
}

}  // namespace

rpc::ServiceSpec IdentitySpec() {
  return {
      .area = "identity",
      .grpc_name = v1::IdentityService::service_full_name(),
      .more_grpc_names = {"qingqu.identity.v1.CredentialService", "qingqu.identity.v1.PostService",
                          "qingqu.identity.v1.RoleService", "qingqu.identity.v1.DelegationService"},
      .queries = queries::kAllQueries,
      .create = CreateHosted};
}

}  // namespace qingqu::identity
