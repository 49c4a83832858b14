#pragma once

#include "pqxx/row"

#include "common/sealed_log/leaf.h"

namespace qingqu::supervision {

// What a query gave whose columns begin with those of parts/leaf_columns.sql. The texts belong to
// the query's result.
sealed_log::JournalRow RowOf(const pqxx::row& row);

}  // namespace qingqu::supervision
