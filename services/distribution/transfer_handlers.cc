#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/line_problems.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/errors.h"
#include "services/distribution/item_store.h"
#include "services/distribution/ledger_store.h"
#include "services/distribution/location_store.h"
#include "services/distribution/sql_values.h"
#include "services/distribution/stock_store.h"
#include "services/distribution/transfer_convert.h"
#include "services/distribution/transfer_store.h"

namespace qingqu::distribution {
namespace {

// What is suspended may still go back to where it is collected.
absl::Status CheckItems(pqxx::transaction_base& tx, const Location& to, const Transfer& transfer,
                        const std::vector<std::string>& item_ids) {
  const auto items = ReadItems(tx, item_ids);
  LineProblems problems;
  for (size_t index = 0; index < transfer.lines.size(); ++index) {
    const std::string& item_id = transfer.lines[index].item_id;
    const auto item = items.find(item_id);
    if (item == items.end()) {
      problems.Add(index, "item", absl::StatusCode::kNotFound, "ITEM_NOT_FOUND",
                   fmt::format("there is no items/{}", item_id));
    } else if (item->second.suspended && to.kind != LocationKind::kCentralStore) {
      problems.Add(
          index, "item", "ITEM_SUSPENDED",
          fmt::format("items/{} is suspended; it can only go back to the central store", item_id));
    }
  }
  return problems.ToStatus();
}

// Chooses what goes with each line: all lines, or none and every short line is named.
absl::Status Allocate(Allocator& allocator, Transfer& transfer) {
  LineProblems problems;
  for (size_t index = 0; index < transfer.lines.size(); ++index) {
    TransferLine& line = transfer.lines[index];
    for (const Allocation& taken : allocator.Take({.item_id = line.item_id}, line.quantity)) {
      const Stock& stock = allocator.stocks()[taken.stock_index];
      line.parts.push_back({.source_account_id = stock.account_id,
                            .lot_id = stock.lot_id,
                            .lot_number = stock.lot_number,
                            .serial = stock.serial,
                            .expiry = stock.expiry,
                            .quantity = taken.quantity});
    }
    if (!line.parts.empty()) continue;
    problems.Add(
        index, "quantity", "INSUFFICIENT_STOCK",
        fmt::format("{} of items/{} can be issued, not {}",
                    allocator.Available({.item_id = line.item_id}), line.item_id, line.quantity));
  }
  return problems.ToStatus();
}

absl::Status TakeStock(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids,
                       CivilDate lasting_until, Transfer& transfer) {
  for (int look = 1;; ++look) {
    for (TransferLine& line : transfer.lines) line.parts.clear();
    Allocator allocator(LockStock(tx, transfer.from_location_id, item_ids, lasting_until));
    const absl::Status allocated = Allocate(allocator, transfer);
    if (allocated.ok() || look == kStockLooksMax) return allocated;
  }
}

// The accounts that hold the goods under way, or those that take them in; one for each part.
std::vector<int64_t> OpenAccountsOfParts(pqxx::transaction_base& tx, const Transfer& transfer,
                                         const std::string& alliance_id, const AccountKey& common) {
  std::vector<AccountKey> keys;
  for (const TransferLine& line : transfer.lines) {
    for (const TransferPart& part : line.parts) {
      AccountKey& key = keys.emplace_back(common);
      key.item_id = line.item_id;
      key.lot_id = part.lot_id;
      key.serial = part.serial;
    }
  }
  return OpenAccounts(tx, alliance_id, keys);
}

// One posting for each part: to `debits` from the account that `credit` names.
std::vector<Posting> PostingsOf(const Transfer& transfer, const std::vector<int64_t>& debits,
                                int64_t TransferPart::*credit) {
  std::vector<Posting> postings;
  int line_number = 0;
  for (const TransferLine& line : transfer.lines) {
    ++line_number;
    for (const TransferPart& part : line.parts) {
      postings.push_back({.debit_account_id = debits[postings.size()],
                          .credit_account_id = part.*credit,
                          .item_id = line.item_id,
                          .lot_id = part.lot_id,
                          .serial = part.serial,
                          .quantity = part.quantity,
                          .document_line = line_number});
    }
  }
  return postings;
}

std::string TransitOf(const Transfer& transfer) { return "transit/" + transfer.transfer_id; }

absl::Status PostSent(pqxx::transaction_base& tx, const Location& from, const Location& to,
                      Transfer& transfer) {
  const std::string transit = TransitOf(transfer);
  EnsureLedgerPlace(tx, {.location_id = transit,
                         .kind = "transit",
                         .alliance_id = from.alliance_id,
                         .institution_id = to.institution_id,
                         .created_at = transfer.created_at});
  const std::vector<int64_t> transit_accounts =
      OpenAccountsOfParts(tx, transfer, from.alliance_id,
                          {.kind = "transit",
                           .location_id = transit,
                           .owner = OwnerAt(from),
                           .institution_id = to.institution_id,
                           .department_id = to.department_id,
                           .from_institution_id = from.institution_id,
                           .from_department_id = from.department_id});
  QINGQU_RETURN_IF_ERROR(
      Post(tx,
           {.kind = "transfer_out",
            .document = "transfers/" + transfer.transfer_id,
            .actor_id = transfer.sender_id,
            .posted_at = transfer.created_at,
            .alliance_id = from.alliance_id,
            .from_location_id = from.location_id,
            .from_institution_id = from.institution_id,
            .to_location_id = transit,
            .to_institution_id = to.institution_id,
            .from_department_id = from.department_id,
            .to_department_id = to.department_id,
            .bound_for_location_id = to.location_id},
           PostingsOf(transfer, transit_accounts, &TransferPart::source_account_id)));
  size_t position = 0;
  for (TransferLine& line : transfer.lines) {
    for (TransferPart& part : line.parts) part.transit_account_id = transit_accounts[position++];
  }
  InsertTransferParts(tx, transfer);
  return absl::OkStatus();
}

absl::Status PostReceived(pqxx::transaction_base& tx, const Location& from, const Location& to,
                          const Transfer& transfer) {
  const std::vector<int64_t> accounts = OpenAccountsOfParts(tx, transfer, to.alliance_id,
                                                            {.kind = "stock",
                                                             .location_id = to.location_id,
                                                             .owner = OwnerAt(to),
                                                             .institution_id = SeenBy(to),
                                                             .department_id = to.department_id});
  return Post(tx,
              {.kind = "transfer_in",
               .document = "transfers/" + transfer.transfer_id,
               .actor_id = transfer.receiver_id,
               .posted_at = transfer.received_at,
               .alliance_id = to.alliance_id,
               .from_location_id = TransitOf(transfer),
               .from_institution_id = from.institution_id,
               .to_location_id = to.location_id,
               .to_institution_id = to.institution_id,
               .from_department_id = from.department_id,
               .to_department_id = to.department_id},
              PostingsOf(transfer, accounts, &TransferPart::transit_account_id));
}

void JournalTransfer(pqxx::transaction_base& tx, const CallContext& call, std::string event,
                     const Location& concerned, const Location& other, const Transfer& transfer) {
  db::JournalEntry entry = TransferEntry(std::move(event), transfer);
  for (const Location* place : {&concerned, &other}) {
    if (!place->department_id.empty()) {
      entry.subjects.push_back("departments/" + place->department_id);
    }
  }
  entry.institution_id = concerned.institution_id;
  entry.alliance_id = concerned.alliance_id;
  db::AppendJournal(tx, call, entry);
}

absl::StatusOr<v1::Transfer> Send(pqxx::transaction_base& tx, const CallContext& call,
                                  Transfer transfer) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Location> places,
                          FindLocations(tx, {transfer.from_location_id, transfer.to_location_id}));
  const Location& from = places[0];
  const Location& to = places[1];
  QINGQU_RETURN_IF_ERROR(CheckRoute(call.principal, from, to));
  std::vector<std::string> item_ids;
  for (const TransferLine& line : transfer.lines) item_ids.push_back(line.item_id);
  QINGQU_RETURN_IF_ERROR(CheckItems(tx, to, transfer, item_ids));
  QINGQU_RETURN_IF_ERROR(InsertTransfer(tx, transfer, from, to));
  const CivilDate lasting_until = BusinessDay(call.received_at).PlusDays(ShelfLifeDaysFor(to));
  QINGQU_RETURN_IF_ERROR(TakeStock(tx, item_ids, lasting_until, transfer));
  JournalTransfer(tx, call, "transfer.sent", from, to, transfer);
  QINGQU_RETURN_IF_ERROR(PostSent(tx, from, to, transfer));
  return ToProto(transfer);
}

