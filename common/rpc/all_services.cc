#include "common/rpc/method_registry.h"
#include "qingqu/catalog/v1/application_service.pb.h"
#include "qingqu/catalog/v1/approved_list_service.pb.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"
#include "qingqu/catalog/v1/device_record_service.pb.h"
#include "qingqu/catalog/v1/item_import_service.pb.h"
#include "qingqu/catalog/v1/item_merge_service.pb.h"
#include "qingqu/catalog/v1/mapping_service.pb.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"
#include "qingqu/catalog/v1/price_service.pb.h"
#include "qingqu/catalog/v1/purchase_check_service.pb.h"
#include "qingqu/catalog/v1/registration_service.pb.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "qingqu/identity/v1/credential_service.pb.h"
#include "qingqu/identity/v1/delegation_service.pb.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "qingqu/identity/v1/post_service.pb.h"
#include "qingqu/identity/v1/role_service.pb.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "qingqu/supervision/v1/journal_service.pb.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "qingqu/usage/v1/usage_service.pb.h"

namespace qingqu::rpc {

const std::vector<const google::protobuf::ServiceDescriptor*>& AllServices() {
  // Naming one message of each file makes the linker keep the file's descriptors.
  static const std::vector<const google::protobuf::ServiceDescriptor*> services{
      identity::v1::User::descriptor()->file()->service(0),
      identity::v1::Session::descriptor()->file()->service(0),
      identity::v1::Post::descriptor()->file()->service(0),
      identity::v1::Delegation::descriptor()->file()->service(0),
      identity::v1::RoleGrants::descriptor()->file()->service(0),
      catalog::v1::CreateItemRequest::descriptor()->file()->service(0),
      catalog::v1::Application::descriptor()->file()->service(0),
      catalog::v1::ApprovedList::descriptor()->file()->service(0),
      catalog::v1::Price::descriptor()->file()->service(0),
      catalog::v1::PurchaseVerdict::descriptor()->file()->service(0),
      catalog::v1::CreateOrganisationRequest::descriptor()->file()->service(0),
      catalog::v1::CreateRegistrationRequest::descriptor()->file()->service(0),
      catalog::v1::GetNationalCodeRequest::descriptor()->file()->service(0),
      catalog::v1::UploadLocalRowsRequest::descriptor()->file()->service(0),
      catalog::v1::ItemMerge::descriptor()->file()->service(0),
      catalog::v1::ItemImport::descriptor()->file()->service(0),
      catalog::v1::LookupDeviceRecordRequest::descriptor()->file()->service(0),
      procurement::v1::CreateOrderRequest::descriptor()->file()->service(0),
      distribution::v1::Receipt::descriptor()->file()->service(0),
      distribution::v1::PostMovementRequest::descriptor()->file()->service(0),
      usage::v1::Use::descriptor()->file()->service(0),
      supervision::v1::Checkpoint::descriptor()->file()->service(0),
      supervision::v1::Entry::descriptor()->file()->service(0)};
  return services;
}

}  // namespace qingqu::rpc
