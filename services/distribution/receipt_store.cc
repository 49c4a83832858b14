#include "services/distribution/receipt_store.h"

#include <map>
#include <set>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/distribution/errors.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {

absl::StatusOr<Despatch> ReadDespatch(pqxx::transaction_base& tx, const CallContext& call,
                                      const std::string& despatch_id) {
  tx.exec_prepared(queries::kHoldDespatch.name, despatch_id);
  const pqxx::result rows = tx.exec_prepared(queries::kReadDespatch.name, despatch_id,
                                             call.principal.user_id, call.principal.on_behalf_of);
  if (rows.empty()) return DespatchNotFound(despatch_id);
  const pqxx::row row = rows[0];
  Despatch despatch{.order_id = row["order_id"].as<std::string>(),
                    .supplier_id = row["supplier_id"].as<std::string>(),
                    .alliance_id = row["alliance_id"].as<std::string>()};
  despatch.central_store = {.location_id = row["deliver_to_location_id"].as<std::string>(),
                            .kind = LocationKind::kCentralStore,
                            .alliance_id = despatch.alliance_id,
                            .institution_id = row["institution_id"].as<std::string>()};
  if (despatch.central_store.institution_id.empty()) {
    return LocationNotFound(despatch.central_store.location_id);
  }
  if (!WorksAt(call.principal, despatch.central_store)) return DespatchNotFound(despatch_id);
  if (row["withdrawn"].as<bool>()) return DespatchWithdrawn(despatch_id);
  if (row["acted"].as<bool>()) return ReceiverIsActor(despatch.order_id);
  return despatch;
}

std::vector<DespatchLine> LockDespatchLines(pqxx::transaction_base& tx,
                                            const std::string& despatch_id) {
  tx.exec_prepared(queries::kStartProgress.name, despatch_id);
  std::vector<DespatchLine> lines;
  for (const auto& row : tx.exec_prepared(queries::kLockProgress.name, despatch_id)) {
    lines.push_back({.line_number = row["line_number"].as<int>(),
                     .order_line_number = row["order_line_number"].as<int>(),
                     .item_id = row["item_id"].as<std::string>(),
                     .lot = row["lot"].as<std::string>(),
                     .expiry = DateOf(row["expiry_date"]),
                     .manufactured = DateOf(row["manufacture_date"]),
                     .quantity_open = row["quantity_open"].as<int64_t>()});
  }
  return lines;
}

std::map<ItemPiece, DespatchedPiece> ReadDespatchedPieces(pqxx::transaction_base& tx,
                                                          const std::string& despatch_id) {
  std::map<ItemPiece, DespatchedPiece> pieces;
  for (const auto& row : tx.exec_prepared(queries::kListDespatchedPieces.name, despatch_id)) {
    pieces.insert(
        {{row["item_id"].as<std::string>(), row["serial"].as<std::string>()},
         {.line_number = row["line_number"].as<int>(), .received = row["received"].as<bool>()}});
  }
  return pieces;
}

std::map<ItemPiece, bool> FindPieces(pqxx::transaction_base& tx,
                                     const std::set<ItemPiece>& pieces) {
  std::map<ItemPiece, bool> found;
  if (pieces.empty()) return found;
  db::ArrayBuilder items;
  db::ArrayBuilder serials;
  for (const auto& [item_id, serial] : pieces) {
    items.AddText(item_id);
    serials.AddText(serial);
  }
  for (const auto& row :
       tx.exec_prepared(queries::kFindPieces.name, items.Build(), serials.Build())) {
    found.insert({{row["item_id"].as<std::string>(), row["serial"].as<std::string>()},
                  row["used_up"].as<bool>()});
  }
  return found;
}

void AdvanceDespatch(pqxx::transaction_base& tx, const std::string& despatch_id,
                     const std::vector<DespatchLine>& despatch_lines,
                     const std::vector<ReceiptLine>& lines) {
  std::map<int, Fill> filled;
  for (const ReceiptLine& line : lines) {
    for (const Fill& fill : line.fills) {
      Fill& sum = filled[despatch_lines[fill.despatch_index].line_number];
      sum.accepted += fill.accepted;
      sum.rejected += fill.rejected;
    }
  }
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder accepted;
  db::ArrayBuilder rejected;
  for (const auto& [line_number, sum] : filled) {
    line_numbers.AddInteger(line_number);
    accepted.AddInteger(sum.accepted);
    rejected.AddInteger(sum.rejected);
  }
  tx.exec_prepared(queries::kAdvanceProgress.name, despatch_id, line_numbers.Build(),
                   accepted.Build(), rejected.Build());
}

