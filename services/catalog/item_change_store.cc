#include "services/catalog/item_change_store.h"

#include "google/protobuf/util/json_util.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/db/array.h"
#include "services/catalog/convert.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

v1::Item ReadContent(const std::string& json) {
  // Kept by this version or an older one.
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  v1::Item content;
  QINGQU_CHECK(google::protobuf::util::JsonStringToMessage(json, &content, options).ok());
  return content;
}

std::vector<std::string> ReadTexts(const pqxx::field& field) {
  std::vector<std::string> texts;
  pqxx::array_parser parser = field.as_array();
  for (auto next = parser.get_next(); next.first != pqxx::array_parser::done;
       next = parser.get_next()) {
    if (next.first == pqxx::array_parser::string_value) texts.push_back(next.second);
  }
  return texts;
}

ItemChange ReadChange(const pqxx::row& row) {
  return {.id = row["change_id"].as<std::string>(),
          .item_id = row["item_id"].as<std::string>(),
          .content = ReadContent(row["content"].as<std::string>()),
          .paths = ReadTexts(row["update_mask"]),
          .reason = row["reason"].as<std::string>(),
          .state = ItemChangeStateFromName(row["state"].as<std::string>()),
          .proposer = {.user_id = row["proposer_id"].as<std::string>(),
                       .on_behalf_of = row["proposer_for_id"].as<std::string>("")},
          .proposed_at = absl::FromUnixMicros(row["proposed_us"].as<int64_t>()),
          .decider_id = row["decider_id"].as<std::string>(""),
          .decided_at = absl::FromUnixMicros(row["decided_us"].as<int64_t>(0)),
          .decision_reason = row["decision_reason"].as<std::string>()};
}

std::optional<ItemChange> ReadOptional(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return ReadChange(rows[0]);
}

}  // namespace

bool InsertItemChange(pqxx::transaction_base& tx, const ItemChange& change) {
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertItemChange.name, change.id, change.item_id,
                       ToJson(change.content), db::TextArray(change.paths), change.reason,
                       change.proposer.user_id, TimestampText(change.proposed_at));
  return inserted.affected_rows() == 1;
}

std::optional<ItemChange> FindOpenItemChange(pqxx::transaction_base& tx, std::string_view item_id) {
  return ReadOptional(tx.exec_prepared(queries::kFindOpenItemChange.name, std::string(item_id)));
}

std::optional<ItemChange> GetItemChange(pqxx::transaction_base& tx, const ItemChangeName& name) {
  return ReadOptional(tx.exec_prepared(queries::kGetItemChange.name, name.item_id, name.change_id));
}

void DecideItemChange(pqxx::transaction_base& tx, const ItemChange& decided) {
  const pqxx::result updated = tx.exec_prepared(
      queries::kDecideItemChange.name, decided.id, std::string(ItemChangeStateName(decided.state)),
      decided.decider_id, TimestampText(decided.decided_at), decided.decision_reason);
  QINGQU_CHECK(updated.affected_rows() == 1);
}

std::vector<ItemChange> ListItemChanges(pqxx::transaction_base& tx,
                                        const ItemChangeListOptions& options) {
  const std::string state(options.state ? ItemChangeStateName(*options.state) : "");
  std::vector<ItemChange> changes;
  for (const auto& row :
       tx.exec_prepared(queries::kListItemChangesOfItems.name, options.item_id, state,
                        options.after_item_id, options.after_change_id, options.limit)) {
    changes.push_back(ReadChange(row));
  }
  return changes;
}

void LockItems(pqxx::transaction_base& tx, const std::vector<std::string>& ids) {
  tx.exec_prepared(queries::kLockItems.name, db::TextArray(ids));
}

}  // namespace qingqu::catalog