absl::StatusOr<v1::Transfer> Receive(pqxx::transaction_base& tx, const CallContext& call,
                                     const std::string& transfer_id) {
  QINGQU_ASSIGN_OR_RETURN(Transfer transfer, LockTransfer(tx, transfer_id));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Location> places,
                          FindLocations(tx, {transfer.from_location_id, transfer.to_location_id}));
  const Location& to = places[1];
  const auth::Actor sender{.user_id = transfer.sender_id, .on_behalf_of = transfer.sender_for_id};
  if (auth::ShareAPerson(auth::ActorOf(call.principal), sender)) {
    return ReceiverIsSender(transfer_id);
  }
  QINGQU_RETURN_IF_ERROR(CheckDestination(call.principal, to));
  if (transfer.received) return TransferNotSent(transfer_id);
  transfer.receiver_id = call.principal.user_id;
  transfer.received_at = ToMicroseconds(call.received_at);
  ReadTransferLines(tx, transfer);
  QINGQU_RETURN_IF_ERROR(FinishTransfer(tx, transfer));
  transfer.received = true;
  JournalTransfer(tx, call, "transfer.received", to, places[0], transfer);
  QINGQU_RETURN_IF_ERROR(PostReceived(tx, places[0], to, transfer));
  return ToProto(transfer);
}

