#include "services/catalog/national_code.h"

#include <algorithm>

#include "services/catalog/code_text.h"

namespace qingqu::catalog {

bool IsCodePrefix(std::string_view text) {
  if (text.size() < 3 || text[0] != 'C') return false;
  const auto is_digit = [](char character) { return '0' <= character && character <= '9'; };
  if (!std::all_of(text.begin() + 1, text.end(), is_digit)) return false;
  const std::string_view discipline = text.substr(1, 2);
  return "01" <= discipline && discipline <= "17";
}

absl::StatusOr<std::string> ParseNationalCode(std::string_view text) {
  std::string code = NormaliseCode(text);
  if (code.size() != kNationalCodeLength || !IsCodePrefix(code)) {
    return absl::InvalidArgumentError(
        "must be C and 26 digits (27 characters), of which the first two are 01 to 17");
  }
  return code;
}

}  // namespace qingqu::catalog
