#include "common/udi/hibc_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "common/udi/patterned_date.h"
#include "common/udi/scan_builder.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

// Each character at its value (appendix B).
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
constexpr char kPrintedSpace = '_';

constexpr size_t kLabellerLength = 4;
constexpr size_t kProductLengthMax = 18;
constexpr size_t kLotLengthMax = 18;
constexpr size_t kQuantityLengthMax = 5;

constexpr std::string_view kLot = "$";
constexpr std::string_view kSerial = "S";
constexpr std::string_view kQuantity = "Q";
constexpr std::string_view kExpiryDate = "14D";
constexpr std::string_view kProductionDate = "16D";
constexpr std::string_view kLink = "L";

// What a part is, by its key, in the order that parts have in a scan.
struct PartKind {
  std::string_view key;
  std::string_view date_pattern;  // "" when it is no date
  std::string_view title;
};

// The keys of expiry dates are the reference identifiers that they follow (appendix E1.1), "$$"
// without a digit for the date whose first digit takes the place of one.
constexpr std::array<PartKind, 12> kPartKinds = {{
    {"$$", "MMYY", "EXPIRY"},
    {"$$2", "MMDDYY", "EXPIRY"},
    {"$$3", "YYMMDD", "EXPIRY"},
    {"$$4", "YYMMDDHH", "EXPIRY"},
    {"$$5", "YYJJJ", "EXPIRY"},
    {"$$6", "YYJJJHH", "EXPIRY"},
    {kLot, "", "BATCH/LOT"},
    {kSerial, "", "SERIAL"},
    {kQuantity, "", "QUANTITY"},
    {kExpiryDate, "YYYYMMDD", "EXPIRY"},
    {kProductionDate, "YYYYMMDD", "PROD DATE"},
    {kLink, "", "LINK CHARACTER"},
}};

const PartKind& KindOf(std::string_view key) {
  const auto* kind = std::ranges::find(kPartKinds, key, &PartKind::key);
  return kind == kPartKinds.end() ? kPartKinds.back() : *kind;
}

bool IsCapital(char character) { return 'A' <= character && character <= 'Z'; }

bool IsCode(char character) { return IsCapital(character) || IsDigit(character); }

// The standard allows letters and digits; real labels hold a hyphen or a point now and then.
bool IsLotCharacter(char character) {
  return IsCode(character) || character == '-' || character == '.';
}

// A piece of the input and where it starts.
struct Segment {
  std::string_view text;
  size_t position = 0;

  size_t end() const { return position + text.size(); }
  Segment From(size_t offset) const {
    return {.text = text.substr(offset), .position = position + offset};
  }
};

std::vector<Segment> SplitAtSlashes(const Segment& whole) {
  std::vector<Segment> segments;
  size_t start = 0;
  while (true) {
    const size_t end = std::min(whole.text.find('/', start), whole.text.size());
    segments.push_back(
        {.text = whole.text.substr(start, end - start), .position = whole.position + start});
    if (end == whole.text.size()) return segments;
    start = end + 1;
  }
}

ParseError StructureError(size_t position, std::string message) {
  return MakeParseError("INVALID_HIBC_STRUCTURE", position, std::move(message));
}

void AddPart(std::string_view key, std::string_view value, size_t position,
             std::vector<Part>& parts) {
  parts.push_back({.element = {.key = std::string(key),
                               .value = std::string(value),
                               .title = std::string(KindOf(key).title)},
                   .position = position});
}

std::optional<ParseError> CheckCharacters(const Segment& code) {
  const auto* foreign = std::ranges::find_if(code.text, [](char character) {
    return kAlphabet.find(character) == std::string_view::npos;
  });
  if (foreign == code.text.end()) return std::nullopt;
  const size_t position = code.position + static_cast<size_t>(foreign - code.text.begin());
  if ('a' <= *foreign && *foreign <= 'z') {
    return MakeParseError("INVALID_CHARACTER", position, "HIBC has capital letters only.");
  }
  return MakeParseError("INVALID_CHARACTER", position,
                        "HIBC has digits, capital letters, spaces and -.$/+% only.");
}

