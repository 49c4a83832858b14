#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pqxx/transaction_base"

#include "common/db/array.h"
#include "services/distribution/ledger/posting.h"

namespace qingqu::distribution {

// What a batch tells the journal: of each slice one entry `movements.posted` for each holder of
// goods whose stock it is about, so that who watches over one institution finds all of it and
// nothing of others; each movement is in one of them. Goods that are sent concern who held them,
// goods that arrive who holds them now. Refusals that burn a name are told as well. Besides, each
// movement that needed the override of an expiry has a red entry `stock.expiry_overridden`.
class PostingJournal {
 public:
  void Add(const PostingSlice& slice);

  // At most two statements.
  void Append(pqxx::transaction_base& tx) const;

  bool any() const { return posted_.any; }

 private:
  struct Entry {
    std::string resource;
    std::string details;
    std::string reason;
    std::set<std::string> subjects;
  };
  // One array for each column of journal.append_many.
  struct Columns {
    db::ArrayBuilder methods, request_ids, resources, subjects, users, institutions_of_users;
    db::ArrayBuilder roles, clients, institutions, alliances, reasons, details;
    bool any = false;

    void Add(const CallContext& call, const Outcome& holder, const Entry& entry);
    void Append(pqxx::transaction_base& tx, const char* event) const;
  };

  Columns posted_;
  Columns overridden_;
};

}  // namespace qingqu::distribution
