#include "services/catalog/catalog_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/catalog/v1/application_service.pb.h"
#include "qingqu/catalog/v1/approved_list_service.pb.h"
#include "qingqu/catalog/v1/catalog_service.grpc.pb.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"
#include "qingqu/catalog/v1/price_service.pb.h"
#include "qingqu/catalog/v1/purchase_check_service.pb.h"
#include "services/catalog/all_queries.h"
#include "services/catalog/catalog_face.h"
#include "services/catalog/class_handlers.h"
#include "services/catalog/codes/code_release_service.h"
#include "services/catalog/item_handlers.h"
#include "services/catalog/item_search.h"
#include "services/catalog/lists/application_service.h"
#include "services/catalog/lists/approved_list_service.h"
#include "services/catalog/organisations/expiry_watch.h"
#include "services/catalog/organisations/organisation_service.h"
#include "services/catalog/prices/price_service.h"
#include "services/catalog/purchase/purchase_check_service.h"
#include "services/catalog/search_handlers.h"
#include "services/catalog/supplier_handlers.h"

namespace qingqu::catalog {
namespace {

// The face: one line a method.
class CatalogService final : public v1::CatalogService::CallbackService {
 public:
  CatalogService(rpc::CallRunner* runner, db::ConnectionPool* pool, const ItemSearch* search)
      : runner_(runner), suppliers_(pool), items_(pool), search_(pool, search), classes_(pool) {}

