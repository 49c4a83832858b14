#pragma once

#include <algorithm>
#include <string>

#include "services/distribution/ledger/model.h"

namespace qingqu::distribution {

// Names and kinds, as the model reads them.
inline bool IsOneOf(v1::MovementKind kind, std::initializer_list<v1::MovementKind> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

inline bool Enters(v1::MovementKind kind) {
  return IsOneOf(kind, {v1::MOVEMENT_KIND_RECEIVE, v1::MOVEMENT_KIND_STOCKTAKE_GAIN,
                        v1::MOVEMENT_KIND_OPENING_BALANCE});
}
inline std::string Id(const std::string& name) { return name.substr(name.find('/') + 1); }
inline bool IsContra(const std::string& place) { return place.rfind("contra/", 0) == 0; }
inline bool IsStock(const std::string& place) { return place.find('/') == std::string::npos; }
inline std::string PlaceOf(const ModelAccount& account) { return std::get<0>(account); }
inline std::string NameOf(const std::string& place) {
  if (IsStock(place)) return "locations/" + place;
  return IsContra(place) ? place.substr(0, place.find('/', 7)) : place;
}
inline absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

struct LedgerModel::Step {
  const ModelUser& user;
  absl::Time now;
  const v1::Movement& asked;
  v1::Movement filled;  // with what a reservation says
  absl::Time effective_at;
  bool burns = false;
  Held* held = nullptr;
  const Resolved* original = nullptr;
  bool goes_back = false;  // to the central store
  int64_t quantity = 0;
  std::string lot;
  std::string serial;
  ModelAccount from, to;
  bool moves = true;
  bool overridden = false;  // the goods are expired, and moved all the same
};

}  // namespace qingqu::distribution
