#include "services/procurement/despatch_store.h"

#include <set>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status_macros.h"
#include "services/procurement/errors.h"
#include "services/procurement/queries.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

Despatch FromRow(const pqxx::row& row) {
  return {.despatch_id = row["despatch_id"].as<std::string>(),
          .order_id = row["order_id"].as<std::string>(),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .supplier_id = row["supplier_id"].as<std::string>(),
          .deliver_to_location_id = row["deliver_to_location_id"].as<std::string>(),
          .lines = {},
          .tracking_number = row["tracking_number"].as<std::string>(),
          .line_count = row["line_count"].as<int>(),
          .created_at = ReadInstant(row["created_at_us"]),
          .withdrawn_at = row["withdrawn_at_us"].is_null()
                              ? std::nullopt
                              : std::optional(ReadInstant(row["withdrawn_at_us"])),
          .withdrawal_reason = row["withdrawal_reason"].as<std::string>()};
}

DespatchLine LineFromRow(const pqxx::row& row) {
  return {.line_number = row["line_number"].as<int>(),
          .order_line_number = row["order_line_number"].as<int>(),
          .item_id = row["item_id"].as<std::string>(),
          .quantity = Quantity(row["quantity"].as<int64_t>()),
          .lot = row["lot"].as<std::string>(),
          .expiry_date = ReadOptionalDate(row["expiry_date"]),
          .manufacture_date = ReadOptionalDate(row["manufacture_date"]),
          .serials = {}};
}

void InsertLines(pqxx::transaction_base& tx, const Despatch& despatch) {
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder order_line_numbers;
  db::ArrayBuilder item_ids;
  db::ArrayBuilder quantities;
  db::ArrayBuilder lots;
  db::ArrayBuilder expiry_dates;
  db::ArrayBuilder manufacture_dates;
  for (const DespatchLine& line : despatch.lines) {
    line_numbers.AddInteger(line.line_number);
    order_line_numbers.AddInteger(line.order_line_number);
    item_ids.AddText(line.item_id);
    quantities.AddInteger(line.quantity.base_units());
    lots.AddTextOrNull(line.lot);
    expiry_dates.AddTextOrNull(SqlDate(line.expiry_date));
    manufacture_dates.AddTextOrNull(SqlDate(line.manufacture_date));
  }
  tx.exec_prepared(queries::kInsertDespatchLines.name, despatch.despatch_id, despatch.order_id,
                   despatch.alliance_id, despatch.supplier_id, line_numbers.Build(),
                   order_line_numbers.Build(), item_ids.Build(), quantities.Build(), lots.Build(),
                   expiry_dates.Build(), manufacture_dates.Build());
}

// Names the serials that are not among `inserted`.
absl::Status MissingSerials(const Despatch& despatch, const pqxx::result& inserted) {
  std::set<std::pair<std::string, std::string>> present;
  for (const auto& row : inserted) {
    present.emplace(row["item_id"].as<std::string>(), row["serial"].as<std::string>());
  }
  FieldViolations known;
  for (const DespatchLine& line : despatch.lines) {
    for (const std::string& serial : line.serials) {
      if (present.contains({line.item_id, serial})) continue;
      known.Add(fmt::format("despatch.lines[{}].serials", line.line_number - 1),
                fmt::format("piece {} of items/{} was despatched before", serial, line.item_id));
    }
  }
  return SerialAlreadyDespatched(known);
}

absl::Status InsertSerials(pqxx::transaction_base& tx, const Despatch& despatch) {
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder item_ids;
  db::ArrayBuilder serials;
  size_t count = 0;
  for (const DespatchLine& line : despatch.lines) {
    for (const std::string& serial : line.serials) {
      line_numbers.AddInteger(line.line_number);
      item_ids.AddText(line.item_id);
      serials.AddText(serial);
      ++count;
    }
  }
  if (count == 0) return absl::OkStatus();
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertDespatchSerials.name, despatch.despatch_id, despatch.alliance_id,
      despatch.supplier_id, line_numbers.Build(), item_ids.Build(), serials.Build());
  if (inserted.size() == count) return absl::OkStatus();
  return MissingSerials(despatch, inserted);
}

}  // namespace

