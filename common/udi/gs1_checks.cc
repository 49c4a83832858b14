#include "common/udi/gs1_checks.h"

#include <algorithm>
#include <array>

#include "common/udi/code_lists.h"
#include "common/udi/gs1_date.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

constexpr std::string_view kInvalidValue = "INVALID_VALUE";

// The places in these two are the weights of the characters.
constexpr std::string_view kTextCharacters =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kCheckCharacterSet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
static_assert(kTextCharacters.size() == 82 && kCheckCharacterSet.size() == 32);

// The shortest GS1 Company Prefix. Which prefixes are issued is not known here.
constexpr size_t kCompanyPrefixLengthMin = 4;
constexpr size_t kIbanLengthMin = 11;
constexpr size_t kCheckedTextLengthMax = 97;

std::optional<Fault> CheckDigitFault(std::string_view text) {
  if (text.size() < 2 || !IsAllDigits(text)) {
    return Fault{"INVALID_CHECK_DIGIT", 0, "a number with a check digit holds digits only"};
  }
  const size_t last = text.size() - 1;
  if (CheckDigitOf(text.substr(0, last)) == text[last]) return std::nullopt;
  return Fault{"INVALID_CHECK_DIGIT", last, "the check digit is wrong"};
}

std::optional<Fault> CheckCharactersFault(std::string_view text) {
  if (text.size() < 2) {
    return Fault{"INVALID_CHECK_CHARACTERS", 0, "the two check characters are missing"};
  }
  const size_t pair = text.size() - 2;
  const std::optional<std::string> expected = CheckCharactersOf(text.substr(0, pair));
  if (expected && *expected == text.substr(pair)) return std::nullopt;
  return Fault{"INVALID_CHECK_CHARACTERS", pair, "the two check characters are wrong"};
}

std::optional<Fault> CompanyPrefixFault(std::string_view text, size_t start) {
  for (size_t i = start; i < start + kCompanyPrefixLengthMin; ++i) {
    if (i >= text.size() || !IsDigit(text[i])) {
      return Fault{"INVALID_COMPANY_PREFIX", std::min(i, text.size()),
                   "a GS1 company prefix has at least four digits"};
    }
  }
  return std::nullopt;
}

// Two digits from `offset` on that spell at most `max`.
std::optional<Fault> ClockFault(std::string_view text, size_t offset, int max) {
  const std::string_view digits = text.size() < offset ? "" : text.substr(offset, 2);
  if (digits.size() == 2 && IsAllDigits(digits) && DigitsToInt(digits) <= max) return std::nullopt;
  return Fault{"INVALID_TIME", std::min(offset, text.size()),
               max == 23 ? "the hour must be 00 to 23" : "minute and second must be 00 to 59"};
}

std::optional<Fault> HourMinuteFault(std::string_view text) {
  const std::optional<Fault> hour = ClockFault(text, 0, 23);
  return hour ? hour : ClockFault(text, 2, 59);
}

std::optional<Fault> IbanFault(std::string_view text) {
  const auto fault = [](size_t offset, std::string_view message) {
    return Fault{"INVALID_IBAN", offset, message};
  };
  if (text.size() < kIbanLengthMin) return fault(0, "the account number is too short");
  if (!IsCountryLetters(text.substr(0, 2))) return fault(0, "the account has no country code");
  int remainder = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t place = (i + 4) % text.size();
    const char character = text[place];
    const bool is_digit = IsDigit(character);
    if (!is_digit && !('A' <= character && character <= 'Z')) {
      return fault(place, "an account number holds digits and capital letters only");
    }
    const int weight = is_digit ? character - '0' : character - 'A' + 10;
    remainder = (remainder * (is_digit ? 10 : 100) + weight) % 97;
  }
  if (remainder != 1) return fault(2, "the check digits of the account number are wrong");
  return std::nullopt;
}

bool IsHexDigit(char character) {
  return IsDigit(character) || ('A' <= character && character <= 'F') ||
         ('a' <= character && character <= 'f');
}

std::optional<Fault> PercentFault(std::string_view text) {
  for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    const std::string_view code = text.substr(i + 1, 2);
    if (code.size() < 2 || !std::ranges::all_of(code, IsHexDigit)) {
      return Fault{"INVALID_PERCENT_ENCODING", i, "'%' must be followed by two hexadecimal digits"};
    }
  }
  return std::nullopt;
}

std::optional<Fault> PieceOfTotalFault(std::string_view text) {
  const size_t half = text.size() / 2;
  if (text.empty() || text.size() % 2 != 0 || !IsAllDigits(text)) {
    return Fault{kInvalidValue, 0, "piece and total must have the same number of digits"};
  }
  const std::string_view piece = text.substr(0, half);
  const std::string_view total = text.substr(half);
  const std::string zeros(half, '0');
  if (piece == zeros) return Fault{kInvalidValue, 0, "the piece number must not be zero"};
  if (total == zeros) return Fault{kInvalidValue, half, "the total must not be zero"};
  if (piece > total) return Fault{kInvalidValue, 0, "the piece number exceeds the total"};
  return std::nullopt;
}

