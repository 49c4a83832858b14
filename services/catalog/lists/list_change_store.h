#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/lists/list_change.h"

namespace qingqu::catalog {

// Of the additions and then of the removals.
std::vector<ListLineFacts> FindListLineFacts(pqxx::transaction_base& tx, const ListChange& change);

// With its lines. ALREADY_EXISTS LIST_CHANGE_EXISTS.
absl::Status InsertChange(pqxx::transaction_base& tx, const ListChange& change);

// With its lines. NOT_FOUND LIST_CHANGE_NOT_FOUND.
absl::StatusOr<ListChange> GetChange(pqxx::transaction_base& tx, std::string_view id);
absl::StatusOr<ListChange> LockChange(pqxx::transaction_base& tx, std::string_view id);

// State, start date, decider, reason and time of the decision are those of `change`.
void DecideChange(pqxx::transaction_base& tx, const ListChange& change);

struct ListChangeListOptions {
  std::string list_id;
  int64_t after_us = 0;  // microseconds since 1970
  std::string after_id;
  std::optional<ListChangeState> state;
  int limit = 0;
};
// Without their lines.
std::vector<ListChange> ListChanges(pqxx::transaction_base& tx,
                                    const ListChangeListOptions& options);

}  // namespace qingqu::catalog
