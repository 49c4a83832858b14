#include "services/supervision/entry_store.h"

#include <utility>

#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/db/journal.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;

Json ObjectOf(const pqxx::field& field) {
  Json json = Json::parse(field.c_str(), nullptr, false);
  QINGQU_CHECK(!json.is_discarded());  // PostgreSQL keeps nothing else in a jsonb
  if (!json.is_object()) return Json{{"value", std::move(json)}};
  return json;
}

std::vector<std::string> TextsOf(const pqxx::field& field) {
  return Json::parse(field.c_str()).get<std::vector<std::string>>();
}

Entry EntryOf(const pqxx::row& row) {
  return {.transaction_id = row["transaction_id"].as<std::string>(),
          .sequence = row["sequence"].as<int64_t>(),
          .written_at = absl::FromUnixMicros(row["written_us"].as<int64_t>()),
          .event = row["event"].as<std::string>(),
          .method = row["method"].as<std::string>(),
          .resource = row["resource"].as<std::string>(),
          .subjects = TextsOf(row["subjects"]),
          .actor_user_id = row["actor_user_id"].as<std::string>(),
          .actor_institution_id = row["actor_institution_id"].as<std::string>(),
          .actor_roles = TextsOf(row["actor_roles"]),
          .client = row["client"].as<std::string>(),
          .request_id = row["request_id"].as<std::string>(),
          .reason = row["reason"].as<std::string>(),
          .institution_id = row["institution_id"].as<std::string>(),
          .details = ObjectOf(row["details"]),
          .restricted = ObjectOf(row["restricted"])};
}

// The query gives up to one row more than the page holds, cuts them by size, and says how many
// there were before that.
EntryPage PageIn(const pqxx::result& rows, int rows_max) {
  EntryPage page;
  for (const auto& row : rows) {
    if (static_cast<int>(page.entries.size()) == rows_max) break;
    page.entries.push_back(EntryOf(row));
  }
  page.more =
      !rows.empty() && rows[0]["found"].as<int64_t>() > static_cast<int64_t>(page.entries.size());
  return page;
}

}  // namespace

EntryPage TraceLot(pqxx::transaction_base& tx, const Lot& lot, const PageOf& page) {
  return PageIn(tx.exec_prepared(queries::kTraceLot.name, "items/" + lot.item_id,
                                 db::LotSubject(lot.item_id, lot.lot_number), page.transaction_id,
                                 page.sequence, page.rows_max + 1, page.bytes_max),
                page.rows_max);
}

EntryPage ListEntries(pqxx::transaction_base& tx, const EntryFilter& filter, const PageOf& page) {
  const int rows = page.rows_max + 1;
  if (!filter.subject.empty()) {
    return PageIn(
        tx.exec_prepared(queries::kListEntriesOfSubject.name, filter.subject, filter.actor_user_id,
                         filter.event, page.transaction_id, page.sequence, rows, page.bytes_max),
        page.rows_max);
  }
  if (!filter.actor_user_id.empty()) {
    return PageIn(
        tx.exec_prepared(queries::kListEntriesOfActor.name, filter.actor_user_id, filter.event,
                         page.transaction_id, page.sequence, rows, page.bytes_max),
        page.rows_max);
  }
  if (!filter.event.empty()) {
    return PageIn(tx.exec_prepared(queries::kListEntriesOfEvent.name, filter.event,
                                   page.transaction_id, page.sequence, rows, page.bytes_max),
                  page.rows_max);
  }
  return PageIn(tx.exec_prepared(queries::kListEntries.name, page.transaction_id, page.sequence,
                                 rows, page.bytes_max),
                page.rows_max);
}

}  // namespace qingqu::supervision
