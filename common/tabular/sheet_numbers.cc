#include "common/tabular/sheet_numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "fmt/format.h"

#include "common/base/strings.h"

namespace qingqu::tabular {
namespace {

constexpr int kDigitsMax = 15;
constexpr size_t kPaddingMax = 30;
constexpr size_t kRawMax = 400;
constexpr int64_t kExponentMax = 400;
constexpr int64_t kSecondsADay = 86'400;
constexpr double kLeapDayThatWasNot = 60;
constexpr std::string_view kDigits = "0123456789";

char Lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
}

// 0.d1d2d3… × 10^point, without zeros at either end of the digits; no digits: zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t point = 0;
};

void DropZeros(Decimal& decimal) {
  const size_t zeros = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
  decimal.digits.erase(0, zeros);
  decimal.point -= static_cast<int64_t>(zeros);
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  if (decimal.digits.empty()) decimal = Decimal();
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal decimal;
  if (text.size() > kRawMax) return std::nullopt;
  if (text.starts_with('-') || text.starts_with('+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const size_t whole = std::min(text.find_first_not_of(kDigits), text.size());
  decimal.digits = text.substr(0, whole);
  decimal.point = static_cast<int64_t>(whole);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const size_t fraction = std::min(text.find_first_not_of(kDigits), text.size());
    decimal.digits += text.substr(0, fraction);
    text.remove_prefix(fraction);
  }
  if (decimal.digits.empty()) return std::nullopt;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(text.starts_with("+-") ? 0 : 1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    decimal.point += exponent;
  } else if (!text.empty()) {
    return std::nullopt;
  }
  DropZeros(decimal);
  return decimal;
}

void Round(Decimal& decimal) {
  if (decimal.digits.size() <= kDigitsMax) return;
  const bool up = decimal.digits[kDigitsMax] >= '5';
  decimal.digits.resize(kDigitsMax);
  for (int index = kDigitsMax; up && index > 0; --index) {
    char& digit = decimal.digits[static_cast<size_t>(index) - 1];
    if (digit != '9') {
      ++digit;
      return;
    }
    digit = '0';
    if (index > 1) continue;
    decimal.digits.insert(0, 1, '1');
    ++decimal.point;
  }
}

std::string PlainText(const Decimal& decimal, size_t digits_min) {
  const std::string_view digits = decimal.digits;
  const size_t whole = decimal.point > 0 ? static_cast<size_t>(decimal.point) : 0;
  std::string text(digits.substr(0, whole));
  text.append(whole - text.size(), '0');
  if (text.size() < std::max(digits_min, size_t{1})) {
    text.insert(0, std::max(digits_min, size_t{1}) - text.size(), '0');
  }
  if (digits.size() > whole) {
    text += '.';
    if (decimal.point < 0) text.append(static_cast<size_t>(-decimal.point), '0');
    text += digits.substr(whole);
  }
  return decimal.negative ? "-" + text : text;
}

CellText Fault(std::string_view raw, std::string_view reason, std::string message) {
  return {.text = std::string(raw), .reason = reason, .message = std::move(message)};
}

std::string TimeText(int64_t seconds) {
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60, seconds % 60);
}

CellText DateText(std::string_view raw, double serial, NumberKind kind, bool from_1904) {
  constexpr double kSerialMax = 2'958'466;  // of 10000-01-01
  const auto out_of_range = [raw] {
    return Fault(raw, "DATE_OUT_OF_RANGE",
                 "a number that is no day of the calendar is formatted as a date");
  };
  if (!(serial >= 0) || serial >= kSerialMax) return out_of_range();
  const int64_t seconds = std::llround(serial * static_cast<double>(kSecondsADay));
  const int64_t time = seconds % kSecondsADay;
  if (kind == NumberKind::kElapsed) return {.text = TimeText(seconds)};
  if (kind == NumberKind::kTime) return {.text = TimeText(time)};
  const int64_t days = seconds / kSecondsADay;
  const auto missing_day = static_cast<int64_t>(kLeapDayThatWasNot);
  if (!from_1904 && (days == 0 || days == missing_day)) return out_of_range();
  absl::CivilDay epoch(1904, 1, 1);
  if (!from_1904) epoch = absl::CivilDay(1899, 12, days < missing_day ? 31 : 30);
  const absl::CivilDay day = epoch + days;
  if (day.year() > 9'999) return out_of_range();
  std::string text = fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day());
  if (kind == NumberKind::kDateTime && time != 0) text += "T" + TimeText(time);
  return {.text = std::move(text)};
}

