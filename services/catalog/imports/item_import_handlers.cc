#include "services/catalog/imports/item_import_handlers.h"

#include "common/auth/alliance_scope.h"
#include "common/status/status_macros.h"
#include "services/catalog/import_rpcs.h"
#include "services/catalog/imports/item_row_batch.h"

namespace qingqu::catalog {
namespace {

constexpr ImportRpcs<v1::ItemImport> kImport{.kind = "item",
                                             .field = "item_import",
                                             .collection = "itemImports",
                                             .event = "item.imported",
                                             .forget = DeleteStagedItems};

ItemProposer ProposerOf(const CallContext& call) {
  return {.user_id = call.principal.user_id, .now = call.received_at};
}

}  // namespace

absl::StatusOr<v1::ItemImport> ItemImportHandlers::CreateItemImport(
    const CallContext& call, const v1::CreateItemImportRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return CreateImport(*pool_, call, kImport, request);
}

absl::StatusOr<v1::AppendItemRowsResponse> ItemImportHandlers::AppendItemRows(
    const CallContext& call, const v1::AppendItemRowsRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return AppendToImport<v1::AppendItemRowsResponse>(
      *pool_, call, kImport, request.item_import(), request,
      [&](pqxx::transaction_base& tx, const db::ImportSession& session) {
        return StageItemBatch(tx, session.number, ProposerOf(call), request);
      });
}

absl::StatusOr<v1::ItemImport> ItemImportHandlers::FinishItemImport(
    const CallContext& call, const v1::FinishItemImportRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return FinishImport(*pool_, call, kImport, request.item_import(), request,
                      [&](pqxx::transaction_base& tx, const db::ImportSession& open) {
                        return ProposeStagedItems(tx, open, ProposerOf(call));
                      });
}

}  // namespace qingqu::catalog