std::optional<Fault> PositionFault(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view position = text.substr(0, slash);
  const std::string_view end = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  if (position.empty() || end.empty() || !IsAllDigits(position) || !IsAllDigits(end)) {
    return Fault{kInvalidValue, 0, "it must be a position, '/' and the last position"};
  }
  if (position[0] == '0') return Fault{kInvalidValue, 0, "a position does not start with zero"};
  if (end[0] == '0') return Fault{kInvalidValue, slash + 1, "a position does not start with zero"};
  if (position.size() > end.size() || (position.size() == end.size() && position > end)) {
    return Fault{kInvalidValue, 0, "the position exceeds the last position"};
  }
  return std::nullopt;
}

bool IsMediaType(std::string_view text) {
  if (text.size() != 2 || !IsAllDigits(text)) return false;
  const int type = DigitsToInt(text);
  return (1 <= type && type <= 10) || 80 <= type;
}

bool IsImporterIndex(std::string_view text) {
  return text.size() == 1 &&
         (IsDigit(text[0]) || IsLetter(text[0]) || text[0] == '-' || text[0] == '_');
}

// Ten digits that are at most `max`, as text: latitude and longitude are shifted to be positive.
bool IsCoordinate(std::string_view text, std::string_view max) {
  return text.size() == max.size() && IsAllDigits(text) && text <= max;
}

bool IsOneOf(std::string_view text, std::string_view characters) {
  return text.size() == 1 && characters.find(text[0]) != std::string_view::npos;
}

bool HasOnly(std::string_view text, char character) {
  return !text.empty() && text.find_first_not_of(character) == std::string_view::npos;
}

std::optional<Fault> FaultUnless(bool right, std::string_view reason, std::string_view message) {
  if (right) return std::nullopt;
  return Fault{reason, 0, message};
}

// Checks that need neither the year nor a place inside the text.
std::optional<Fault> SimpleFault(Check check, std::string_view text) {
  using enum Check;
  switch (check) {
    case kCountry:
      return FaultUnless(IsCountryNumber(text), "INVALID_COUNTRY", "no such country (ISO 3166)");
    case kCountryOr999:
      return FaultUnless(text == "999" || IsCountryNumber(text), "INVALID_COUNTRY",
                         "no such country (ISO 3166, or 999)");
    case kCountryLetters:
      return FaultUnless(IsCountryLetters(text), "INVALID_COUNTRY", "no such country (ISO 3166)");
    case kCurrency:
      return FaultUnless(IsCurrencyNumber(text), "INVALID_CURRENCY", "no such currency (ISO 4217)");
    case kSex:
      return FaultUnless(IsOneOf(text, "0129"), kInvalidValue, "it must be 0, 1, 2 or 9");
    case kYesNo:
      return FaultUnless(IsOneOf(text, "01"), kInvalidValue, "it must be 0 or 1");
    case kWinding:
      return FaultUnless(IsOneOf(text, "019"), kInvalidValue, "it must be 0, 1 or 9");
    case kZero:
      return FaultUnless(HasOnly(text, '0'), kInvalidValue, "it must be zero");
    case kNonzero:
      return FaultUnless(IsAllDigits(text) && !HasOnly(text, '0'), kInvalidValue,
                         "it must not be zero");
    case kNoZeroPrefix:
      return FaultUnless(IsAllDigits(text) && !text.starts_with('0'), kInvalidValue,
                         "it must not start with zero");
    case kImporterIndex:
      return FaultUnless(IsImporterIndex(text), kInvalidValue,
                         "it must be a letter, a digit, '-' or '_'");
    case kPackageType:
      return FaultUnless(IsPackageType(text), kInvalidValue, "no such package type");
    case kMediaType:
      return FaultUnless(IsMediaType(text), kInvalidValue, "no such media type");
    case kLatitude:
      return FaultUnless(IsCoordinate(text, "1800000000"), kInvalidValue, "no such latitude");
    case kLongitude:
      return FaultUnless(IsCoordinate(text, "3600000000"), kInvalidValue, "no such longitude");
    case kHyphen:
      return FaultUnless(HasOnly(text, '-'), kInvalidValue, "it must be '-'");
    case kHasNonDigit:
      return FaultUnless(!IsAllDigits(text), kInvalidValue, "it must not be digits only");
    default:
      return std::nullopt;
  }
}

std::optional<Fault> DateFault(std::string_view text, size_t length, const DateRules& rules) {
  if (text.size() != length) return Fault{"INVALID_DATE", 0, "the date has a wrong length"};
  return FindDateFault(text, rules);
}

bool IsInSet(char character, CharacterSet set) {
  switch (set) {
    case CharacterSet::kNumeric:
      return IsDigit(character);
    case CharacterSet::kText:
      return IsTextCharacter(character);
    case CharacterSet::kPartText:
      return IsDigit(character) || ('A' <= character && character <= 'Z') || character == '#' ||
             character == '-' || character == '/';
    case CharacterSet::kBase64Url:
      return IsDigit(character) || IsLetter(character) || character == '-' || character == '_';
  }
  return false;
}

