#include "services/catalog/device_identifier.h"

#include <algorithm>
#include <array>
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

// True for text that names its issuer.
bool NamesIssuer(std::string_view code) {
  constexpr std::array<std::string_view, 5> kStarts = {"MA.", "AHM", "+", "*+", "="};
  return std::ranges::any_of(kStarts,
                             [&](std::string_view start) { return code.starts_with(start); });
}

absl::StatusOr<std::string> ParseOfIssuer(const std::string& code) {
  // The year decides the century of dates only, of which a device identifier has none.
  const udi::ParseResult parsed = udi::Parse(code, {.current_year = 2026});
  if (const auto* error = std::get_if<udi::ParseError>(&parsed)) {
    return absl::InvalidArgumentError(fmt::format("the code is not right: {}", error->message));
  }
  const auto& scan = std::get<udi::Scan>(parsed);
  // ICCBBA alone has the device identifier among its elements.
  const size_t own_elements = scan.issuer == udi::Issuer::kIccbba && !scan.di.empty() ? 1 : 0;
  if (scan.elements.size() > own_elements) {
    return absl::InvalidArgumentError(
        "the code must end with the product: leave out serial, lot and dates");
  }
  return scan.di;
}

}  // namespace

absl::StatusOr<std::string> ParseDeviceIdentifier(std::string_view text) {
  const std::string code = NormaliseCode(text, {.keep_dashes = true});
  if (!code.empty() && code.find_first_not_of("0123456789") == std::string::npos) {
    return ParseGtin(code);
  }
  if (code.size() > kLengthMax) return absl::InvalidArgumentError("has at most 100 characters");
  if (NamesIssuer(code)) return ParseOfIssuer(code);
  if (udi::IsRegisteredIdentifier(code)) return code;
  return absl::InvalidArgumentError(
      "must be a GTIN (8, 12, 13 or 14 digits) or a code of MA (MA.156.M0.100011.2cscp023), HIBC "
      "(+A123BJC5D6E71G), ICCBBA (=/A9999XYZ100T0944) or AHM");
}

}  // namespace qingqu::catalog
