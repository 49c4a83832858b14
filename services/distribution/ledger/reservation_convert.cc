#include "services/distribution/ledger/reservation_convert.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/quantity.h"
#include "common/base/strings.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/ledger/form.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kShelfLifeDaysMax = 3650;

// In the order of v1::ReservationState.
constexpr std::array<std::string_view, 5> kStates{"", "open", "posted", "voided", "expired"};

void ParseLines(const v1::AllocateRequest& request, AllocationAsked& asked,
                FieldViolations& violations) {
  CheckLineCount("lines", request.lines_size(), violations);
  absl::flat_hash_set<std::string> items;
  for (int index = 0; index < request.lines_size(); ++index) {
    const v1::AllocationLine& line = request.lines(index);
    const std::string item_field = LineField("lines", index, "item");
    const std::string item_id = ReadId("items/{item}", item_field, line.item(), violations);
    if (!item_id.empty() && !items.insert(item_id).second) {
      violations.Add(item_field, "is on an earlier line already; an item is named once");
    }
    const std::string quantity_field = LineField("lines", index, "quantity");
    violations.AddIfError(quantity_field,
                          ParsePositiveQuantity(line.quantity(), quantity_field).status());
    asked.wishes.push_back({.item_id = item_id, .quantity = line.quantity()});
  }
}

v1::ReservationState StateOf(const std::string& state) {
  const auto* const found = std::find(kStates.begin(), kStates.end(), state);
  QINGQU_CHECK(found != kStates.end());
  return static_cast<v1::ReservationState>(found - kStates.begin());
}

}  // namespace

absl::StatusOr<AllocationAsked> ParseAllocate(const CallContext& call,
                                              const v1::AllocateRequest& request) {
  FieldViolations violations;
  AllocationAsked asked{
      .location_id = ReadId("locations/{location}", "location", request.location(), violations),
      .shelf_life_days_min = request.shelf_life_days_min(),
      .expires_at = ReadHeldUntil(request.has_expire_time() ? &request.expire_time() : nullptr,
                                  call.received_at, call.received_at, violations),
      .document = request.document(),
      .explain = request.explain()};
  if (!request.destination().empty()) {
    asked.destination_id =
        ReadId("locations/{location}", "destination", request.destination(), violations);
  }
  if (asked.shelf_life_days_min < 0 || asked.shelf_life_days_min > kShelfLifeDaysMax) {
    violations.Add("shelf_life_days_min", fmt::format("must be 0 to {} days", kShelfLifeDaysMax));
  }
  CheckDocument(asked.document, violations);
  ParseLines(request, asked, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return asked;
}

BalanceRow BalanceOf(const std::string& location_id, const Candidate& candidate) {
  return {.account_id = candidate.stock.account_id,
          .location_id = location_id,
          .item_id = candidate.stock.item_id,
          .lot_id = candidate.stock.lot_id,
          .lot_number = candidate.stock.lot_number,
          .serial = candidate.stock.serial,
          .expiry_date = DateText(candidate.stock.expiry),
          .owner = candidate.owner,
          .condition = candidate.condition,
          .on_hand = candidate.on_hand,
          .reserved = candidate.reserved};
}

v1::Reservation ToProto(const ReservationRow& reservation) {
  v1::Reservation proto;
  proto.set_name("reservations/" + reservation.reservation_id);
  *proto.mutable_balance() = ToProto(reservation.balance);
  proto.set_quantity(reservation.quantity);
  proto.set_open_quantity(reservation.open_quantity);
  proto.set_posted_quantity(reservation.posted_quantity);
  proto.set_state(StateOf(reservation.state));
  *proto.mutable_expire_time() = rpc::ToTimestamp(reservation.expires_at);
  *proto.mutable_create_time() = rpc::ToTimestamp(reservation.created_at);
  proto.set_actor("users/" + reservation.actor_id);
  proto.set_document(reservation.document);
  return proto;
}

}  // namespace qingqu::distribution
