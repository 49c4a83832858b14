#include "services/distribution/transfer_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/distribution/errors.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

Transfer TransferOf(const pqxx::row& row) {
  Transfer transfer{.transfer_id = row["transfer_id"].as<std::string>(),
                    .from_location_id = row["from_location_id"].as<std::string>(),
                    .to_location_id = row["to_location_id"].as<std::string>(),
                    .received = row["state"].as<std::string>() == "received",
                    .sender_id = row["sender_id"].as<std::string>(),
                    .sender_for_id = row["sender_for_id"].as<std::string>(),
                    .receiver_id = row["receiver_id"].as<std::string>(),
                    .created_at = InstantOf(row["created_us"])};
  if (transfer.received) transfer.received_at = InstantOf(row["received_us"]);
  return transfer;
}

absl::StatusOr<Transfer> FirstTransfer(const pqxx::result& rows, const std::string& transfer_id) {
  if (rows.empty()) return TransferNotFound(transfer_id);
  return TransferOf(rows[0]);
}

}  // namespace

absl::Status InsertTransfer(pqxx::transaction_base& tx, const Transfer& transfer,
                            const Location& from, const Location& to) {
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertTransfer.name, transfer.transfer_id,
                       transfer.from_location_id, transfer.to_location_id, transfer.sender_id,
                       InstantText(transfer.created_at), from.institution_id, from.alliance_id,
                       to.institution_id, to.alliance_id, from.department_id, to.department_id);
  if (inserted.affected_rows() == 0) return TransferExists(transfer.transfer_id);
  db::ArrayBuilder numbers;
  db::ArrayBuilder items;
  db::ArrayBuilder quantities;
  int64_t number = 0;
  for (const TransferLine& line : transfer.lines) {
    numbers.AddInteger(++number);
    items.AddText(line.item_id);
    quantities.AddInteger(line.quantity);
  }
  tx.exec_prepared(queries::kInsertTransferLines.name, transfer.transfer_id, numbers.Build(),
                   items.Build(), quantities.Build());
  return absl::OkStatus();
}

void InsertTransferParts(pqxx::transaction_base& tx, const Transfer& transfer) {
  db::ArrayBuilder numbers;
  db::ArrayBuilder positions;
  db::ArrayBuilder accounts;
  db::ArrayBuilder lots;
  db::ArrayBuilder serials;
  db::ArrayBuilder quantities;
  int64_t number = 0;
  for (const TransferLine& line : transfer.lines) {
    ++number;
    int64_t position = 0;
    for (const TransferPart& part : line.parts) {
      numbers.AddInteger(number);
      positions.AddInteger(++position);
      accounts.AddInteger(part.transit_account_id);
      lots.AddText(part.lot_id);
      serials.AddText(part.serial);
      quantities.AddInteger(part.quantity);
    }
  }
  tx.exec_prepared(queries::kInsertTransferAllocations.name, transfer.transfer_id, numbers.Build(),
                   positions.Build(), accounts.Build(), lots.Build(), serials.Build(),
                   quantities.Build());
}

absl::StatusOr<Transfer> ReadTransfer(pqxx::transaction_base& tx, const std::string& transfer_id) {
  return FirstTransfer(tx.exec_prepared(queries::kReadTransfer.name, transfer_id), transfer_id);
}

absl::StatusOr<Transfer> LockTransfer(pqxx::transaction_base& tx, const std::string& transfer_id) {
  return FirstTransfer(tx.exec_prepared(queries::kLockTransfer.name, transfer_id), transfer_id);
}

void ReadTransferLines(pqxx::transaction_base& tx, Transfer& transfer) {
  for (const auto& row : tx.exec_prepared(queries::kListTransferLines.name, transfer.transfer_id)) {
    transfer.lines.push_back(
        {.item_id = row["item_id"].as<std::string>(), .quantity = row["quantity"].as<int64_t>()});
  }
  for (const auto& row :
       tx.exec_prepared(queries::kListTransferAllocations.name, transfer.transfer_id)) {
    TransferLine& line = transfer.lines.at(row["line_number"].as<size_t>() - 1);
    line.parts.push_back({.transit_account_id = row["transit_account_id"].as<int64_t>(),
                          .lot_id = row["lot_id"].as<std::string>(),
                          .lot_number = row["lot_number"].as<std::string>(),
                          .serial = row["serial"].as<std::string>(),
                          .expiry = DateOf(row["expiry_date"]),
                          .quantity = row["quantity"].as<int64_t>()});
  }
}

absl::Status FinishTransfer(pqxx::transaction_base& tx, const Transfer& transfer) {
  const pqxx::result finished =
      tx.exec_prepared(queries::kFinishTransfer.name, transfer.transfer_id, transfer.receiver_id,
                       InstantText(transfer.received_at));
  return finished.affected_rows() == 0 ? TransferNotSent(transfer.transfer_id) : absl::OkStatus();
}

std::vector<Transfer> ListTransfers(pqxx::transaction_base& tx, const TransferPage& page) {
  const std::string before =
      page.before_time == absl::InfiniteFuture() ? "infinity" : InstantText(page.before_time);
  const pqxx::result rows =
      page.department_id.empty()
          ? tx.exec_prepared(queries::kListTransfers.name, before, page.before_id, page.rows_max,
                             page.state)
          : tx.exec_prepared(queries::kListTransfersOfDepartment.name, before, page.before_id,
                             page.rows_max, page.state, page.department_id);
  std::vector<Transfer> transfers;
  for (const auto& row : rows) transfers.push_back(TransferOf(row));
  return transfers;
}

}  // namespace qingqu::distribution
