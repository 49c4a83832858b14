#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"

namespace qingqu::catalog {

// The lists that a release consists of: specification sheets (规格型号表), withdrawn codes (停用),
// transcoded codes (转码).
enum class CodeList { kSpecifications, kWithdrawals, kTranscodings };

std::string_view CodeListName(CodeList list);

// How far ahead of the day on which it is imported a release may hold: it shuts out those that hold
// before it.
inline constexpr int kReleaseDaysAheadMax = 7;

// Which list of which release an import brings.
struct ReleasePart {
  std::string release_id;
  CivilDate effective_date;
  CodeList list = CodeList::kSpecifications;
};

std::string CodeReleaseName(std::string_view id);  // codeReleases/{release}

// For the books of imports: "2026-11 2026-11-01 specifications", and back; the text is ours.
std::string ToSource(const ReleasePart& part);
ReleasePart PartOfSource(std::string_view source);

// A release as it is kept.
struct CodeRelease {
  int64_t number = 0;
  std::string id;
  CivilDate effective_date;
  int64_t specification_count = 0;
  int64_t withdrawal_count = 0;
  int64_t transcoding_count = 0;
  absl::Time created_at;
  absl::Time updated_at;
  // Who asked that it be cancelled and why, and who agreed; nobody while empty.
  auth::Actor cancellation_proposer;
  std::string cancellation_reason;
  std::string cancellation_refusal;  // of the last proposal; empty while there is one
  std::string canceller_id;
  std::optional<absl::Time> cancelled_at;
  int64_t version = 1;
};

}  // namespace qingqu::catalog