void KeepLots(pqxx::transaction_base& tx, const std::vector<ReceiptLine>& lines,
              LineProblems& problems) {
  db::ArrayBuilder ids;
  db::ArrayBuilder items;
  db::ArrayBuilder numbers;
  db::ArrayBuilder expiries;
  db::ArrayBuilder manufactured;
  std::set<std::string> sent;
  for (const ReceiptLine& line : lines) {
    if (!line.planned || !sent.insert(line.lot_id).second) continue;
    ids.AddText(line.lot_id);
    items.AddText(line.item_id);
    numbers.AddText(line.lot);
    expiries.AddTextOrNull(DateText(line.expiry));
    manufactured.AddTextOrNull(DateText(line.manufactured));
  }
  std::map<std::string, std::string> known;
  for (const auto& row :
       tx.exec_prepared(queries::kKeepLots.name, ids.Build(), items.Build(), numbers.Build(),
                        expiries.Build(), manufactured.Build())) {
    known.emplace(row["lot_id"].as<std::string>(), row["expiry_date"].as<std::string>());
  }
  for (size_t index = 0; index < lines.size(); ++index) {
    const ReceiptLine& line = lines[index];
    if (!line.planned || !line.expiry.has_value()) continue;
    const std::string& expiry = known.at(line.lot_id);
    if (expiry == line.expiry->ToString()) continue;
    problems.Add(index, "scan", "EXPIRY_CONFLICT",
                 fmt::format("lot {} of items/{} is known to expire on {}, not on {}", line.lot,
                             line.item_id, expiry, line.expiry->ToString()));
  }
}

absl::Status InsertReceipt(pqxx::transaction_base& tx, const ReceiptHeader& header) {
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertReceipt.name, header.receipt_id, header.despatch_id,
                       header.order_id, header.location_id, header.receiver_id,
                       InstantText(header.created_at), header.alliance_id, header.supplier_id);
  return inserted.affected_rows() == 0 ? ReceiptExists(header.receipt_id) : absl::OkStatus();
}

void InsertReceiptLines(pqxx::transaction_base& tx, const ReceiptHeader& header,
                        const std::vector<ReceiptLine>& lines, LineProblems& problems) {
  db::ArrayBuilder numbers;
  db::ArrayBuilder scans;
  db::ArrayBuilder pi_scans;
  db::ArrayBuilder packs_accepted;
  db::ArrayBuilder packs_rejected;
  db::ArrayBuilder reasons;
  db::ArrayBuilder items;
  db::ArrayBuilder lots;
  db::ArrayBuilder serials;
  db::ArrayBuilder accepted;
  db::ArrayBuilder rejected;
  std::set<size_t> missing;
  for (size_t index = 0; index < lines.size(); ++index) {
    const ReceiptLine& line = lines[index];
    if (!line.planned) continue;
    missing.insert(index);
    numbers.AddInteger(static_cast<int64_t>(index) + 1);
    scans.AddText(line.scan);
    pi_scans.AddText(line.pi_scan);
    packs_accepted.AddInteger(line.packs_accepted);
    packs_rejected.AddInteger(line.packs_rejected);
    reasons.AddText(line.rejection_reason);
    items.AddText(line.item_id);
    lots.AddText(line.lot_id);
    serials.AddText(line.serial);
    accepted.AddInteger(line.quantity_accepted);
    rejected.AddInteger(line.quantity_rejected);
  }
  for (const auto& row : tx.exec_prepared(
           queries::kInsertReceiptLines.name, header.receipt_id, header.despatch_id,
           header.alliance_id, header.supplier_id, numbers.Build(), scans.Build(), pi_scans.Build(),
           packs_accepted.Build(), packs_rejected.Build(), reasons.Build(), items.Build(),
           lots.Build(), serials.Build(), accepted.Build(), rejected.Build())) {
    missing.erase(row["line_number"].as<size_t>() - 1);
  }
  for (const size_t index : missing) {
    problems.Add(index, "scan", "SERIAL_ALREADY_RECEIVED",
                 fmt::format("piece {} of items/{} came in before", lines[index].serial,
                             lines[index].item_id));
  }
}

absl::StatusOr<ReceiptHeader> ReadReceipt(pqxx::transaction_base& tx,
                                          const std::string& receipt_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadReceipt.name, receipt_id);
  if (rows.empty()) return ReceiptNotFound(receipt_id);
  const pqxx::row row = rows[0];
  return ReceiptHeader{.receipt_id = row["receipt_id"].as<std::string>(),
                       .despatch_id = row["despatch_id"].as<std::string>(),
                       .order_id = row["order_id"].as<std::string>(),
                       .supplier_id = row["supplier_id"].as<std::string>(),
                       .alliance_id = row["alliance_id"].as<std::string>(),
                       .location_id = row["location_id"].as<std::string>(),
                       .receiver_id = row["receiver_id"].as<std::string>(),
                       .created_at = InstantOf(row["created_us"])};
}

std::vector<ReceiptLine> ReadReceiptLines(pqxx::transaction_base& tx,
                                          const std::string& receipt_id) {
  std::vector<ReceiptLine> lines;
  for (const auto& row : tx.exec_prepared(queries::kListReceiptLines.name, receipt_id)) {
    ReceiptLine& line = lines.emplace_back();
    line.scan = row["scan"].as<std::string>();
    line.pi_scan = row["pi_scan"].as<std::string>();
    line.packs_accepted = row["packs_accepted"].as<int64_t>();
    line.packs_rejected = row["packs_rejected"].as<int64_t>();
    line.rejection_reason = row["rejection_reason"].as<std::string>();
    line.item_id = row["item_id"].as<std::string>();
    line.lot = row["lot_number"].as<std::string>();
    line.serial = row["serial"].as<std::string>();
    line.expiry = DateOf(row["expiry_date"]);
    line.quantity_accepted = row["quantity_accepted"].as<int64_t>();
    line.quantity_rejected = row["quantity_rejected"].as<int64_t>();
  }
  return lines;
}

}  // namespace qingqu::distribution
