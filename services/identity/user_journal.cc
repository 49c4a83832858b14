#include "services/identity/user_journal.h"

#include "common/db/journal.h"
#include "services/identity/convert.h"

namespace qingqu::identity {

void JournalUser(pqxx::transaction_base& tx, const CallContext& call, const std::string& event,
                 const User& user) {
  const v1::User proto = ToProto(user);
  db::JournalEntry entry{.event = event,
                         .resource = proto.name(),
                         .institution_id = user.institution_id,
                         .alliance_id = user.alliance_id,
                         .supplier_id = user.supplier_id,
                         .details_json = ToJson(proto)};
  for (const std::string& name : {proto.institution(), proto.alliance(), proto.supplier()}) {
    if (!name.empty()) entry.subjects.push_back(name);
  }
  db::AppendJournal(tx, call, entry);
}

}  // namespace qingqu::identity
