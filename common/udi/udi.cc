#include "common/udi/udi.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "common/base/check.h"
#include "common/udi/ahm_parser.h"
#include "common/udi/gs1_application_identifiers.h"
#include "common/udi/gs1_date.h"
#include "common/udi/gs1_parser.h"
#include "common/udi/hibc_parser.h"
#include "common/udi/iccbba_parser.h"
#include "common/udi/ma_parser.h"
#include "common/udi/scan_builder.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

// Symbology identifiers (ISO/IEC 15424) of carriers with GS1 element strings: GS1-128, DataBar,
// DataMatrix, QR Code, DotCode.
constexpr std::array<std::string_view, 5> kGs1Carriers = {"]C1", "]e0", "]d2", "]Q3", "]J1"};
// EAN-13 and UPC, EAN-8, ITF-14: a GTIN and nothing else.
constexpr std::array<std::string_view, 4> kGtinCarriers = {"]E0", "]E4", "]I0", "]I1"};
// Code 39 whose reader has checked and taken off the last character, that of HIBC's own algorithm.
constexpr std::array<std::string_view, 2> kCheckedCarriers = {"]A3", "]A7"};

bool Contains(std::span<const std::string_view> list, std::string_view wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

bool IsWebAddress(std::string_view text) {
  constexpr std::array<std::string_view, 2> kSchemes = {"http://", "https://"};
  return std::ranges::any_of(kSchemes, [&](std::string_view scheme) {
    return std::ranges::equal(text.substr(0, scheme.size()), scheme, [](char given, char wanted) {
      return given == wanted || (IsLetter(given) && (given | 0x20) == wanted);
    });
  });
}

// True for digits that are more likely the start of a production identifier than a GTIN, whatever
// their check digit: a production or expiry date, or, in eight digits, a lot or serial. The README
// says why.
bool IsProductionIdentifierRather(std::string_view text, const ParseOptions& options) {
  if (text.starts_with("11") || text.starts_with("17")) {
    return DateOf(text.substr(2, 6), options.current_year).has_value();
  }
  return text.size() == 8 && (text.starts_with("10") || text.starts_with("21"));
}

// Data without a carrier that would say what they are.
ParseResult ParseUnlabelled(std::string_view text, size_t base, const ParseOptions& options) {
  if (IsBareGtin(text) && !IsProductionIdentifierRather(text, options)) {
    return ParseBareGtin(text, base, options);
  }
  if (!IsDigit(text[0]) && text[0] != kFnc1) {
    return MakeParseError("UNRECOGNISED_FORMAT", base,
                          "This is no code of GS1, MA, HIBC, ICCBBA or AHM.");
  }
  ParseResult result = ParseElementString(text, base, options);
  const bool is_gtin_at_best = std::holds_alternative<ParseError>(result) && HasGtinShape(text);
  return is_gtin_at_best ? ParseBareGtin(text, base, options) : result;
}

ParseResult ParseHibcOf(std::string_view carrier, std::string_view text, size_t base,
                        const ParseOptions& options) {
  if (!Contains(kCheckedCarriers, carrier)) return ParseHibc(text, base, options);
  ParseResult result = ParseHibc(std::string(text) + HibcCheckCharacter(text), base, options);
  if (auto* error = std::get_if<ParseError>(&result)) {
    error->position = std::min(error->position, static_cast<int>(base + text.size()));
  }
  return result;
}

// `text` is not empty.
ParseResult ParseContent(std::string_view carrier, std::string_view text, size_t base,
                         const ParseOptions& options) {
  if (Contains(kGtinCarriers, carrier)) return ParseBareGtin(text, base, options);
  if (LooksLikeMa(text)) return ParseMa(text, base, options);
  if (IsWebAddress(text)) return ParseDigitalLink(text, base, options);
  if (StartsWithBracket(text)) return ParseHumanReadable(text, base, options);
  if (LooksLikeHibc(text)) return ParseHibcOf(carrier, text, base, options);
  if (LooksLikeIccbba(text)) return ParseIccbba(text, base, options);
  if (LooksLikeAhm(text)) return ParseAhm(text, base, options);
  if (Contains(kGs1Carriers, carrier)) return ParseElementString(text, base, options);
  return ParseUnlabelled(text, base, options);
}

bool NeedsSeparator(const Element& element) {
  const auto* row = FindApplicationIdentifier(element.key);
  return row == nullptr || !row->predefined_length;
}

ParseResult JoinGs1(const Scan& first, const Scan& second, const ParseOptions& options) {
  std::vector<Gs1Element> elements;
  for (const Scan* scan : {&first, &second}) {
    for (const Element& element : scan->elements) {
      const auto* row = FindApplicationIdentifier(element.key);
      if (row == nullptr) return MakeParseError("UNKNOWN_AI", 0, "A scan holds an unknown AI.");
      elements.push_back({.row = row, .ai = element.key, .value = element.value});
    }
  }
  return BuildGs1Scan(elements, options);
}

std::string Gs1ElementString(const Scan& scan) {
  std::string text;
  bool separator_due = false;
  for (const Element& element : scan.elements) {
    if (separator_due) text += kFnc1;
    text += element.key + element.value;
    separator_due = NeedsSeparator(element);
  }
  return IsBareGtin(text) ? kFnc1 + text : text;
}

std::string Gs1Printed(const Scan& scan) {
  std::string text;
  for (const Element& element : scan.elements) text += "(" + element.key + ")" + element.value;
  return text;
}

// What the issuers' codes differ in.
struct IssuerRules {
  Issuer issuer;
  std::string_view name;
  ParseResult (*join)(const Scan& first, const Scan& second, const ParseOptions& options);
  std::string (*machine_readable)(const Scan& scan);
  std::string (*printed)(const Scan& scan);
};

constexpr std::array<IssuerRules, 5> kIssuerRules = {{
    {Issuer::kGs1, "GS1", JoinGs1, Gs1ElementString, Gs1Printed},
    {Issuer::kMa, "MA", JoinMa, MaString, MaString},
    {Issuer::kHibc, "HIBC", JoinHibc, HibcString, HibcPrinted},
    {Issuer::kIccbba, "ICCBBA", JoinIccbba, IccbbaString, IccbbaString},
    {Issuer::kAhm, "AHM", JoinAhm, AhmString, AhmString},
}};

const IssuerRules& RulesOf(Issuer issuer) {
  const auto* rules = std::ranges::find(kIssuerRules, issuer, &IssuerRules::issuer);
  QINGQU_CHECK(rules != kIssuerRules.end());
  return *rules;
}

// How many characters of the white space after `content` are part of a HIBC code.
size_t SpacesToKeep(std::string_view content, std::string_view white_space) {
  if (!content.starts_with('+')) return 0;
  const size_t spaces = std::min(white_space.find_first_not_of(' '), white_space.size());
  return HibcSpacesAtEnd(content, spaces);
}

}  // namespace

