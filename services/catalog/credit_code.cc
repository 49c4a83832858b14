#include "services/catalog/credit_code.h"

#include <cstddef>

#include "fmt/format.h"

#include "services/catalog/code_text.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr size_t kLength = 18;

}  // namespace

absl::StatusOr<std::string> ParseCreditCode(std::string_view text) {
  std::string code = NormaliseCode(text);
  if (code.size() != kLength || code.find_first_not_of(kAlphabet) != std::string::npos) {
    return absl::InvalidArgumentError(
        "must be 18 digits and capital letters other than I, O, S, V and Z (GB 32100)");
  }
  // The weight of the first character is 1, of each further one 3 times as much, modulo 31.
  size_t sum = 0;
  size_t weight = 1;
  for (size_t index = 0; index + 1 < kLength; ++index) {
    sum += kAlphabet.find(code[index]) * weight;
    weight = weight * 3 % kAlphabet.size();
  }
  const size_t check = (kAlphabet.size() - sum % kAlphabet.size()) % kAlphabet.size();
  if (code.back() != kAlphabet[check]) {
    return absl::InvalidArgumentError(
        "the check character does not fit: a character is mistyped or two are swapped (GB 32100)");
  }
  return code;
}

}  // namespace qingqu::catalog
