#include "services/catalog/supplier_handlers.h"

#include <string>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/supplier_store.h"

namespace qingqu::catalog {
namespace {

v1::Supplier Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                    const Supplier& supplier, std::string_view reason = "") {
  v1::Supplier message = ToProto(supplier);
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .supplier_id = supplier.id,
                     .reason = std::string(reason),
                     .details_json = ToJson(message)});
  return message;
}

// Changes the state of what `request` names, in one transaction with the journal's entry. `change`
// makes the next state of the present one.
template <typename Request, typename Change>
absl::StatusOr<v1::Supplier> ChangeState(db::ConnectionPool& pool, const CallContext& call,
                                         const Request& request, const char* event,
                                         const Change& change) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", "suppliers/{supplier}", request.name()));
  std::string reason;
  if constexpr (requires { request.reason(); }) {
    QINGQU_ASSIGN_OR_RETURN(reason, CheckReason(request.reason()));
  }
  return db::RunIdempotent<v1::Supplier>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Supplier> {
        QINGQU_ASSIGN_OR_RETURN(const Supplier present, LockSupplier(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckEtag(present.approval, request.etag(), request.name()));
        QINGQU_ASSIGN_OR_RETURN(const Supplier changed, change(present));
        UpdateSupplierState(tx, changed);
        return Record(tx, call, event, changed, reason);
      });
}

}  // namespace

absl::StatusOr<v1::Supplier> SupplierHandlers::CreateSupplier(
    const CallContext& call, const v1::CreateSupplierRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(
      const Supplier supplier,
      ProposeSupplier(DraftOf(request), call.principal.user_id, call.received_at));
  return db::RunIdempotent<v1::Supplier>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Supplier> {
        QINGQU_RETURN_IF_ERROR(InsertSupplier(tx, supplier));
        return Record(tx, call, "supplier.proposed", supplier);
      });
}

absl::StatusOr<v1::Supplier> SupplierHandlers::ApproveSupplier(
    const CallContext& call, const v1::ApproveSupplierRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "supplier.approved", [&](const Supplier& present) {
    return catalog::ApproveSupplier(present, auth::ActorOf(call.principal), call.received_at);
  });
}

absl::StatusOr<v1::Supplier> SupplierHandlers::SuspendSupplier(
    const CallContext& call, const v1::SuspendSupplierRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "supplier.suspended", [&](const Supplier& present) {
    return catalog::SuspendSupplier(present, call.received_at);
  });
}

absl::StatusOr<v1::Supplier> SupplierHandlers::ProposeSupplierReinstatement(
    const CallContext& call, const v1::ProposeSupplierReinstatementRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "supplier.reinstatement_proposed",
                     [&](const Supplier& present) {
                       return catalog::ProposeSupplierReinstatement(present, call.principal.user_id,
                                                                    call.received_at);
                     });
}

absl::StatusOr<v1::Supplier> SupplierHandlers::ReinstateSupplier(
    const CallContext& call, const v1::ReinstateSupplierRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "supplier.reinstated", [&](const Supplier& present) {
    return catalog::ReinstateSupplier(present, auth::ActorOf(call.principal), call.received_at);
  });
}

absl::StatusOr<v1::Supplier> SupplierHandlers::GetSupplier(const CallContext& call,
                                                           const v1::GetSupplierRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", "suppliers/{supplier}", request.name()));
  return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Supplier> {
    QINGQU_ASSIGN_OR_RETURN(const Supplier supplier, catalog::GetSupplier(tx, id));
    return ToProto(supplier);
  });
}

absl::StatusOr<v1::ListSuppliersResponse> SupplierHandlers::ListSuppliers(
    const CallContext& call, const v1::ListSuppliersRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto state, StateFilter(request.state()));
  const std::string filter = fmt::format("suppliers state={}", static_cast<int>(request.state()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const SupplierListOptions options{
      .after_id = key.empty() ? "" : key[0], .state = state, .limit = page_size + 1};
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListSuppliersResponse> {
                       v1::ListSuppliersResponse response;
                       std::string last_id;
                       for (const Supplier& supplier : catalog::ListSuppliers(tx, options)) {
                         if (response.suppliers_size() == page_size) {
                           response.set_next_page_token(EncodePageToken({last_id}, filter));
                           break;
                         }
                         *response.add_suppliers() = ToProto(supplier);
                         last_id = supplier.id;
                       }
                       return response;
                     });
}

}  // namespace qingqu::catalog
