#include "common/udi/gs1_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/udi/gs1_checks.h"
#include "common/udi/scan_builder.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

constexpr std::string_view kFullWidthOpen = "\xEF\xBC\x88";
constexpr std::string_view kFullWidthClose = "\xEF\xBC\x89";
constexpr std::string_view kBetweenElements = " \t\x1d";

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "(17)" at the start of a text.
struct Bracket {
  size_t length = 0;     // of all of it; 0 when there is none
  size_t digits_at = 0;  // where the digits start
  std::string_view digits;
};

// Two to four digits in brackets, whether there is such an AI or not.
Bracket LeadingBracket(std::string_view text) {
  std::string_view rest = text;
  if (!TakePrefix(rest, "(") && !TakePrefix(rest, kFullWidthOpen)) return {};
  const size_t digits_at = text.size() - rest.size();
  size_t count = 0;
  while (count < rest.size() && IsDigit(rest[count])) ++count;
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  if (count < 2 || count > 4) return {};
  if (!TakePrefix(rest, ")") && !TakePrefix(rest, kFullWidthClose)) return {};
  return {.length = text.size() - rest.size(), .digits_at = digits_at, .digits = digits};
}

// The value between `start` and `end` of `text`, without what may stand between elements.
Gs1Element ElementBetween(std::string_view text, const Bracket& bracket, size_t start, size_t end) {
  const size_t first = std::min(text.find_first_not_of(kBetweenElements, start), end);
  size_t last = end;
  while (last > first && kBetweenElements.find(text[last - 1]) != std::string_view::npos) --last;
  return {.row = FindApplicationIdentifier(bracket.digits),
          .ai = bracket.digits,
          .value = std::string(text.substr(first, last - first)),
          .value_position = first};
}

struct ReadElement {
  Gs1Element element;  // positions count from the start of `text`
  size_t end = 0;
  std::optional<ParseError> error;
};

// Reads the element whose bracket is at `start`. Its value ends before the first AI in brackets up
// to which it is valid, so that "(10)A(B)1" is one lot; with no such place, the error at the first
// is reported.
ReadElement ReadBracketed(std::string_view text, size_t start, const Bracket& bracket,
                          const ParseOptions& options) {
  const size_t value_start = start + bracket.length;
  std::optional<ParseError> error;
  for (size_t end = value_start; end <= text.size(); ++end) {
    const Bracket next = LeadingBracket(text.substr(end));
    if (end < text.size() && next.length == 0) continue;
    Gs1Element element = ElementBetween(text, bracket, value_start, end);
    element.ai_position = start + bracket.digits_at;
    auto fault = CheckElement(element, options);
    const bool is_boundary =
        end == text.size() || FindApplicationIdentifier(next.digits) != nullptr;
    if (!fault && is_boundary) return {.element = std::move(element), .end = end, .error = {}};
    if (error) continue;
    if (!fault && element.row->predefined_length) {
      error = MakeParseError("UNKNOWN_AI", end + next.digits_at,
                             fmt::format("There is no AI {}.", next.digits));
    } else if (is_boundary) {
      error = std::move(fault);
    }
  }
  return {.element = {}, .end = text.size(), .error = std::move(error)};
}

ParseError UnknownIdentifier(size_t position) {
  return MakeParseError("UNKNOWN_AI", position,
                        "No GS1 application identifier starts here; is a separator missing?");
}

}  // namespace

ParseResult ParseElementString(std::string_view text, size_t base, const ParseOptions& options) {
  std::vector<Gs1Element> elements;
  size_t position = text.starts_with(kFnc1) ? 1 : 0;
  while (position < text.size()) {
    const size_t ai_length = LeadingIdentifierLength(text.substr(position));
    if (ai_length == 0 && text[position] == kFnc1) {
      return MakeParseError("MISPLACED_SEPARATOR", base + position,
                            "A separator must follow an element.");
    }
    if (ai_length == 0) return UnknownIdentifier(base + position);
    const std::string_view ai = text.substr(position, ai_length);
    const ApplicationIdentifier* row = FindApplicationIdentifier(ai);
    const size_t start = position + ai_length;
    size_t end = std::min(text.find(kFnc1, start), text.size());
    if (row->predefined_length) end = std::min(end, start + row->length_max());
    Gs1Element element{.row = row,
                       .ai = ai,
                       .ai_position = base + position,
                       .value = std::string(text.substr(start, end - start)),
                       .value_position = base + start};
    if (auto error = CheckElement(element, options)) return *std::move(error);
    elements.push_back(std::move(element));
    position = end < text.size() && text[end] == kFnc1 ? end + 1 : end;
  }
  if (elements.empty()) return MakeParseError("EMPTY", base, "The scan holds no element.");
  return BuildGs1Scan(elements, options);
}

bool StartsWithBracket(std::string_view text) {
  return text.starts_with('(') || text.starts_with(kFullWidthOpen);
}

ParseResult ParseHumanReadable(std::string_view text, size_t base, const ParseOptions& options) {
  std::vector<Gs1Element> elements;
  size_t position = 0;
  while (position < text.size()) {
    const Bracket bracket = LeadingBracket(text.substr(position));
    if (bracket.length == 0 || FindApplicationIdentifier(bracket.digits) == nullptr) {
      return UnknownIdentifier(base + position + bracket.digits_at);
    }
    ReadElement read = ReadBracketed(text, position, bracket, options);
    if (read.error) {
      read.error->position += static_cast<int>(base);
      return *std::move(read.error);
    }
    read.element.ai_position += base;
    read.element.value_position += base;
    elements.push_back(std::move(read.element));
    position = read.end;
  }
  return BuildGs1Scan(elements, options);
}

ParseResult ParseBareGtin(std::string_view text, size_t base, const ParseOptions& options) {
  if (!HasGtinShape(text)) {
    return MakeParseError("INVALID_LENGTH", base, "A GTIN has 8, 12, 13 or 14 digits.");
  }
  if (!IsBareGtin(text)) {
    return MakeParseError("INVALID_CHECK_DIGIT", base + text.size() - 1,
                          "The check digit of the GTIN is wrong.");
  }
  const Gs1Element element{.row = FindApplicationIdentifier("01"),
                           .ai = "01",
                           .ai_position = base,
                           .value = PadGtin(text),
                           .value_position = base};
  return BuildGs1Scan({element}, options);
}

bool HasGtinShape(std::string_view text) {
  const bool has_length =
      text.size() == 8 || text.size() == 12 || text.size() == 13 || text.size() == 14;
  return has_length && IsAllDigits(text);
}

bool IsBareGtin(std::string_view text) {
  return HasGtinShape(text) && CheckDigitOf(text.substr(0, text.size() - 1)) == text.back();
}

std::string PadGtin(std::string_view gtin) { return fmt::format("{:0>14}", gtin); }

}  // namespace qingqu::udi