std::optional<ParseError> CheckPrimary(const Segment& primary) {
  const std::string_view text = primary.text;
  const auto* foreign = std::ranges::find_if_not(text, IsCode);
  if (foreign != text.end()) {
    return MakeParseError("INVALID_CHARACTER",
                          primary.position + static_cast<size_t>(foreign - text.begin()),
                          "A HIBC product number has letters and digits only.");
  }
  if (text.size() < kLabellerLength + 2) {
    return MakeParseError("INVALID_LENGTH", primary.end(),
                          "HIBC primary data are labeller, product number and unit of measure.");
  }
  const size_t length_max = kLabellerLength + kProductLengthMax + 1;
  if (text.size() > length_max) {
    return MakeParseError("INVALID_LENGTH", primary.position + length_max,
                          "A HIBC product number has at most 18 characters.");
  }
  if (IsDigit(text.back())) return std::nullopt;
  return StructureError(primary.end() - 1, "The unit of measure of HIBC must be a digit.");
}

std::optional<ParseError> ReadLot(std::string_view key, const Segment& value,
                                  std::vector<Part>& parts) {
  const std::string_view title = key == kLot ? "lot" : "serial number";
  if (value.text.empty()) {
    return MakeParseError("INVALID_LENGTH", value.position,
                          fmt::format("The {} of the HIBC code is empty.", title));
  }
  const auto* foreign = std::ranges::find_if_not(value.text, IsLotCharacter);
  if (foreign != value.text.end()) {
    return MakeParseError("INVALID_CHARACTER",
                          value.position + static_cast<size_t>(foreign - value.text.begin()),
                          fmt::format("A {} of HIBC has letters, digits, - and . only.", title));
  }
  if (value.text.size() > kLotLengthMax) {
    return MakeParseError("INVALID_LENGTH", value.position + kLotLengthMax,
                          fmt::format("A {} of HIBC has at most 18 characters.", title));
  }
  AddPart(key, value.text, value.position, parts);
  return std::nullopt;
}

// Reads all of `value`. Zeros in front are dropped: five digits are written for 24, or two.
std::optional<ParseError> ReadQuantity(const Segment& value, std::vector<Part>& parts) {
  if (value.text.empty() || value.text.size() > kQuantityLengthMax) {
    return MakeParseError("INVALID_LENGTH",
                          value.position + std::min(value.text.size(), kQuantityLengthMax),
                          "A quantity of HIBC has 1 to 5 digits.");
  }
  const auto* foreign = std::ranges::find_if_not(value.text, IsDigit);
  if (foreign != value.text.end()) {
    return MakeParseError("INVALID_CHARACTER",
                          value.position + static_cast<size_t>(foreign - value.text.begin()),
                          "A quantity of HIBC has digits only.");
  }
  const size_t zeros = std::min(value.text.find_first_not_of('0'), value.text.size() - 1);
  AddPart(kQuantity, value.text.substr(zeros), value.position, parts);
  return std::nullopt;
}

// Takes the date of `key` from the start of `rest`.
std::optional<ParseError> TakeDate(std::string_view key, const ParseOptions& options, Segment& rest,
                                   std::vector<Part>& parts) {
  const std::string_view pattern = KindOf(key).date_pattern;
  const std::string_view value = rest.text.substr(0, pattern.size());
  const auto fault = ReadPatternedDate(value, pattern, options.current_year).fault;
  if (fault) {
    return MakeParseError(fault->reason, rest.position + fault->offset,
                          fmt::format("HIBC date {}: {}.", pattern, fault->message));
  }
  AddPart(key, value, rest.position, parts);
  rest = rest.From(value.size());
  return std::nullopt;
}