std::string_view SetMessage(CharacterSet set) {
  switch (set) {
    case CharacterSet::kNumeric:
      return "only digits are allowed here";
    case CharacterSet::kText:
      return "this character is not allowed in a GS1 value";
    case CharacterSet::kPartText:
      return "only capital letters, digits, '#', '-' and '/' are allowed here";
    case CharacterSet::kBase64Url:
      return "only letters, digits, '-', '_' and '=' at the end are allowed here";
  }
  return "";
}

// Up to two '=' at the end are padding. How they relate to the length is left alone: the reference
// implementation and RFC 4648 differ.
std::string_view WithoutPadding(std::string_view text) {
  for (int i = 0; i < 2 && text.size() > 1 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

std::optional<Fault> ComponentFault(const Component& component, std::string_view text,
                                    int current_year) {
  const std::string_view checked =
      component.characters == CharacterSet::kBase64Url ? WithoutPadding(text) : text;
  const auto* foreign = std::ranges::find_if_not(
      checked, [&](char character) { return IsInSet(character, component.characters); });
  if (foreign != checked.end()) {
    return Fault{"INVALID_CHARACTER", static_cast<size_t>(foreign - checked.begin()),
                 SetMessage(component.characters)};
  }
  if (text.size() < component.length_min) {
    return Fault{"INVALID_LENGTH", text.size(), "the value is too short"};
  }
  for (const Check check : component.checks) {
    if (const auto fault = ApplyCheck(check, text, current_year)) return fault;
  }
  return std::nullopt;
}

}  // namespace

char CheckDigitOf(std::string_view digits) {
  int sum = 0;
  int weight = 3;
  for (size_t i = digits.size(); i > 0; --i) {
    sum += (digits[i - 1] - '0') * weight;
    weight = 4 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::optional<std::string> CheckCharactersOf(std::string_view text) {
  if (text.size() > kCheckedTextLengthMax) return std::nullopt;
  size_t sum = 0;
  size_t prime = 1;
  for (size_t i = text.size(); i > 0; --i) {
    const size_t value = kTextCharacters.find(text[i - 1]);
    if (value == std::string_view::npos) return std::nullopt;
    // The weights are the primes in order, from the right.
    const auto is_composite = [](size_t number) {
      for (size_t divisor = 2; divisor * divisor <= number; ++divisor) {
        if (number % divisor == 0) return true;
      }
      return false;
    };
    do ++prime;
    while (is_composite(prime));
    sum = (sum + value * prime) % 1021;
  }
  return std::string{kCheckCharacterSet[sum / 32], kCheckCharacterSet[sum % 32]};
}

bool IsTextCharacter(char character) {
  return kTextCharacters.find(character) != std::string_view::npos;
}

std::optional<Fault> ApplyCheck(Check check, std::string_view text, int current_year) {
  using enum Check;
  switch (check) {
    case kCheckDigit:
      return CheckDigitFault(text);
    case kCheckCharacters:
      return CheckCharactersFault(text);
    case kCompanyPrefixFirst:
      return CompanyPrefixFault(text, 0);
    case kCompanyPrefixSecond:
      return CompanyPrefixFault(text, 1);
    case kDateDayOptional:
      return DateFault(text, 6, {.current_year = current_year, .zero_day_allowed = true});
    case kDate:
      return DateFault(text, 6, {.current_year = current_year});
    case kDateFullYear:
      return DateFault(text, 8, {.current_year = current_year});
    case kHourMinute:
      return HourMinuteFault(text);
    case kHour:
      return ClockFault(text, 0, 23);
    case kMinute:
    case kSecond:
      return ClockFault(text, 0, 59);
    case kIban:
      return IbanFault(text);
    case kPercentEncoding:
      return PercentFault(text);
    case kPieceOfTotal:
      return PieceOfTotalFault(text);
    case kPositionInSequence:
      return PositionFault(text);
    case kCoupon:
      return FindCouponFault(text, current_year);
    case kPositiveOffer:
      return FindPositiveOfferFault(text);
    default:
      return SimpleFault(check, text);
  }
}

std::optional<Fault> FindValueFault(const ApplicationIdentifier& row, std::string_view value,
                                    int current_year) {
  if (value.empty()) return Fault{"INVALID_LENGTH", 0, "the value is missing"};
  size_t start = 0;
  for (const Component& component : row.format()) {
    if (component.optional && start == value.size()) break;
    const std::string_view part = value.substr(start, component.length_max);
    if (auto fault = ComponentFault(component, part, current_year)) {
      fault->offset += start;
      return fault;
    }
    start += part.size();
  }
  if (start == value.size()) return std::nullopt;
  return Fault{"INVALID_LENGTH", start, "the value is too long"};
}

}  // namespace qingqu::udi