  grpc::ServerUnaryReactor* CreateSupplier(grpc::CallbackServerContext* context,
                                           const v1::CreateSupplierRequest* request,
                                           v1::Supplier* response) override {
    return RunUnary(*runner_, "CreateSupplier", context, request, response, suppliers_,
                    &SupplierHandlers::CreateSupplier);
  }
  grpc::ServerUnaryReactor* ApproveSupplier(grpc::CallbackServerContext* context,
                                            const v1::ApproveSupplierRequest* request,
                                            v1::Supplier* response) override {
    return RunUnary(*runner_, "ApproveSupplier", context, request, response, suppliers_,
                    &SupplierHandlers::ApproveSupplier);
  }
  grpc::ServerUnaryReactor* SuspendSupplier(grpc::CallbackServerContext* context,
                                            const v1::SuspendSupplierRequest* request,
                                            v1::Supplier* response) override {
    return RunUnary(*runner_, "SuspendSupplier", context, request, response, suppliers_,
                    &SupplierHandlers::SuspendSupplier);
  }
  grpc::ServerUnaryReactor* ProposeSupplierReinstatement(
      grpc::CallbackServerContext* context, const v1::ProposeSupplierReinstatementRequest* request,
      v1::Supplier* response) override {
    return RunUnary(*runner_, "ProposeSupplierReinstatement", context, request, response,
                    suppliers_, &SupplierHandlers::ProposeSupplierReinstatement);
  }
  grpc::ServerUnaryReactor* ReinstateSupplier(grpc::CallbackServerContext* context,
                                              const v1::ReinstateSupplierRequest* request,
                                              v1::Supplier* response) override {
    return RunUnary(*runner_, "ReinstateSupplier", context, request, response, suppliers_,
                    &SupplierHandlers::ReinstateSupplier);
  }
  grpc::ServerUnaryReactor* GetSupplier(grpc::CallbackServerContext* context,
                                        const v1::GetSupplierRequest* request,
                                        v1::Supplier* response) override {
    return RunUnary(*runner_, "GetSupplier", context, request, response, suppliers_,
                    &SupplierHandlers::GetSupplier);
  }
  grpc::ServerUnaryReactor* ListSuppliers(grpc::CallbackServerContext* context,
                                          const v1::ListSuppliersRequest* request,
                                          v1::ListSuppliersResponse* response) override {
    return RunUnary(*runner_, "ListSuppliers", context, request, response, suppliers_,
                    &SupplierHandlers::ListSuppliers);
  }
  grpc::ServerUnaryReactor* CreateItem(grpc::CallbackServerContext* context,
                                       const v1::CreateItemRequest* request,
                                       v1::Item* response) override {
    return RunUnary(*runner_, "CreateItem", context, request, response, items_,
                    &ItemHandlers::CreateItem);
  }
  grpc::ServerUnaryReactor* ApproveItem(grpc::CallbackServerContext* context,
                                        const v1::ApproveItemRequest* request,
                                        v1::Item* response) override {
    return RunUnary(*runner_, "ApproveItem", context, request, response, items_,
                    &ItemHandlers::ApproveItem);
  }
  grpc::ServerUnaryReactor* SuspendItem(grpc::CallbackServerContext* context,
                                        const v1::SuspendItemRequest* request,
                                        v1::Item* response) override {
    return RunUnary(*runner_, "SuspendItem", context, request, response, items_,
                    &ItemHandlers::SuspendItem);
  }
  grpc::ServerUnaryReactor* ProposeItemReinstatement(
      grpc::CallbackServerContext* context, const v1::ProposeItemReinstatementRequest* request,
      v1::Item* response) override {
    return RunUnary(*runner_, "ProposeItemReinstatement", context, request, response, items_,
                    &ItemHandlers::ProposeItemReinstatement);
  }
  grpc::ServerUnaryReactor* ReinstateItem(grpc::CallbackServerContext* context,
                                          const v1::ReinstateItemRequest* request,
                                          v1::Item* response) override {
    return RunUnary(*runner_, "ReinstateItem", context, request, response, items_,
                    &ItemHandlers::ReinstateItem);
  }
  grpc::ServerUnaryReactor* GetItem(grpc::CallbackServerContext* context,
                                    const v1::GetItemRequest* request,
                                    v1::Item* response) override {
    return RunUnary(*runner_, "GetItem", context, request, response, items_,
                    &ItemHandlers::GetItem);
  }
  grpc::ServerUnaryReactor* BatchGetItems(grpc::CallbackServerContext* context,
                                          const v1::BatchGetItemsRequest* request,
                                          v1::BatchGetItemsResponse* response) override {
    return RunUnary(*runner_, "BatchGetItems", context, request, response, items_,
                    &ItemHandlers::BatchGetItems);
  }
  grpc::ServerUnaryReactor* ListItems(grpc::CallbackServerContext* context,
                                      const v1::ListItemsRequest* request,
                                      v1::ListItemsResponse* response) override {
    return RunUnary(*runner_, "ListItems", context, request, response, items_,
                    &ItemHandlers::ListItems);
  }
  grpc::ServerUnaryReactor* SearchItems(grpc::CallbackServerContext* context,
                                        const v1::SearchItemsRequest* request,
                                        v1::SearchItemsResponse* response) override {
    return RunUnary(*runner_, "SearchItems", context, request, response, search_,
                    &SearchHandlers::SearchItems);
  }
  grpc::ServerUnaryReactor* LookupDeviceIdentifier(
      grpc::CallbackServerContext* context, const v1::LookupDeviceIdentifierRequest* request,
      v1::LookupDeviceIdentifierResponse* response) override {
    return RunUnary(*runner_, "LookupDeviceIdentifier", context, request, response, items_,
                    &ItemHandlers::LookupDeviceIdentifier);
  }
  grpc::ServerUnaryReactor* ListClasses(grpc::CallbackServerContext* context,
                                        const v1::ListClassesRequest* request,
                                        v1::ListClassesResponse* response) override {
    return RunUnary(*runner_, "ListClasses", context, request, response, classes_,
                    &ClassHandlers::ListClasses);
  }
  grpc::ServerUnaryReactor* GetClassStatistics(grpc::CallbackServerContext* context,
                                               const v1::GetClassStatisticsRequest* request,
                                               v1::ClassStatistics* response) override {
    return RunUnary(*runner_, "GetClassStatistics", context, request, response, classes_,
                    &ClassHandlers::GetClassStatistics);
  }
  grpc::ServerUnaryReactor* CreateClassImport(grpc::CallbackServerContext* context,
                                              const v1::CreateClassImportRequest* request,
                                              v1::ClassImport* response) override {
    return RunUnary(*runner_, "CreateClassImport", context, request, response, classes_,
                    &ClassHandlers::CreateClassImport);
  }
  grpc::ServerUnaryReactor* AppendClassRows(grpc::CallbackServerContext* context,
                                            const v1::AppendClassRowsRequest* request,
                                            v1::AppendClassRowsResponse* response) override {
    return RunUnary(*runner_, "AppendClassRows", context, request, response, classes_,
                    &ClassHandlers::AppendClassRows);
  }
  grpc::ServerUnaryReactor* FinishClassImport(grpc::CallbackServerContext* context,
                                              const v1::FinishClassImportRequest* request,
                                              v1::ClassImport* response) override {
    return RunUnary(*runner_, "FinishClassImport", context, request, response, classes_,
                    &ClassHandlers::FinishClassImport);
  }

