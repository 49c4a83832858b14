#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/base/civil_date.h"
#include "common/status/status.h"

namespace qingqu::catalog {

struct TextLimits {
  int characters_min = 0;
  int characters_max = 0;
};

// `text` without white space at both ends; a violation when it is shorter or longer than allowed.
std::string CheckText(std::string_view field, std::string_view text, TextLimits limits,
                      FieldViolations& violations);

// The id in a resource name. INVALID_ARGUMENT that names `field`.
absl::StatusOr<std::string> ParseName(std::string_view field, std::string_view pattern,
                                      std::string_view name);

// Why something is suspended, 1 to 500 characters, trimmed. INVALID_ARGUMENT.
absl::StatusOr<std::string> CheckReason(std::string_view reason);

// The value of `parsed`; a violation, and a default, when there is none.
template <typename Value>
Value CheckParsed(std::string_view field, absl::StatusOr<Value> parsed,
                  FieldViolations& violations) {
  if (parsed.ok()) return *std::move(parsed);
  violations.AddIfError(field, parsed.status());
  return Value{};
}

}  // namespace qingqu::catalog
