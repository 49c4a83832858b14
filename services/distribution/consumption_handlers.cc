#include <algorithm>

#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/base/quantity.h"
#include "common/base/strings.h"
#include "common/db/array.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/message_hash.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/distribution/consumption.h"
#include "services/distribution/convert.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/errors.h"
#include "services/distribution/item_store.h"
#include "services/distribution/ledger_store.h"
#include "services/distribution/location_store.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kLabelTextMax = 100;
constexpr int kRecordedDaysMax = 2;

struct Consumption {
  std::string document;
  std::string location_id;
  std::string content_hash;
  absl::Time created_at;
  CivilDate day;  // by which expiry is judged
  std::vector<ConsumptionLine> lines;
};

// Goods that were good when their use was recorded are posted a little later just as well; further
// back nobody reaches.
absl::StatusOr<CivilDate> ReadDay(const CallContext& call, const v1::ConsumeStockRequest& request) {
  const CivilDate today = BusinessDay(call.received_at);
  if (request.recorded_date().empty() || call.principal.acting_service.empty()) return today;
  QINGQU_ASSIGN_OR_RETURN(const CivilDate recorded, CivilDate::Parse(request.recorded_date()));
  return std::clamp(recorded, today.PlusDays(-kRecordedDaysMax), today);
}

std::optional<CivilDate> ReadExpiry(int index, const v1::ConsumptionLine& line,
                                    FieldViolations& violations) {
  if (!line.has_expiry_date()) return std::nullopt;
  const absl::StatusOr<CivilDate> expiry = CivilDate::Parse(line.expiry_date());
  violations.AddIfError(LineField("lines", index, "expiry_date"), expiry.status());
  return expiry.ok() ? std::optional(*expiry) : std::nullopt;
}

// Of what is asked for, whatever the request is called.
std::string ContentHash(v1::ConsumeStockRequest request) {
  request.clear_request_id();
  return db::MessageHash(request);
}

absl::StatusOr<Consumption> ParseConsumption(const CallContext& call,
                                             const v1::ConsumeStockRequest& request) {
  FieldViolations violations;
  const absl::StatusOr<CivilDate> day = ReadDay(call, request);
  ReadId("uses/{use}", "document", request.document(), violations);
  Consumption consumption{
      .document = request.document(),
      .location_id = ReadId("locations/{location}", "location", request.location(), violations),
      .content_hash = ContentHash(request),
      .created_at = ToMicroseconds(call.received_at),
      .day = day.value_or(BusinessDay(call.received_at))};
  violations.AddIfError("recorded_date", day.status());
  CheckLineCount("lines", request.lines_size(), violations);
  for (int index = 0; index < request.lines_size(); ++index) {
    const v1::ConsumptionLine& line = request.lines(index);
    const std::string quantity_field = LineField("lines", index, "quantity");
    violations.AddIfError(quantity_field,
                          ParsePositiveQuantity(line.quantity(), quantity_field).status());
    if (CodePointCount(line.lot()) > kLabelTextMax) {
      violations.Add(LineField("lines", index, "lot"), "must be at most 100 characters");
    }
    if (CodePointCount(line.serial()) > kLabelTextMax) {
      violations.Add(LineField("lines", index, "serial"), "must be at most 100 characters");
    }
    consumption.lines.push_back(
        {.item_id =
             ReadId("items/{item}", LineField("lines", index, "item"), line.item(), violations),
         .lot = line.lot(),
         .serial = line.serial(),
         .quantity = line.quantity(),
         .expiry = ReadExpiry(index, line, violations)});
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return consumption;
}

absl::StatusOr<Location> FindUsersLocation(pqxx::transaction_base& tx, const CallContext& call,
                                           const std::string& location_id) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Location> places, FindLocations(tx, {location_id}));
  if (!MayUseUp(call.principal, places[0])) return LocationNotFound(location_id);
  return places[0];
}

std::vector<Wanted> WantedBy(const std::vector<ConsumptionLine>& lines) {
  std::vector<Wanted> wanted;
  for (const ConsumptionLine& line : lines) {
    if (line.good) wanted.push_back(line.AsWanted());
  }
  return wanted;
}

