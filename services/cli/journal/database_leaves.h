#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "pqxx/pqxx"

#include "services/cli/journal/journal_check.h"

namespace qingqu::cli {

// The entries of the database that `tx` sees, through a cursor, a bounded part at a time. Needs a
// role that sees every entry: one whom a row-level policy would hide some from gets
// PERMISSION_DENIED. `tx` outlives it; one for each (sub)transaction, since
// its cursor stays open until then.
std::unique_ptr<LeafSource> LeavesOf(pqxx::transaction_base* tx);

// As LeavesOf, with a connection of its own and a snapshot taken now. The password comes from where
// libpq finds it; no error tells it. INVALID_ARGUMENT: no such conninfo.
absl::StatusOr<std::unique_ptr<LeafSource>> OpenDatabaseLeaves(const std::string& conninfo);

}  // namespace qingqu::cli
