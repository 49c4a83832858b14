#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "common/base/money.h"
#include "services/catalog/mapping/matcher.h"

namespace qingqu::catalog {

inline constexpr int64_t kUnitFactorMax = 1'000'000'000;

// A row of a hospital's list, cleaned of what is around the texts.
struct UploadedRow {
  std::string local_code;
  LocalRow said;
  std::optional<Money> price;
  std::string unit;
  std::optional<int64_t> unit_factor;  // base units in the unit; none: the list does not say
};

// The same as it came, with its line in the hospital's file.
struct UploadedRowDraft {
  std::string_view local_code;
  std::string_view display_name;
  std::string_view specification;
  std::string_view manufacturer;
  std::string_view registration_number;
  std::string_view insurance_code;
  std::string_view price;
  std::string_view unit;
  int64_t unit_factor = 0;
};

struct RowFault {
  std::string_view column;
  std::string value;
  std::string_view reason;  // UPPER_SNAKE_CASE
  std::string message;
};

// The row, or everything that is wrong with it.
std::optional<UploadedRow> ReadUploadedRow(const UploadedRowDraft& draft,
                                           std::vector<RowFault>& faults);

// How two rows of one local code differ: what a thing is and is counted in, its price alone, or not
// at all.
enum class RowDifference { kNone, kPrice, kContent };
RowDifference Compare(const UploadedRow& present, const UploadedRow& next);

enum class LocalCodeState { kAwaiting, kReview, kMapped, kNotInCatalogue, kPostponed };
std::string_view LocalCodeStateName(LocalCodeState state);  // "awaiting", …
LocalCodeState LocalCodeStateFromName(std::string_view name);

std::string_view EvidenceName(MappingEvidence evidence);  // "national_code", …
// None for what an earlier version knew.
std::optional<MappingEvidence> EvidenceFromName(std::string_view name);

// A proposal as it is kept; scores are ten-thousandths.
struct KeptProposal {
  std::string item_id;
  int32_t score = 0;
  std::vector<MappingEvidence> evidence;
  bool contradicted = false;
};
KeptProposal Kept(const MappingProposal& proposal);

// What a local code is now: an open period.
struct OpenMapping {
  int64_t mapping_id = 0;
  std::string item_id;
  int64_t unit_factor = 0;
  CivilDate valid_from;
  int64_t row_version = 0;
  std::vector<MappingEvidence> evidence;
  std::string decider_id;  // "": the platform
  absl::Time decided_at;
};

struct LocalCode {
  std::string institution_id;
  std::string alliance_id;
  UploadedRow row;
  int64_t row_version = 0;
  LocalCodeState state = LocalCodeState::kAwaiting;
  std::string review_group;
  int32_t score = 0;
  std::vector<KeptProposal> proposals;
  std::string decider_id;  // "": nobody, or the platform
  std::optional<absl::Time> decided_at;
  std::string reason;
  int64_t version = 0;
  std::optional<OpenMapping> mapping;
  // The end of the last period that has ended, if any: a new one begins no earlier.
  std::optional<CivilDate> free_from;
};
// Tells a row that is another apart from a decision that somebody else has taken.
std::string Etag(const LocalCode& code);

// An item as a target of mappings.
struct MappingTarget {
  std::string item_id;
  bool approved = false;
  std::string base_unit;
  std::string class_code;
  std::vector<std::pair<std::string, int64_t>> packs;  // unit and base units
};
using MappingTargets = std::map<std::string, MappingTarget, std::less<>>;

// One unit of the row in base units of the item: what the row says, or what the item's units tell
// of the row's. None when neither says, or one contradicts the other.
std::optional<int64_t> UnitFactorOf(const UploadedRow& row, const MappingTarget& target);

}  // namespace qingqu::catalog
