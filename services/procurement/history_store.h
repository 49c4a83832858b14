#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "services/procurement/history.h"

namespace qingqu::procurement {

// Those of the ids that the import has staged already.
std::set<std::string> FindStagedLines(pqxx::transaction_base& tx, int64_t import_number,
                                      const std::vector<StagedHistoryRow>& rows);
// Copies the rows into staging.
void StageHistory(pqxx::transaction_base& tx, int64_t import_number,
                  const std::vector<StagedHistoryRow>& rows);
void DeleteStagedHistory(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers);

struct HistoryOwner {
  std::string alliance_id;
  std::string source;
};
// Writes what is staged into the history, new and changed lines, and empties the staging. Locks the
// source, so that one import at a time does so.
db::ImportMerge MergeHistory(pqxx::transaction_base& tx, int64_t import_number,
                             const HistoryOwner& owner);

struct HistorySummaryPage {
  std::string source;
  std::string after_vendor;
  int after_year = 0;
  std::string after_currency;
  int limit = 0;
};
std::vector<v1::HistorySummary> ListHistorySummaries(pqxx::transaction_base& tx,
                                                     const HistorySummaryPage& page);

struct VendorPage {
  std::string source;
  std::string after_vendor;
  int limit = 0;
};
std::vector<v1::VendorPerformance> ListVendorPerformances(pqxx::transaction_base& tx,
                                                          const VendorPage& page);

}  // namespace qingqu::procurement
