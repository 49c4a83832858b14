#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "common/base/quantity.h"
#include "common/scanning/scanned_pack.h"

namespace qingqu::usage {

inline constexpr size_t kLinesMax = 5000;
inline constexpr absl::Duration kClockSkewMax = absl::Minutes(5);
inline constexpr absl::Duration kUseAgeMax = absl::Hours(24 * 30);

enum class UseState { kPending, kPosted, kRefused };

// One scan as it came.
struct ScanInput {
  std::string scan;
  std::string pi_scan;
  int64_t packs = 0;
};

// One scan and what it means.
struct UseLine {
  std::string item_id;
  std::string lot;
  std::string serial;
  std::optional<CivilDate> expiry;
  Quantity quantity;  // packs × base units of the pack
  ScanInput input;
};

// Why the stock ledger refused a use.
struct Refusal {
  absl::StatusCode code = absl::StatusCode::kFailedPrecondition;
  std::string reason;
  std::string message;
  std::string details;  // google.rpc.Status: which lines, and why
};

// What was used at one time for one purpose. Empty texts: not told.
struct Use {
  std::string use_id;
  std::string location_id;
  std::string institution_id;
  std::string alliance_id;
  std::string department_id;
  UseState state = UseState::kPending;
  std::string patient_pseudonym;
  std::string procedure;
  std::string doctor;
  absl::Time used_at;
  std::string recorder_id;
  std::vector<std::string> recorder_roles;
  std::string recorder_for_id;  // for whom the recorder stood in, and by which delegation
  std::string delegation_id;
  absl::Time created_at;
  bool has_high_value = false;
  std::optional<Refusal> refusal;
  int line_count = 0;
  std::vector<UseLine> lines;  // may be left unread
};

// True for 1 to 64 letters and digits (of any script), full stops, dashes and underscores: what a
// doctor's id may be. Whatever else it held could make it read as a resource name, a pseudonym or
// somebody else's id.
bool IsDoctorId(std::string_view text);

// What the rules need to know of the items: by device identifier.
using ScannedItems = std::vector<std::optional<scanning::ItemFacts>>;

// Reads every scan; UDI_INVALID for each that cannot be read. The result has one pack for each
// input, in order.
absl::StatusOr<std::vector<scanning::ScannedPack>> ReadScans(const std::vector<ScanInput>& inputs,
                                                             absl::Time now);

// Makes the lines of a use, or says everything that is wrong with them: WRONG_ITEM (no item carries
// the identifier), LOT_MISSING, SERIAL_MISSING, EXPIRY_MISSING, LOT_EXPIRED, QUANTITY_ODD,
// SERIAL_TWICE. `items` has one entry for each pack.
absl::StatusOr<std::vector<UseLine>> MakeLines(const std::vector<ScanInput>& inputs,
                                               const std::vector<scanning::ScannedPack>& packs,
                                               const ScannedItems& items, CivilDate today);

// PATIENT_REQUIRED when a high-value item is used without patient or procedure.
absl::Status CheckPatient(const Use& use);

}  // namespace qingqu::usage
