#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "services/identity/admission.h"
#include "services/identity/errors.h"
#include "services/identity/handler_dependencies.h"
#include "services/identity/session.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {

// One method for each rpc of IdentityService; see the proto for what they promise. Thread-safe.
class IdentityHandlers {
 public:
  using Dependencies = HandlerDependencies;
  explicit IdentityHandlers(const Dependencies& dependencies) : dependencies_(dependencies) {}

  // session_handlers.cc
  absl::StatusOr<v1::SignInResponse> SignIn(const CallContext& call,
                                            const v1::SignInRequest& request);
  absl::StatusOr<v1::SignInResponse> RefreshSession(const CallContext& call,
                                                    const v1::RefreshSessionRequest& request);
  absl::StatusOr<v1::SignOutResponse> SignOut(const CallContext& call,
                                              const v1::SignOutRequest& request);
  absl::StatusOr<v1::SignInResponse> SwitchPost(const CallContext& call,
                                                const v1::SwitchPostRequest& request);
  absl::StatusOr<v1::User> ChangePassword(const CallContext& call,
                                          const v1::ChangePasswordRequest& request);

  // organisation_handlers.cc
  absl::StatusOr<v1::Alliance> CreateAlliance(const CallContext& call,
                                              const v1::CreateAllianceRequest& request);
  absl::StatusOr<v1::ListAlliancesResponse> ListAlliances(const CallContext& call,
                                                          const v1::ListAlliancesRequest& request);
  absl::StatusOr<v1::Institution> CreateInstitution(const CallContext& call,
                                                    const v1::CreateInstitutionRequest& request);
  absl::StatusOr<v1::ListInstitutionsResponse> ListInstitutions(
      const CallContext& call, const v1::ListInstitutionsRequest& request);
  absl::StatusOr<v1::Department> CreateDepartment(const CallContext& call,
                                                  const v1::CreateDepartmentRequest& request);
  absl::StatusOr<v1::Alliance> UpdateAlliance(const CallContext& call,
                                              const v1::UpdateAllianceRequest& request);
  absl::StatusOr<v1::Institution> UpdateInstitution(const CallContext& call,
                                                    const v1::UpdateInstitutionRequest& request);
  absl::StatusOr<v1::Department> UpdateDepartment(const CallContext& call,
                                                  const v1::UpdateDepartmentRequest& request);
  absl::StatusOr<v1::Institution> CloseInstitution(const CallContext& call,
                                                   const v1::CloseInstitutionRequest& request);
  absl::StatusOr<v1::Department> CloseDepartment(const CallContext& call,
                                                 const v1::CloseDepartmentRequest& request);
  absl::StatusOr<v1::Institution> ChangeLead(const CallContext& call,
                                             const v1::ChangeLeadRequest& request);
  absl::StatusOr<v1::ListDepartmentsResponse> ListDepartments(
      const CallContext& call, const v1::ListDepartmentsRequest& request);

  // user_handlers.cc
  absl::StatusOr<v1::User> GetSelf(const CallContext& call, const v1::GetSelfRequest& request);
  absl::StatusOr<v1::User> CreateUser(const CallContext& call,
                                      const v1::CreateUserRequest& request);
  absl::StatusOr<v1::User> GetUser(const CallContext& call, const v1::GetUserRequest& request);
  absl::StatusOr<v1::ListUsersResponse> ListUsers(const CallContext& call,
                                                  const v1::ListUsersRequest& request);
  absl::StatusOr<v1::User> DisableUser(const CallContext& call,
                                       const v1::DisableUserRequest& request);

 private:
  absl::StatusOr<v1::User> ReadUserById(const CallContext& call, const std::string& user_id);
  // What a refresh token is good for: a user, or else a refusal.
  struct Refreshed {
    std::optional<User> user;
    absl::Status refusal = SessionEnded("");
    bool switched = false;  // to another post or delegation than the session's
  };
  // In what is wanted, or, when that is nothing, as the session acts.
  Refreshed Refresh(pqxx::transaction_base& tx, const CallContext& platform,
                    const RefreshToken& present, const PostChoice& wanted);
  absl::StatusOr<v1::SignInResponse> RefreshIn(const CallContext& call,
                                               const std::string& refresh_token,
                                               const PostChoice& wanted);

  const Dependencies dependencies_;
};

}  // namespace qingqu::identity
