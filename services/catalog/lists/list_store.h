#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/lists/approved_list.h"

namespace qingqu::catalog {

// The holder of this name with what it belongs to. NOT_FOUND HOLDER_NOT_FOUND when there is none in
// the caller's sight.
absl::StatusOr<Holder> FindHolder(pqxx::transaction_base& tx, const HolderReference& reference);

// ALREADY_EXISTS LIST_EXISTS.
absl::Status InsertList(pqxx::transaction_base& tx, const ApprovedList& list);

// NOT_FOUND LIST_NOT_FOUND.
absl::StatusOr<ApprovedList> GetList(pqxx::transaction_base& tx, std::string_view id);
absl::StatusOr<ApprovedList> LockList(pqxx::transaction_base& tx, std::string_view id);

// Nobody else approves a list of the holder for the rest of the transaction; the list that governs
// there on `list`'s first day or later, if there is one.
std::optional<std::string> LockHolder(pqxx::transaction_base& tx, const ApprovedList& list);

// With the start date and approver that `list` has.
void ApproveList(pqxx::transaction_base& tx, const ApprovedList& list);

// Refused or taken back, by its approver and for its reason: it never governs.
void WithdrawList(pqxx::transaction_base& tx, const ApprovedList& list);

// It governs nobody from `day` on.
void EndList(pqxx::transaction_base& tx, std::string_view id, CivilDate day);

struct ListListOptions {
  std::string after_id;
  std::string holder;  // empty: any
  std::optional<CivilDate> day;
  int limit = 0;
};
std::vector<ApprovedList> ListLists(pqxx::transaction_base& tx, const ListListOptions& options);

struct EntryListOptions {
  std::string list_id;
  std::string after_item_id;
  std::string after_start_date = "0001-01-01";
  std::string after_added_by;
  std::optional<CivilDate> day;  // none: all that ever was
  std::string item_id;
  int limit = 0;
};
std::vector<ListEntry> ListEntries(pqxx::transaction_base& tx, const EntryListOptions& options);

struct ListEdit {
  std::string list_id;
  std::vector<std::string> item_ids;
  CivilDate day;
  std::string by;  // listChanges/{list_change} or applications/{application}
};
// The items are on the list from the day on.
void AddEntries(pqxx::transaction_base& tx, const ListEdit& edit);
// They are off it from the day on. The number that were on it without an end.
size_t RemoveEntries(pqxx::transaction_base& tx, const ListEdit& edit);

}  // namespace qingqu::catalog
