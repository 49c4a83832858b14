#include "common/udi/gs1_samples.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/check.h"
#include "common/udi/gs1_application_identifiers.h"
#include "common/udi/gs1_checks.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

size_t Below(size_t end, std::mt19937& random) { return random() % end; }

std::string RandomDigits(size_t length, std::mt19937& random) {
  std::string digits(length, '0');
  for (char& digit : digits) digit = static_cast<char>('0' + Below(10, random));
  return digits;
}

char RandomCharacter(CharacterSet set, std::mt19937& random) {
  if (set == CharacterSet::kNumeric) return static_cast<char>('0' + Below(10, random));
  while (true) {
    const char character = static_cast<char>('!' + Below(94, random));
    const bool is_capital = 'A' <= character && character <= 'Z';
    const bool is_common = is_capital || IsDigit(character) || character == '-';
    if (is_common) return character;
    if (set == CharacterSet::kText && IsTextCharacter(character)) return character;
    if (set == CharacterSet::kPartText && (character == '#' || character == '/')) return character;
    if (set == CharacterSet::kBase64Url && (character == '_' || IsLetter(character))) {
      return character;
    }
  }
}

std::string RandomDate(bool day_optional, std::mt19937& random) {
  return fmt::format("{:02}{:02}{:02}", Below(100, random), 1 + Below(12, random),
                     day_optional ? Below(29, random) : 1 + Below(28, random));
}

std::string RandomIban(std::mt19937& random) {
  const std::string account = RandomDigits(12 + Below(19, random), random);
  for (int check = 2; check < 99; ++check) {
    const std::string iban = fmt::format("DE{:02}{}", check, account);
    if (!ApplyCheck(Check::kIban, iban, 2026)) return iban;
  }
  return "";
}

// The content of a component with a check that leaves little choice; "" when there is none.
std::string RandomChecked(Check check, std::mt19937& random) {
  using enum Check;
  switch (check) {
    case kDateDayOptional:
      return RandomDate(true, random);
    case kDate:
      return RandomDate(false, random);
    case kDateFullYear:
      return "19" + RandomDate(false, random);
    case kHourMinute:
      return fmt::format("{:02}{:02}", Below(24, random), Below(60, random));
    case kHour:
      return fmt::format("{:02}", Below(24, random));
    case kMinute:
    case kSecond:
      return fmt::format("{:02}", Below(60, random));
    case kCountry:
      return "156";
    case kCountryOr999:
      return Below(2, random) == 0 ? "999" : "840";
    case kCountryLetters:
      return "CN";
    case kCurrency:
      return "978";
    case kSex:
    case kWinding:
      return "9";
    case kYesNo:
      return std::to_string(Below(2, random));
    case kZero:
      return "0";
    case kIban:
      return RandomIban(random);
    case kPercentEncoding:
      return "%E6%B8%A0" + RandomDigits(1 + Below(3, random), random);
    case kPieceOfTotal:
      return fmt::format("{:02}{:02}", 1 + Below(40, random), 41 + Below(50, random));
    case kPositionInSequence:
      return fmt::format("{}/{}", 1 + Below(3, random), 4 + Below(5, random));
    case kPackageType:
      return Below(2, random) == 0 ? "BX" : "201";
    case kMediaType:
      return fmt::format("{}", 80 + Below(20, random));
    case kLatitude:
    case kLongitude:
      return fmt::format("0{}", RandomDigits(9, random));
    case kHyphen:
      return "-";
    case kCoupon:
      return "012345612345611110" + RandomDigits(3, random) + "50" + RandomDigits(6, random);
    case kPositiveOffer:
      return "00" + RandomDigits(12, random) + "0" + RandomDigits(6, random);
    default:
      return "";
  }
}

bool Has(const Component& component, Check check) {
  return std::ranges::find(component.checks, check) != component.checks.end();
}

std::string RandomComponent(const Component& component, std::mt19937& random) {
  const std::string checked = RandomChecked(component.checks[0], random);
  if (!checked.empty()) return checked;
  // A company prefix with check characters and a letter needs seven characters.
  const size_t needed = component.checks[0] == Check::kNone ? 1 : 7;
  const size_t least = std::clamp<size_t>(needed, component.length_min, component.length_max);
  const size_t length = least + Below(component.length_max - least + 1U, random);
  std::string text(length, '1');
  for (char& character : text) character = RandomCharacter(component.characters, random);
  for (size_t i = 0; i < std::min<size_t>(length, 5) && component.checks[0] != Check::kNone; ++i) {
    text[i] = static_cast<char>('1' + Below(9, random));
  }
  if (Has(component, Check::kImporterIndex)) text = "A";
  if (Has(component, Check::kHasNonDigit)) text[4] = 'A';
  if (Has(component, Check::kCheckDigit)) {
    text.back() = CheckDigitOf(std::string_view(text).substr(0, length - 1));
  }
  if (Has(component, Check::kCheckCharacters)) {
    text = text.substr(0, length - 2);
    text += CheckCharactersOf(text).value();
  }
  return text;
}

}  // namespace

std::string RandomValue(std::string_view ai, std::mt19937& random) {
  const ApplicationIdentifier* row = FindApplicationIdentifier(ai);
  QINGQU_CHECK(row != nullptr);
  std::string value;
  for (const Component& component : row->format()) {
    if (component.optional && Below(2, random) == 0) break;
    value += RandomComponent(component, random);
  }
  return value;
}

}  // namespace qingqu::udi
