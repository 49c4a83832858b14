#include "services/catalog/organisations/qualification_journal.h"

#include "common/base/business_day.h"
#include "common/db/journal.h"
#include "services/catalog/convert.h"
#include "services/catalog/organisations/organisation_convert.h"

namespace qingqu::catalog {

void JournalQualification(pqxx::transaction_base& tx, const CallContext& call,
                          std::string_view event, const Qualification& qualification,
                          std::string_view reason) {
  const v1::Qualification message = ToProto(qualification, BusinessDay(call.received_at));
  db::JournalEntry entry{.event = std::string(event),
                         .resource = message.name(),
                         .subjects = {message.organisation()},
                         .supplier_id = qualification.organisation_id,
                         .reason = std::string(reason),
                         .details_json = ToJson(message)};
  if (!message.renews().empty()) entry.subjects.push_back(message.renews());
  if (qualification.kind == QualificationKind::kAuthorisation) {
    entry.subjects.push_back(message.authorisation().giver());
    entry.subjects.push_back(message.authorisation().manufacturer());
  }
  db::AppendJournal(tx, call, entry);
}

}  // namespace qingqu::catalog
