#include "common/db/journal.h"

#include <algorithm>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/db/core_queries.h"

namespace qingqu::db {

int64_t AppendJournal(pqxx::transaction_base& tx, const CallContext& call,
                      const JournalEntry& entry) {
  std::vector<std::string> subjects = entry.subjects;
  subjects.push_back(entry.resource);
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  return tx
      .exec_prepared(kAppendJournal.name, entry.event, call.method, call.request_id, entry.resource,
                     TextArray(subjects), entry.institution_id, entry.alliance_id,
                     entry.supplier_id, entry.reason, entry.details_json,
                     entry.restricted_json)[0][0]
      .as<int64_t>();
}

std::string LotSubject(std::string_view item_id, std::string_view lot_number) {
  return fmt::format("items/{}/lots/{}", item_id, lot_number);
}

}  // namespace qingqu::db
