#include "services/catalog/device_identifier.h"

#include <variant>

#include "fmt/format.h"

#include "common/udi/gs1_checks.h"
#include "common/udi/udi.h"
#include "services/catalog/code_text.h"

namespace qingqu::catalog {
namespace {

constexpr size_t kGtinLength = 14;
constexpr size_t kLengthMax = 100;

absl::StatusOr<std::string> ParseGtin(std::string_view digits) {
  if (digits.size() != 8 && digits.size() != 12 && digits.size() != 13 &&
      digits.size() != kGtinLength) {
    return absl::InvalidArgumentError("a GTIN has 8, 12, 13 or 14 digits");
  }
  if (digits.find_first_not_of('0') == std::string_view::npos) {
    return absl::InvalidArgumentError("zeros only are not a GTIN");
  }
  const char expected = udi::CheckDigitOf(digits.substr(0, digits.size() - 1));
  if (digits.back() != expected) {
    return absl::InvalidArgumentError(
        fmt::format("the check digit of the GTIN must be {}, not {}: a digit is mistyped", expected,
                    digits.back()));
  }
  return std::string(kGtinLength - digits.size(), '0') + std::string(digits);
}

}  // namespace

absl::StatusOr<std::string> ParseDeviceIdentifier(std::string_view text) {
  const std::string code = NormaliseCode(text, {.keep_dashes = true});
  if (!code.empty() && code.find_first_not_of("0123456789") == std::string::npos) {
    return ParseGtin(code);
  }
  if (!code.starts_with("MA.") || code.size() > kLengthMax) {
    return absl::InvalidArgumentError(
        "must be a GTIN (8, 12, 13 or 14 digits) or an MA code such as MA.156.M0.100011.2cscp023");
  }
  // The year decides the century of dates only, of which a device identifier has none.
  const udi::ParseResult parsed = udi::Parse(code, {.current_year = 2026});
  if (const auto* error = std::get_if<udi::ParseError>(&parsed)) {
    return absl::InvalidArgumentError(fmt::format("the MA code is not right: {}", error->message));
  }
  const auto& scan = std::get<udi::Scan>(parsed);
  if (scan.di != code) {
    return absl::InvalidArgumentError(
        "the MA code must end with the product: leave out serial, lot and dates");
  }
  return scan.di;
}

}  // namespace qingqu::catalog