std::optional<ParseError> ReadWholeDate(std::string_view key, Segment value,
                                        const ParseOptions& options, std::vector<Part>& parts) {
  if (auto error = TakeDate(key, options, value, parts)) return error;
  if (value.text.empty()) return std::nullopt;
  return MakeParseError("INVALID_LENGTH", value.position, "A date of HIBC has 8 digits here.");
}

// What follows "$$" or "$$+": [8 and two digits, or 9 and five: a quantity] [date flag and date]
// [lot or serial number].
std::optional<ParseError> ReadFlagged(std::string_view lot_key, Segment rest,
                                      const ParseOptions& options, std::vector<Part>& parts) {
  const auto flag = [&] { return rest.text.empty() ? '\0' : rest.text[0]; };
  if (flag() == '8' || flag() == '9') {
    const size_t length = flag() == '8' ? 2 : 5;
    const Segment value{.text = rest.text.substr(1, length), .position = rest.position + 1};
    if (value.text.size() < length) {
      return MakeParseError("INVALID_LENGTH", rest.end(),
                            "The quantity of the HIBC code is cut off.");
    }
    if (auto error = ReadQuantity(value, parts)) return error;
    rest = rest.From(1 + length);
    if (rest.text.empty()) return std::nullopt;
  }
  if (flag() < '0' || '7' < flag()) {
    return MakeParseError("INVALID_DATE", rest.position,
                          "After $$ and a quantity a date flag from 0 to 7 must follow.");
  }
  const bool has_date = flag() != '7';
  // 0 and 1 are the first digit of the month itself.
  const std::string key = flag() <= '1' ? "$$" : fmt::format("$${}", flag());
  if (flag() > '1') rest = rest.From(1);
  if (has_date) {
    if (auto error = TakeDate(key, options, rest, parts)) return error;
    if (rest.text.empty()) return std::nullopt;
  }
  return ReadLot(lot_key, rest, parts);
}

// One segment of production identifiers.
std::optional<ParseError> ReadSegment(Segment segment, const ParseOptions& options,
                                      std::vector<Part>& parts) {
  const std::string_view text = segment.text;
  if (text.starts_with("$$+")) return ReadFlagged(kSerial, segment.From(3), options, parts);
  if (text.starts_with("$$")) return ReadFlagged(kLot, segment.From(2), options, parts);
  if (text.starts_with("$+")) return ReadLot(kSerial, segment.From(2), parts);
  if (text.starts_with("$")) return ReadLot(kLot, segment.From(1), parts);
  if (text.starts_with(kSerial)) return ReadLot(kSerial, segment.From(1), parts);
  if (text.starts_with(kQuantity)) return ReadQuantity(segment.From(1), parts);
  for (const std::string_view key : {kExpiryDate, kProductionDate}) {
    if (text.starts_with(key)) {
      return ReadWholeDate(key, segment.From(key.size()), options, parts);
    }
  }
  if (text.empty() || !IsDigit(text[0])) {
    return StructureError(segment.position,
                          "After a slash of HIBC $, $$, S, Q, 14D or 16D is expected.");
  }
  // The oldest form: the day of the year of expiry without a flag, and the lot.
  if (auto error = TakeDate("$$5", options, segment, parts)) return error;
  if (segment.text.empty()) return std::nullopt;
  return ReadLot(kLot, segment, parts);
}

// Takes over `part`'s date. The earlier of two dates of expiry counts; they contradict each other
// unless one states only the month in which the other lies.
std::optional<ParseError> DeriveDate(const Part& part, const ParseOptions& options, Scan& scan,
                                     bool& day_stated) {
  const PartKind& kind = KindOf(part.element.key);
  const PatternedDate read =
      ReadPatternedDate(part.element.value, kind.date_pattern, options.current_year);
  if (!read.date) return std::nullopt;
  if (kind.key == kProductionDate) {
    scan.manufactured = read.date;
    return std::nullopt;
  }
  if (scan.expiry && *scan.expiry != *read.date) {
    const bool same_month =
        scan.expiry->year() == read.date->year() && scan.expiry->month() == read.date->month();
    if (!same_month || (day_stated && read.day_stated)) {
      return MakeParseError("CONFLICTING_VALUE", part.position,
                            "The HIBC code holds two different dates of expiry.");
    }
  }
  scan.expiry = scan.expiry ? std::min(*scan.expiry, *read.date) : *read.date;
  day_stated = day_stated || read.day_stated;
  return std::nullopt;
}

