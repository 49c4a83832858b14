#include "common/udi/iccbba_parser.h"

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

constexpr std::string_view kDonation = "=";
constexpr std::string_view kMessage = "=+";
constexpr std::string_view kProduct = "=/";
constexpr std::string_view kDivision = "=,";
constexpr std::string_view kExpiry = "=>";
constexpr std::string_view kExpiryTime = "&>";
constexpr std::string_view kProduction = "=}";
constexpr std::string_view kProductionTime = "&}";
constexpr std::string_view kLot = "&,1";
constexpr std::string_view kBag = "=)";
constexpr std::string_view kBagLot = "&)";

constexpr size_t kProductLength = 16;
constexpr size_t kBagLength = 10;

// A data structure whose content is checked. `pattern` has one character for each of the data: that
// of a date, or A for a capital letter or digit, a also for a small letter, F as A without the
// letter O, 9 for a digit.
struct StructureKind {
  std::string_view key;
  std::string_view pattern;
  bool is_date;
  std::string_view title;
};

constexpr std::array<StructureKind, 11> kKinds = {{
    {kProduct, "FFFFFAAAAAAAAAAA", false, "PRODUCT"},
    {kDivision, "AAAAAA", false, "SERIAL"},
    {kDonation, "FFF9999999999AA", false, "DONATION NUMBER"},
    {kExpiry, "YYYJJJ", true, "EXPIRY"},
    {kExpiryTime, "YYYJJJHHNN", true, "EXPIRY TIME"},
    {kProduction, "YYYJJJ", true, "PROD DATE"},
    {kProductionTime, "YYYJJJHHNN", true, "PROD TIME"},
    {kLot, "AAAAAAAAAAAAAAAAAA", false, "BATCH/LOT"},
    {kBag, "aaaaaaaaaa", false, "BLOOD BAG"},
    {kBagLot, "aaaaaaaaaa", false, "BATCH/LOT"},
    {kMessage, "99999", false, "MESSAGE"},
}};

const StructureKind* FindKind(std::string_view key) {
  const auto* kind = std::ranges::find(kKinds, key, &StructureKind::key);
  return kind == kKinds.end() ? nullptr : kind;
}

bool IsCapital(char character) { return 'A' <= character && character <= 'Z'; }

bool StartsStructure(char character) { return character == '=' || character == '&'; }

bool IsAllowed(char character, char pattern) {
  switch (pattern) {
    case '9':
      return IsDigit(character);
    case 'a':
      return IsDigit(character) || IsLetter(character);
    case 'F':
      return IsDigit(character) || (IsCapital(character) && character != 'O');
    default:
      return IsDigit(character) || IsCapital(character);
  }
}

// What is wrong with the data of a structure.
std::optional<Fault> FindFault(std::string_view value, const StructureKind& kind,
                               const ParseOptions& options) {
  for (size_t i = 0; i < std::min(value.size(), kind.pattern.size()); ++i) {
    if (!kind.is_date && !IsAllowed(value[i], kind.pattern[i])) {
      return Fault{"INVALID_CHARACTER", i, "a character that is not allowed stands here"};
    }
  }
  if (value.size() != kind.pattern.size()) {
    return Fault{"INVALID_LENGTH", std::min(value.size(), kind.pattern.size()),
                 "the data have another length"};
  }
  if (!kind.is_date) return std::nullopt;
  return ReadPatternedDate(value, kind.pattern, options.current_year).fault;
}

// The length of the data identifier at the start of `text`; 0 when there is none. That of a
// donation number is "=" alone: the character after it belongs to the number.
size_t IdentifierLength(std::string_view text) {
  if (text.size() < 2 || !StartsStructure(text[0])) return 0;
  const char second = text[1];
  if (second <= ' ' || '~' < second || StartsStructure(second)) return 0;
  if (text[0] == '=' && (IsDigit(second) || IsCapital(second))) return 1;
  const bool has_three = text.starts_with("&,");
  if (!has_three) return 2;
  return text.size() > 2 && IsDigit(text[2]) ? 3 : 0;
}

// Structures that we do not interpret, of blood products and patients, are kept as they are.
std::optional<ParseError> CheckOther(std::string_view value, size_t position) {
  const auto* foreign = std::ranges::find_if_not(
      value, [](char character) { return '!' <= character && character <= '~'; });
  if (foreign != value.end()) {
    return MakeParseError("INVALID_CHARACTER",
                          position + static_cast<size_t>(foreign - value.begin()),
                          "Only visible ASCII characters are allowed in an ISBT 128 code.");
  }
  if (!value.empty()) return std::nullopt;
  return MakeParseError("INVALID_LENGTH", position, "An ISBT 128 data structure is empty.");
}

