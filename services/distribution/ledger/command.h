#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "qingqu/distribution/v1/ledger.pb.h"
#include "services/distribution/ledger/movement_kind.h"

namespace qingqu::distribution {

// A movement that somebody asks for, in good form. Ids are the last parts of resource names; texts
// that were not given are empty.
struct Command {
  const v1::Movement* asked = nullptr;  // as it came; lives as long as the call
  const KindRule* rule = nullptr;
  std::string movement_id;
  std::string item_id;
  std::string lot_number;
  std::string serial;
  std::string from_location_id;
  std::string to_location_id;
  std::string owner;             // "suppliers/kangda"; "": whose the place is
  std::string condition;         // as the database writes it
  std::string to_condition;      // of CHANGE_CONDITION; else the same as `condition`
  int64_t quantity = 0;          // base units; 0 when `pack` says it, and for VOID
  std::string pack;              // device identifier
  int64_t pack_thousandths = 0;  // quantity in packs
  std::optional<absl::Time> effective_at;
  std::optional<CivilDate> expiry;
  std::optional<CivilDate> manufactured;
  std::string sterilisation_lot;
  std::string registration;
  std::string reason;
  std::string document;
  std::string group;
  bool linked = false;  // with the command before it: posted together or not at all
  // A member of its group has no form: what was posted under the id before is told, nothing
  // decided.
  bool only_answer = false;
  bool override_expiry = false;
  std::string reservation_id;
  std::string original_id;
  absl::Time expire_at;  // of RESERVE
};

// Reads a movement at `now`. INVALID_ARGUMENT INVALID_FIELD with every field that is wrong,
// MOVEMENT_ID_INVALID or MOVEMENT_ID_TIME; PERMISSION_DENIED PERMISSION_MISSING when the kind or
// the override needs a right that the caller lacks. None of these burns the id. `taken_to_use`: see
// IsTakenToUse; false for a movement alone.
absl::StatusOr<Command> ParseCommand(const auth::Principal& principal, absl::Time now,
                                     const v1::Movement& asked, bool taken_to_use);

using Movements = google::protobuf::RepeatedPtrField<v1::Movement>;
// Whether the movement at `index` takes ownership of what its own group uses up: the same goods at
// the same place, as many.
bool IsTakenToUse(const Movements& movements, int index);

}  // namespace qingqu::distribution
