#include "common/udi/ma_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/udi/gs1_date.h"
#include "common/udi/scan_builder.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

// Far above any label; the rules set no length.
constexpr size_t kPartLengthMax = 50;
constexpr size_t kDiSegments = 5;

struct PartKind {
  char letter;
  bool is_date;
  std::string_view title;
};

constexpr std::array<PartKind, 8> kPartKinds = {{
    {'S', false, "SERIAL"},
    {'L', false, "BATCH/LOT"},
    {'M', true, "PROD DATE"},
    {'V', true, "VALID UNTIL"},
    {'E', true, "EXPIRY"},
    {'D', false, "STERILISATION LOT"},
    {'Y', false, "INSURANCE CODE"},
    {'C', false, "CHECK"},
}};

struct Segment {
  std::string_view text;
  size_t position = 0;
};

std::vector<Segment> SplitAtDots(std::string_view text, size_t base) {
  std::vector<Segment> segments;
  size_t start = 0;
  while (true) {
    const size_t end = std::min(text.find('.', start), text.size());
    segments.push_back({.text = text.substr(start, end - start), .position = base + start});
    if (end == text.size()) return segments;
    start = end + 1;
  }
}

// Visible ASCII. Labels hold letters and digits, and now and then a hyphen or a slash.
bool IsPartCharacter(char character) { return '!' <= character && character <= '~'; }

std::optional<ParseError> CheckText(const Segment& segment) {
  if (segment.text.empty()) {
    return MakeParseError("INVALID_LENGTH", segment.position, "A part of the MA code is empty.");
  }
  const auto* foreign = std::ranges::find_if_not(segment.text, IsPartCharacter);
  if (foreign != segment.text.end()) {
    const auto offset = static_cast<size_t>(foreign - segment.text.begin());
    return MakeParseError("INVALID_CHARACTER", segment.position + offset,
                          "Only visible ASCII characters are allowed in an MA code.");
  }
  if (segment.text.size() <= kPartLengthMax) return std::nullopt;
  return MakeParseError("INVALID_LENGTH", segment.position + kPartLengthMax,
                        "A part of the MA code is too long.");
}

// The five segments of the device identifier: MA, country, M0 (medical devices), registrant,
// product.
std::optional<ParseError> CheckDi(const std::vector<Segment>& segments) {
  const auto fail = [&](size_t index, std::string message) {
    const size_t last = segments.size() - 1;
    return MakeParseError("INVALID_MA_STRUCTURE", segments[std::min(index, last)].position,
                          std::move(message));
  };
  if (segments.size() < kDiSegments) {
    return fail(kDiSegments, "An MA code has at least MA, 156, M0, registrant and product.");
  }
  if (segments[1].text != "156") return fail(1, "The country of the MA code must be 156.");
  if (segments[2].text != "M0") return fail(2, "The industry of the MA code must be M0.");
  if (segments[3].text.size() != 6 || !IsAllDigits(segments[3].text)) {
    return fail(3, "The registrant of the MA code must be six digits.");
  }
  return CheckText(segments[4]);
}

std::optional<ParseError> ReadPart(const Segment& segment, const ParseOptions& options,
                                   std::vector<Part>& parts) {
  const char letter = segment.text.empty() ? '\0' : segment.text[0];
  const auto* kind = std::ranges::find(kPartKinds, letter, &PartKind::letter);
  if (kind == kPartKinds.end()) {
    return MakeParseError("UNKNOWN_MA_PART", segment.position,
                          "A part of an MA code starts with S, L, M, V, E, D, Y or C.");
  }
  const Segment value{.text = segment.text.substr(1), .position = segment.position + 1};
  if (auto error = CheckText(value)) return error;
  if (kind->is_date) {
    const auto fault = FindDateFault(value.text, {.current_year = options.current_year});
    if (fault) {
      return MakeParseError(fault->reason, value.position + fault->offset,
                            fmt::format("MA part {}: {}.", letter, fault->message));
    }
  }
  parts.push_back({.element = {.key = std::string(1, letter),
                               .value = std::string(value.text),
                               .title = std::string(kind->title)},
                   .position = segment.position});
  return std::nullopt;
}

void DeriveField(const Element& element, const ParseOptions& options, Scan& scan) {
  const auto date = DateOf(element.value, options.current_year);
  switch (element.key[0]) {
    case 'S':
      scan.serial = element.value;
      break;
    case 'L':
      scan.lot = element.value;
      break;
    case 'M':
      scan.manufactured = date;
      break;
    case 'V':
    case 'E':
      // With both, the earlier is safe: E may name the first day that the device must not be used.
      if (!scan.expiry || (date && *date < *scan.expiry)) scan.expiry = date;
      break;
    default:
      break;
  }
}

// Makes the scan of parts whose values are right.
ParseResult BuildMaScan(std::string di, const std::vector<Part>& parts,
                        const ParseOptions& options) {
  Scan scan;
  scan.issuer = Issuer::kMa;
  scan.di = std::move(di);
  if (auto error = AddParts(parts, "MA", scan)) return *std::move(error);
  for (const Element& element : scan.elements) DeriveField(element, options, scan);
  return scan;
}

}  // namespace

bool LooksLikeMa(std::string_view text) {
  const bool is_part = text.size() >= 2 && text[0] == '.' && 'A' <= text[1] && text[1] <= 'Z';
  return text.starts_with("MA.") || is_part;
}

ParseResult ParseMa(std::string_view text, size_t base, const ParseOptions& options) {
  const std::vector<Segment> segments = SplitAtDots(text, base);
  std::string di;
  size_t first_part = 1;
  if (!text.starts_with('.')) {
    if (auto error = CheckDi(segments)) return *std::move(error);
    const Segment& product = segments[kDiSegments - 1];
    di = text.substr(0, product.position + product.text.size() - base);
    first_part = kDiSegments;
  }
  std::vector<Part> parts;
  for (size_t i = first_part; i < segments.size(); ++i) {
    if (auto error = ReadPart(segments[i], options, parts)) return *std::move(error);
  }
  return BuildMaScan(std::move(di), parts, options);
}

ParseResult JoinMa(const Scan& first, const Scan& second, const ParseOptions& options) {
  if (auto error = CheckSameDevice(first, second)) return *std::move(error);
  return BuildMaScan(first.di.empty() ? second.di : first.di, PartsOf(first, second), options);
}

std::string MaString(const Scan& scan) {
  std::string text = scan.di;
  for (const Element& element : scan.elements) text += "." + element.key + element.value;
  return text;
}

}  // namespace qingqu::udi
