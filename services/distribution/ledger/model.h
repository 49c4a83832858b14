#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"

#include "qingqu/distribution/v1/ledger.pb.h"

namespace qingqu::distribution {

// Who asks, as far as the contract of LedgerService tells people apart.
struct ModelUser {
  std::string user_id;
  std::string institution_id;
  bool keeps_stock = false;
  bool overrides_expiry = false;
  bool nurse_only = false;
};

struct ModelPlace {
  std::string institution_id;
  std::string alliance_id;
  enum Kind { kCentral, kStore, kWard } kind = kStore;
};

struct ModelItem {
  bool lot_tracked = true;
  bool serial_tracked = false;  // and of high value: used for a patient by name only
  bool expiry_tracked = true;
  std::string pack;  // its identifier
  int64_t units_per_pack = 10;
};

// What a movement is answered with.
struct ModelAnswer {
  std::string reason;  // "" when it was posted
  std::string field;   // of MOVEMENT_EXISTS; "?": one of several
  v1::Movement movement;
};

// An account: place, item, lot, piece, owner, condition. A lot is its number, or "@" and the expiry
// of goods that have none.
using ModelAccount =
    std::tuple<std::string, std::string, std::string, std::string, std::string, v1::StockCondition>;

// The ledger as LedgerService's comments in the proto promise it, in maps and with one movement
// after the other: what the real one is compared with. Written from the contract.
class LedgerModel {
 public:
  struct Balance {
    int64_t on_hand = 0;
    int64_t reserved = 0;
    friend bool operator==(const Balance&, const Balance&) = default;
  };

  std::map<std::string, ModelPlace> places;
  std::map<std::string, ModelItem> items;
  std::set<std::string> suppliers;  // "suppliers/kangda"

  // One call: groups are neighbours.
  std::vector<ModelAnswer> Post(const ModelUser& user, absl::Time now,
                                const std::vector<v1::Movement>& asked);

  const std::map<ModelAccount, Balance>& balances() const { return state_.balances; }

 private:
  struct Lot {
    std::string expiry, manufactured, sterilisation, registration;
  };
  struct Held {
    ModelAccount account;
    int64_t open = 0;
    absl::Time ends_at;
    bool closed = false;
  };
  struct Resolved {
    std::string actor;
    v1::Movement asked;
    ModelAnswer answer;
    ModelAccount from, to;
    bool moved = false;
  };
  struct State {
    std::map<ModelAccount, Balance> balances;
    // What came to an account and left it, by time of effect.
    std::map<ModelAccount, std::vector<std::pair<absl::Time, int64_t>>> effects;
    std::map<std::pair<std::string, std::string>, Lot> lots;
    std::map<std::string, Held> reservations;
    std::map<std::string, Resolved> resolved;
    std::set<std::string> reversed;
    // Of goods in transit: who ever sent some, and who sent what may lie there.
    std::map<ModelAccount, std::set<std::string>> ever_sent, sent;
    std::set<std::pair<std::string, std::string>> used_pieces;  // item, serial
  };
  // A movement on its way through the rules.
  struct Step;

  std::string CheckForm(const ModelUser& user, absl::Time now, const v1::Movement& asked,
                        bool taken_to_use) const;
  ModelAnswer One(const ModelUser& user, absl::Time now, const v1::Movement& asked);
  std::string Resolve(Step& step);
  std::string CheckNames(Step& step);
  std::string CheckPlaces(Step& step);
  std::string CheckGoods(Step& step);
  std::string CheckLot(Step& step);
  std::string CheckReferences(Step& step);
  std::string CheckIssuable(Step& step);
  std::string CheckBalances(Step& step);
  int64_t LeastSince(const ModelAccount& account, absl::Time since) const;
  void FindAccounts(Step& step);
  void RememberToUndo(const Step& step);
  static void TellOfGoods(const Step& step, const Lot& lot, v1::Movement& answer);
  void Apply(Step& step);
  bool WorksAt(const ModelUser& user, const ModelAccount& account) const;

  State state_;
  std::vector<std::function<void()>> undo_;  // what the group at hand did
};

}  // namespace qingqu::distribution