// Decides every line; all of them or none.
absl::StatusOr<Allocator> TakeStock(pqxx::transaction_base& tx, Consumption& consumption) {
  std::vector<std::string> item_ids;
  for (const ConsumptionLine& line : consumption.lines) item_ids.push_back(line.item_id);
  const CivilDate day = consumption.day;
  LineProblems problems;
  CheckConsumption(ReadItems(tx, item_ids), consumption.lines, problems);
  CheckLots(FindLots(tx, WantedBy(consumption.lines)), day, consumption.lines, problems);
  const std::vector<ConsumptionLine> checked = consumption.lines;
  const std::vector<Wanted> wanted = WantedBy(checked);
  for (int look = 1;; ++look) {
    LineProblems all = problems;
    consumption.lines = checked;
    Allocator allocator(LockWantedStock(tx, consumption.location_id, wanted, day));
    AllocateConsumption(allocator, consumption.lines, all);
    if (all.empty()) return allocator;
    if (!problems.empty() || look == kStockLooksMax) return all.ToStatus();
  }
}

PostingDocument UseDocument(const CallContext& call, const Location& location,
                            const Consumption& consumption) {
  return {.document = consumption.document,
          .actor_id = call.principal.user_id,
          .posted_at = consumption.created_at,
          .alliance_id = location.alliance_id,
          .from_location_id = location.location_id,
          .from_institution_id = location.institution_id,
          .to_location_id = location.location_id,
          .to_institution_id = location.institution_id,
          .from_department_id = location.department_id,
          .to_department_id = location.department_id};
}

Posting PostingOf(const Stock& stock, const Allocation& taken, size_t line_index) {
  return {.credit_account_id = stock.account_id,
          .item_id = stock.item_id,
          .lot_id = stock.lot_id,
          .serial = stock.serial,
          .quantity = taken.quantity,
          .document_line = static_cast<int>(line_index) + 1};
}

// Goods of a supplier become the institution's own where they lie, before they are used (寄售使用).
// Returns the account of each stock that is used up.
absl::StatusOr<std::vector<int64_t>> TakeOwnership(pqxx::transaction_base& tx,
                                                   const CallContext& call,
                                                   const Location& location,
                                                   const Allocator& allocator,
                                                   const Consumption& consumption) {
  std::vector<int64_t> used_accounts;
  for (const Stock& stock : allocator.stocks()) used_accounts.push_back(stock.account_id);
  std::vector<AccountKey> keys;
  std::vector<Posting> postings;
  std::vector<size_t> stock_indexes;
  for (size_t index = 0; index < consumption.lines.size(); ++index) {
    for (const Allocation& taken : consumption.lines[index].taken) {
      const Stock& stock = allocator.stocks()[taken.stock_index];
      if (!IsSupplierOwned(stock.owner)) continue;
      keys.push_back({.kind = "stock",
                      .location_id = location.location_id,
                      .item_id = stock.item_id,
                      .lot_id = stock.lot_id,
                      .serial = stock.serial,
                      .owner = OwnerAt(location),
                      .institution_id = SeenBy(location),
                      .department_id = location.department_id});
      postings.push_back(PostingOf(stock, taken, index));
      stock_indexes.push_back(taken.stock_index);
    }
  }
  if (postings.empty()) return used_accounts;
  const std::vector<int64_t> own = OpenAccounts(tx, location.alliance_id, keys);
  for (size_t index = 0; index < postings.size(); ++index) {
    postings[index].debit_account_id = own[index];
    used_accounts[stock_indexes[index]] = own[index];
  }
  PostingDocument document = UseDocument(call, location, consumption);
  document.kind = "take_ownership";
  QINGQU_RETURN_IF_ERROR(Post(tx, document, postings));
  return used_accounts;
}

absl::Status PostUsed(pqxx::transaction_base& tx, const CallContext& call, const Location& location,
                      const Allocator& allocator, const Consumption& consumption) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<int64_t> used_accounts,
                          TakeOwnership(tx, call, location, allocator, consumption));
  const std::string use = "contra/use/" + location.institution_id;
  std::vector<AccountKey> keys;
  std::vector<Posting> postings;
  for (size_t index = 0; index < consumption.lines.size(); ++index) {
    for (const Allocation& taken : consumption.lines[index].taken) {
      const Stock& stock = allocator.stocks()[taken.stock_index];
      keys.push_back({.kind = "use",
                      .location_id = use,
                      .item_id = stock.item_id,
                      .lot_id = stock.lot_id,
                      .owner = OwnerAt(location),
                      .institution_id = location.institution_id});
      postings.push_back(PostingOf(stock, taken, index));
      postings.back().credit_account_id = used_accounts[taken.stock_index];
    }
  }
  EnsureLedgerPlace(tx, {.location_id = use,
                         .kind = "use",
                         .alliance_id = location.alliance_id,
                         .institution_id = location.institution_id,
                         .created_at = consumption.created_at});
  const std::vector<int64_t> accounts = OpenAccounts(tx, location.alliance_id, keys);
  for (size_t index = 0; index < postings.size(); ++index) {
    postings[index].debit_account_id = accounts[index];
  }
  PostingDocument document = UseDocument(call, location, consumption);
  document.kind = "use";
  document.to_location_id = use;
  return Post(tx, document, postings);
}

