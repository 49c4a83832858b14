#include "services/distribution/ledger/reservation_test_support.h"

#include "fmt/format.h"

#include "common/base/uuid.h"

namespace qingqu::distribution {

ReservationTest::ReservationTest(int connections_max) : DistributionTest(connections_max) {
  SeedItem({.item_id = "gauze", .number = 9001});
  SeedItem({.item_id = "tape", .number = 9002});
}

void ReservationTest::Put(const Goods& goods) {
  constexpr std::string_view kStatements = R"(
    SET LOCAL session_replication_role = replica;
    INSERT INTO distribution.location (location_id, kind, alliance_id, display_name, created_at)
      VALUES ('contra/supply/east', 'supply', 'east', 'supply', now()) ON CONFLICT DO NOTHING;
    INSERT INTO distribution.lot (lot_id, item_id, lot_number, expiry_date)
      VALUES (md5('{item}/{lot}')::uuid, '{item}', '{lot}', nullif('{expiry}', '')::date);
    INSERT INTO distribution.account (kind, location_id, item_id, lot_id, serial, owner, condition,
                                      alliance_id, institution_id, on_hand, changed_at)
      SELECT 'stock', location_id, '{item}', md5('{item}/{lot}')::uuid, '', '{owner}',
             '{condition}', alliance_id,
             CASE WHEN kind = 'central_store' THEN NULL ELSE institution_id END, {quantity},
             timestamptz '2026-11-20Z'
      FROM distribution.location WHERE location_id = '{location}'
      UNION ALL SELECT 'supply', 'contra/supply/east', '{item}', md5('{item}/{lot}')::uuid, '',
             '{owner}', 'available', 'east', NULL, -{quantity}, '2026-11-20Z';
    INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id,
                                       quantity, moved, debit_after, credit_after, effective_at,
                                       posted_at, actor_id, alliance_id, from_location_id,
                                       to_location_id)
      SELECT '{movement}', 'receive', debit.account_id, credit.account_id, {quantity}, {quantity},
             {quantity}, -{quantity}, '2026-11-20Z', '2026-11-20Z', 'seed', 'east',
             credit.location_id, debit.location_id
      FROM distribution.account AS debit
      JOIN distribution.account AS credit
        ON credit.item_id = debit.item_id AND credit.lot_id = debit.lot_id
        AND credit.kind = 'supply'
      WHERE debit.item_id = '{item}' AND debit.lot_id = md5('{item}/{lot}')::uuid
        AND debit.kind = 'stock')";
  database_.Execute(fmt::format(
      kStatements, fmt::arg("item", goods.item), fmt::arg("lot", goods.lot),
      fmt::arg("expiry", goods.expiry), fmt::arg("owner", goods.owner),
      fmt::arg("condition", goods.condition), fmt::arg("quantity", goods.quantity),
      fmt::arg("location", goods.location), fmt::arg("movement", NewUuidV7(clock_).ToString())));
}

void ReservationTest::Suspend(const std::string& item_id) {
  database_.Execute(
      fmt::format("SET LOCAL session_replication_role = replica; "
                  "UPDATE catalog.item SET state = 'suspended' WHERE item_id = '{}'",
                  item_id));
}

v1::AllocateRequest ReservationTest::RequestOf(const std::string& location, const Wishes& wishes) {
  v1::AllocateRequest request;
  request.set_location("locations/" + location);
  for (const auto& [item_id, quantity] : wishes) {
    v1::AllocationLine& line = *request.add_lines();
    line.set_item("items/" + item_id);
    line.set_quantity(quantity);
  }
  return request;
}

absl::StatusOr<v1::AllocateResponse> ReservationTest::Allocate(const CallContext& call,
                                                               const std::string& location,
                                                               const Wishes& wishes) {
  return ledger_.Allocate(call, RequestOf(location, wishes));
}

absl::StatusOr<v1::Reservation> ReservationTest::Get(const CallContext& call,
                                                     const std::string& name) {
  v1::GetReservationRequest request;
  request.set_name(name);
  return ledger_.GetReservation(call, request);
}

int64_t ReservationTest::Reserved(const std::string& location, const std::string& item) const {
  return Count(
      fmt::format("SELECT coalesce(sum(reserved), 0) FROM distribution.account "
                  "WHERE location_id = '{}' AND item_id = '{}'",
                  location, item));
}

std::vector<std::string> LotsOf(const v1::AllocateResponse& response) {
  std::vector<std::string> lots;
  for (const v1::Allocation& allocation : response.allocations()) {
    for (const v1::Reservation& reservation : allocation.reservations()) {
      lots.push_back(fmt::format("{} {}", reservation.balance().lot(), reservation.quantity()));
    }
  }
  return lots;
}

}  // namespace qingqu::distribution
