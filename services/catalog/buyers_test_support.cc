#include "services/catalog/buyers_test_support.h"

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/strings.h"

namespace qingqu::catalog {

void Put(const testing::TestDatabase& database, std::string_view sql) {
  database.Execute(fmt::format("SET session_replication_role = replica; {}", sql));
}

void AddBuyers(const testing::TestDatabase& database) {
  Put(database, R"(
    INSERT INTO identity.alliance (alliance_id, display_name, created_at)
      VALUES ('east', 'East', now()), ('west', 'West', now());
    INSERT INTO identity.institution (institution_id, alliance_id, display_name, lead, created_at)
      VALUES ('county-hospital', 'east', 'County', true, now()),
             ('town-hospital', 'east', 'Town', false, now()),
             ('west-hospital', 'west', 'West', true, now());
    INSERT INTO identity.department (department_id, institution_id, alliance_id, display_name,
                                     created_at)
      VALUES ('ward-a', 'county-hospital', 'east', 'A', now()),
             ('ward-c', 'county-hospital', 'east', 'C', now()),
             ('ward-b', 'town-hospital', 'east', 'B', now()),
             ('ward-w', 'west-hospital', 'west', 'W', now()))");
}

void PutList(const testing::TestDatabase& database, const ListRow& row) {
  std::string_view columns = "NULL, NULL, NULL";
  if (row.holder == "east") columns = "'east', NULL, NULL";
  if (row.holder == "county-hospital") columns = "'east', 'county-hospital', NULL";
  if (row.holder == "ward-a") columns = "'east', 'county-hospital', 'ward-a'";
  Put(database, fmt::format(R"(
    INSERT INTO catalog.approved_list (list_id, display_name, alliance_id, institution_id,
      department_id, start_date, state, reason, proposer_id, approver_id, created_at)
      VALUES ('{0}', '{0}', {1}, '2020-01-01', 'approved', 'r', 'wang', 'li', now());
    INSERT INTO catalog.approved_list_entry (list_id, item_id, start_date, added_by)
      SELECT '{0}', item_id, '2020-01-01', 'listChanges/first'
      FROM unnest(ARRAY[{2}]::text[]) AS item_id)",
                            row.id, columns, row.item_ids));
}

CallContext At(CallContext call, std::string_view instant) {
  std::string error;
  QINGQU_CHECK(absl::ParseTime(absl::RFC3339_full, ToAbsl(instant), &call.received_at, &error));
  return call;
}

}  // namespace qingqu::catalog
