#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "fmt/format.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "common/db/idempotency.h"
#include "common/db/import_session.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {

// What the rpcs of the catalogue's imports have in common: Create…Import, Append… (one or several)
// and Finish…Import over the books of common/db/import_session.h. `Import` is the message that
// tells how far an import got.
template <typename Import>
struct ImportRpcs {
  std::string_view kind;        // "item"; imports of one kind are not found as another
  std::string_view field;       // of the requests, names the import: "item_import"
  std::string_view collection;  // "itemImports"
  std::string_view event;       // of the journal, when it finishes: "item.imported"
  // Deletes the staged rows of imports that were forgotten, by their numbers.
  void (*forget)(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers);
  // Of imports with a source: what the message tells of it, and the name of what is imported,
  // which the journal's entry is then about.
  void (*tell_source)(const std::string& source, Import& message) = nullptr;
  std::string (*resource_of)(const std::string& source) = nullptr;

  std::string NameOf(std::string_view id) const { return fmt::format("{}/{}", collection, id); }
  absl::StatusOr<std::string> IdOf(const std::string& name) const {
    return ParseName(field, fmt::format("{}/{{import}}", collection), name);
  }
  db::JournalEntry EntryOf(const db::ImportSession& session) const {
    const std::string name = NameOf(session.id);
    if (resource_of == nullptr) return {.event = std::string(event), .resource = name};
    return {
        .event = std::string(event), .resource = resource_of(session.source), .subjects = {name}};
  }
};

inline constexpr int kImportBatchRowsMax = 10'000;

template <typename Import>
Import ImportMessage(const ImportRpcs<Import>& rpcs, const db::ImportSession& session) {
  Import message;
  message.set_name(rpcs.NameOf(session.id));
  if (rpcs.tell_source != nullptr) rpcs.tell_source(session.source, message);
  message.set_all_or_nothing(session.all_or_nothing);
  message.set_finished(session.finished);
  message.set_read_count(session.read_count);
  message.set_imported_count(session.imported_count);
  message.set_unchanged_count(session.unchanged_count);
  message.set_rejected_count(session.rejected_count);
  return message;
}

// Opens an import. `source` is an `absl::StatusOr<std::string>(pqxx::transaction_base&)`: what is
// kept as the import's source; it may refuse to open one.
template <typename Import, typename Request, typename Source>
absl::StatusOr<Import> CreateImport(db::ConnectionPool& pool, const CallContext& call,
                                    const ImportRpcs<Import>& rpcs, const Request& request,
                                    Source&& source) {
  return db::RunIdempotent<Import>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Import> {
        QINGQU_ASSIGN_OR_RETURN(std::string text, source(tx));
        rpcs.forget(tx, db::PurgeImports(tx, rpcs.kind));
        return ImportMessage(rpcs, db::OpenImport(tx, call,
                                                  {.kind = std::string(rpcs.kind),
                                                   .source = std::move(text),
                                                   .all_or_nothing = request.all_or_nothing()}));
      });
}

// Opens an import without a source.
template <typename Import, typename Request>
absl::StatusOr<Import> CreateImport(db::ConnectionPool& pool, const CallContext& call,
                                    const ImportRpcs<Import>& rpcs, const Request& request) {
  return CreateImport(pool, call, rpcs, request,
                      [](pqxx::transaction_base&) { return absl::StatusOr<std::string>(""); });
}

// Stages the rows of a batch: `stage` is an `absl::StatusOr<db::StagedBatch<Response>>(
// pqxx::transaction_base&, const db::ImportSession&)`.
template <typename Response, typename Import, typename Request, typename Stage>
absl::StatusOr<Response> AppendToImport(db::ConnectionPool& pool, const CallContext& call,
                                        const ImportRpcs<Import>& rpcs,
                                        const std::string& import_name, const Request& request,
                                        Stage&& stage) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, rpcs.IdOf(import_name));
  if (request.rows().empty() || request.rows_size() > kImportBatchRowsMax) {
    return InvalidField("rows", fmt::format("must be 1 to {}", kImportBatchRowsMax));
  }
  const db::ImportBatch batch{.kind = rpcs.kind,
                              .import_id = id,
                              .batch_number = request.batch_number(),
                              .row_count = request.rows_size(),
                              .request = &request};
  return db::RunTransaction(
      pool, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Response> {
        return db::AppendImportBatch<Response>(
            tx, call, batch,
            [&](const db::ImportSession& session) -> absl::StatusOr<db::StagedBatch<Response>> {
              return stage(tx, session);
            });
      });
}

// Applies what was staged: `merge` is an `absl::StatusOr<db::ImportMerge>(pqxx::transaction_base&,
// const db::ImportSession&)`.
template <typename Import, typename Request, typename Merge>
absl::StatusOr<Import> FinishImport(db::ConnectionPool& pool, const CallContext& call,
                                    const ImportRpcs<Import>& rpcs, const std::string& import_name,
                                    const Request& request, Merge&& merge) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, rpcs.IdOf(import_name));
  const db::ImportEnd end{
      .kind = rpcs.kind,
      .import_id = id,
      .rejected_by_client_count = request.rejected_by_client_count(),
      .validate_only = request.validate_only(),
      .entry = [&](const db::ImportSession& session) { return rpcs.EntryOf(session); }};
  return db::RunIdempotent<Import>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Import> {
        QINGQU_ASSIGN_OR_RETURN(
            const db::ImportSession session,
            db::FinishImport(tx, call, end,
                             [&](const db::ImportSession& open) -> absl::StatusOr<db::ImportMerge> {
                               return merge(tx, open);
                             }));
        return ImportMessage(rpcs, session);
      });
}

}  // namespace qingqu::catalog
