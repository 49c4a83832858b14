#include "services/catalog/lists/list_store.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/lists/list_errors.h"
#include "services/catalog/prices/price_errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

ApprovedList ReadList(const pqxx::row& row) {
  return {.id = row["list_id"].as<std::string>(),
          .display_name = row["display_name"].as<std::string>(),
          .holder = {.alliance_id = row["alliance_id"].as<std::string>(""),
                     .institution_id = row["institution_id"].as<std::string>(""),
                     .department_id = row["department_id"].as<std::string>("")},
          .start_date = ReadDate(row["start_date"]),
          .end_date = ReadOptionalDate(row["end_date"]),
          .state = ApprovalStateFromName(row["state"].as<std::string>()),
          .reason = row["reason"].as<std::string>(),
          .proposer_id = row["proposer_id"].as<std::string>(),
          .proposer_for_id = row["proposer_for_id"].as<std::string>(""),
          .approver_id = row["approver_id"].as<std::string>(""),
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .version = row["version"].as<int64_t>(),
          .decision_reason = row["decision_reason"].as<std::string>()};
}

absl::StatusOr<ApprovedList> ReadOne(const pqxx::result& rows, std::string_view id) {
  if (rows.empty()) return ListNotFound(ListName(id));
  return ReadList(rows[0]);
}

}  // namespace

absl::StatusOr<Holder> FindHolder(pqxx::transaction_base& tx, const HolderReference& reference) {
  if (reference.collection.empty()) return Holder{};
  const pqxx::result rows =
      tx.exec_prepared(queries::kFindHolder.name, reference.collection, reference.id);
  if (rows.empty()) {
    return HolderNotFound(fmt::format("{}/{}", reference.collection, reference.id));
  }
  return Holder{.alliance_id = rows[0]["alliance_id"].as<std::string>(),
                .institution_id = rows[0]["institution_id"].as<std::string>(),
                .department_id = rows[0]["department_id"].as<std::string>()};
}

absl::Status InsertList(pqxx::transaction_base& tx, const ApprovedList& list) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertApprovedList.name, list.id, list.display_name, list.holder.alliance_id,
      list.holder.institution_id, list.holder.department_id, list.start_date.ToString(),
      list.reason, list.proposer_id, TimestampText(list.created_at));
  return inserted.affected_rows() == 0 ? ListExists(ListName(list.id)) : absl::OkStatus();
}

absl::StatusOr<ApprovedList> GetList(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kGetApprovedList.name, std::string(id)), id);
}

absl::StatusOr<ApprovedList> LockList(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kLockApprovedList.name, std::string(id)), id);
}

std::optional<std::string> LockHolder(pqxx::transaction_base& tx, const ApprovedList& list) {
  tx.exec_prepared(queries::kLockHolder.name, HolderName(list.holder));
  const pqxx::result rows =
      tx.exec_prepared(queries::kFindListOfHolder.name, list.id, list.start_date.ToString());
  if (rows.empty()) return std::nullopt;
  return rows[0]["list_id"].as<std::string>();
}

void ApproveList(pqxx::transaction_base& tx, const ApprovedList& list) {
  tx.exec_prepared(queries::kApproveApprovedList.name, list.id, list.start_date.ToString(),
                   list.approver_id);
}

void WithdrawList(pqxx::transaction_base& tx, const ApprovedList& list) {
  tx.exec_prepared(queries::kWithdrawApprovedList.name, list.id, list.approver_id,
                   list.decision_reason);
}

void EndList(pqxx::transaction_base& tx, std::string_view id, CivilDate day) {
  tx.exec_prepared(queries::kEndApprovedList.name, std::string(id), day.ToString());
}

std::vector<ApprovedList> ListLists(pqxx::transaction_base& tx, const ListListOptions& options) {
  std::vector<ApprovedList> lists;
  for (const auto& row :
       tx.exec_prepared(queries::kListApprovedLists.name, options.after_id, options.holder,
                        options.day ? options.day->ToString() : "", options.limit)) {
    lists.push_back(ReadList(row));
  }
  return lists;
}

std::vector<ListEntry> ListEntries(pqxx::transaction_base& tx, const EntryListOptions& options) {
  std::vector<ListEntry> entries;
  for (const auto& row : tx.exec_prepared(
           queries::kListApprovedListEntries.name, options.list_id, options.after_item_id,
           options.after_start_date, options.after_added_by,
           options.day ? options.day->ToString() : "", options.item_id, options.limit)) {
    entries.push_back({.item_id = row["item_id"].as<std::string>(),
                       .start_date = ReadDate(row["start_date"]),
                       .end_date = ReadOptionalDate(row["end_date"]),
                       .added_by = row["added_by"].as<std::string>(),
                       .removed_by = row["removed_by"].as<std::string>("")});
  }
  return entries;
}

void AddEntries(pqxx::transaction_base& tx, const ListEdit& edit) {
  tx.exec_prepared(queries::kInsertListEntries.name, edit.list_id, db::TextArray(edit.item_ids),
                   edit.day.ToString(), edit.by);
}

size_t RemoveEntries(pqxx::transaction_base& tx, const ListEdit& edit) {
  return tx
      .exec_prepared(queries::kRemoveListEntries.name, edit.list_id, db::TextArray(edit.item_ids),
                     edit.day.ToString(), edit.by)
      .affected_rows();
}

}  // namespace qingqu::catalog
