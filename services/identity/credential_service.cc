#include "services/identity/credential_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/identity/v1/credential_service.grpc.pb.h"

namespace qingqu::identity {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class CredentialService final : public v1::CredentialService::CallbackService,
                                public CredentialFace {
 public:
  CredentialService(std::unique_ptr<rpc::CallRunner> runner,
                    const CredentialHandlers::Dependencies& dependencies)
      : runner_(std::move(runner)), handlers_(dependencies) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* ListSessions(CallbackServerContext* context,
                                   const v1::ListSessionsRequest* request,
                                   v1::ListSessionsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListSessions", context, request, response, handlers_,
                         &CredentialHandlers::ListSessions);
  }
  ServerUnaryReactor* EndSession(CallbackServerContext* context,
                                 const v1::EndSessionRequest* request,
                                 v1::EndSessionsResponse* response) override {
    return rpc::RunUnary(*runner_, "EndSession", context, request, response, handlers_,
                         &CredentialHandlers::EndSession);
  }
  ServerUnaryReactor* SignOutEverywhere(CallbackServerContext* context,
                                        const v1::SignOutEverywhereRequest* request,
                                        v1::EndSessionsResponse* response) override {
    return rpc::RunUnary(*runner_, "SignOutEverywhere", context, request, response, handlers_,
                         &CredentialHandlers::SignOutEverywhere);
  }
  ServerUnaryReactor* EndUserSessions(CallbackServerContext* context,
                                      const v1::EndUserSessionsRequest* request,
                                      v1::EndSessionsResponse* response) override {
    return rpc::RunUnary(*runner_, "EndUserSessions", context, request, response, handlers_,
                         &CredentialHandlers::EndUserSessions);
  }
  ServerUnaryReactor* EnrolSecondFactor(CallbackServerContext* context,
                                        const v1::EnrolSecondFactorRequest* request,
                                        v1::SecondFactorEnrolment* response) override {
    return rpc::RunUnary(*runner_, "EnrolSecondFactor", context, request, response, handlers_,
                         &CredentialHandlers::EnrolSecondFactor);
  }
  ServerUnaryReactor* ConfirmSecondFactor(CallbackServerContext* context,
                                          const v1::ConfirmSecondFactorRequest* request,
                                          v1::RecoveryCodes* response) override {
    return rpc::RunUnary(*runner_, "ConfirmSecondFactor", context, request, response, handlers_,
                         &CredentialHandlers::ConfirmSecondFactor);
  }
  ServerUnaryReactor* RenewRecoveryCodes(CallbackServerContext* context,
                                         const v1::RenewRecoveryCodesRequest* request,
                                         v1::RecoveryCodes* response) override {
    return rpc::RunUnary(*runner_, "RenewRecoveryCodes", context, request, response, handlers_,
                         &CredentialHandlers::RenewRecoveryCodes);
  }
  ServerUnaryReactor* RemoveSecondFactor(CallbackServerContext* context,
                                         const v1::RemoveSecondFactorRequest* request,
                                         v1::RemoveSecondFactorResponse* response) override {
    return rpc::RunUnary(*runner_, "RemoveSecondFactor", context, request, response, handlers_,
                         &CredentialHandlers::RemoveSecondFactor);
  }
  ServerUnaryReactor* RotateSigningKey(CallbackServerContext* context,
                                       const v1::RotateSigningKeyRequest* request,
                                       v1::SigningKey* response) override {
    return rpc::RunUnary(*runner_, "RotateSigningKey", context, request, response, handlers_,
                         &CredentialHandlers::RotateSigningKey);
  }
  ServerUnaryReactor* GetJsonWebKeys(CallbackServerContext* context,
                                     const v1::GetJsonWebKeysRequest* request,
                                     v1::JsonWebKeys* response) override {
    return rpc::RunUnary(*runner_, "GetJsonWebKeys", context, request, response, handlers_,
                         &CredentialHandlers::GetJsonWebKeys);
  }
  ServerUnaryReactor* MakeMachineClient(CallbackServerContext* context,
                                        const v1::MakeMachineClientRequest* request,
                                        v1::MachineClient* response) override {
    return rpc::RunUnary(*runner_, "MakeMachineClient", context, request, response, handlers_,
                         &CredentialHandlers::MakeMachineClient);
  }
  ServerUnaryReactor* SetMachineCertificates(CallbackServerContext* context,
                                             const v1::SetMachineCertificatesRequest* request,
                                             v1::MachineClient* response) override {
    return rpc::RunUnary(*runner_, "SetMachineCertificates", context, request, response, handlers_,
                         &CredentialHandlers::SetMachineCertificates);
  }
  ServerUnaryReactor* CreateApiKey(CallbackServerContext* context,
                                   const v1::CreateApiKeyRequest* request,
                                   v1::ApiKey* response) override {
    return rpc::RunUnary(*runner_, "CreateApiKey", context, request, response, handlers_,
                         &CredentialHandlers::CreateApiKey);
  }
  ServerUnaryReactor* ListApiKeys(CallbackServerContext* context,
                                  const v1::ListApiKeysRequest* request,
                                  v1::ListApiKeysResponse* response) override {
    return rpc::RunUnary(*runner_, "ListApiKeys", context, request, response, handlers_,
                         &CredentialHandlers::ListApiKeys);
  }
  ServerUnaryReactor* RevokeApiKey(CallbackServerContext* context,
                                   const v1::RevokeApiKeyRequest* request,
                                   v1::ApiKey* response) override {
    return rpc::RunUnary(*runner_, "RevokeApiKey", context, request, response, handlers_,
                         &CredentialHandlers::RevokeApiKey);
  }
  ServerUnaryReactor* ExchangeApiKey(CallbackServerContext* context,
                                     const v1::ExchangeApiKeyRequest* request,
                                     v1::SignInResponse* response) override {
    return rpc::RunUnary(*runner_, "ExchangeApiKey", context, request, response, handlers_,
                         &CredentialHandlers::ExchangeApiKey);
  }
  ServerUnaryReactor* SignInWithExternalToken(CallbackServerContext* context,
                                              const v1::SignInWithExternalTokenRequest* request,
                                              v1::SignInResponse* response) override {
    return rpc::RunUnary(*runner_, "SignInWithExternalToken", context, request, response, handlers_,
                         &CredentialHandlers::SignInWithExternalToken);
  }
  ServerUnaryReactor* LinkExternalSubject(CallbackServerContext* context,
                                          const v1::LinkExternalSubjectRequest* request,
                                          v1::ExternalSubject* response) override {
    return rpc::RunUnary(*runner_, "LinkExternalSubject", context, request, response, handlers_,
                         &CredentialHandlers::LinkExternalSubject);
  }
  ServerUnaryReactor* UnlinkExternalSubject(CallbackServerContext* context,
                                            const v1::UnlinkExternalSubjectRequest* request,
                                            v1::ExternalSubject* response) override {
    return rpc::RunUnary(*runner_, "UnlinkExternalSubject", context, request, response, handlers_,
                         &CredentialHandlers::UnlinkExternalSubject);
  }
  ServerUnaryReactor* ListExternalSubjects(CallbackServerContext* context,
                                           const v1::ListExternalSubjectsRequest* request,
                                           v1::ListExternalSubjectsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListExternalSubjects", context, request, response, handlers_,
                         &CredentialHandlers::ListExternalSubjects);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  CredentialHandlers handlers_;
};

}  // namespace

std::unique_ptr<CredentialFace> MakeCredentialFace(
    std::unique_ptr<rpc::CallRunner> runner, const CredentialHandlers::Dependencies& dependencies) {
  return std::make_unique<CredentialService>(std::move(runner), dependencies);
}

}  // namespace qingqu::identity
