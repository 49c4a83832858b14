#include "services/distribution/ledger/period_store.h"

#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/base/check.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

CivilDate MonthOf(const pqxx::field& field) {
  const std::optional<CivilDate> month = DateOf(field);
  QINGQU_CHECK(month.has_value());
  return *month;
}

ClosedPeriod PeriodOf(const pqxx::row& row) {
  return {.key = {.holder = row["holder"].as<std::string>(), .month = MonthOf(row["month"])},
          .closed_at = InstantOf(row["closed_us"]),
          .closed_by = row["closed_by"].as<std::string>()};
}

}  // namespace

std::map<std::string, absl::Time> ReadClosedUntil(pqxx::transaction_base& tx) {
  std::map<std::string, absl::Time> closed_until;
  for (const auto& row : tx.exec_prepared(queries::kReadClosedUntil.name)) {
    closed_until.emplace(row["holder"].as<std::string>(), InstantOf(row["ends_us"]));
  }
  return closed_until;
}

void LockLedger(pqxx::transaction_base& tx) { tx.exec_prepared(queries::kLockLedger.name); }

std::optional<CivilDate> ReadLastClosed(pqxx::transaction_base& tx, const std::string& holder) {
  return DateOf(tx.exec_prepared(queries::kReadLastPeriod.name, holder)[0]["month"]);
}

void InsertPeriod(pqxx::transaction_base& tx, const ClosedPeriod& period, const PeriodSide& side) {
  tx.exec_prepared(queries::kInsertPeriod.name, period.key.holder, period.key.month.ToString(),
                   InstantText(BusinessDayBegins(NextMonth(period.key.month))),
                   InstantText(period.closed_at), period.closed_by, side.alliance_id,
                   side.institution_id);
}

std::optional<ClosedPeriod> FindPeriod(pqxx::transaction_base& tx, const PeriodKey& key) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kReadPeriod.name, key.holder, key.month.ToString());
  if (rows.empty()) return std::nullopt;
  return PeriodOf(rows[0]);
}

std::vector<ClosedPeriod> ListPeriods(pqxx::transaction_base& tx, const PeriodKey& before,
                                      const std::string& holder, int rows_max) {
  std::vector<ClosedPeriod> periods;
  for (const auto& row : tx.exec_prepared(queries::kListPeriods.name, before.month.ToString(),
                                          before.holder, rows_max, holder)) {
    periods.push_back(PeriodOf(row));
  }
  return periods;
}

void WriteMissingBalances(pqxx::transaction_base& tx, const PeriodKey& key) {
  for (const auto& row : tx.exec_prepared(queries::kListMissingPeriodBalances.name, key.holder,
                                          key.month.ToString())) {
    const CivilDate month = MonthOf(row["month"]);
    tx.exec_prepared(queries::kInsertPeriodBalances.name, key.holder, month.ToString(),
                     InstantText(BusinessDayBegins(month)),
                     InstantText(BusinessDayBegins(NextMonth(month))),
                     row["alliance_id"].as<std::string>(), row["institution_id"].as<std::string>());
    tx.exec_prepared(queries::kMarkPeriodReckoned.name, key.holder, month.ToString());
  }
}

std::vector<PeriodBalanceRow> ListPeriodBalances(pqxx::transaction_base& tx, const PeriodKey& key,
                                                 int64_t after_account, int rows_max) {
  std::vector<PeriodBalanceRow> balances;
  for (const auto& row : tx.exec_prepared(queries::kListPeriodBalances.name, key.holder,
                                          key.month.ToString(), after_account, rows_max)) {
    balances.push_back({.account = {.account_id = row["account_id"].as<int64_t>(),
                                    .location_id = row["location_id"].as<std::string>(),
                                    .item_id = row["item_id"].as<std::string>(),
                                    .lot_id = row["lot_id"].as<std::string>(),
                                    .lot_number = row["lot_number"].as<std::string>(),
                                    .serial = row["serial"].as<std::string>(),
                                    .expiry_date = row["expiry_date"].as<std::string>(),
                                    .owner = row["owner"].as<std::string>(),
                                    .condition = row["condition"].as<std::string>(),
                                    .on_hand = row["on_hand"].as<int64_t>(),
                                    .reserved = row["reserved"].as<int64_t>()},
                        .opening = row["opening"].as<int64_t>(),
                        .received = row["received"].as<int64_t>(),
                        .issued = row["issued"].as<int64_t>(),
                        .closing = row["closing"].as<int64_t>()});
  }
  return balances;
}

}  // namespace qingqu::distribution
