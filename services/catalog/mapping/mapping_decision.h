#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/base/civil_date.h"
#include "services/catalog/mapping/local_code.h"

namespace qingqu::catalog {

// What a person decides on one local code.
struct LocalCodeDecision {
  enum class Kind { kProposal, kItem, kNotInCatalogue, kPostpone, kReopen };
  std::string local_code;
  std::string etag;
  Kind kind = Kind::kPostpone;
  int proposal = 0;         // kProposal: 1 for the best
  std::string item_id;      // kItem
  int64_t unit_factor = 0;  // 0: what the row and the item's units say
  std::optional<CivilDate> valid_from;
  std::string reason;
};

struct NewMapping {
  std::string item_id;
  int64_t unit_factor = 0;
  CivilDate valid_from;
  int32_t score = 0;
  std::vector<MappingEvidence> evidence;
};

struct MappingEnd {
  int64_t mapping_id = 0;
  CivilDate valid_to;  // the first day on which it no longer holds
  std::string reason;
};

// What becomes of a local code.
struct DecisionEffect {
  LocalCodeState state = LocalCodeState::kReview;
  std::string reason;
  std::optional<MappingEnd> end;
  std::optional<NewMapping> begin;
};

// The item that the decision names, "" when it names none.
std::string TargetOf(const LocalCode& code, const LocalCodeDecision& decision);

// What the decision does to `code` on the business day `today`. ABORTED ALREADY_DECIDED or
// LOCAL_CODE_CHANGED when the decider saw something else, NOT_FOUND ITEM_NOT_FOUND,
// FAILED_PRECONDITION NOTHING_DECIDED, REASON_MISSING, PROPOSAL_NOT_FOUND, ITEM_NOT_APPROVED,
// UNIT_FACTOR_UNKNOWN or VALID_FROM_TOO_EARLY.
absl::StatusOr<DecisionEffect> Decide(const LocalCode& code, const LocalCodeDecision& decision,
                                      const MappingTargets& targets, CivilDate today);

// What the platform makes of a row that it has compared: proposals for people or, where nothing
// speaks against it and no person has ever decided on the code, a mapping.
struct PlatformJudgement {
  LocalCodeState state = LocalCodeState::kReview;
  std::string review_group;
  int32_t score = 0;
  std::vector<KeptProposal> proposals;
  std::optional<NewMapping> begin;
};
PlatformJudgement Judge(const LocalCode& code, const MappingDecision& compared,
                        const MappingTargets& targets, CivilDate today);

// What rows for which `target` is proposed first have in common, in the order of the classes.
std::string ReviewGroupOf(const MappingTarget& target);
inline constexpr std::string_view kNothingFoundGroup = "~";
// The item of a group, "" for kNothingFoundGroup.
std::string ItemOfReviewGroup(std::string_view group);

}  // namespace qingqu::catalog
