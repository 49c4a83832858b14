#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/base/civil_date.h"

namespace qingqu::tabular {

// A date pattern in the notation of strptime(3), of which it takes %Y (4 digits), %y (2 digits),
// %m, %d, %b (English month, three letters, any case) and %%; everything else stands for itself. %m
// and %d take one or two digits, or exactly two when another number stands right beside it
// ("%Y%m%d").
class DateFormat {
 public:
  // INVALID_ARGUMENT unless the year, the month and the day each appear exactly once.
  static absl::StatusOr<DateFormat> Parse(std::string_view pattern);

  // The date, when the whole of `text` fits and the day exists. A two-digit year is the one within
  // the hundred years that begin with `century_from`.
  std::optional<CivilDate> Match(std::string_view text, int century_from) const;

  bool has_two_digit_year() const { return has_two_digit_year_; }
  const std::string& pattern() const { return pattern_; }

 private:
  enum class Part { kLiteral, kYear, kShortYear, kMonth, kMonthName, kDay };
  struct Token {
    Part part;
    char literal;
    bool fixed_width;
  };

  std::string pattern_;
  std::vector<Token> tokens_;
  bool has_two_digit_year_ = false;
};

}  // namespace qingqu::tabular
