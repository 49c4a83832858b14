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
#include "qingqu/catalog/v1/code_release_service.pb.h"
#include "qingqu/catalog/v1/device_record_service.pb.h"
#include "qingqu/catalog/v1/item_import_service.pb.h"
#include "qingqu/catalog/v1/item_merge_service.pb.h"
#include "qingqu/catalog/v1/mapping_service.pb.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"
#include "qingqu/catalog/v1/price_service.pb.h"
#include "qingqu/catalog/v1/purchase_check_service.pb.h"
#include "qingqu/catalog/v1/registration_service.pb.h"
#include "services/catalog/all_queries.h"
#include "services/catalog/catalog_face.h"
#include "services/catalog/class_handlers.h"
#include "services/catalog/codes/code_release_service.h"
#include "services/catalog/devices/device_record_service.h"
#include "services/catalog/imports/item_import_service.h"
#include "services/catalog/item_change_handlers.h"
#include "services/catalog/item_handlers.h"
#include "services/catalog/item_search.h"
#include "services/catalog/lists/application_service.h"
#include "services/catalog/lists/approved_list_service.h"
#include "services/catalog/mapping/mapping_service.h"
#include "services/catalog/mapping/mapping_worker.h"
#include "services/catalog/merges/item_merge_service.h"
#include "services/catalog/organisations/expiry_watch.h"
#include "services/catalog/organisations/organisation_service.h"
#include "services/catalog/prices/price_service.h"
#include "services/catalog/purchase/purchase_check_service.h"
#include "services/catalog/registrations/registration_service.h"
#include "services/catalog/search_handlers.h"
#include "services/catalog/supplier_handlers.h"

namespace qingqu::catalog {
namespace {

// The face: one line a method.
class CatalogService final : public v1::CatalogService::CallbackService {
 public:
  CatalogService(rpc::CallRunner* runner, db::ConnectionPool* pool, const ItemSearch* search)
      : runner_(runner),
        suppliers_(pool),
        items_(pool),
        item_changes_(pool),
        search_(pool, search),
        classes_(pool) {}

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
  grpc::ServerUnaryReactor* SubmitItem(grpc::CallbackServerContext* context,
                                       const v1::SubmitItemRequest* request,
                                       v1::Item* response) override {
    return RunUnary(*runner_, "SubmitItem", context, request, response, items_,
                    &ItemHandlers::SubmitItem);
  }
  grpc::ServerUnaryReactor* ReturnItem(grpc::CallbackServerContext* context,
                                       const v1::ReturnItemRequest* request,
                                       v1::Item* response) override {
    return RunUnary(*runner_, "ReturnItem", context, request, response, items_,
                    &ItemHandlers::ReturnItem);
  }
  grpc::ServerUnaryReactor* WithdrawItem(grpc::CallbackServerContext* context,
                                         const v1::WithdrawItemRequest* request,
                                         v1::Item* response) override {
    return RunUnary(*runner_, "WithdrawItem", context, request, response, items_,
                    &ItemHandlers::WithdrawItem);
  }
  grpc::ServerUnaryReactor* ProposeItemChange(grpc::CallbackServerContext* context,
                                              const v1::ProposeItemChangeRequest* request,
                                              v1::Item* response) override {
    return RunUnary(*runner_, "ProposeItemChange", context, request, response, item_changes_,
                    &ItemChangeHandlers::ProposeItemChange);
  }
  grpc::ServerUnaryReactor* ApproveItemChange(grpc::CallbackServerContext* context,
                                              const v1::ApproveItemChangeRequest* request,
                                              v1::Item* response) override {
    return RunUnary(*runner_, "ApproveItemChange", context, request, response, item_changes_,
                    &ItemChangeHandlers::ApproveItemChange);
  }
  grpc::ServerUnaryReactor* RejectItemChange(grpc::CallbackServerContext* context,
                                             const v1::RejectItemChangeRequest* request,
                                             v1::Item* response) override {
    return RunUnary(*runner_, "RejectItemChange", context, request, response, item_changes_,
                    &ItemChangeHandlers::RejectItemChange);
  }
  grpc::ServerUnaryReactor* WithdrawItemChange(grpc::CallbackServerContext* context,
                                               const v1::WithdrawItemChangeRequest* request,
                                               v1::Item* response) override {
    return RunUnary(*runner_, "WithdrawItemChange", context, request, response, item_changes_,
                    &ItemChangeHandlers::WithdrawItemChange);
  }
  grpc::ServerUnaryReactor* ListItemChanges(grpc::CallbackServerContext* context,
                                            const v1::ListItemChangesRequest* request,
                                            v1::ListItemChangesResponse* response) override {
    return RunUnary(*runner_, "ListItemChanges", context, request, response, item_changes_,
                    &ItemChangeHandlers::ListItemChanges);
  }
  grpc::ServerUnaryReactor* ListItemVersions(grpc::CallbackServerContext* context,
                                             const v1::ListItemVersionsRequest* request,
                                             v1::ListItemVersionsResponse* response) override {
    return RunUnary(*runner_, "ListItemVersions", context, request, response, item_changes_,
                    &ItemChangeHandlers::ListItemVersions);
  }
  grpc::ServerUnaryReactor* BatchUpdateItems(grpc::CallbackServerContext* context,
                                             const v1::BatchUpdateItemsRequest* request,
                                             v1::BatchUpdateItemsResponse* response) override {
    return RunUnary(*runner_, "BatchUpdateItems", context, request, response, item_changes_,
                    &ItemChangeHandlers::BatchUpdateItems);
  }
  grpc::ServerUnaryReactor* BatchApproveItems(grpc::CallbackServerContext* context,
                                              const v1::BatchApproveItemsRequest* request,
                                              v1::BatchApproveItemsResponse* response) override {
    return RunUnary(*runner_, "BatchApproveItems", context, request, response, item_changes_,
                    &ItemChangeHandlers::BatchApproveItems);
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
  ItemChangeHandlers item_changes_;
  SearchHandlers search_;
  ClassHandlers classes_;
};

using Faces = std::vector<std::unique_ptr<CatalogFace>>;

class HostedCatalog final : public rpc::HostedService {
 public:
  HostedCatalog(std::unique_ptr<rpc::CallRunner> runner, std::unique_ptr<ItemSearch> search,
                Faces faces, const rpc::ServiceDependencies& dependencies)
      : runner_(std::move(runner)),
        search_(std::move(search)),
        expiry_watch_(dependencies.pool, dependencies.clock, {}),
        mapping_worker_(dependencies.pool, dependencies.clock, search_.get(), {}),
        service_(runner_.get(), dependencies.pool, search_.get()),
        faces_(std::move(faces)) {
    search_->Start();
  }