// What stands between brackets in a format: "[h]", "[mm]", "[ss]" count beyond a day.
bool IsElapsed(std::string_view bracketed) {
  return absl::EqualsIgnoreCase(ToAbsl(bracketed), "h") ||
         absl::EqualsIgnoreCase(ToAbsl(bracketed), "hh") ||
         absl::EqualsIgnoreCase(ToAbsl(bracketed), "m") ||
         absl::EqualsIgnoreCase(ToAbsl(bracketed), "mm") ||
         absl::EqualsIgnoreCase(ToAbsl(bracketed), "s") ||
         absl::EqualsIgnoreCase(ToAbsl(bracketed), "ss");
}

// The letters of a format's first section, without what it shows as it stands.
struct FormatLetters {
  std::string letters;
  bool elapsed = false;
};

FormatLetters LettersOf(std::string_view code) {
  FormatLetters found;
  for (size_t index = 0; index < code.size() && code[index] != ';'; ++index) {
    const char character = code[index];
    if (character == '"' || character == '[') {
      const size_t end = code.find(character == '"' ? '"' : ']', index + 1);
      if (end == std::string_view::npos) return found;
      if (character == '[') found.elapsed |= IsElapsed(code.substr(index + 1, end - index - 1));
      index = end;
    } else if (character == '\\' || character == '_' || character == '*') {
      ++index;
    } else {
      found.letters += Lower(character);
    }
  }
  return found;
}

}  // namespace

NumberFormat ParseNumberFormat(std::string_view code) {
  const std::string_view section = code.substr(0, code.find(';'));
  if (section.size() > 1 && section.size() <= kPaddingMax &&
      section.find_first_not_of('0') == std::string_view::npos) {
    return {.digits_min = static_cast<uint8_t>(section.size())};
  }
  const FormatLetters found = LettersOf(code);
  const std::string_view letters = found.letters;
  if (letters.find("general") != std::string_view::npos) return {};
  const bool exponent =
      letters.find("e+") != std::string_view::npos || letters.find("e-") != std::string_view::npos;
  if (found.elapsed) return {.kind = NumberKind::kElapsed};
  const bool time = letters.find_first_of("hs") != std::string_view::npos;
  const bool date = letters.find_first_of(exponent ? "yd" : "yde") != std::string_view::npos ||
                    (!time && letters.find('m') != std::string_view::npos);
  if (date) return {.kind = time ? NumberKind::kDateTime : NumberKind::kDate};
  return {.kind = time ? NumberKind::kTime : NumberKind::kNumber};
}

NumberFormat BuiltInNumberFormat(int id) {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) ||
      id == 57 || id == 58) {
    return {.kind = NumberKind::kDate};
  }
  if (id == 22) return {.kind = NumberKind::kDateTime};
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 ||
      id == 56) {
    return {.kind = NumberKind::kTime};
  }
  return {.kind = id == 46 ? NumberKind::kElapsed : NumberKind::kNumber};
}

CellText NumberText(std::string_view raw, NumberFormat format, bool from_1904) {
  std::optional<Decimal> decimal = ParseDecimal(TrimAsciiSpace(raw));
  if (!decimal.has_value()) {
    return Fault(raw, "NUMBER_INVALID", "the cell is said to hold a number, and does not");
  }
  if (decimal->point > kDigitsMax) {
    return Fault(raw, "NUMBER_TOO_LONG",
                 fmt::format("a number of more than {} digits has lost the last of them; format "
                             "the column as text and enter it again",
                             kDigitsMax));
  }
  if (decimal->point < -kExponentMax) decimal = Decimal();
  if (format.kind != NumberKind::kNumber) {
    double serial = 0;
    const std::string plain = PlainText(*decimal, 0);
    std::from_chars(plain.data(), plain.data() + plain.size(), serial);
    return DateText(raw, serial, format.kind, from_1904);
  }
  Round(*decimal);
  DropZeros(*decimal);
  return {.text = PlainText(*decimal, format.digits_min)};
}

std::string IsoDateText(std::string_view raw) {
  const std::string_view text = TrimAsciiSpace(raw);
  const size_t time = text.find('T');
  if (time == std::string_view::npos) return std::string(text);
  const bool midnight = text.find_first_not_of("0:.Z", time + 1) == std::string_view::npos;
  return std::string(midnight ? text.substr(0, time) : text);
}

}  // namespace qingqu::tabular
