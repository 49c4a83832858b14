#include "services/catalog/lists/application_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/application_service.grpc.pb.h"
#include "services/catalog/lists/application_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class ApplicationService final : public v1::ApplicationService::CallbackService,
                                 public CatalogFace {
 public:
  ApplicationService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* SubmitApplication(CallbackServerContext* context,
                                        const v1::SubmitApplicationRequest* request,
                                        v1::Application* response) override {
    return rpc::RunUnary(*runner_, "SubmitApplication", context, request, response, handlers_,
                         &ApplicationHandlers::SubmitApplication);
  }
  ServerUnaryReactor* ResubmitApplication(CallbackServerContext* context,
                                          const v1::ResubmitApplicationRequest* request,
                                          v1::Application* response) override {
    return rpc::RunUnary(*runner_, "ResubmitApplication", context, request, response, handlers_,
                         &ApplicationHandlers::ResubmitApplication);
  }
  ServerUnaryReactor* WithdrawApplication(CallbackServerContext* context,
                                          const v1::WithdrawApplicationRequest* request,
                                          v1::Application* response) override {
    return rpc::RunUnary(*runner_, "WithdrawApplication", context, request, response, handlers_,
                         &ApplicationHandlers::WithdrawApplication);
  }
  ServerUnaryReactor* ReviewForDepartment(CallbackServerContext* context,
                                          const v1::ReviewForDepartmentRequest* request,
                                          v1::Application* response) override {
    return rpc::RunUnary(*runner_, "ReviewForDepartment", context, request, response, handlers_,
                         &ApplicationHandlers::ReviewForDepartment);
  }
  ServerUnaryReactor* ReviewForPharmacy(CallbackServerContext* context,
                                        const v1::ReviewForPharmacyRequest* request,
                                        v1::Application* response) override {
    return rpc::RunUnary(*runner_, "ReviewForPharmacy", context, request, response, handlers_,
                         &ApplicationHandlers::ReviewForPharmacy);
  }
  ServerUnaryReactor* ReviewForInfectionControl(CallbackServerContext* context,
                                                const v1::ReviewForInfectionControlRequest* request,
                                                v1::Application* response) override {
    return rpc::RunUnary(*runner_, "ReviewForInfectionControl", context, request, response,
                         handlers_, &ApplicationHandlers::ReviewForInfectionControl);
  }
  ServerUnaryReactor* ReviewForAlliance(CallbackServerContext* context,
                                        const v1::ReviewForAllianceRequest* request,
                                        v1::Application* response) override {
    return rpc::RunUnary(*runner_, "ReviewForAlliance", context, request, response, handlers_,
                         &ApplicationHandlers::ReviewForAlliance);
  }
  ServerUnaryReactor* GetApplication(CallbackServerContext* context,
                                     const v1::GetApplicationRequest* request,
                                     v1::Application* response) override {
    return rpc::RunUnary(*runner_, "GetApplication", context, request, response, handlers_,
                         &ApplicationHandlers::GetApplication);
  }
  ServerUnaryReactor* ListApplications(CallbackServerContext* context,
                                       const v1::ListApplicationsRequest* request,
                                       v1::ListApplicationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListApplications", context, request, response, handlers_,
                         &ApplicationHandlers::ListApplications);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  ApplicationHandlers handlers_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeApplicationFace(std::unique_ptr<rpc::CallRunner> runner,
                                                 db::ConnectionPool* pool) {
  return std::make_unique<ApplicationService>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
