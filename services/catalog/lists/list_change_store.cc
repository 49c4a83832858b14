#include "services/catalog/lists/list_change_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/lists/list_errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

ListChange ReadChange(const pqxx::row& row) {
  ListChange change{.id = row["change_id"].as<std::string>(),
                    .list_id = row["list_id"].as<std::string>(),
                    .start_date = ReadDate(row["start_date"]),
                    .ends_list = row["ends_list"].as<bool>(),
                    .reason = row["reason"].as<std::string>(),
                    .state = ListChangeStateFromName(row["state"].as<std::string>()),
                    .proposer_id = row["proposer_id"].as<std::string>(),
                    .proposer_for_id = row["proposer_for_id"].as<std::string>(""),
                    .decider_id = row["decider_id"].as<std::string>(""),
                    .decision_reason = row["decision_reason"].as<std::string>(),
                    .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>())};
  if (!row["decided_us"].is_null()) {
    change.decided_at = absl::FromUnixMicros(row["decided_us"].as<int64_t>());
  }
  return change;
}

absl::StatusOr<ListChange> ReadOne(pqxx::transaction_base& tx, const pqxx::result& rows,
                                   std::string_view id) {
  if (rows.empty()) return ListChangeNotFound(ListChangeName(id));
  ListChange change = ReadChange(rows[0]);
  for (const auto& row : tx.exec_prepared(queries::kReadListChangeLines.name, std::string(id))) {
    auto& items = row["adds"].as<bool>() ? change.additions : change.removals;
    items.push_back(row["item_id"].as<std::string>());
  }
  return change;
}

std::vector<std::string> ItemsOf(const ListChange& change) {
  std::vector<std::string> items = change.additions;
  items.insert(items.end(), change.removals.begin(), change.removals.end());
  return items;
}

}  // namespace

std::vector<ListLineFacts> FindListLineFacts(pqxx::transaction_base& tx, const ListChange& change) {
  std::vector<ListLineFacts> facts;
  for (const auto& row :
       tx.exec_prepared(queries::kFindListChangeFacts.name, change.list_id,
                        db::TextArray(ItemsOf(change)), change.start_date.ToString())) {
    facts.push_back({.known = row["known"].as<bool>(),
                     .stays = row["stays"].as<bool>(),
                     .ends_later = row["ends_later"].as<bool>()});
  }
  return facts;
}

absl::Status InsertChange(pqxx::transaction_base& tx, const ListChange& change) {
  const std::vector<std::string> items = ItemsOf(change);
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertListChange.name, change.id, change.list_id, change.start_date.ToString(),
      change.ends_list, static_cast<int64_t>(items.size()), change.reason, change.proposer_id,
      TimestampText(change.created_at));
  if (inserted.affected_rows() == 0) return ListChangeExists(ListChangeName(change.id));
  db::ArrayBuilder adds;
  for (size_t index = 0; index < items.size(); ++index) {
    adds.AddBoolean(index < change.additions.size());
  }
  tx.exec_prepared(queries::kInsertListChangeLines.name, change.id, db::TextArray(items),
                   adds.Build());
  return absl::OkStatus();
}

absl::StatusOr<ListChange> GetChange(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx, tx.exec_prepared(queries::kGetListChange.name, std::string(id)), id);
}

absl::StatusOr<ListChange> LockChange(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx, tx.exec_prepared(queries::kLockListChange.name, std::string(id)), id);
}

void DecideChange(pqxx::transaction_base& tx, const ListChange& change) {
  tx.exec_prepared(queries::kDecideListChange.name, change.id,
                   std::string(ListChangeStateName(change.state)), change.start_date.ToString(),
                   change.decider_id, change.decision_reason,
                   TimestampText(change.decided_at.value()));
}

std::vector<ListChange> ListChanges(pqxx::transaction_base& tx,
                                    const ListChangeListOptions& options) {
  const std::string state(options.state ? ListChangeStateName(*options.state) : "");
  std::vector<ListChange> changes;
  for (const auto& row :
       tx.exec_prepared(queries::kListListChanges.name, options.list_id, options.after_us,
                        options.after_id, state, options.limit)) {
    changes.push_back(ReadChange(row));
  }
  return changes;
}

}  // namespace qingqu::catalog
