#include "services/catalog/registrations/registration_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/registration_service.grpc.pb.h"
#include "services/catalog/registrations/registration_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class RegistrationService final : public v1::RegistrationService::CallbackService,
                                  public CatalogFace {
 public:
  RegistrationService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* CreateRegistration(CallbackServerContext* context,
                                         const v1::CreateRegistrationRequest* request,
                                         v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "CreateRegistration", context, request, response, handlers_,
                         &RegistrationHandlers::CreateRegistration);
  }
  ServerUnaryReactor* RecordRegistrationChange(CallbackServerContext* context,
                                               const v1::RecordRegistrationChangeRequest* request,
                                               v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "RecordRegistrationChange", context, request, response,
                         handlers_, &RegistrationHandlers::RecordRegistrationChange);
  }
  ServerUnaryReactor* ApproveRegistration(CallbackServerContext* context,
                                          const v1::ApproveRegistrationRequest* request,
                                          v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "ApproveRegistration", context, request, response, handlers_,
                         &RegistrationHandlers::ApproveRegistration);
  }
  ServerUnaryReactor* RejectRegistrationChange(CallbackServerContext* context,
                                               const v1::RejectRegistrationChangeRequest* request,
                                               v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "RejectRegistrationChange", context, request, response,
                         handlers_, &RegistrationHandlers::RejectRegistrationChange);
  }
  ServerUnaryReactor* SuspendRegistration(CallbackServerContext* context,
                                          const v1::SuspendRegistrationRequest* request,
                                          v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "SuspendRegistration", context, request, response, handlers_,
                         &RegistrationHandlers::SuspendRegistration);
  }
  ServerUnaryReactor* CancelRegistration(CallbackServerContext* context,
                                         const v1::CancelRegistrationRequest* request,
                                         v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "CancelRegistration", context, request, response, handlers_,
                         &RegistrationHandlers::CancelRegistration);
  }
  ServerUnaryReactor* ProposeRegistrationResumption(
      CallbackServerContext* context, const v1::ProposeRegistrationResumptionRequest* request,
      v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "ProposeRegistrationResumption", context, request, response,
                         handlers_, &RegistrationHandlers::ProposeRegistrationResumption);
  }
  ServerUnaryReactor* GetRegistration(CallbackServerContext* context,
                                      const v1::GetRegistrationRequest* request,
                                      v1::Registration* response) override {
    return rpc::RunUnary(*runner_, "GetRegistration", context, request, response, handlers_,
                         &RegistrationHandlers::GetRegistration);
  }
  ServerUnaryReactor* ListRegistrations(CallbackServerContext* context,
                                        const v1::ListRegistrationsRequest* request,
                                        v1::ListRegistrationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListRegistrations", context, request, response, handlers_,
                         &RegistrationHandlers::ListRegistrations);
  }
  ServerUnaryReactor* ListRegistrationVersions(
      CallbackServerContext* context, const v1::ListRegistrationVersionsRequest* request,
      v1::ListRegistrationVersionsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListRegistrationVersions", context, request, response,
                         handlers_, &RegistrationHandlers::ListRegistrationVersions);
  }
  ServerUnaryReactor* ParseRegistrationNumbers(
      CallbackServerContext* context, const v1::ParseRegistrationNumbersRequest* request,
      v1::ParseRegistrationNumbersResponse* response) override {
    return rpc::RunUnary(*runner_, "ParseRegistrationNumbers", context, request, response,
                         handlers_, &RegistrationHandlers::ParseRegistrationNumbers);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  RegistrationHandlers handlers_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeRegistrationFace(std::unique_ptr<rpc::CallRunner> runner,
                                                  db::ConnectionPool* pool) {
  return std::make_unique<RegistrationService>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
