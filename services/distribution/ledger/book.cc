#include "services/distribution/ledger/book.h"

#include "fmt/format.h"

namespace qingqu::distribution {

LedgerSide StockAt(const Location& place) {
  return {.location_id = place.location_id,
          .kind = "stock",
          .alliance_id = place.alliance_id,
          .institution_id = SeenBy(place),
          .department_id = place.department_id};
}

LedgerSide TransitBetween(const Location& from, const Location& to) {
  return {.location_id = fmt::format("transit/{}/{}", from.location_id, to.location_id),
          .kind = "transit",
          .alliance_id = from.alliance_id,
          .institution_id = to.institution_id,
          .department_id = to.department_id,
          .from_institution_id = from.institution_id,
          .from_department_id = from.department_id};
}

LedgerSide SupplyOf(const Location& place) {
  return {.location_id = "contra/supply/" + OwnerAt(place),
          .kind = "supply",
          .alliance_id = place.alliance_id,
          .institution_id = SeenBy(place)};
}

LedgerSide UseOf(const Location& place) {
  return {.location_id = "contra/use/" + place.institution_id,
          .kind = "use",
          .alliance_id = place.alliance_id,
          .institution_id = place.institution_id};
}

LedgerSide LossOf(const Location& place) {
  return {.location_id = "contra/loss/" + OwnerAt(place),
          .kind = "loss",
          .alliance_id = place.alliance_id,
          .institution_id = SeenBy(place)};
}

LedgerSide AdjustmentOf(const Location& place) {
  return {.location_id = "contra/adjustment/" + OwnerAt(place),
          .kind = "adjustment",
          .alliance_id = place.alliance_id,
          .institution_id = SeenBy(place)};
}

std::string AccountText(std::string_view location_id, std::string_view item_id,
                        std::string_view lot_id, std::string_view serial, std::string_view owner,
                        std::string_view condition) {
  std::string text;
  text.reserve(location_id.size() + item_id.size() + lot_id.size() + serial.size() + owner.size() +
               condition.size() + 5);
  for (const std::string_view part : {location_id, item_id, lot_id, owner, condition}) {
    text.append(part).push_back('\n');
  }
  return text.append(serial);
}

std::string AccountText(const BookAccount& account) {
  return AccountText(account.location_id, account.item_id, account.lot_id, account.serial,
                     account.owner, account.condition);
}

size_t Book::AddAccount(const LedgerSide& side, std::string_view item_id, std::string_view lot_id,
                        std::string_view serial, std::string_view owner,
                        std::string_view condition) {
  const bool contra = side.kind != "stock" && side.kind != "transit";
  // The world outside is not kept piece by piece, nor by condition.
  const std::string_view kept_serial = contra ? std::string_view() : serial;
  const std::string_view kept_condition = contra ? std::string_view("available") : condition;
  const auto [entry, added] = account_index_.emplace(
      AccountText(side.location_id, item_id, lot_id, kept_serial, owner, kept_condition),
      accounts.size());
  if (added) {
    accounts.push_back({.kind = side.kind,
                        .location_id = side.location_id,
                        .item_id = std::string(item_id),
                        .lot_id = std::string(lot_id),
                        .serial = std::string(kept_serial),
                        .owner = std::string(owner),
                        .condition = std::string(kept_condition),
                        .alliance_id = side.alliance_id,
                        .institution_id = side.institution_id,
                        .department_id = side.department_id,
                        .from_institution_id = side.from_institution_id,
                        .from_department_id = side.from_department_id});
  }
  return entry->second;
}

size_t Book::AddLot(std::string_view lot_id, std::string_view item_id,
                    std::string_view lot_number) {
  const auto [entry, added] = lot_index_.emplace(std::string(lot_id), lots.size());
  if (added) {
    lots.push_back({.lot_id = std::string(lot_id),
                    .item_id = std::string(item_id),
                    .lot_number = std::string(lot_number)});
  }
  return entry->second;
}

size_t Book::AddReservation(std::string_view reservation_id, size_t account) {
  const auto [entry, added] =
      reservation_index_.emplace(std::string(reservation_id), reservations.size());
  if (added) {
    reservations.push_back({.reservation_id = std::string(reservation_id), .account = account});
  }
  return entry->second;
}

std::optional<size_t> Book::FindReservation(std::string_view reservation_id) const {
  const auto found = reservation_index_.find(std::string(reservation_id));
  return found == reservation_index_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace qingqu::distribution
