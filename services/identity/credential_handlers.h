#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "qingqu/identity/v1/credential_service.pb.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "services/identity/api_key.h"
#include "services/identity/handler_dependencies.h"
#include "services/identity/user.h"

namespace qingqu::identity {

// One method for each rpc of CredentialService; see the proto for what they promise. Thread-safe.
class CredentialHandlers {
 public:
  using Dependencies = HandlerDependencies;
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

  // second_factor_handlers.cc
  absl::StatusOr<v1::SecondFactorEnrolment> EnrolSecondFactor(
      const CallContext& call, const v1::EnrolSecondFactorRequest& request);
  absl::StatusOr<v1::RecoveryCodes> ConfirmSecondFactor(
      const CallContext& call, const v1::ConfirmSecondFactorRequest& request);
  absl::StatusOr<v1::RecoveryCodes> RenewRecoveryCodes(
      const CallContext& call, const v1::RenewRecoveryCodesRequest& request);
  absl::StatusOr<v1::RemoveSecondFactorResponse> RemoveSecondFactor(
      const CallContext& call, const v1::RemoveSecondFactorRequest& request);

  // key_handlers.cc
  absl::StatusOr<v1::SigningKey> RotateSigningKey(const CallContext& call,
                                                  const v1::RotateSigningKeyRequest& request);
  absl::StatusOr<v1::JsonWebKeys> GetJsonWebKeys(const CallContext& call,
                                                 const v1::GetJsonWebKeysRequest& request);

  // machine_handlers.cc
  absl::StatusOr<v1::MachineClient> MakeMachineClient(const CallContext& call,
                                                      const v1::MakeMachineClientRequest& request);
  absl::StatusOr<v1::MachineClient> SetMachineCertificates(
      const CallContext& call, const v1::SetMachineCertificatesRequest& request);
  absl::StatusOr<v1::ApiKey> CreateApiKey(const CallContext& call,
                                          const v1::CreateApiKeyRequest& request);
  absl::StatusOr<v1::ListApiKeysResponse> ListApiKeys(const CallContext& call,
                                                      const v1::ListApiKeysRequest& request);
  absl::StatusOr<v1::ApiKey> RevokeApiKey(const CallContext& call,
                                          const v1::RevokeApiKeyRequest& request);
  // api_key_exchange.cc
  absl::StatusOr<v1::SignInResponse> ExchangeApiKey(const CallContext& call,
                                                    const v1::ExchangeApiKeyRequest& request);

  // external_handlers.cc
  absl::StatusOr<v1::SignInResponse> SignInWithExternalToken(
      const CallContext& call, const v1::SignInWithExternalTokenRequest& request);
  absl::StatusOr<v1::ExternalSubject> LinkExternalSubject(
      const CallContext& call, const v1::LinkExternalSubjectRequest& request);
  absl::StatusOr<v1::ExternalSubject> UnlinkExternalSubject(
      const CallContext& call, const v1::UnlinkExternalSubjectRequest& request);
  absl::StatusOr<v1::ListExternalSubjectsResponse> ListExternalSubjects(
      const CallContext& call, const v1::ListExternalSubjectsRequest& request);

 private:
  absl::StatusOr<User> UserOfApiKey(pqxx::transaction_base& tx, const CallContext& call,
                                    const ApiKeyText& shown) const;
  absl::Status ConfirmEnrolment(pqxx::transaction_base& tx, const CallContext& call,
                                const std::string& code, v1::RecoveryCodes& codes);

  const Dependencies dependencies_;
};

}  // namespace qingqu::identity
