#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "qingqu/identity/v1/credential_service.pb.h"
#include "services/identity/identity_handlers.h"

namespace qingqu::identity {

// One method for each rpc of CredentialService; see the proto for what they promise. Thread-safe.
class CredentialHandlers {
 public:
  using Dependencies = IdentityHandlers::Dependencies;
  explicit CredentialHandlers(const Dependencies& dependencies) : dependencies_(dependencies) {}

  // session_list_handlers.cc
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(const CallContext& call,
                                                        const v1::ListSessionsRequest& request);
  absl::StatusOr<v1::EndSessionsResponse> EndSession(const CallContext& call,
                                                     const v1::EndSessionRequest& request);
  absl::StatusOr<v1::EndSessionsResponse> SignOutEverywhere(
      const CallContext& call, const v1::SignOutEverywhereRequest& request);
  absl::StatusOr<v1::EndSessionsResponse> EndUserSessions(
      const CallContext& call, const v1::EndUserSessionsRequest& request);

 private:
  const Dependencies dependencies_;
};

}  // namespace qingqu::identity
