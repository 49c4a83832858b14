#include "common/udi/scan_summary.h"

#include <gtest/gtest.h>

#include <variant>

namespace qingqu::udi {

std::string Summary(const ParseResult& result) {
  if (const auto* error = std::get_if<ParseError>(&result)) {
    return error->reason + " at " + std::to_string(error->position);
  }
  const Scan& scan = std::get<Scan>(result);
  std::string text(IssuerName(scan.issuer));
  if (!scan.di.empty()) text += " di=" + scan.di;
  if (!scan.lot.empty()) text += " lot=" + scan.lot;
  if (!scan.serial.empty()) text += " serial=" + scan.serial;
  if (scan.manufactured) text += " made=" + scan.manufactured->ToString();
  if (scan.expiry) text += " until=" + scan.expiry->ToString();
  text += " |";
  for (const Element& element : scan.elements) text += " " + element.key + "=" + element.value;
  return text;
}

std::string Read(std::string_view text) { return Summary(Parse(text, kTestOptions)); }

Scan ScanOf(std::string_view text) {
  const ParseResult result = Parse(text, kTestOptions);
  EXPECT_TRUE(std::holds_alternative<Scan>(result)) << text << ": " << Summary(result);
  return std::holds_alternative<Scan>(result) ? std::get<Scan>(result) : Scan();
}

std::string Join(std::string_view first, std::string_view second) {
  return Summary(JoinScans(ScanOf(first), ScanOf(second), kTestOptions));
}

void ExpectAll(const std::vector<ReadCase>& cases) {
  for (const ReadCase& example : cases) {
    EXPECT_EQ(Read(example.text), example.expected) << example.text;
  }
}

void ExpectComesBack(const Scan& scan) {
  const ParseResult expected(scan);
  for (const std::string& text : {ToElementString(scan), ToHumanReadable(scan)}) {
    const ParseResult again = Parse(text, kTestOptions);
    EXPECT_EQ(again, expected) << text << ": " << Summary(again) << "\nfor " << Summary(expected);
  }
  EXPECT_EQ(JoinScans(scan, scan, kTestOptions), expected) << Summary(expected);
}

}  // namespace qingqu::udi