ParseResult BuildHibcScan(std::string_view di, std::vector<Part> parts,
                          const ParseOptions& options) {
  Scan scan;
  scan.issuer = Issuer::kHibc;
  scan.di = di;
  bool day_stated = false;
  for (const Part& part : parts) {
    const std::string_view key = part.element.key;
    if (key == kLot) scan.lot = part.element.value;
    if (key == kSerial) scan.serial = part.element.value;
    if (KindOf(key).date_pattern.empty()) continue;
    if (auto error = DeriveDate(part, options, scan, day_stated)) return *std::move(error);
  }
  std::ranges::stable_sort(
      parts, {}, [](const Part& part) { return &KindOf(part.element.key) - kPartKinds.data(); });
  if (auto error = AddParts(parts, "HIBC", scan)) return *std::move(error);
  return scan;
}

ParseResult ReadCode(const Segment& code, const ParseOptions& options) {
  const std::string_view text = code.text;
  if (text.size() < 3) {
    return MakeParseError("INVALID_LENGTH", code.end(), "The HIBC code is cut off.");
  }
  if (text[1] == '/' || text[1] == '+') {
    return MakeParseError("UNSUPPORTED_HIBC", code.position + 1,
                          "This HIBC code is of a provider or a product family, not of a device.");
  }
  const bool is_primary = IsCapital(text[1]);
  if (!is_primary && text[1] != '$' && !IsDigit(text[1])) {
    return StructureError(code.position + 1, "After + a letter, a digit or $ is expected.");
  }
  if (HibcCheckCharacter(text.substr(0, text.size() - 1)) != text.back()) {
    return MakeParseError("INVALID_CHECK_CHARACTERS", code.end() - 1,
                          "The check character of the HIBC code is wrong.");
  }
  const size_t length_after = is_primary ? 1 : 2;
  if (text.size() < 1 + length_after + 1) {
    return MakeParseError("INVALID_LENGTH", code.end(), "The HIBC code is cut off.");
  }
  const Segment data{.text = text.substr(1, text.size() - 1 - length_after),
                     .position = code.position + 1};
  const std::vector<Segment> segments = SplitAtSlashes(data);
  std::string_view di;
  if (is_primary) {
    if (auto error = CheckPrimary(segments[0])) return *std::move(error);
    di = segments[0].text;
  }
  std::vector<Part> parts;
  for (size_t i = is_primary ? 1 : 0; i < segments.size(); ++i) {
    if (auto error = ReadSegment(segments[i], options, parts)) return *std::move(error);
  }
  if (!is_primary) AddPart(kLink, text.substr(text.size() - 2, 1), code.end() - 2, parts);
  return BuildHibcScan(di, std::move(parts), options);
}

// The segments of production identifiers, each after a slash.
std::string JoinedSegments(const Scan& scan) {
  std::string text;
  bool lot_due = !scan.lot.empty();
  // Without a lot the serial number takes its place, so that a secondary symbol starts with $.
  bool serial_due = !scan.serial.empty() && !lot_due;
  const auto rest_of_segment = [&] {
    const std::string rest = lot_due ? scan.lot : serial_due ? scan.serial : "";
    lot_due = false;
    serial_due = false;
    return rest;
  };
  for (const Element& element : scan.elements) {
    if (!element.key.starts_with("$$")) continue;
    const std::string flag = element.key.substr(2);
    text += fmt::format("/$${}{}{}", serial_due ? "+" : "", flag, element.value);
    text += rest_of_segment();
  }
  if (lot_due || serial_due) {
    text += serial_due ? "/$$+7" : "/$$7";
    text += rest_of_segment();
  }
  for (const Element& element : scan.elements) {
    if (element.key == kQuantity && text.empty()) {
      text += fmt::format("/$$9{:0>5}", element.value);
    } else if (element.key == kQuantity || element.key == kExpiryDate ||
               element.key == kProductionDate || (element.key == kSerial && !scan.lot.empty())) {
      text += "/" + element.key + element.value;
    }
  }
  return text;
}

