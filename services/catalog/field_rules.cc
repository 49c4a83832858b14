#include "services/catalog/field_rules.h"

#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/base/strings.h"

namespace qingqu::catalog {

std::string CheckText(std::string_view field, std::string_view text, TextLimits limits,
                      FieldViolations& violations) {
  std::string trimmed(TrimAsciiSpace(text));
  const int count = CodePointCount(trimmed);
  if (count < limits.characters_min || count > limits.characters_max) {
    violations.Add(field, fmt::format("must have {} to {} characters, not {}",
                                      limits.characters_min, limits.characters_max, count));
  }
  return trimmed;
}

absl::StatusOr<std::string> ParseName(std::string_view field, std::string_view pattern,
                                      std::string_view name) {
  absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  if (!id.ok()) return InvalidField(field, ToStd(id.status().message()));
  return id;
}

absl::StatusOr<std::string> CheckReason(std::string_view reason) {
  FieldViolations violations;
  std::string trimmed = CheckText("reason", reason, {1, 500}, violations);
  if (!violations.empty()) return violations.ToStatus();
  return trimmed;
}

}  // namespace qingqu::catalog