std::optional<ParseError> ReadStructure(std::string_view key, std::string_view value, size_t base,
                                        const ParseOptions& options, std::vector<Part>& parts) {
  const StructureKind* kind = FindKind(key);
  const size_t value_position = base + key.size();
  if (kind == nullptr) {
    if (auto error = CheckOther(value, value_position)) return error;
  } else if (const auto fault = FindFault(value, *kind, options)) {
    return MakeParseError(fault->reason, value_position + fault->offset,
                          fmt::format("ISBT 128 structure {}: {}.", key, fault->message));
  }
  parts.push_back(
      {.element = {.key = std::string(key),
                   .value = std::string(value),
                   .title = std::string(kind == nullptr ? "OTHER STRUCTURE" : kind->title)},
       .position = base});
  return std::nullopt;
}

// Takes the header of a message off, which must come first and tell the number of structures.
std::optional<ParseError> TakeMessage(std::vector<Part>& parts) {
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].element.key != kMessage) continue;
    if (i > 0) {
      return MakeParseError("INVALID_ISBT_STRUCTURE", parts[i].position,
                            "The number of structures must stand at the start.");
    }
    const auto announced =
        static_cast<size_t>(DigitsToInt(std::string_view(parts[i].element.value).substr(0, 2)));
    if (announced != parts.size() - 1) {
      return MakeParseError(
          "INVALID_ISBT_STRUCTURE", parts[i].position + kMessage.size(),
          fmt::format("The ISBT 128 message announces {} structures and holds {}.", announced,
                      parts.size() - 1));
    }
  }
  if (!parts.empty() && parts[0].element.key == kMessage) parts.erase(parts.begin());
  return std::nullopt;
}

std::string ValueOf(const Scan& scan, std::string_view key) {
  const auto found = std::ranges::find(scan.elements, key, &Element::key);
  return found == scan.elements.end() ? std::string() : found->value;
}

// The date of the first of `keys` that the scan holds.
std::optional<CivilDate> DateOf(const Scan& scan, std::array<std::string_view, 2> keys,
                                const ParseOptions& options) {
  for (const std::string_view key : keys) {
    const std::string value = ValueOf(scan, key);
    if (value.empty()) continue;
    return ReadPatternedDate(value, FindKind(key)->pattern, options.current_year).date;
  }
  return std::nullopt;
}

ParseResult BuildIccbbaScan(const std::vector<Part>& parts, const ParseOptions& options) {
  Scan scan;
  scan.issuer = Issuer::kIccbba;
  if (auto error = AddParts(parts, "ISBT 128", scan)) return *std::move(error);
  const std::string product = ValueOf(scan, kProduct);
  const std::string lot = ValueOf(scan, kLot);
  scan.di = product.empty() ? ValueOf(scan, kBag) : product;
  scan.lot = lot.empty() ? ValueOf(scan, kBagLot) : lot;
  scan.serial = ValueOf(scan, kDivision);
  scan.expiry = DateOf(scan, {kExpiry, kExpiryTime}, options);
  scan.manufactured = DateOf(scan, {kProduction, kProductionTime}, options);
  return scan;
}

}  // namespace

bool LooksLikeIccbba(std::string_view text) { return !text.empty() && StartsStructure(text[0]); }

ParseResult ParseIccbba(std::string_view text, size_t base, const ParseOptions& options) {
  std::vector<Part> parts;
  size_t position = 0;
  while (position < text.size()) {
    const size_t key_length = IdentifierLength(text.substr(position));
    if (key_length == 0) {
      return MakeParseError("INVALID_ISBT_STRUCTURE", base + position,
                            "No ISBT 128 data identifier starts here.");
    }
    const size_t start = position + key_length;
    const size_t next = std::min(text.find_first_of("=&", start), text.size());
    // Structures are printed with a space between them.
    const size_t last = text.find_last_not_of(' ', next - 1);
    const size_t end = std::clamp(last + 1, start, next);
    if (auto error =
            ReadStructure(text.substr(position, key_length), text.substr(start, end - start),
                          base + position, options, parts)) {
      return *std::move(error);
    }
    position = next;
  }
  if (auto error = TakeMessage(parts)) return *std::move(error);
  if (parts.empty()) {
    return MakeParseError("EMPTY", base + text.size(), "The ISBT 128 message holds no structure.");
  }
  return BuildIccbbaScan(parts, options);
}

ParseResult JoinIccbba(const Scan& first, const Scan& second, const ParseOptions& options) {
  if (auto error = CheckSameDevice(first, second)) return *std::move(error);
  return BuildIccbbaScan(PartsOf(first, second), options);
}

std::string IccbbaString(const Scan& scan) {
  std::string text;
  for (const Element& element : scan.elements) text += element.key + element.value;
  return text;
}

bool IsIccbbaIdentifier(std::string_view text) {
  const auto matches = [&](std::string_view key) {
    return !FindFault(text, *FindKind(key), {.current_year = 2000}).has_value();
  };
  // Description codes start with a letter; without one, digits alone would pass.
  if (text.size() == kProductLength) return matches(kProduct) && IsCapital(text[11]);
  return text.size() == kBagLength && matches(kBag) && std::ranges::any_of(text, IsDigit) &&
         std::ranges::any_of(text, IsLetter);
}

}  // namespace qingqu::udi