  grpc::Service& grpc_service() override { return service_; }
  std::vector<grpc::Service*> grpc_services() override {
    std::vector<grpc::Service*> services{&service_};
    for (const auto& face : faces_) services.push_back(&face->grpc_service());
    return services;
  }
  void Start() override {
    expiry_watch_.Start();
    mapping_worker_.Start();
  }
  void Stop() override {
    runner_->Drain();
    for (const auto& face : faces_) face->Drain();
    expiry_watch_.Stop();
    mapping_worker_.Stop();
    search_->Stop();
  }

 private:
  std::unique_ptr<rpc::CallRunner> runner_;
  const std::unique_ptr<ItemSearch> search_;
  ExpiryWatch expiry_watch_;
  MappingWorker mapping_worker_;
  CatalogService service_;
  const Faces faces_;
};

// The services beside CatalogService; their names stand in CatalogSpec.
absl::StatusOr<Faces> MakeFaces(const rpc::ServiceDependencies& dependencies,
                                const ItemSearch* search) {
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
  QINGQU_ASSIGN_OR_RETURN(
      auto registrations,
      rpc::CreateRunner(dependencies,
                        *v1::CreateRegistrationRequest::descriptor()->file()->service(0)));
  faces.push_back(MakeRegistrationFace(std::move(registrations), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto codes, rpc::CreateRunner(dependencies,
                                    *v1::GetNationalCodeRequest::descriptor()->file()->service(0)));
  faces.push_back(MakeCodeReleaseFace(std::move(codes), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto mappings,
      rpc::CreateRunner(dependencies,
                        *v1::UploadLocalRowsRequest::descriptor()->file()->service(0)));
  faces.push_back(MakeMappingFace(std::move(mappings), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto imports,
      rpc::CreateRunner(dependencies, *v1::ItemImport::descriptor()->file()->service(0)));
  faces.push_back(MakeItemImportFace(std::move(imports), dependencies.pool));
  QINGQU_ASSIGN_OR_RETURN(
      auto merges,
      rpc::CreateRunner(dependencies, *v1::ItemMerge::descriptor()->file()->service(0)));
  faces.push_back(MakeItemMergeFace(std::move(merges), dependencies.pool, search));
  QINGQU_ASSIGN_OR_RETURN(
      auto devices,
      rpc::CreateRunner(dependencies,
                        *v1::LookupDeviceRecordRequest::descriptor()->file()->service(0)));
  faces.push_back(MakeDeviceRecordFace(std::move(devices), dependencies.pool));
  return faces;
}

absl::StatusOr<std::unique_ptr<rpc::HostedService>> CreateCatalog(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner,
      rpc::CreateRunner(dependencies, *v1::CreateItemRequest::descriptor()->file()->service(0)));
  auto search =
      std::make_unique<ItemSearch>(dependencies.pool, dependencies.clock, ItemSearch::Options{});
  QINGQU_ASSIGN_OR_RETURN(Faces faces, MakeFaces(dependencies, search.get()));
  return std::make_unique<HostedCatalog>(std::move(runner), std::move(search), std::move(faces),
                                         dependencies);
}

}  // namespace

rpc::ServiceSpec CatalogSpec() {
  return {.area = "catalog",
          .grpc_name = v1::CatalogService::service_full_name(),
          .more_grpc_names =
              {"qingqu.catalog.v1.PurchaseCheckService", "qingqu.catalog.v1.PriceService",
               "qingqu.catalog.v1.ApprovedListService", "qingqu.catalog.v1.ApplicationService",
               "qingqu.catalog.v1.OrganisationService", "qingqu.catalog.v1.RegistrationService",
               "qingqu.catalog.v1.CodeReleaseService", "qingqu.catalog.v1.MappingService",
               "qingqu.catalog.v1.ItemImportService", "qingqu.catalog.v1.ItemMergeService",
               "qingqu.catalog.v1.DeviceRecordService"},
          .queries = kAllQueries,
          .create = CreateCatalog};
}

}  // namespace qingqu::catalog
