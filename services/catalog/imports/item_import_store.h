#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "services/catalog/item.h"

namespace qingqu::catalog {

// What rows of an import are compared with.
struct PresentItems {
  std::map<std::string, Item> items;  // by id
  std::set<std::string> staged;       // ids that earlier batches brought
  std::map<std::string, std::string>
      identifiers;  // device identifiers and the items that have them
  // Until when registrations hold; empty: without an end; "cancelled": not at all.
  std::map<std::string, std::string> registration_dates;
};
PresentItems FindPresentItems(pqxx::transaction_base& tx, int64_t import_number,
                              const std::vector<Item>& items);

void StageItems(pqxx::transaction_base& tx, int64_t import_number, const std::vector<Item>& items);

struct ItemProposer {
  std::string user_id;
  absl::Time now;
};
// Proposes what was staged, and forgets the staged rows. ABORTED CONCURRENT_CHANGE when somebody
// took one of the identifiers at the same moment.
absl::StatusOr<db::ImportMerge> ProposeStagedItems(pqxx::transaction_base& tx,
                                                   const db::ImportSession& session,
                                                   const ItemProposer& proposer);

void DeleteStagedItems(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers);

}  // namespace qingqu::catalog