// Without the check character.
std::string CheckedText(const Scan& scan) {
  const std::string segments = JoinedSegments(scan);
  if (!scan.di.empty()) return "+" + scan.di + segments;
  const auto link = std::ranges::find(scan.elements, kLink, &Element::key);
  const std::string link_text = link == scan.elements.end() ? "" : link->value;
  return "+" + (segments.empty() ? "" : segments.substr(1)) + link_text;
}

}  // namespace

bool LooksLikeHibc(std::string_view text) {
  return text.starts_with('+') || text.starts_with("*+");
}

char HibcCheckCharacter(std::string_view text) {
  size_t sum = 0;
  for (const char character : text) {
    const size_t value = kAlphabet.find(character);
    if (value != std::string_view::npos) sum += value;
  }
  return kAlphabet[sum % kAlphabet.size()];
}

size_t HibcSpacesAtEnd(std::string_view text, size_t spaces) {
  if (spaces >= 1 && HibcCheckCharacter(text) == ' ') return 1;
  if (spaces >= 2 && HibcCheckCharacter(std::string(text) + " ") == ' ') return 2;
  return 0;
}

ParseResult ParseHibc(std::string_view text, size_t base, const ParseOptions& options) {
  const bool is_printed = text.starts_with('*');
  if (is_printed && !text.ends_with('*')) {
    return StructureError(base + text.size(), "The closing asterisk of the HIBC code is missing.");
  }
  std::string code(is_printed ? text.substr(1, text.size() - 2) : text);
  // Only link and check character can be a space that is printed.
  const size_t last_two = code.size() - std::min<size_t>(code.size(), 2);
  std::replace(code.begin() + static_cast<std::ptrdiff_t>(last_two), code.end(), kPrintedSpace,
               ' ');
  const Segment whole{.text = code, .position = base + (is_printed ? 1 : 0)};
  if (auto error = CheckCharacters(whole)) return *std::move(error);
  return ReadCode(whole, options);
}

ParseResult JoinHibc(const Scan& first, const Scan& second, const ParseOptions& options) {
  if (auto error = CheckSameDevice(first, second)) return *std::move(error);
  const std::string& di = first.di.empty() ? second.di : first.di;
  std::vector<Part> parts = PartsOf(first, second);
  if (di.empty()) return BuildHibcScan(di, std::move(parts), options);
  const char check = HibcCheckCharacter("+" + di);
  for (const Part& part : parts) {
    if (part.element.key == kLink && part.element.value != std::string(1, check)) {
      return MakeParseError("CONFLICTING_VALUE", 0,
                            "The link character says that the symbols are of two devices.");
    }
  }
  std::erase_if(parts, [](const Part& part) { return part.element.key == kLink; });
  return BuildHibcScan(di, std::move(parts), options);
}

std::string HibcString(const Scan& scan) {
  const std::string text = CheckedText(scan);
  return text + HibcCheckCharacter(text);
}

std::string HibcPrinted(const Scan& scan) {
  std::string text = HibcString(scan);
  std::ranges::replace(text, ' ', kPrintedSpace);
  return "*" + text + "*";
}

bool IsHibcIdentifier(std::string_view text) {
  return !text.empty() && IsCapital(text[0]) && !CheckPrimary({.text = text}).has_value();
}

}  // namespace qingqu::udi
