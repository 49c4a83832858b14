#include "services/distribution/ledger/reservation_store.h"

#include <algorithm>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

Candidate CandidateOf(const pqxx::row& row) {
  const auto on_hand = row["on_hand"].as<int64_t>();
  const auto reserved = row["reserved"].as<int64_t>();
  return {.stock = {.account_id = row["account_id"].as<int64_t>(),
                    .item_id = row["item_id"].as<std::string>(),
                    .lot_id = row["lot_id"].as<std::string>(),
                    .lot_number = row["lot_number"].as<std::string>(),
                    .serial = row["serial"].as<std::string>(),
                    .expiry = DateOf(row["expiry_date"]),
                    .available = on_hand - reserved},
          .owner = row["owner"].as<std::string>(),
          .condition = row["condition"].as<std::string>(),
          .on_hand = on_hand,
          .reserved = reserved};
}

ReservationRow ReservationOf(const pqxx::row& row) {
  return {.reservation_id = row["reservation_id"].as<std::string>(),
          .balance = {.account_id = row["account_id"].as<int64_t>(),
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
          .quantity = row["quantity"].as<int64_t>(),
          .open_quantity = row["open_quantity"].as<int64_t>(),
          .posted_quantity = row["posted_quantity"].as<int64_t>(),
          .state = row["state"].as<std::string>(),
          .expires_at = InstantOf(row["expires_us"]),
          .created_at = InstantOf(row["created_us"]),
          .actor_id = row["actor_id"].as<std::string>(),
          .document = row["document"].as<std::string>()};
}

}  // namespace

LockedCandidates LockCandidates(pqxx::transaction_base& tx, const std::string& location_id,
                                const std::vector<std::string>& item_ids) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kLockCandidates.name, location_id, db::TextArray(item_ids));
  LockedCandidates locked{.changed_at = absl::UnixEpoch()};
  locked.candidates.reserve(rows.size());
  for (const auto& row : rows) {
    locked.candidates.push_back(CandidateOf(row));
    locked.changed_at = std::max(locked.changed_at, InstantOf(row["changed_us"]));
  }
  return locked;
}

void InsertReservations(pqxx::transaction_base& tx, absl::Time created_at,
                        const std::vector<ReservationRow>& reservations) {
  db::ArrayBuilder ids, accounts, quantities, open, posted, states, expires_us, actors, documents;
  for (const ReservationRow& reservation : reservations) {
    ids.AddText(reservation.reservation_id);
    accounts.AddInteger(reservation.balance.account_id);
    quantities.AddInteger(reservation.quantity);
    open.AddInteger(reservation.open_quantity);
    posted.AddInteger(reservation.posted_quantity);
    states.AddText(reservation.state);
    expires_us.AddInteger(absl::ToUnixMicros(reservation.expires_at));
    actors.AddText(reservation.actor_id);
    documents.AddTextOrNull(reservation.document);
  }
  tx.exec_prepared(queries::kInsertReservations.name, ids.Build(), accounts.Build(),
                   quantities.Build(), open.Build(), posted.Build(), states.Build(),
                   expires_us.Build(), actors.Build(), InstantText(created_at), documents.Build());
}

std::optional<ReservationRow> FindReservation(pqxx::transaction_base& tx,
                                              const std::string& reservation_id) {
  const pqxx::result found = tx.exec_prepared(queries::kReadReservation.name, reservation_id);
  if (found.empty()) return std::nullopt;
  return ReservationOf(found[0]);
}

std::vector<ReservationRow> ListReservations(pqxx::transaction_base& tx,
                                             const ReservationPage& page) {
  std::vector<ReservationRow> reservations;
  for (const auto& row :
       tx.exec_prepared(queries::kListReservations.name, InstantText(page.after_time),
                        page.after_id, page.rows_max, page.location_id, page.item_id)) {
    reservations.push_back(ReservationOf(row));
  }
  return reservations;
}

}  // namespace qingqu::distribution
