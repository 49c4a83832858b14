#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "common/auth/call_context.h"

namespace qingqu::db {

// What a change tells the journal. Who and via which client come from the session (see
// RunTransaction); method and request id from the call.
struct JournalEntry {
  // "<thing>.<past participle>": "receipt.posted". Lower case.
  std::string event;
  // What changed: "receipts/r1".
  std::string resource;
  // What else it concerns, as resource names; for lots "items/{item}/lots/{lot number}". May
  // repeat; `resource` is added.
  std::vector<std::string> subjects;
  // Whom it concerns, as ids; decides who may read the entry. Empty: only who sees the whole
  // county.
  std::string institution_id;
  std::string alliance_id;
  std::string supplier_id;
  // Where a reason is required.
  std::string reason;
  // A JSON object: the event's content. Nothing about patients or doctors.
  std::string details_json = "{}";
  // A JSON object: what tells of patients or doctors.
  std::string restricted_json = "{}";
};

// Appends the entry in the transaction of the change itself, and returns its sequence.
int64_t AppendJournal(pqxx::transaction_base& tx, const CallContext& call,
                      const JournalEntry& entry);

// The subject under which everything about a lot is found.
std::string LotSubject(std::string_view item_id, std::string_view lot_number);

}  // namespace qingqu::db
