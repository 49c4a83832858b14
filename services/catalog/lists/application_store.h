#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/lists/application.h"

namespace qingqu::catalog {

// Whether the list is one of the department, its institution or its alliance that has not ended,
// and the item is there. NOT_FOUND LIST_NOT_FOUND or ITEM_NOT_FOUND.
absl::Status CheckListAndItem(pqxx::transaction_base& tx, const Application& application,
                              CivilDate day);

// With its first round. ALREADY_EXISTS APPLICATION_EXISTS or APPLICATION_PENDING.
absl::Status InsertApplication(pqxx::transaction_base& tx, const Application& application);

// With its rounds. NOT_FOUND APPLICATION_NOT_FOUND.
absl::StatusOr<Application> GetApplication(pqxx::transaction_base& tx, std::string_view id);
absl::StatusOr<Application> LockApplication(pqxx::transaction_base& tx, std::string_view id);

// State, step, round and due date.
void UpdateApplication(pqxx::transaction_base& tx, const Application& application);
// The last round; the one before has ended. ALREADY_EXISTS APPLICATION_PENDING.
absl::Status AddRound(pqxx::transaction_base& tx, const Application& application);
// The last decision of the last round.
void AddDecision(pqxx::transaction_base& tx, const Application& application);
// Why the last round was taken back.
void WithdrawRound(pqxx::transaction_base& tx, const Application& application);

struct ApplicationListOptions {
  std::string after_id;
  std::optional<ApplicationState> state;
  int step = 0;                         // 0: any
  std::optional<CivilDate> overdue_on;  // only what is overdue on this day
  int limit = 0;
};
// Each with the present round's number and reason alone.
std::vector<Application> ListApplications(pqxx::transaction_base& tx,
                                          const ApplicationListOptions& options);

}  // namespace qingqu::catalog
