#pragma once

#include <string>
#include <string_view>

#include "common/auth/call_context.h"
#include "tests/support/test_database.h"

namespace qingqu::catalog {

// The alliances east (county-hospital with the departments ward-a and ward-c, town-hospital with
// ward-b) and west (west-hospital with ward-w).
void AddBuyers(const testing::TestDatabase& database);

// Rows of tables, without journal entries and whatever triggers say: as superuser.
void Put(const testing::TestDatabase& database, std::string_view sql);

// A list in force since 2020 with these items: `holder` is "county", "east", "county-hospital" or
// "ward-a".
struct ListRow {
  std::string_view id;
  std::string_view holder;
  std::string_view item_ids;  // "'screw', 'plate'"
};
void PutList(const testing::TestDatabase& database, const ListRow& row);

// `call` as it came at that instant, in RFC 3339.
CallContext At(CallContext call, std::string_view instant);

}  // namespace qingqu::catalog
