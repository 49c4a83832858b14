#include <algorithm>
#include <optional>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/base/uuid.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/rpc/timestamp.h"
#include "common/status/line_problems.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/errors.h"
#include "services/distribution/item_store.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/movement_store.h"
#include "services/distribution/ledger/reservation_convert.h"
#include "services/distribution/ledger/reservation_store.h"
#include "services/distribution/location_store.h"
#include "services/distribution/sql_values.h"
#include "services/distribution/stock_store.h"

namespace qingqu::distribution {
namespace {

// So that no answer outgrows what a client reads: some 400 bytes each.
constexpr size_t kReservationsMax = 20'000;
constexpr size_t kChoicesMax = 20'000;

// From where, and for whom.
struct Places {
  Location from;
  std::optional<Location> destination;
};

absl::StatusOr<Places> FindPlaces(pqxx::transaction_base& tx, const CallContext& call,
                                  const AllocationAsked& asked) {
  std::vector<std::string> location_ids{asked.location_id};
  if (!asked.destination_id.empty()) location_ids.push_back(asked.destination_id);
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Location> found, FindLocations(tx, location_ids));
  Places places{.from = found.front(), .destination = std::nullopt};
  if (!WorksAt(call.principal, places.from)) return LocationNotFound(asked.location_id);
  if (asked.destination_id.empty()) return places;
  places.destination = found.back();
  if (places.destination->alliance_id != places.from.alliance_id) {
    return LocationNotFound(asked.destination_id);
  }
  return places;
}

ChoiceRule RuleOf(const CallContext& call, const AllocationAsked& asked, const Places& places) {
  const int of_destination =
      places.destination.has_value() ? ShelfLifeDaysFor(*places.destination) : 0;
  return {.owner = OwnerAt(places.from),
          .today = BusinessDay(call.received_at),
          .shelf_life_days_min = std::max(asked.shelf_life_days_min, of_destination)};
}

// As for transfers: what is suspended may still go back to where it is collected.
absl::Status CheckItems(pqxx::transaction_base& tx, const AllocationAsked& asked,
                        const Places& places, const std::vector<std::string>& item_ids) {
  const bool goes_back =
      places.destination.has_value() && places.destination->kind == LocationKind::kCentralStore;
  const auto items = ReadItems(tx, item_ids);
  LineProblems problems;
  for (size_t index = 0; index < asked.wishes.size(); ++index) {
    const std::string& item_id = asked.wishes[index].item_id;
    const auto item = items.find(item_id);
    if (item == items.end()) {
      problems.Add(index, "item", absl::StatusCode::kNotFound, "ITEM_NOT_FOUND",
                   fmt::format("there is no items/{}", item_id));
    } else if (item->second.suspended && !goes_back) {
      problems.Add(
          index, "item", "ITEM_SUSPENDED",
          fmt::format("items/{} is suspended; it can only go back to the central store", item_id));
    }
  }
  return problems.ToStatus();
}

// What was looked at for one line, and what was decided.
struct LineChoice {
  const std::vector<Candidate>* candidates = nullptr;
  std::vector<Choice> choices;
};

struct Decision {
  Candidates candidates;
  absl::Time changed_at;          // the last change of any of them
  std::vector<LineChoice> lines;  // one for each wish; points into `candidates`
};

// All lines, or none and every short line is named.
absl::Status Decide(const ChoiceRule& rule, const AllocationAsked& asked, Decision& decision) {
  static const std::vector<Candidate> kNone;
  LineProblems problems;
  for (size_t index = 0; index < asked.wishes.size(); ++index) {
    const AllocationWish& wish = asked.wishes[index];
    const auto found = decision.candidates.find(wish.item_id);
    LineChoice& line = decision.lines.emplace_back(
        LineChoice{.candidates = found == decision.candidates.end() ? &kNone : &found->second});
    line.choices = Choose(rule, *line.candidates, wish.quantity);
    const int64_t taken = QuantityOf(line.choices);
    if (taken == wish.quantity) continue;
    problems.Add(
        index, "quantity", "INSUFFICIENT_STOCK",
        fmt::format("{} of items/{} can be held, not {}", taken, wish.item_id, wish.quantity));
  }
  return problems.ToStatus();
}

// Fills in `decision`, whose parts point to each other, in place.
absl::Status LockAndDecide(pqxx::transaction_base& tx, const ChoiceRule& rule,
                           const AllocationAsked& asked, const std::vector<std::string>& item_ids,
                           Decision& decision) {
  for (int look = 1;; ++look) {
    LockedCandidates locked = LockCandidates(tx, asked.location_id, item_ids);
    decision.lines.clear();
    decision.candidates = ByItem(std::move(locked.candidates));
    decision.changed_at = locked.changed_at;
    const absl::Status decided = Decide(rule, asked, decision);
    if (decided.ok() || look == kStockLooksMax) return decided;
  }
}

absl::Status CheckSize(const AllocationAsked& asked, const Decision& decision) {
  size_t taken = 0;
  size_t looked_at = 0;
  for (const LineChoice& line : decision.lines) {
    looked_at += line.choices.size();
    for (const Choice& choice : line.choices) taken += choice.quantity > 0 ? 1 : 0;
  }
  if (taken > kReservationsMax) {
    return InvalidField("lines", fmt::format("would hold goods of {} accounts; ask for less at "
                                             "once, {} at most",
                                             taken, kReservationsMax));
  }
  if (asked.explain && looked_at > kChoicesMax) {
    return InvalidField("explain", fmt::format("would tell of {} accounts; ask for fewer lines at "
                                               "once, {} at most",
                                               looked_at, kChoicesMax));
  }
  return absl::OkStatus();
}

// The reservations of each line.
using LineReservations = std::vector<std::vector<ReservationRow>>;

LineReservations ReservationsOf(const CallContext& call, const AllocationAsked& asked,
                                const Decision& decision, absl::Time posted_at) {
  LineReservations lines;
  for (const LineChoice& line : decision.lines) {
    std::vector<ReservationRow>& reservations = lines.emplace_back();
    for (size_t index = 0; index < line.choices.size(); ++index) {
      const int64_t quantity = line.choices[index].quantity;
      if (quantity == 0) continue;
      const std::string name =
          fmt::format("reserve/{}/{}/{}", call.request_id, lines.size(), reservations.size() + 1);
      ReservationRow& reservation = reservations.emplace_back(
          ReservationRow{.reservation_id = UuidV7FromText(posted_at, name).ToString(),
                         .balance = BalanceOf(asked.location_id, (*line.candidates)[index]),
                         .quantity = quantity,
                         .open_quantity = quantity,
                         .expires_at = asked.expires_at,
                         .created_at = posted_at,
                         .actor_id = call.principal.user_id,
                         .document = asked.document});
      reservation.balance.reserved += quantity;
    }
  }
  return lines;
}

void JournalReserved(pqxx::transaction_base& tx, const CallContext& call,
                     const AllocationAsked& asked, const Places& places, const ChoiceRule& rule,
                     const LineReservations& lines) {
  db::JournalEntry entry{.event = "stock.reserved",
                         .resource = "locations/" + asked.location_id,
                         .institution_id = places.from.institution_id,
                         .alliance_id = places.from.alliance_id};
  nlohmann::json held = nlohmann::json::array();
  for (size_t index = 0; index < lines.size(); ++index) {
    for (const ReservationRow& reservation : lines[index]) {
      const BalanceRow& goods = reservation.balance;
      held.push_back({{"line_number", index + 1},
                      {"reservation", "reservations/" + reservation.reservation_id},
                      {"item", "items/" + goods.item_id},
                      {"lot", goods.lot_number},
                      {"serial", goods.serial},
                      {"quantity", reservation.quantity}});
      entry.subjects.push_back("items/" + goods.item_id);
      if (goods.lot_number.empty()) continue;
      entry.subjects.push_back(db::LotSubject(goods.item_id, goods.lot_number));
    }
  }
  nlohmann::json details{
      {"location", entry.resource},
      {"document", asked.document},
      {"expire_time", absl::FormatTime(absl::RFC3339_full, asked.expires_at, absl::UTCTimeZone())},
      {"shelf_life_days_min", rule.shelf_life_days_min},
      {"reservations", std::move(held)}};
  if (places.destination.has_value()) {
    details["destination"] = "locations/" + asked.destination_id;
    entry.subjects.push_back("locations/" + asked.destination_id);
  }
  if (!asked.document.empty()) entry.subjects.push_back(asked.document);
  if (!places.from.department_id.empty()) {
    entry.subjects.push_back("departments/" + places.from.department_id);
  }
  entry.details_json = details.dump();
  db::AppendJournal(tx, call, entry);
}

// The accounts are locked, the entry is written.
absl::Status Write(pqxx::transaction_base& tx, const CallContext& call,
                   const AllocationAsked& asked, const Location& from, absl::Time posted_at,
                   const LineReservations& lines) {
  std::vector<MovementWrite> movements;
  std::vector<ReservationRow> reservations;
  std::vector<BalanceWrite> balances;
  int line_number = 0;
  for (const std::vector<ReservationRow>& line : lines) {
    ++line_number;
    for (const ReservationRow& reservation : line) {
      const BalanceRow& account = reservation.balance;
      // Nobody is on the other side, so both sides are the holder's: nobody else sees it.
      movements.push_back({.movement_id = reservation.reservation_id,
                           .kind = "reserve",
                           .credit_account_id = account.account_id,
                           .quantity = reservation.quantity,
                           .held = reservation.quantity,
                           .credit_after = account.on_hand,
                           .document_line = line_number,
                           .actor_id = call.principal.user_id,
                           .alliance_id = from.alliance_id,
                           .from_location_id = from.location_id,
                           .from_institution_id = SeenBy(from),
                           .to_institution_id = SeenBy(from),
                           .from_department_id = from.department_id,
                           .to_department_id = from.department_id,
                           .document = asked.document,
                           .reservation_id = reservation.reservation_id});
      balances.push_back({.account_id = account.account_id,
                          .on_hand = account.on_hand,
                          .reserved = account.reserved});
      reservations.push_back(reservation);
    }
  }
  InsertMovements(tx, posted_at, movements);
  InsertReservations(tx, posted_at, reservations);
  return SetBalances(tx, posted_at, {}, balances);
}

v1::AllocateResponse ToResponse(const AllocationAsked& asked, const Decision& decision,
                                const LineReservations& lines) {
  v1::AllocateResponse response;
  for (size_t index = 0; index < lines.size(); ++index) {
    v1::Allocation& allocation = *response.add_allocations();
    allocation.set_line_number(static_cast<int>(index) + 1);
    for (const ReservationRow& reservation : lines[index]) {
      *allocation.add_reservations() = ToProto(reservation);
    }
    if (!asked.explain) continue;
    const LineChoice& line = decision.lines[index];
    for (size_t rank = 0; rank < line.choices.size(); ++rank) {
      v1::AllocationChoice& choice = *allocation.add_choices();
      *choice.mutable_balance() = ToProto(BalanceOf(asked.location_id, (*line.candidates)[rank]));
      choice.set_quantity(line.choices[rank].quantity);
      choice.set_left_because(std::string(line.choices[rank].left_because));
      choice.set_rank(static_cast<int>(rank) + 1);
    }
  }
  return response;
}

absl::StatusOr<v1::AllocateResponse> Hold(pqxx::transaction_base& tx, const CallContext& call,
                                          const AllocationAsked& asked) {
  EnterLedger(tx);
  QINGQU_ASSIGN_OR_RETURN(const Places places, FindPlaces(tx, call, asked));
  std::vector<std::string> item_ids;
  for (const AllocationWish& wish : asked.wishes) item_ids.push_back(wish.item_id);
  QINGQU_RETURN_IF_ERROR(CheckItems(tx, asked, places, item_ids));
  const ChoiceRule rule = RuleOf(call, asked, places);
  Decision decision;
  QINGQU_RETURN_IF_ERROR(LockAndDecide(tx, rule, asked, item_ids, decision));
  QINGQU_RETURN_IF_ERROR(CheckSize(asked, decision));
  const absl::Time posted_at = std::max(ToMicroseconds(call.received_at), decision.changed_at);
  const LineReservations lines = ReservationsOf(call, asked, decision, posted_at);
  JournalReserved(tx, call, asked, places, rule, lines);
  QINGQU_RETURN_IF_ERROR(Write(tx, call, asked, places.from, posted_at, lines));
  return ToResponse(asked, decision, lines);
}

}  // namespace

absl::StatusOr<v1::AllocateResponse> LedgerHandlers::Allocate(const CallContext& call,
                                                              const v1::AllocateRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const AllocationAsked asked, ParseAllocate(call, request));
  return db::RunIdempotent<v1::AllocateResponse>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) { return Hold(tx, call, asked); });
}

}  // namespace qingqu::distribution