std::string_view IssuerName(Issuer issuer) { return RulesOf(issuer).name; }

ParseResult Parse(std::string_view text, const ParseOptions& options) {
  QINGQU_CHECK(1900 <= options.current_year && options.current_year <= 9800);
  if (text.size() > kInputLengthMax) {
    return MakeParseError("INPUT_TOO_LONG", kInputLengthMax, "A scan has at most 512 bytes.");
  }
  const size_t start = text.find_first_not_of(kWhiteSpace);
  if (start == std::string_view::npos) return MakeParseError("EMPTY", 0, "The scan is empty.");
  const std::string_view whole = text;
  text = text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
  std::string_view carrier;
  if (text[start] == ']') {
    carrier = text.substr(start, 3);
    if (carrier.size() < 3 || !IsLetter(carrier[1]) ||
        (!IsLetter(carrier[2]) && !IsDigit(carrier[2]))) {
      return MakeParseError("INVALID_SYMBOLOGY", start,
                            "After ']' a symbology identifier such as ]C1 is expected.");
    }
  }
  const size_t base = start + carrier.size();
  if (base == text.size()) return MakeParseError("EMPTY", base, "The scan holds no data.");
  const size_t spaces = SpacesToKeep(text.substr(base), whole.substr(text.size()));
  return ParseContent(carrier, whole.substr(base, text.size() + spaces - base), base, options);
}

ParseResult JoinScans(const Scan& di_scan, const Scan& pi_scan, const ParseOptions& options) {
  if (di_scan.issuer != pi_scan.issuer) {
    return MakeParseError("ISSUER_MISMATCH", 0, "The scans come from two different issuers.");
  }
  ParseResult result = RulesOf(di_scan.issuer).join(di_scan, pi_scan, options);
  if (auto* error = std::get_if<ParseError>(&result)) error->position = 0;
  return result;
}

std::string ToElementString(const Scan& scan) {
  return RulesOf(scan.issuer).machine_readable(scan);
}

std::string ToHumanReadable(const Scan& scan) { return RulesOf(scan.issuer).printed(scan); }

bool IsRegisteredIdentifier(std::string_view text) {
  return IsHibcIdentifier(text) || IsIccbbaIdentifier(text) || IsAhmIdentifier(text);
}

}  // namespace qingqu::udi
