#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/distribution/ledger/choice.h"
#include "services/distribution/stock_reports.h"

namespace qingqu::distribution {

// All that a place holds of some items.
struct LockedCandidates {
  std::vector<Candidate> candidates;
  absl::Time changed_at;  // the last change of any of them
};

// One statement, however many items. The accounts are locked, in the order of their ids, until the
// transaction ends. What comes in while this waits for the locks of others it does not see: look
// again (kStockLooksMax) before a shortage is believed.
LockedCandidates LockCandidates(pqxx::transaction_base& tx, const std::string& location_id,
                                const std::vector<std::string>& item_ids);

// Goods held for somebody.
struct ReservationRow {
  std::string reservation_id;
  BalanceRow balance;  // of the account that they are held of, as it is now
  int64_t quantity = 0;
  int64_t open_quantity = 0;
  int64_t posted_quantity = 0;
  std::string state = "open";
  absl::Time expires_at;
  absl::Time created_at;
  std::string actor_id;
  std::string document;
};

// One statement. The accounts are locked and their balances cover what is held. Who sees an account
// sees its reservations.
void InsertReservations(pqxx::transaction_base& tx, absl::Time created_at,
                        const std::vector<ReservationRow>& reservations);

// Empty when there is none, or none that the caller may see.
std::optional<ReservationRow> FindReservation(pqxx::transaction_base& tx,
                                              const std::string& reservation_id);

// Open reservations after the one with this key, in the order of expiry and id; a new page begins
// before all of them. Only of a location or item, when not empty.
struct ReservationPage {
  absl::Time after_time = absl::UnixEpoch();
  std::string after_id = "00000000-0000-0000-0000-000000000000";
  std::string location_id;
  std::string item_id;
  int rows_max = 0;
};
std::vector<ReservationRow> ListReservations(pqxx::transaction_base& tx,
                                             const ReservationPage& page);

}  // namespace qingqu::distribution
