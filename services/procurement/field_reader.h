#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"
#include "common/base/money.h"
#include "common/base/quantity.h"
#include "common/status/status.h"

namespace qingqu::procurement {

// Reads fields of a request and collects what is wrong with them. A field that is wrong reads as an
// empty value; ToStatus tells in the end. `field` is the path in the request.
class FieldReader {
 public:
  // The id in a resource name of `pattern`.
  std::string Id(std::string_view field, std::string_view pattern, std::string_view name);
  // An id chosen by the client; when empty, `fallback`.
  std::string NewId(std::string_view field, std::string_view id, std::string_view fallback);
  Quantity PositiveQuantity(std::string_view field, int64_t base_units);
  Money PositiveMoney(std::string_view field, std::string_view text);
  std::optional<CivilDate> Date(std::string_view field, std::string_view text);  // required
  std::optional<CivilDate> OptionalDate(std::string_view field, std::string_view text);
  // Without white space at its ends; 1 to `max` characters.
  std::string RequiredText(std::string_view field, std::string_view text, int max);
  // The same, and may be empty.
  std::string Text(std::string_view field, std::string_view text, int max);
  // What stands on a label (a lot, a serial): empty, or 1 to 20 characters without control
  // characters or white space at the ends (GS1 General Specifications, AI 10 and 21).
  std::string Label(std::string_view field, std::string_view text);
  void CheckLineCount(std::string_view field, int count);
  void Add(std::string_view field, std::string_view description) {
    violations_.Add(field, description);
  }

  absl::Status ToStatus() const { return violations_.ToStatus(); }

 private:
  FieldViolations violations_;
};

}  // namespace qingqu::procurement
