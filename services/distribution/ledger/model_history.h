#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "services/distribution/ledger/model.h"

namespace qingqu::distribution {

// One call of one user: the movements of a PostMovements.
struct ModelCall {
  absl::Duration at;  // since the history began
  std::string user_id;
  std::vector<v1::Movement> movements;
};
using ModelHistory = std::vector<ModelCall>;

// The people and goods of a history. Places are those of DistributionTest's county.
const std::vector<ModelUser>& ModelUsers();
const ModelUser& ModelUserOf(const std::string& user_id);
LedgerModel NewLedgerModel();

// Random calls on few goods and places, so that they get into each other's way: all kinds, groups,
// reservations, reversals, retries with the same and with other content, duplicates within a call,
// unknown things, too much, backdated and malformed movements. The same seed gives the same
// history.
ModelHistory MakeModelHistory(uint64_t seed, absl::Time begin, size_t movements);

// The shortest history that still fails that leaving out calls and movements leads to within the
// time (delta debugging).
ModelHistory ShrinkHistory(ModelHistory history, absl::Duration time_max,
                           const std::function<bool(const ModelHistory&)>& fails);

// As C++ for a regression test; ParseCall reads it.
std::string HistoryCode(const ModelHistory& history);
ModelCall ParseCall(absl::Duration at, const std::string& user_id,
                    const std::vector<std::string>& texts);

}  // namespace qingqu::distribution
