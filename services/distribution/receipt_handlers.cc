#include <algorithm>
#include <set>

#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/item_store.h"
#include "services/distribution/ledger_store.h"
#include "services/distribution/receipt_convert.h"
#include "services/distribution/receipt_store.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

std::map<std::string, scanning::ItemFacts> ReadItemsOf(pqxx::transaction_base& tx,
                                                       const std::vector<ReceiptLine>& lines) {
  std::set<std::string> identifiers;
  for (const ReceiptLine& line : lines) {
    if (line.pack.has_value()) identifiers.insert(line.pack->device_identifier);
  }
  return ReadScannedItems(tx, {identifiers.begin(), identifiers.end()});
}

std::set<ItemPiece> PiecesOf(const std::map<std::string, scanning::ItemFacts>& items,
                             const std::vector<ReceiptLine>& lines) {
  std::set<ItemPiece> pieces;
  for (const ReceiptLine& line : lines) {
    if (!line.pack.has_value() || line.pack->serial.empty()) continue;
    const auto item = items.find(line.pack->device_identifier);
    if (item == items.end() || !item->second.serial_tracked) continue;
    pieces.emplace(item->second.item_id, line.pack->serial);
  }
  return pieces;
}

ReceiptBasis ReadBasis(pqxx::transaction_base& tx, const CallContext& call,
                       const std::string& despatch_id, const std::vector<ReceiptLine>& lines) {
  ReceiptBasis basis{.items = ReadItemsOf(tx, lines),
                     .despatch_lines = LockDespatchLines(tx, despatch_id),
                     .today = BusinessDay(call.received_at)};
  if (std::any_of(basis.items.begin(), basis.items.end(),
                  [](const auto& item) { return item.second.serial_tracked; })) {
    basis.pieces = ReadDespatchedPieces(tx, despatch_id);
    basis.known_pieces = FindPieces(tx, PiecesOf(basis.items, lines));
  }
  return basis;
}

// A piece that came in and was used up by others since it was looked for.
absl::Status CheckNotUsedSince(pqxx::transaction_base& tx, const std::vector<Posting>& postings) {
  std::set<ItemPiece> pieces;
  for (const Posting& posting : postings) {
    if (!posting.serial.empty()) pieces.emplace(posting.item_id, posting.serial);
  }
  for (const auto& [piece, used_up] : FindPieces(tx, pieces)) {
    if (!used_up) continue;
    return MakeError(absl::StatusCode::kAborted, "CONCURRENT_CHANGE",
                     "a piece came in elsewhere at the same time; try again");
  }
  return absl::OkStatus();
}

// From the alliance's supply, the world of suppliers, to the central store.
absl::Status PostAccepted(pqxx::transaction_base& tx, const ReceiptHeader& header,
                          const Location& store, const std::vector<ReceiptLine>& lines) {
  const std::string supply = "contra/supply/" + header.alliance_id;
  const std::string owner = OwnerAt(store);
  std::vector<AccountKey> keys;
  std::vector<Posting> postings;
  for (size_t index = 0; index < lines.size(); ++index) {
    const ReceiptLine& line = lines[index];
    if (line.quantity_accepted == 0) continue;
    keys.push_back({.kind = "stock",
                    .location_id = store.location_id,
                    .item_id = line.item_id,
                    .lot_id = line.lot_id,
                    .serial = line.serial,
                    .owner = owner,
                    .institution_id = SeenBy(store)});
    keys.push_back({.kind = "supply",
                    .location_id = supply,
                    .item_id = line.item_id,
                    .lot_id = line.lot_id,
                    .owner = owner});
    postings.push_back({.item_id = line.item_id,
                        .lot_id = line.lot_id,
                        .serial = line.serial,
                        .quantity = line.quantity_accepted,
                        .document_line = static_cast<int>(index) + 1});
  }
  if (postings.empty()) return absl::OkStatus();
  EnsureLedgerPlace(tx, {.location_id = supply,
                         .kind = "supply",
                         .alliance_id = header.alliance_id,
                         .created_at = header.created_at});
  const std::vector<int64_t> accounts = OpenAccounts(tx, header.alliance_id, keys);
  for (size_t index = 0; index < postings.size(); ++index) {
    postings[index].debit_account_id = accounts[2 * index];
    postings[index].credit_account_id = accounts[2 * index + 1];
  }
  QINGQU_RETURN_IF_ERROR(Post(tx,
                              {.kind = "receive",
                               .document = "receipts/" + header.receipt_id,
                               .actor_id = header.receiver_id,
                               .posted_at = header.created_at,
                               .alliance_id = header.alliance_id,
                               .from_location_id = supply,
                               .to_location_id = store.location_id,
                               .to_institution_id = store.institution_id},
                              postings));
  // From here on the index of pieces lets nobody else bring them in.
  return CheckNotUsedSince(tx, postings);
}

