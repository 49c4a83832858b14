#include "services/distribution/ledger/faults.h"

#include <algorithm>

#include "pqxx/pqxx"

#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr size_t kFindingsMax = 100;

// An id is at most 31 days older than its posting when goods move.
constexpr absl::Duration kIdAgeMax = absl::Hours(24 * 32);

void Add(const pqxx::result& rows, std::vector<std::string>& findings) {
  for (const auto& row : rows) {
    if (findings.size() < kFindingsMax) findings.push_back(row["finding"].as<std::string>());
  }
}

std::vector<std::string> Walk(pqxx::transaction_base& tx, const WatchMark& mark) {
  std::vector<std::string> findings;
  Add(tx.exec_prepared(queries::kCheckAccounts.name), findings);
  Add(tx.exec_prepared(queries::kWalkMovements.name, mark.posting_number,
                       InstantText(std::max(mark.walked_at - kIdAgeMax, absl::UnixEpoch()))),
      findings);
  return findings;
}

}  // namespace

std::vector<std::string> FindLedgerFaults(pqxx::transaction_base& tx) {
  std::vector<std::string> findings = Walk(tx, {});
  Add(tx.exec_prepared(queries::kCheckSums.name), findings);
  return findings;
}

std::vector<std::string> FindFreshFaults(pqxx::transaction_base& tx, const WatchMark& mark) {
  return Walk(tx, mark);
}

int64_t ReadLastNumber(pqxx::transaction_base& tx) {
  return tx.exec_prepared(queries::kReadLastNumber.name)[0]["posting_number"].as<int64_t>();
}

void AllowLongStatements(pqxx::transaction_base& tx, absl::Duration time) {
  constexpr absl::Duration kLongest = absl::Hours(1);
  const absl::Duration allowed = std::clamp(time, absl::Milliseconds(1), kLongest);
  tx.exec_prepared(queries::kAllowLongStatements.name, absl::ToInt64Milliseconds(allowed));
}

}  // namespace qingqu::distribution