absl::StatusOr<std::string> ReadTransferId(const std::string& name) {
  FieldViolations violations;
  std::string transfer_id = ReadId("transfers/{transfer}", "name", name, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return transfer_id;
}

absl::StatusOr<TransferPage> ReadPage(const v1::ListTransfersRequest& request,
                                      const std::string& filter) {
  if (!v1::TransferState_IsValid(request.state())) {
    return InvalidField("state", "is none of the states of a transfer");
  }
  TransferPage page;
  QINGQU_ASSIGN_OR_RETURN(page.rows_max, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 2));
  if (!key.empty()) {
    const absl::StatusOr<int64_t> microseconds = ParseMicrosecondsKey(key[0]);
    if (!microseconds.ok()) return WrongPageToken();
    page.before_time = absl::FromUnixMicros(*microseconds);
    page.before_id = key[1];
  }
  if (request.state() == v1::TRANSFER_STATE_SENT) page.state = "sent";
  if (request.state() == v1::TRANSFER_STATE_RECEIVED) page.state = "received";
  return page;
}

}  // namespace

absl::StatusOr<v1::Transfer> DistributionHandlers::CreateTransfer(
    const CallContext& call, const v1::CreateTransferRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Transfer transfer, ParseTransfer(call, request));
  return db::RunIdempotent<v1::Transfer>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) { return Send(tx, call, transfer); });
}

absl::StatusOr<v1::Transfer> DistributionHandlers::ReceiveTransfer(
    const CallContext& call, const v1::ReceiveTransferRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string transfer_id, ReadTransferId(request.name()));
  return db::RunIdempotent<v1::Transfer>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
    return Receive(tx, call, transfer_id);
  });
}

absl::StatusOr<v1::Transfer> DistributionHandlers::GetTransfer(
    const CallContext& call, const v1::GetTransferRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string transfer_id, ReadTransferId(request.name()));
  return db::RunTransaction(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Transfer> {
        QINGQU_ASSIGN_OR_RETURN(Transfer transfer, ReadTransfer(tx, transfer_id));
        ReadTransferLines(tx, transfer);
        return ToProto(transfer);
      });
}

absl::StatusOr<v1::ListTransfersResponse> DistributionHandlers::ListTransfers(
    const CallContext& call, const v1::ListTransfersRequest& request) {
  const std::string filter = fmt::format("transfers {}", static_cast<int>(request.state()));
  QINGQU_ASSIGN_OR_RETURN(TransferPage page, ReadPage(request, filter));
  if (call.principal.scope == auth::Scope::kDepartment) {
    page.department_id = call.principal.department_id;
  }
  const int rows = page.rows_max++;
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListTransfersResponse> {
                       v1::ListTransfersResponse response;
                       std::vector<std::string> last_key;
                       for (const Transfer& transfer : distribution::ListTransfers(tx, page)) {
                         if (response.transfers_size() == rows) {
                           response.set_next_page_token(EncodePageToken(last_key, filter));
                           break;
                         }
                         last_key = {std::to_string(absl::ToUnixMicros(transfer.created_at)),
                                     transfer.transfer_id};
                         *response.add_transfers() = ToProto(transfer);
                       }
                       return response;
                     });
}

}  // namespace qingqu::distribution
