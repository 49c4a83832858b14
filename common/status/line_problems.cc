#include "common/status/line_problems.h"

#include "fmt/format.h"

namespace qingqu {

void LineProblems::Add(size_t index, std::string_view field, absl::StatusCode code,
                       std::string_view reason, std::string_view message) {
  if (violations_.empty()) {
    code_ = code;
    reason_ = reason;
  }
  const std::string path =
      field.empty() ? fmt::format("lines[{}]", index) : fmt::format("lines[{}].{}", index, field);
  violations_.Add(path, fmt::format("{}: {}", reason, message));
}

void LineProblems::Add(size_t index, std::string_view field, std::string_view reason,
                       std::string_view message) {
  Add(index, field, absl::StatusCode::kFailedPrecondition, reason, message);
}

absl::Status LineProblems::ToStatus() const { return violations_.ToStatus(code_, reason_); }

}  // namespace qingqu
