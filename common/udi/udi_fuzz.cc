#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/check.h"
#include "common/udi/gs1_application_identifiers.h"
#include "common/udi/hibc_parser.h"
#include "common/udi/udi.h"
#include "common/udi/udi_json.h"

namespace qingqu::udi {
namespace {

constexpr ParseOptions kOptions{.current_year = 2026};

// True when some value holds digits in brackets, which the human-readable form of GS1 may take for
// the next element.
bool HoldsBrackets(const Scan& scan) {
  if (scan.issuer != Issuer::kGs1) return false;
  for (const Element& element : scan.elements) {
    if (element.value.find('(') != std::string::npos) return true;
  }
  return false;
}

void CheckScan(const Scan& scan) {
  if (scan.issuer == Issuer::kHibc || scan.issuer == Issuer::kAhm) {
    QINGQU_CHECK(scan.di.empty() || IsRegisteredIdentifier(scan.di));
  }
  QINGQU_CHECK(!scan.elements.empty() || !scan.di.empty());
  const std::string text = ToElementString(scan);
  if (text.size() <= kInputLengthMax) QINGQU_CHECK(Parse(text, kOptions) == ParseResult(scan));
  const std::string printed = ToHumanReadable(scan);
  if (printed.size() <= kInputLengthMax && !HoldsBrackets(scan)) {
    QINGQU_CHECK(Parse(printed, kOptions) == ParseResult(scan));
  }
  QINGQU_CHECK(JoinScans(scan, scan, kOptions) == ParseResult(scan));
}

void CheckInput(std::string_view input) {
  const ParseResult result = Parse(input, kOptions);
  QINGQU_CHECK(ScanToJson(result).find('\n') == std::string::npos);
  if (const auto* scan = std::get_if<Scan>(&result)) {
    CheckScan(*scan);
    return;
  }
  const auto& error = std::get<ParseError>(result);
  QINGQU_CHECK(!error.reason.empty() && !error.message.empty());
  QINGQU_CHECK(error.position >= 0);
  QINGQU_CHECK(static_cast<size_t>(error.position) <= input.size());
}

}  // namespace
}  // namespace qingqu::udi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  qingqu::udi::CheckInput(input);
  qingqu::udi::CheckInput(qingqu::udi::ExpandGroupSeparators(input));
  // Nothing that is made at random gets past the check character of HIBC.
  if (input.starts_with('+')) {
    qingqu::udi::CheckInput(std::string(input) + qingqu::udi::HibcCheckCharacter(input));
  }
  return 0;
}
