#pragma once

#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "services/supervision/entry.h"
#include "services/supervision/lot_view.h"

namespace qingqu::supervision {

// The part of a list after a place in the journal, which is "0" and 0 for its beginning.
struct PageOf {
  std::string transaction_id = "0";
  int64_t sequence = 0;
  int rows_max = 0;
  // A page ends before its entries' texts exceed this, but holds one at least.
  int64_t bytes_max = 0;
};

struct EntryPage {
  std::vector<Entry> entries;
  bool more = false;
};

// What is set restricts the list.
struct EntryFilter {
  std::string subject;
  std::string actor_user_id;
  std::string event;
};

// Entries about a lot, about the documents through which it went, and about what those rest on (see
// queries/trace_lot.sql), as far as the transaction's principal may see them.
EntryPage TraceLot(pqxx::transaction_base& tx, const Lot& lot, const PageOf& page);

EntryPage ListEntries(pqxx::transaction_base& tx, const EntryFilter& filter, const PageOf& page);

}  // namespace qingqu::supervision
