#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/auth/principal.h"
#include "qingqu/distribution/v1/ledger.pb.h"

namespace qingqu::distribution {

// A row of the movement table with what is told of its accounts and its lot. "from" is the credit
// account, "to" the debit account. Texts that it does not have are empty, ids of accounts 0; so is
// what belongs to an account that the caller may not see. Of a movement that was refused there are
// no accounts, hence no item either, but `refusal_json`.
struct StoredMovement {
  std::string movement_id;
  int64_t posting_number = 0;
  std::string kind;
  std::string item_id;
  std::string lot_id;
  std::string lot_number;
  std::string expiry_date;       // YYYY-MM-DD, as it is known of the lot now
  std::string manufacture_date;  // likewise
  std::string sterilisation_lot;
  std::string registration;
  std::string serial;
  std::string from_location_id;
  std::string to_location_id;
  int64_t debit_account_id = 0;
  int64_t credit_account_id = 0;
  std::string from_owner;
  std::string to_owner;
  std::string from_condition;
  std::string to_condition;
  int64_t quantity = 0;
  int64_t moved = 0;
  int64_t held = 0;
  int64_t debit_after = 0;
  int64_t credit_after = 0;
  absl::Time effective_at;
  absl::Time posted_at;
  std::string document;
  std::string reason;
  std::string linked_group;
  std::string reservation_id;
  std::string original_id;
  bool expiry_overridden = false;
  std::string actor_id;
  std::string actor_for_id;  // for whom, of a delegation; may be empty
  // Who sees the two sides (movement_store.h).
  std::string from_institution_id;
  std::string to_institution_id;
  std::string from_department_id;
  std::string to_department_id;
  std::optional<absl::Time> expires_at;  // of a reservation: of the movement that made it only
  std::string content_hash;              // of what was asked for; none for what a document posted
  std::string refusal_json;
};

// Those of the ids (lower-case UUIDs) that are stored and that the caller may see, by id; refused
// ones, too. One statement, which looks only into the partitions between the smallest and the
// largest id.
std::map<std::string, StoredMovement> FindMovements(pqxx::transaction_base& tx,
                                                    const std::vector<std::string>& movement_ids);

// Those of the ids that were made in a month that is in the archive, so that the movements may be
// there.
std::set<std::string> FindArchived(pqxx::transaction_base& tx,
                                   const std::vector<std::string>& movement_ids);
// What was posted later is all here; 1970 when nothing is in the archive.
absl::Time ReadArchivedUntil(pqxx::transaction_base& tx);

// "locations/{location}", or "contra/supply", "contra/use", "transit/{transfer}" and so on of the
// ledger's own places; "" for none.
std::string PlaceName(const std::string& location_id);

// What the API tells of a movement that was posted. Owner and condition are those of the goods
// where they leave; where they enter when they come from outside.
v1::Movement ToProto(const StoredMovement& movement);

// What a posting is answered with, now and whenever it is asked for again: without what is known of
// the lot, which others may add to and correct; without the balance of a contra account, which adds
// up what a whole institution gets and uses, for who sees less. Goods without a lot number are
// known by their expiry.
v1::Movement AnswerOf(const StoredMovement& movement, const auth::Principal& principal);

}  // namespace qingqu::distribution
