#include "services/catalog/imports/item_import_handlers.h"

#include <string>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/db/idempotency.h"
#include "common/db/import_session.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/imports/item_row_batch.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kImportKind = "item";
constexpr int kBatchRowsMax = 10'000;

std::string ImportName(std::string_view id) { return fmt::format("itemImports/{}", id); }

v1::ItemImport ToProto(const db::ImportSession& session) {
  v1::ItemImport message;
  message.set_name(ImportName(session.id));
  message.set_all_or_nothing(session.all_or_nothing);
  message.set_finished(session.finished);
  message.set_read_count(session.read_count);
  message.set_imported_count(session.imported_count);
  message.set_unchanged_count(session.unchanged_count);
  message.set_rejected_count(session.rejected_count);
  return message;
}

ItemProposer ProposerOf(const CallContext& call) {
  return {.user_id = call.principal.user_id, .now = call.received_at};
}

}  // namespace

absl::StatusOr<v1::ItemImport> ItemImportHandlers::CreateItemImport(
    const CallContext& call, const v1::CreateItemImportRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return db::RunIdempotent<v1::ItemImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ItemImport> {
        DeleteStagedItems(tx, db::PurgeImports(tx, kImportKind));
        return ToProto(db::OpenImport(
            tx, call,
            {.kind = std::string(kImportKind), .all_or_nothing = request.all_or_nothing()}));
      });
}

absl::StatusOr<v1::AppendItemRowsResponse> ItemImportHandlers::AppendItemRows(
    const CallContext& call, const v1::AppendItemRowsRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("item_import", "itemImports/{import}", request.item_import()));
  if (request.rows().empty() || request.rows_size() > kBatchRowsMax) {
    return InvalidField("rows", fmt::format("must be 1 to {}", kBatchRowsMax));
  }
  const db::ImportBatch batch{.kind = kImportKind,
                              .import_id = id,
                              .batch_number = request.batch_number(),
                              .row_count = request.rows_size(),
                              .request = &request};
  return db::RunTransaction(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::AppendItemRowsResponse> {
        using Staged = db::StagedBatch<v1::AppendItemRowsResponse>;
        return db::AppendImportBatch<v1::AppendItemRowsResponse>(
            tx, call, batch, [&](const db::ImportSession& session) -> absl::StatusOr<Staged> {
              return StageItemBatch(tx, session.number, ProposerOf(call), request);
            });
      });
}

absl::StatusOr<v1::ItemImport> ItemImportHandlers::FinishItemImport(
    const CallContext& call, const v1::FinishItemImportRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("item_import", "itemImports/{import}", request.item_import()));
  const db::ImportEnd end{.kind = kImportKind,
                          .import_id = id,
                          .rejected_by_client_count = request.rejected_by_client_count(),
                          .entry = {.event = "item.imported", .resource = ImportName(id)}};
  return db::RunIdempotent<v1::ItemImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ItemImport> {
        QINGQU_ASSIGN_OR_RETURN(const db::ImportSession session,
                                db::FinishImport(tx, call, end, [&](const db::ImportSession& open) {
                                  return ProposeStagedItems(tx, open, ProposerOf(call));
                                }));
        return ToProto(session);
      });
}

}  // namespace qingqu::catalog
