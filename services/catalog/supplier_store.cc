#include "services/catalog/supplier_store.h"

#include "pqxx/pqxx"

#include "services/catalog/errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

Supplier ReadSupplier(const pqxx::row& row) {
  return {.id = row["supplier_id"].as<std::string>(),
          .display_name = row["display_name"].as<std::string>(),
          .credit_code = row["credit_code"].as<std::string>(),
          .licence = {.text = row["licence_number"].as<std::string>(),
                      .highest_class = static_cast<DeviceClass>(row["licence_class"].as<int>())},
          .licence_expire_date = ReadDate(row["licence_expire_date"]),
          .approval = ReadApproval(row)};
}

absl::StatusOr<Supplier> ReadOne(const pqxx::result& rows, std::string_view id) {
  if (rows.empty()) return SupplierNotFound(SupplierName(id));
  return ReadSupplier(rows[0]);
}

}  // namespace

absl::Status InsertSupplier(pqxx::transaction_base& tx, const Supplier& supplier) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertSupplier.name, supplier.id, supplier.display_name, supplier.credit_code,
      supplier.licence.text, static_cast<int>(supplier.licence.highest_class),
      supplier.licence_expire_date.ToString(), supplier.approval.proposer_id,
      TimestampText(supplier.approval.created_at));
  if (inserted.affected_rows() == 0) return SupplierExists(SupplierName(supplier.id));
  return absl::OkStatus();
}

absl::StatusOr<Supplier> GetSupplier(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kGetSupplier.name, std::string(id)), id);
}

absl::StatusOr<Supplier> LockSupplier(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kLockSupplier.name, std::string(id)), id);
}

std::vector<Supplier> ListSuppliers(pqxx::transaction_base& tx,
                                    const SupplierListOptions& options) {
  const std::string state(options.state ? ApprovalStateName(*options.state) : "");
  std::vector<Supplier> suppliers;
  for (const auto& row :
       tx.exec_prepared(queries::kListSuppliers.name, options.after_id, state, options.limit)) {
    suppliers.push_back(ReadSupplier(row));
  }
  return suppliers;
}

void UpdateSupplierState(pqxx::transaction_base& tx, const Supplier& supplier) {
  tx.exec_prepared(queries::kUpdateSupplierState.name, supplier.id,
                   std::string(ApprovalStateName(supplier.approval.state)),
                   supplier.approval.approver_id, TimestampText(supplier.approval.updated_at),
                   supplier.approval.reinstatement_proposer_id, supplier.approval.reinstater_id);
}

}  // namespace qingqu::catalog
