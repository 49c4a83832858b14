#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace qingqu {

// Collects which lines of a document break which rules, so that the caller learns of every bad line
// at once.
class LineProblems {
 public:
  // `index` counts from 0; `field` is the line's field ("lot", or "" for the line as a whole).
  void Add(size_t index, std::string_view field, absl::StatusCode code, std::string_view reason,
           std::string_view message);
  // The common case: FAILED_PRECONDITION.
  void Add(size_t index, std::string_view field, std::string_view reason, std::string_view message);
  bool empty() const { return violations_.empty(); }
  // OK when empty; else code and reason of the first problem, with a google.rpc.BadRequest whose
  // violations name "lines[3].lot" and begin with the reason: "LOT_EXPIRED: the lot expired on
  // 2026-01-31".
  absl::Status ToStatus() const;

 private:
  FieldViolations violations_;
  absl::StatusCode code_ = absl::StatusCode::kFailedPrecondition;
  std::string reason_;
};

}  // namespace qingqu
