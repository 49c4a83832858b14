#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/scanning/scanned_pack.h"
#include "services/distribution/ledger/book.h"
#include "services/distribution/ledger/command.h"
#include "services/distribution/ledger/stored_movement.h"

namespace qingqu::distribution {

// What the database says about the commands of a batch, besides balances and lots.
struct Facts {
  std::map<std::string, Location, std::less<>> locations;
  std::map<std::string, scanning::ItemFacts> items;
  std::map<std::string, scanning::ItemFacts> packs;  // by device identifier
  std::set<std::string> suppliers;                   // whose goods come in, "kangda"
  std::map<std::string, StoredMovement> known;       // that were resolved before, and originals
  std::set<std::string> archived;                    // originals that may be in the archive
  absl::Time archived_until = absl::UnixEpoch();     // read when a command tells its time of effect
  std::map<std::string, absl::Time> closed_until;    // by holder: "institutions/h1"
  bool names_repeat = false;  // some command has the name of another one of the batch
  bool has_reversals = false;
};

// A command with the accounts that it would change, or the first rule that it breaks as far as that
// can be told without balances.
struct Plan {
  absl::Status status;
  bool burns = false;  // a refusal that takes the id with it
  std::optional<size_t> credit;
  std::optional<size_t> debit;
  std::optional<size_t> lot;
  std::optional<size_t> reservation;
  int64_t quantity = 0;  // 0: told by the reservation (VOID) or by the original (REVERSAL)
  bool enters = false;   // goods come from outside
  bool reversible = false;
  bool expiry_tracked = false;
  std::optional<CivilDate> expiry;  // that the command tells and that counts
  std::string alliance_id;
  std::string from_institution_id;
  std::string to_institution_id;
  std::string from_department_id;
  std::string to_department_id;
  std::vector<std::string> holders;  // whose periods count
  bool goes_back_to_central = false;
  bool opens = false;                      // OPENING_BALANCE
  bool changes_hands = false;              // goods that were sent arrive at another institution
  std::optional<absl::Time> effective_at;  // when the command tells it
};

// Plans commands in their order, so that one may name a reservation or a movement of an earlier
// one; adds their accounts, lots and reservations to the book.
class Planner {
 public:
  Planner(const Facts& facts, Book& book) : facts_(facts), book_(book) {}
  Plan Make(const auth::Principal& principal, const Command& command);

 private:
  absl::Status PlanPlaces(const auth::Principal& principal, const Command& command, Plan& plan);
  absl::Status PlanGoods(const Command& command, Plan& plan);
  void PlanAccounts(const Command& command, Plan& plan);
  absl::Status PlanFromReservation(const auth::Principal& principal, const Command& command,
                                   Plan& plan);
  absl::Status PlanVoid(const auth::Principal& principal, const Command& command, Plan& plan);
  void PlanBackwards(const StoredMovement& original, Plan& plan);
  absl::Status PlanReversal(const auth::Principal& principal, const Command& command, Plan& plan);
  absl::Status CheckConfirmed(const Command& command, const Plan& plan);
  bool FitsReservation(const BookAccount& held, const BookLot& lot, Command& command) const;
  const Location* FindLocation(std::string_view location_id) const;
  absl::Status CheckWorksAt(const auth::Principal& principal, const BookAccount& account) const;
  void Concern(const Location& place, Plan& plan) const;

  const Facts& facts_;
  Book& book_;
  std::map<std::string, Plan> planned_;  // by movement id; of several the one that decides it
  // Of the command at hand.
  const Location* from_ = nullptr;
  const Location* to_ = nullptr;
  std::string item_id_;
  std::string lot_id_;
  std::string lot_number_;
  std::string serial_;
};

}  // namespace qingqu::distribution
