#include "services/procurement/history_store.h"

#include <array>

#include "pqxx/pqxx"
#include "pqxx/stream_to"

#include "common/db/array.h"
#include "services/procurement/queries.h"

namespace qingqu::procurement {

std::set<std::string> FindStagedLines(pqxx::transaction_base& tx, int64_t import_number,
                                      const std::vector<StagedHistoryRow>& rows) {
  db::ArrayBuilder ids;
  for (const StagedHistoryRow& row : rows) ids.AddText(row.source_line_id);
  std::set<std::string> staged;
  for (const auto& row :
       tx.exec_prepared(queries::kFindStagedHistory.name, import_number, ids.Build())) {
    staged.insert(row["source_line_id"].as<std::string>());
  }
  return staged;
}

void StageHistory(pqxx::transaction_base& tx, int64_t import_number,
                  const std::vector<StagedHistoryRow>& rows) {
  if (rows.empty()) return;
  std::vector<std::string> columns = {"import_number"};
  columns.insert(columns.end(), HistoryColumnNames().begin(), HistoryColumnNames().end());
  pqxx::stream_to stream(tx, "procurement.history_staging", columns);
  const std::string number = std::to_string(import_number);
  // A null pointer is written as NULL.
  std::array<const char*, 1 + kHistoryColumnCount> fields{number.c_str()};
  for (const StagedHistoryRow& row : rows) {
    for (size_t i = 0; i < kHistoryColumnCount; ++i) {
      fields[i + 1] = row.values[i] ? row.values[i]->c_str() : nullptr;
    }
    stream << fields;
  }
  stream.complete();
}

void DeleteStagedHistory(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers) {
  if (import_numbers.empty()) return;
  tx.exec_prepared(queries::kDeleteStagedHistory.name, db::IntegerArray(import_numbers));
}

db::ImportMerge MergeHistory(pqxx::transaction_base& tx, int64_t import_number,
                             const HistoryOwner& owner) {
  tx.exec_prepared(queries::kLockHistorySource.name, owner.alliance_id, owner.source);
  for (const db::Query* insert :
       {&queries::kInsertHistoryVendors, &queries::kInsertHistoryManufacturers,
        &queries::kInsertHistoryItems}) {
    tx.exec_prepared(insert->name, import_number, owner.alliance_id, owner.source);
  }
  tx.exec_prepared(queries::kPlanAsUsual.name);
  pqxx::result::size_type changed = 0;
  for (const db::Query* write : {&queries::kUpdateHistoryLines, &queries::kInsertHistoryLines}) {
    changed += tx.exec_prepared(write->name, import_number, owner.alliance_id, owner.source)
                   .affected_rows();
  }
  const pqxx::result counted = tx.exec_prepared(queries::kCountStagedHistory.name, import_number);
  DeleteStagedHistory(tx, {import_number});
  const auto imported = static_cast<int64_t>(changed);
  return {.imported_count = imported,
          .unchanged_count = counted[0][0].as<int64_t>() - imported,
          .rejected_count = 0};
}

std::vector<v1::HistorySummary> ListHistorySummaries(pqxx::transaction_base& tx,
                                                     const HistorySummaryPage& page) {
  std::vector<v1::HistorySummary> summaries;
  for (const auto& row :
       tx.exec_prepared(queries::kListHistorySummaries.name, page.source, page.after_vendor,
                        page.after_year, page.after_currency, page.limit)) {
    v1::HistorySummary& summary = summaries.emplace_back();
    summary.set_vendor(row["vendor"].as<std::string>());
    summary.set_year(row["year"].as<int>());
    summary.set_line_count(row["line_count"].as<int64_t>());
    summary.set_quantity(row["quantity"].as<int64_t>());
    summary.set_value(row["value"].as<std::string>());
    summary.set_currency(row["currency"].as<std::string>());
    summary.set_on_time_count(row["on_time_count"].as<int64_t>());
  }
  return summaries;
}

std::vector<v1::VendorPerformance> ListVendorPerformances(pqxx::transaction_base& tx,
                                                          const VendorPage& page) {
  std::vector<v1::VendorPerformance> performances;
  for (const auto& row : tx.exec_prepared(queries::kListVendorPerformances.name, page.source,
                                          page.after_vendor, page.limit)) {
    v1::VendorPerformance& performance = performances.emplace_back();
    performance.set_vendor(row["vendor"].as<std::string>());
    performance.set_line_count(row["line_count"].as<int64_t>());
    performance.set_dated_count(row["dated_count"].as<int64_t>());
    performance.set_on_time_count(row["on_time_count"].as<int64_t>());
    performance.set_on_time_rate(
        OnTimeRate(performance.on_time_count(), performance.dated_count()));
  }
  return performances;
}

}  // namespace qingqu::procurement
