#pragma once

#include <string>
#include <vector>

#include "common/db/journal.h"
#include "services/procurement/agreement.h"
#include "services/procurement/despatch.h"
#include "services/procurement/order.h"
#include "services/procurement/requisition.h"

namespace qingqu::procurement {

// What each change tells the journal. What a supplier may read never names a requisition; the
// requisitions of an order have entries of their own (requisition.ordered, requisition.returned),
// which name the order.

db::JournalEntry AgreementProposed(const Agreement& agreement);
db::JournalEntry AgreementApproved(const Agreement& agreement);
db::JournalEntry RequisitionSubmitted(const Requisition& requisition);
// requisition.approved or requisition.rejected.
db::JournalEntry RequisitionDecided(const Requisition& requisition);
db::JournalEntry OrderPlaced(const Order& order);
db::JournalEntry OrderAnswered(const Order& order);
db::JournalEntry DespatchAnnounced(const Despatch& despatch);
db::JournalEntry DespatchWithdrawn(const Despatch& despatch);
// order.received, or order.completed when nothing is outstanding any more. `receipt` is its
// resource name.
db::JournalEntry OrderProgressed(const Order& order, const std::vector<ReceivedLine>& lines,
                                 const std::string& receipt);

}  // namespace qingqu::procurement