void JournalUse(pqxx::transaction_base& tx, const CallContext& call, const Location& location,
                const Allocator& allocator, const Consumption& consumption) {
  db::JournalEntry entry{.event = "stock.consumed",
                         .resource = consumption.document,
                         .subjects = {"locations/" + location.location_id},
                         .institution_id = location.institution_id,
                         .alliance_id = location.alliance_id};
  if (!location.department_id.empty()) {
    entry.subjects.push_back("departments/" + location.department_id);
  }
  nlohmann::json parts = nlohmann::json::array();
  for (size_t index = 0; index < consumption.lines.size(); ++index) {
    for (const Allocation& taken : consumption.lines[index].taken) {
      const Stock& stock = allocator.stocks()[taken.stock_index];
      parts.push_back({{"line_number", index + 1},
                       {"item", "items/" + stock.item_id},
                       {"lot", stock.lot_number},
                       {"serial", stock.serial},
                       {"quantity", taken.quantity}});
      if (IsSupplierOwned(stock.owner)) parts.back()["owner"] = stock.owner;
      entry.subjects.push_back("items/" + stock.item_id);
      if (stock.lot_number.empty()) continue;
      entry.subjects.push_back(db::LotSubject(stock.item_id, stock.lot_number));
    }
  }
  const nlohmann::json details{{"document", consumption.document},
                               {"location", "locations/" + location.location_id},
                               {"lines", std::move(parts)}};
  entry.details_json = details.dump();
  db::AppendJournal(tx, call, entry);
}

// The usage service may have lost the answer, and the id of its request with it.
absl::StatusOr<v1::ConsumeStockResponse> AnswerAgain(pqxx::transaction_base& tx,
                                                     const Consumption& consumption) {
  v1::ConsumeStockResponse response;
  for (const auto& row : tx.exec_prepared(queries::kReadConsumption.name, consumption.document,
                                          consumption.content_hash)) {
    response.add_lot_names("lots/" + row["lot_id"].as<std::string>());
  }
  if (response.lot_names_size() == 0) return ConsumptionExists(consumption.document);
  return response;
}

absl::StatusOr<v1::ConsumeStockResponse> Consume(pqxx::transaction_base& tx,
                                                 const CallContext& call, Consumption consumption) {
  QINGQU_ASSIGN_OR_RETURN(const Location location,
                          FindUsersLocation(tx, call, consumption.location_id));
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertConsumption.name, consumption.document, consumption.content_hash,
      location.location_id, call.principal.user_id, InstantText(consumption.created_at),
      location.institution_id, location.alliance_id);
  if (inserted.affected_rows() == 0) return AnswerAgain(tx, consumption);
  QINGQU_ASSIGN_OR_RETURN(const Allocator allocator, TakeStock(tx, consumption));
  JournalUse(tx, call, location, allocator, consumption);
  QINGQU_RETURN_IF_ERROR(PostUsed(tx, call, location, allocator, consumption));
  v1::ConsumeStockResponse response;
  db::ArrayBuilder lot_ids;
  for (const ConsumptionLine& line : consumption.lines) {
    const std::string& lot_id = allocator.stocks()[line.taken.front().stock_index].lot_id;
    lot_ids.AddText(lot_id);
    response.add_lot_names("lots/" + lot_id);
  }
  tx.exec_prepared(queries::kInsertConsumptionLines.name, consumption.document, lot_ids.Build(),
                   location.institution_id, location.alliance_id);
  return response;
}

}  // namespace

absl::StatusOr<v1::ConsumeStockResponse> DistributionHandlers::ConsumeStock(
    const CallContext& call, const v1::ConsumeStockRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Consumption consumption, ParseConsumption(call, request));
  return db::RunIdempotent<v1::ConsumeStockResponse>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) { return Consume(tx, call, consumption); });
}

}  // namespace qingqu::distribution