void JournalReceipt(pqxx::transaction_base& tx, const CallContext& call,
                    const ReceiptHeader& header, const Location& store,
                    const std::vector<ReceiptLine>& lines,
                    const std::vector<DespatchLine>& despatch_lines) {
  db::JournalEntry entry{
      .event = "receipt.posted",
      .resource = "receipts/" + header.receipt_id,
      .subjects = {"despatches/" + header.despatch_id, "orders/" + header.order_id,
                   "locations/" + header.location_id, "suppliers/" + header.supplier_id},
      .institution_id = store.institution_id,
      .alliance_id = header.alliance_id,
      .supplier_id = header.supplier_id,
      .details_json = ReceiptDetails(header, lines, despatch_lines)};
  for (const ReceiptLine& line : lines) {
    entry.subjects.push_back("items/" + line.item_id);
    if (!line.lot.empty()) entry.subjects.push_back(db::LotSubject(line.item_id, line.lot));
  }
  db::AppendJournal(tx, call, entry);
}

// Everything that is wrong is found before anything is refused; a refusal undoes what was written.
absl::StatusOr<v1::Receipt> PostReceipt(pqxx::transaction_base& tx, const CallContext& call,
                                        ReceiptHeader header, std::vector<ReceiptLine> lines,
                                        LineProblems problems) {
  QINGQU_ASSIGN_OR_RETURN(const Despatch despatch, ReadDespatch(tx, call, header.despatch_id));
  header.order_id = despatch.order_id;
  header.supplier_id = despatch.supplier_id;
  header.alliance_id = despatch.alliance_id;
  header.location_id = despatch.central_store.location_id;
  QINGQU_RETURN_IF_ERROR(InsertReceipt(tx, header));
  const ReceiptBasis basis = ReadBasis(tx, call, header.despatch_id, lines);
  PlanReceipt(basis, lines, problems);
  KeepLots(tx, lines, problems);
  InsertReceiptLines(tx, header, lines, problems);
  QINGQU_RETURN_IF_ERROR(problems.ToStatus());
  AdvanceDespatch(tx, header.despatch_id, basis.despatch_lines, lines);
  JournalReceipt(tx, call, header, despatch.central_store, lines, basis.despatch_lines);
  QINGQU_RETURN_IF_ERROR(PostAccepted(tx, header, despatch.central_store, lines));
  return ToProto(header, lines);
}

// Somebody else brought one of the pieces in between the look for it and the posting: the next look
// finds it there.
bool LookAgain(const absl::Status& status) {
  constexpr std::string_view kUniqueViolation = "23505";
  const ErrorMetadata details = ErrorDetails(status);
  const auto sqlstate = details.find("sqlstate");
  return absl::IsAborted(status) ||
         (sqlstate != details.end() && sqlstate->second == kUniqueViolation);
}

}  // namespace

absl::StatusOr<v1::Receipt> DistributionHandlers::CreateReceipt(
    const CallContext& call, const v1::CreateReceiptRequest& request) {
  FieldViolations violations;
  const ReceiptHeader header{
      .receipt_id = ReadNewId("receipt_id", request.receipt_id(), call.request_id, violations),
      .despatch_id = ReadId("despatches/{despatch}", "receipt.despatch",
                            request.receipt().despatch(), violations),
      .receiver_id = call.principal.user_id,
      .created_at = ToMicroseconds(call.received_at)};
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(std::vector<ReceiptLine> lines, ParseReceiptLines(request.receipt()));
  LineProblems problems;
  ReadScans(call.received_at, lines, problems);
  const auto post = [&] {
    return db::RunIdempotent<v1::Receipt>(
        *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Receipt> {
          return PostReceipt(tx, call, header, lines, problems);
        });
  };
  absl::StatusOr<v1::Receipt> receipt = post();
  return LookAgain(receipt.status()) ? post() : receipt;
}

absl::StatusOr<v1::Receipt> DistributionHandlers::GetReceipt(const CallContext& call,
                                                             const v1::GetReceiptRequest& request) {
  FieldViolations violations;
  const std::string receipt_id = ReadId("receipts/{receipt}", "name", request.name(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunTransaction(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Receipt> {
        QINGQU_ASSIGN_OR_RETURN(const ReceiptHeader header, ReadReceipt(tx, receipt_id));
        return ToProto(header, ReadReceiptLines(tx, receipt_id));
      });
}

}  // namespace qingqu::distribution
