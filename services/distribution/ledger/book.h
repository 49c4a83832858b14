#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "services/distribution/location.h"

namespace qingqu::distribution {

// No account holds more of anything, nor less than as much below nothing.
inline constexpr int64_t kBalanceMax = 1'000'000'000'000'000;

// How little an account held from an instant of effect on until the next span begins, or now.
struct EffectSpan {
  absl::Time from;
  int64_t least = 0;
};

// An account as the batch sees it: as it was locked, changed by what was decided since.
struct BookAccount {
  int64_t account_id = 0;  // 0: not opened yet, and holds nothing
  std::string kind;        // "stock", "transit", "supply", "use", "loss", "adjustment"
  std::string location_id;
  std::string item_id;
  std::string lot_id;
  std::string serial;
  std::string owner;
  std::string condition;
  std::string alliance_id;
  std::string institution_id;       // who sees it; "": the whole alliance
  std::string department_id;        // who sees it besides, of the institution
  std::string from_institution_id;  // in transit: who sees it besides
  std::string from_department_id;
  int64_t on_hand = 0;
  int64_t reserved = 0;
  absl::Time changed_at = absl::UnixEpoch();
  bool changed = false;
  int64_t on_hand_before = 0;  // when it was locked
  // By time of effect; only of an account that is taken from in the past (effect.h).
  std::vector<EffectSpan> spans;

  bool IsContra() const { return kind != "stock" && kind != "transit"; }
  int64_t Free() const { return on_hand - reserved; }
};

struct BookLot {
  std::string lot_id;
  std::string item_id;
  std::string lot_number;
  bool stored = false;
  std::optional<CivilDate> expiry;
  std::optional<CivilDate> manufactured;
  std::string sterilisation_lot;
  std::string registration;
  bool changed = false;
};

struct BookReservation {
  std::string reservation_id;
  size_t account = 0;  // in accounts
  int64_t quantity = 0;
  int64_t open = 0;
  int64_t posted = 0;
  std::string state = "open";
  absl::Time expires_at;
  std::string actor_id;
  std::string document;
  bool stored = false;  // else it is made in this batch
  bool exists = false;
  bool changed = false;
};

// Who sent goods into an account of goods in transit.
struct Senders {
  // Who sent, and for whom, when they stood in for somebody.
  void Add(const std::string& actor_id, const std::string& actor_for_id, bool is_now) {
    for (const std::string& person : {actor_id, actor_for_id}) {
      if (person.empty()) continue;
      ever.insert(person);
      if (is_now) now.insert(person);
    }
  }

  std::set<std::string> ever;
  // Whose goods may lie there: who sent since it was last empty, and everybody after goods that had
  // been received were put back.
  std::set<std::string> now;
};

// Where the ledger itself keeps goods: a place to be made when it is first needed.
struct LedgerSide {
  std::string location_id;
  std::string kind;
  std::string alliance_id;
  std::string institution_id;
  std::string department_id;
  std::string from_institution_id;
  std::string from_department_id;
};
LedgerSide StockAt(const Location& place);
LedgerSide TransitBetween(const Location& from, const Location& to);
LedgerSide SupplyOf(const Location& place);
LedgerSide UseOf(const Location& place);
LedgerSide LossOf(const Location& place);
LedgerSide AdjustmentOf(const Location& place);

// Everything that a batch of movements can change, by index. What was planned but is not in the
// database yet is here as well, empty.
class Book {
 public:
  size_t AddAccount(const LedgerSide& side, std::string_view item_id, std::string_view lot_id,
                    std::string_view serial, std::string_view owner, std::string_view condition);
  size_t AddLot(std::string_view lot_id, std::string_view item_id, std::string_view lot_number);
  size_t AddReservation(std::string_view reservation_id, size_t account);
  std::optional<size_t> FindReservation(std::string_view reservation_id) const;

  std::vector<BookAccount> accounts;
  std::vector<BookLot> lots;
  std::vector<BookReservation> reservations;
  // "item\npiece" of pieces that come in: the account that holds it, or none.
  absl::flat_hash_map<std::string, std::optional<size_t>> pieces;
  // Those of them that were used up: they come in by the reversal of their use only.
  absl::flat_hash_set<std::string> used_pieces;
  // By account: of goods that somebody at another institution is to receive.
  std::map<size_t, Senders> senders;
  // Ids of originals that are reversed, now or before.
  absl::flat_hash_map<std::string, bool> reversed;

 private:
  absl::flat_hash_map<std::string, size_t> account_index_;
  absl::flat_hash_map<std::string, size_t> lot_index_;
  absl::flat_hash_map<std::string, size_t> reservation_index_;
};

// The key of an account as one text, for maps.
std::string AccountText(std::string_view location_id, std::string_view item_id,
                        std::string_view lot_id, std::string_view serial, std::string_view owner,
                        std::string_view condition);
std::string AccountText(const BookAccount& account);

}  // namespace qingqu::distribution
