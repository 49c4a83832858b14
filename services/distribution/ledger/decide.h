#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "services/distribution/ledger/plan.h"

namespace qingqu::distribution {

// What becomes of a command.
struct Outcome {
  absl::Status status;
  bool repeated = false;    // answered as it was before; nothing is written
  bool written = false;     // a row is to be written: a movement, or a refusal that burns the id
  StoredMovement movement;  // as it is stored; of a refusal with refusal_json
  std::string alliance_id;
  std::string from_institution_id;
  std::string to_institution_id;
  std::string from_department_id;
  std::string to_department_id;
};

// Decides commands in order against a book whose balances are locked, and changes the book. No I/O.
class Decider {
 public:
  // All of the batch is posted at `posted_at`.
  Decider(const Facts& facts, Book& book, absl::Time posted_at)
      : facts_(facts), book_(book), posted_at_(posted_at) {}

  Outcome Decide(const auth::Actor& actor, const Command& command, const Plan& plan);

  // Commands that are posted together or not at all: all of them succeed, or the ones that did not
  // fail by themselves fail with GROUP_FAILED and the book is as it was before.
  std::vector<Outcome> DecideGroup(const auth::Actor& actor,
                                   const std::vector<const Command*>& commands,
                                   const std::vector<const Plan*>& plans);

 private:
  absl::Status Answer(const auth::Actor& actor, const Command& command, Outcome& outcome) const;
  absl::Status CheckNamed(const Command& command, const Plan& plan) const;
  absl::Status Check(const Command& command, const Plan& plan, Outcome& outcome);
  absl::Status CheckExpiryTold(const Plan& plan) const;
  absl::Status CheckOriginal(const Command& command, absl::Time effective_at) const;
  absl::Status CheckLot(const Command& command, const Plan& plan) const;
  absl::Status CheckReservation(const Command& command, const Plan& plan) const;
  absl::Status CheckGoods(const Command& command, const Plan& plan, absl::Time effective_at,
                          bool& overridden) const;
  absl::Status CheckHands(const Plan& plan, const StoredMovement& movement) const;
  absl::Status CheckBalances(const Command& command, const Plan& plan,
                             absl::Time effective_at) const;
  void Apply(const Command& command, const Plan& plan, Outcome& outcome);
  void ApplyLot(const Command& command, const Plan& plan);
  void ApplyReservation(const Command& command, const Plan& plan, Outcome& outcome);
  void Move(const Plan& plan, Outcome& outcome);
  void TrackSenders(const Plan& plan, const StoredMovement& movement);
  void Refuse(const Command& command, const Plan& plan, Outcome& outcome);
  void FailGroup(const auth::Actor& actor, const std::vector<const Command*>& commands,
                 const std::vector<const Plan*>& plans, const std::string& failed_id,
                 std::vector<Outcome>& outcomes);
  StoredMovement Blank(const auth::Actor& actor, const Command& command) const;
  void Save(const Plan& plan);
  void Restore();

  struct Saved {
    std::vector<std::pair<size_t, BookAccount>> accounts;
    std::vector<std::pair<size_t, BookLot>> lots;
    std::vector<std::pair<size_t, BookReservation>> reservations;
    absl::flat_hash_map<std::string, std::optional<size_t>> pieces;
    absl::flat_hash_map<std::string, bool> reversed;
    std::map<size_t, Senders> senders;
    absl::flat_hash_set<std::string> used_pieces;
  };

  const Facts& facts_;
  Book& book_;
  const absl::Time posted_at_;
  std::map<std::string, StoredMovement> decided_;  // in this batch, by id
  std::optional<Saved> saved_;
};

}  // namespace qingqu::distribution