 private:
  rpc::CallRunner* runner_;
  SupplierHandlers suppliers_;
  ItemHandlers items_;
  SearchHandlers search_;
  ClassHandlers classes_;
};

using Faces = std::vector<std::unique_ptr<CatalogFace>>;

class HostedCatalog final : public rpc::HostedService {
 public:
  HostedCatalog(std::unique_ptr<rpc::CallRunner> runner, Faces faces,
                const rpc::ServiceDependencies& dependencies)
      : runner_(std::move(runner)),
        search_(dependencies.pool, dependencies.clock, {}),
        expiry_watch_(dependencies.pool, dependencies.clock, {}),
        service_(runner_.get(), dependencies.pool, &search_),
        faces_(std::move(faces)) {
    search_.Start();
  }

  grpc::Service& grpc_service() override { return service_; }
  std::vector<grpc::Service*> grpc_services() override {
    std::vector<grpc::Service*> services{&service_};
    for (const auto& face : faces_) services.push_back(&face->grpc_service());
    return services;
  }
  void Start() override { expiry_watch_.Start(); }
  void Stop() override {
    runner_->Drain();
    for (const auto& face : faces_) face->Drain();
    search_.Stop();
    expiry_watch_.Stop();
  }

 private:
  std::unique_ptr<rpc::CallRunner> runner_;
  ItemSearch search_;
  ExpiryWatch expiry_watch_;
  CatalogService service_;
  const Faces faces_;
};

// The services beside CatalogService; their names stand in CatalogSpec.
absl::StatusOr<Faces> MakeFaces(const rpc::ServiceDependencies& dependencies) {
  Faces faces;
  QINGQU_ASSIGN_OR_RETURN(
      auto purchase_check,
      rpc::CreateRunner(dependencies, *v1::PurchaseVerdict::descriptor()->file()->service(0)));
  faces.push_back(MakePurchaseCheckFace(std::move(purchase_check), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto prices, rpc::CreateRunner(dependencies, *v1::Price::descriptor()->file()->service(0)));
  faces.push_back(MakePriceFace(std::move(prices), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto lists,
      rpc::CreateRunner(dependencies, *v1::ApprovedList::descriptor()->file()->service(0)));
  faces.push_back(MakeApprovedListFace(std::move(lists), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto applications,
      rpc::CreateRunner(dependencies, *v1::Application::descriptor()->file()->service(0)));
  faces.push_back(MakeApplicationFace(std::move(applications), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto organisations,
      rpc::CreateRunner(dependencies,
                        *v1::CreateOrganisationRequest::descriptor()->file()->service(0)));
  faces.push_back(MakeOrganisationFace(std::move(organisations), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(auto codes, MakeCodeReleaseFace(dependencies));
  faces.push_back(std::move(codes));
  return faces;
}

absl::StatusOr<std::unique_ptr<rpc::HostedService>> CreateCatalog(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner,
      rpc::CreateRunner(dependencies, *v1::CreateItemRequest::descriptor()->file()->service(0)));
  QINGQU_ASSIGN_OR_RETURN(Faces faces, MakeFaces(dependencies));
  return std::make_unique<HostedCatalog>(std::move(runner), std::move(faces), dependencies);
}

}  // namespace

rpc::ServiceSpec CatalogSpec() {
  return {
      .area = "catalog",
      .grpc_name = v1::CatalogService::service_full_name(),
      .more_grpc_names = {"qingqu.catalog.v1.PurchaseCheckService",
                          "qingqu.catalog.v1.PriceService", "qingqu.catalog.v1.ApprovedListService",
                          "qingqu.catalog.v1.ApplicationService",
                          "qingqu.catalog.v1.OrganisationService",
                          "qingqu.catalog.v1.CodeReleaseService"},
      .queries = kAllQueries,
      .create = CreateCatalog};
}

}  // namespace qingqu::catalog
