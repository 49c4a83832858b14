#include "services/catalog/organisations/organisation_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/organisation_service.grpc.pb.h"
#include "services/catalog/organisations/organisation_handlers.h"
#include "services/catalog/organisations/qualification_handlers.h"
#include "services/catalog/organisations/warning_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class OrganisationService final : public v1::OrganisationService::CallbackService,
                                  public CatalogFace {
 public:
  OrganisationService(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), organisations_(pool), qualifications_(pool), warnings_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* CreateOrganisation(CallbackServerContext* context,
                                         const v1::CreateOrganisationRequest* request,
                                         v1::Organisation* response) override {
    return rpc::RunUnary(*runner_, "CreateOrganisation", context, request, response, organisations_,
                         &OrganisationHandlers::CreateOrganisation);
  }
  ServerUnaryReactor* GetOrganisation(CallbackServerContext* context,
                                      const v1::GetOrganisationRequest* request,
                                      v1::Organisation* response) override {
    return rpc::RunUnary(*runner_, "GetOrganisation", context, request, response, organisations_,
                         &OrganisationHandlers::GetOrganisation);
  }
  ServerUnaryReactor* BatchGetOrganisations(CallbackServerContext* context,
                                            const v1::BatchGetOrganisationsRequest* request,
                                            v1::BatchGetOrganisationsResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchGetOrganisations", context, request, response,
                         organisations_, &OrganisationHandlers::BatchGetOrganisations);
  }
  ServerUnaryReactor* ListOrganisations(CallbackServerContext* context,
                                        const v1::ListOrganisationsRequest* request,
                                        v1::ListOrganisationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListOrganisations", context, request, response, organisations_,
                         &OrganisationHandlers::ListOrganisations);
  }
  ServerUnaryReactor* SuspendOrganisation(CallbackServerContext* context,
                                          const v1::SuspendOrganisationRequest* request,
                                          v1::Organisation* response) override {
    return rpc::RunUnary(*runner_, "SuspendOrganisation", context, request, response,
                         organisations_, &OrganisationHandlers::SuspendOrganisation);
  }
  ServerUnaryReactor* BlacklistOrganisation(CallbackServerContext* context,
                                            const v1::BlacklistOrganisationRequest* request,
                                            v1::Organisation* response) override {
    return rpc::RunUnary(*runner_, "BlacklistOrganisation", context, request, response,
                         organisations_, &OrganisationHandlers::BlacklistOrganisation);
  }
  ServerUnaryReactor* ProposeOrganisationReinstatement(
      CallbackServerContext* context, const v1::ProposeOrganisationReinstatementRequest* request,
      v1::Organisation* response) override {
    return rpc::RunUnary(*runner_, "ProposeOrganisationReinstatement", context, request, response,
                         organisations_, &OrganisationHandlers::ProposeOrganisationReinstatement);
  }
  ServerUnaryReactor* ReinstateOrganisation(CallbackServerContext* context,
                                            const v1::ReinstateOrganisationRequest* request,
                                            v1::Organisation* response) override {
    return rpc::RunUnary(*runner_, "ReinstateOrganisation", context, request, response,
                         organisations_, &OrganisationHandlers::ReinstateOrganisation);
  }
  ServerUnaryReactor* SubmitQualification(CallbackServerContext* context,
                                          const v1::SubmitQualificationRequest* request,
                                          v1::Qualification* response) override {
    return rpc::RunUnary(*runner_, "SubmitQualification", context, request, response,
                         qualifications_, &QualificationHandlers::SubmitQualification);
  }
  ServerUnaryReactor* WithdrawQualification(CallbackServerContext* context,
                                            const v1::WithdrawQualificationRequest* request,
                                            v1::Qualification* response) override {
    return rpc::RunUnary(*runner_, "WithdrawQualification", context, request, response,
                         qualifications_, &QualificationHandlers::WithdrawQualification);
  }
  ServerUnaryReactor* ReviewAsEquipment(CallbackServerContext* context,
                                        const v1::ReviewAsEquipmentRequest* request,
                                        v1::Qualification* response) override {
    return rpc::RunUnary(*runner_, "ReviewAsEquipment", context, request, response, qualifications_,
                         &QualificationHandlers::ReviewAsEquipment);
  }
  ServerUnaryReactor* ReviewAsInfectionControl(CallbackServerContext* context,
                                               const v1::ReviewAsInfectionControlRequest* request,
                                               v1::Qualification* response) override {
    return rpc::RunUnary(*runner_, "ReviewAsInfectionControl", context, request, response,
                         qualifications_, &QualificationHandlers::ReviewAsInfectionControl);
  }
  ServerUnaryReactor* BatchReviewAsEquipment(CallbackServerContext* context,
                                             const v1::BatchReviewAsEquipmentRequest* request,
                                             v1::BatchReviewResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchReviewAsEquipment", context, request, response,
                         qualifications_, &QualificationHandlers::BatchReviewAsEquipment);
  }
  ServerUnaryReactor* BatchReviewAsInfectionControl(
      CallbackServerContext* context, const v1::BatchReviewAsInfectionControlRequest* request,
      v1::BatchReviewResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchReviewAsInfectionControl", context, request, response,
                         qualifications_, &QualificationHandlers::BatchReviewAsInfectionControl);
  }
  ServerUnaryReactor* SuspendQualification(CallbackServerContext* context,
                                           const v1::SuspendQualificationRequest* request,
                                           v1::Qualification* response) override {
    return rpc::RunUnary(*runner_, "SuspendQualification", context, request, response,
                         qualifications_, &QualificationHandlers::SuspendQualification);
  }
  ServerUnaryReactor* GetQualification(CallbackServerContext* context,
                                       const v1::GetQualificationRequest* request,
                                       v1::Qualification* response) override {
    return rpc::RunUnary(*runner_, "GetQualification", context, request, response, qualifications_,
                         &QualificationHandlers::GetQualification);
  }
  ServerUnaryReactor* BatchGetQualifications(
      CallbackServerContext* context, const v1::BatchGetQualificationsRequest* request,
      v1::BatchGetQualificationsResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchGetQualifications", context, request, response,
                         qualifications_, &QualificationHandlers::BatchGetQualifications);
  }
  ServerUnaryReactor* ListQualifications(CallbackServerContext* context,
                                         const v1::ListQualificationsRequest* request,
                                         v1::ListQualificationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListQualifications", context, request, response,
                         qualifications_, &QualificationHandlers::ListQualifications);
  }
  ServerUnaryReactor* ListExpiryWarnings(CallbackServerContext* context,
                                         const v1::ListExpiryWarningsRequest* request,
                                         v1::ListExpiryWarningsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListExpiryWarnings", context, request, response, warnings_,
                         &WarningHandlers::ListExpiryWarnings);
  }
  ServerUnaryReactor* GetQualificationPolicy(CallbackServerContext* context,
                                             const v1::GetQualificationPolicyRequest* request,
                                             v1::QualificationPolicy* response) override {
    return rpc::RunUnary(*runner_, "GetQualificationPolicy", context, request, response,
                         organisations_, &OrganisationHandlers::GetQualificationPolicy);
  }
  ServerUnaryReactor* UpdateQualificationPolicy(CallbackServerContext* context,
                                                const v1::UpdateQualificationPolicyRequest* request,
                                                v1::QualificationPolicy* response) override {
    return rpc::RunUnary(*runner_, "UpdateQualificationPolicy", context, request, response,
                         organisations_, &OrganisationHandlers::UpdateQualificationPolicy);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  OrganisationHandlers organisations_;
  QualificationHandlers qualifications_;
  WarningHandlers warnings_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeOrganisationFace(std::unique_ptr<rpc::CallRunner> runner,
                                                  db::ConnectionPool* pool) {
  return std::make_unique<OrganisationService>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