bool DespatchExistsFor(pqxx::transaction_base& tx, const std::string& despatch_id) {
  return !tx.exec_prepared(queries::kDespatchExists.name, despatch_id).empty();
}

void LockDespatch(pqxx::transaction_base& tx, const std::string& despatch_id) {
  tx.exec_prepared(queries::kLockDespatch.name, despatch_id);
}

bool IsReceived(pqxx::transaction_base& tx, const std::string& despatch_id) {
  return !tx.exec_prepared(queries::kDespatchReceived.name, despatch_id).empty();
}

absl::Status KeepLotExpiries(pqxx::transaction_base& tx, const Despatch& despatch) {
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder item_ids;
  db::ArrayBuilder lots;
  db::ArrayBuilder expiry_dates;
  for (const DespatchLine& line : despatch.lines) {
    if (line.lot.empty() || !line.expiry_date) continue;
    line_numbers.AddInteger(line.line_number);
    item_ids.AddText(line.item_id);
    lots.AddText(line.lot);
    expiry_dates.AddText(line.expiry_date->ToString());
  }
  tx.exec_prepared(queries::kHoldLotExpiries.name, despatch.supplier_id);
  tx.exec_prepared(queries::kInsertLotExpiries.name, item_ids.Build(), lots.Build(),
                   expiry_dates.Build(), despatch.supplier_id);
  FieldViolations conflicts;
  for (const auto& row :
       tx.exec_prepared(queries::kFindExpiryConflicts.name, line_numbers.Build(), item_ids.Build(),
                        lots.Build(), expiry_dates.Build(), despatch.supplier_id)) {
    conflicts.Add(
        fmt::format("despatch.lines[{}].expiry_date", row["line_number"].as<int>() - 1),
        fmt::format("you announced the lot to expire on {}", row["expiry_date"].as<std::string>()));
  }
  return conflicts.empty() ? absl::OkStatus() : LotExpiryConflict(conflicts);
}

absl::Status InsertDespatch(pqxx::transaction_base& tx, const Despatch& despatch) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertDespatch.name, despatch.despatch_id, despatch.order_id, despatch.alliance_id,
      despatch.supplier_id, despatch.deliver_to_location_id, despatch.tracking_number,
      despatch.line_count, SqlInstant(despatch.created_at));
  if (inserted.affected_rows() == 0) return DespatchExists(despatch.despatch_id);
  InsertLines(tx, despatch);
  return InsertSerials(tx, despatch);
}

void WriteWithdrawal(pqxx::transaction_base& tx, const Despatch& despatch) {
  tx.exec_prepared(queries::kLockLotExpiries.name, despatch.supplier_id);
  tx.exec_prepared(queries::kReturnToOrderLines.name, despatch.order_id, despatch.despatch_id);
  tx.exec_prepared(queries::kWithdrawDespatch.name, despatch.despatch_id,
                   SqlInstant(*despatch.withdrawn_at), despatch.withdrawal_reason);
  tx.exec_prepared(queries::kReleaseLotExpiries.name, despatch.despatch_id);
}

std::optional<Despatch> ReadDespatch(pqxx::transaction_base& tx, const std::string& despatch_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadDespatch.name, despatch_id);
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]);
}

std::vector<DespatchLine> ReadDespatchLines(pqxx::transaction_base& tx,
                                            const std::string& despatch_id) {
  std::vector<DespatchLine> lines;
  for (const auto& row : tx.exec_prepared(queries::kReadDespatchLines.name, despatch_id)) {
    lines.push_back(LineFromRow(row));
  }
  for (const auto& row : tx.exec_prepared(queries::kReadDespatchSerials.name, despatch_id)) {
    // Lines are numbered from 1 without gaps.
    lines.at(row["line_number"].as<size_t>() - 1)
        .serials.push_back(row["serial"].as<std::string>());
  }
  return lines;
}

std::vector<Despatch> ListDespatches(pqxx::transaction_base& tx, const NewestFirstPage& page) {
  std::vector<Despatch> despatches;
  for (const auto& row : tx.exec_prepared(queries::kListDespatches.name, SqlInstant(page.before),
                                          page.before_id, page.filter, page.limit)) {
    despatches.push_back(FromRow(row));
  }
  return despatches;
}

}  // namespace qingqu::procurement
