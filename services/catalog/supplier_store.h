#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/supplier.h"

namespace qingqu::catalog {

// ALREADY_EXISTS SUPPLIER_EXISTS when the id or the credit code is taken.
absl::Status InsertSupplier(pqxx::transaction_base& tx, const Supplier& supplier);

// NOT_FOUND SUPPLIER_NOT_FOUND when it is missing or not the caller's to see.
absl::StatusOr<Supplier> GetSupplier(pqxx::transaction_base& tx, std::string_view id);
// The same, locked until the end of the transaction.
absl::StatusOr<Supplier> LockSupplier(pqxx::transaction_base& tx, std::string_view id);

struct SupplierListOptions {
  std::string after_id;
  std::optional<ApprovalState> state;
  int limit = 0;
};

std::vector<Supplier> ListSuppliers(pqxx::transaction_base& tx, const SupplierListOptions& options);

// Writes state, approver, time and version of a locked supplier.
void UpdateSupplierState(pqxx::transaction_base& tx, const Supplier& supplier);

}  // namespace qingqu::catalog
