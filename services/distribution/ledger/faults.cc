#include "services/distribution/ledger/faults.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_split.h"
#include "pqxx/pqxx"

#include "services/distribution/ledger/period_store.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr size_t kFindingsMax = 100;

// An id is at most 31 days older than its posting when goods move.
constexpr absl::Duration kIdAgeMax = absl::Hours(24 * 32);

// Sides of movements, and ids, that one step looks at.
constexpr int64_t kSidesAimed = 400'000;
constexpr int kIdsAStep = 200'000;

void Add(std::string finding, std::vector<std::string>& findings) {
  if (findings.size() < kFindingsMax) findings.push_back(std::move(finding));
}

void Add(const pqxx::result& rows, std::vector<std::string>& findings) {
  for (const auto& row : rows) Add(row["finding"].as<std::string>(), findings);
}

// One in each line.
void AddLines(const pqxx::field& lines, std::vector<std::string>& findings) {
  for (const absl::string_view line : absl::StrSplit(lines.c_str(), '\n', absl::SkipEmpty())) {
    Add(std::string(line), findings);
  }
}

// No id of what was posted since the mark is of an earlier time.
std::string OldestIdAt(const WatchMark& mark) {
  return InstantText(std::max(mark.walked_at - kIdAgeMax, absl::UnixEpoch()));
}

void CheckWhole(pqxx::transaction_base& tx, absl::Time now, const WatchMark& mark,
                std::vector<std::string>& findings) {
  Add(tx.exec_prepared(queries::kCheckAccounts.name, InstantText(now)), findings);
  Add(tx.exec_prepared(queries::kCheckReversals.name, mark.posting_number, OldestIdAt(mark)),
      findings);
}

ProofStep ProveAccounts(pqxx::transaction_base& tx, absl::Time now, ProofMark& mark) {
  ProofStep step;
  if (mark.account_id == 0) CheckWhole(tx, now, {}, step.findings);
  const int64_t first = mark.account_id + 1;
  const bool to_the_end = mark.accounts_wanted == 0;
  const int64_t last =
      to_the_end ? std::numeric_limits<int64_t>::max() : mark.account_id + mark.accounts_wanted;
  Add(tx.exec_prepared(queries::kWalkAccounts.name, 0, first, last), step.findings);
  Add(tx.exec_prepared(queries::kJudgeAccounts.name, first, last), step.findings);
  if (!ReadClosedUntil(tx).empty()) {
    Add(tx.exec_prepared(queries::kCheckPeriods.name, first, last), step.findings);
  }
  const pqxx::row sums = tx.exec_prepared1(queries::kCheckAccountSums.name, first, last);
  AddLines(sums["findings"], step.findings);
  step.accounts = sums["account_count"].as<int64_t>();
  mark.accounts_proved = to_the_end;
  mark.account_id = last;
  const int64_t sides = std::max<int64_t>(sums["side_count"].as<int64_t>(), 1);
  mark.accounts_wanted =
      std::clamp<int64_t>(mark.accounts_wanted * kSidesAimed / sides, 1, kProofAccountsMax);
  if (last >= sums["last_account_id"].as<int64_t>()) mark.accounts_wanted = 0;
  return step;
}

ProofStep ProveIds(pqxx::transaction_base& tx, ProofMark& mark) {
  ProofStep step;
  const pqxx::row page =
      tx.exec_prepared1(queries::kCheckMovementIds.name, mark.movement_id, kIdsAStep);
  AddLines(page["findings"], step.findings);
  step.movements = page["movement_count"].as<int64_t>();
  mark.done = !page["has_more"].as<bool>();
  if (!mark.done) mark.movement_id = page["last_movement_id"].as<std::string>();
  return step;
}

}  // namespace

ProofStep ProveNext(pqxx::transaction_base& tx, absl::Time now, ProofMark& mark) {
  return mark.accounts_proved ? ProveIds(tx, mark) : ProveAccounts(tx, now, mark);
}

std::vector<std::string> FindLedgerFaults(pqxx::transaction_base& tx, absl::Time now,
                                          const std::function<bool()>& goes) {
  std::vector<std::string> findings;
  ProofMark mark;
  while (!mark.done && goes()) {
    for (std::string& finding : ProveNext(tx, now, mark).findings)
      Add(std::move(finding), findings);
  }
  return findings;
}

std::vector<std::string> FindFreshFaults(pqxx::transaction_base& tx, absl::Time now,
                                         const WatchMark& mark) {
  std::vector<std::string> findings;
  CheckWhole(tx, now, mark, findings);
  const std::string oldest = OldestIdAt(mark);
  Add(tx.exec_prepared(queries::kWalkMovements.name, mark.posting_number, oldest), findings);
  Add(tx.exec_prepared(queries::kJudgeFresh.name, mark.posting_number, oldest), findings);
  return findings;
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
