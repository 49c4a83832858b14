#include "services/distribution/ledger/history_store.h"

#include "pqxx/pqxx"

#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

std::vector<HistoryRow> HistoryOf(const pqxx::result& rows) {
  std::vector<HistoryRow> history;
  history.reserve(rows.size());
  for (const auto& row : rows) {
    history.push_back({.key = {.posted_at = InstantOf(row["posted_us"]),
                               .posting_number = row["posting_number"].as<int64_t>()},
                       .movement_id = row["movement_id"].as<std::string>()});
  }
  return history;
}

}  // namespace

std::optional<AccountState> ReadAccount(pqxx::transaction_base& tx, int64_t account_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadAccount.name, account_id);
  if (rows.empty()) return std::nullopt;
  const pqxx::row row = rows[0];
  return AccountState{.balance = {.account_id = row["account_id"].as<int64_t>(),
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
                      .may_be_reserved = row["kind"].as<std::string>() == "stock",
                      .changed_at = InstantOf(row["changed_us"]),
                      .archived_until = InstantOf(row["archived_us"])};
}

std::vector<StoredMovement> FindInOrder(pqxx::transaction_base& tx,
                                        const std::vector<HistoryRow>& rows) {
  std::vector<std::string> movement_ids;
  movement_ids.reserve(rows.size());
  for (const HistoryRow& row : rows) movement_ids.push_back(row.movement_id);
  std::map<std::string, StoredMovement> found = FindMovements(tx, movement_ids);
  std::vector<StoredMovement> movements;
  movements.reserve(found.size());
  for (const std::string& movement_id : movement_ids) {
    const auto movement = found.find(movement_id);
    if (movement != found.end()) movements.push_back(std::move(movement->second));
  }
  return movements;
}

std::vector<HistoryRow> ListMovements(pqxx::transaction_base& tx, const MovementPage& page) {
  return HistoryOf(tx.exec_prepared(queries::kListMovements.name, page.item_id, page.after,
                                    page.rows_max, page.lot_number, InstantText(page.after_time)));
}

std::vector<HistoryRow> ListHistory(pqxx::transaction_base& tx, int64_t account_id,
                                    const HistoryKey& until, int rows_max) {
  return HistoryOf(tx.exec_prepared(queries::kListAccountHistory.name, account_id,
                                    InstantText(until.posted_at), until.posting_number, rows_max));
}

std::vector<HistoryRow> ListBackdated(pqxx::transaction_base& tx, int64_t account_id,
                                      absl::Time as_of, const HistoryKey& until, int rows_max) {
  return HistoryOf(tx.exec_prepared(queries::kListBackdatedHistory.name, account_id,
                                    InstantText(as_of), InstantText(until.posted_at),
                                    until.posting_number, rows_max));
}

PastBalance ReadPastBalance(pqxx::transaction_base& tx, const AccountState& now,
                            const HistoryKey& until) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kReadPastBalance.name, now.balance.account_id,
                       InstantText(until.posted_at), until.posting_number, now.may_be_reserved);
  const pqxx::row row = rows[0];
  return {.on_hand = row["on_hand"].is_null() ? now.balance.on_hand : row["on_hand"].as<int64_t>(),
          .reserved = now.balance.reserved - row["held_since"].as<int64_t>()};
}

int64_t SumBackdated(pqxx::transaction_base& tx, int64_t account_id, absl::Time as_of,
                     const HistoryKey& until) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kSumBackdated.name, account_id, InstantText(as_of),
                       InstantText(until.posted_at), until.posting_number);
  return rows[0]["moved"].as<int64_t>();
}

}  // namespace qingqu::distribution
