#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "services/distribution/ledger/command.h"
#include "services/distribution/ledger/stored_movement.h"

namespace qingqu::distribution {

// What may be wrong with a movement; LedgerService's comment in the proto lists the reasons in the
// order in which they are looked for.
absl::Status MovementRefused(absl::StatusCode code, std::string_view reason,
                             std::string_view message, std::string_view field = "");
// Most rules: FAILED_PRECONDITION.
absl::Status RuleBroken(std::string_view reason, std::string_view message,
                        std::string_view field = "");
absl::Status MovementExists(std::string_view movement_id, std::string_view field);
absl::Status GroupFailed(std::string_view movement_id);

// The refusal as it is kept with its id, with what was asked for, and back.
std::string RefusalJson(const absl::Status& refusal, const v1::Movement& asked);
absl::Status RefusalOf(const std::string& json);

// A name for the content of a movement, besides its own name and what is output only.
std::string ContentHash(const v1::Movement& asked);

// The first field in which the movement asked for differs from the one that is stored under its
// id. "name" when it cannot be told.
std::string FirstDifference(const v1::Movement& asked, const StoredMovement& stored);

}  // namespace qingqu::distribution
