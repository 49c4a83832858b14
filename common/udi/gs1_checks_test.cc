#include "common/udi/gs1_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <string_view>

#include "common/udi/gs1_date.h"

namespace qingqu::udi {
namespace {

constexpr int kYear = 2026;

std::string ReasonOf(const std::optional<Fault>& fault) {
  return fault ? std::string(fault->reason) : "";
}

struct CheckCase {
  Check check;
  std::string_view valid;
  std::string_view invalid;
  std::string_view reason;
  size_t offset;
};

constexpr std::string_view kValue = "INVALID_VALUE";

const std::vector<CheckCase>& CheckCases() {
  using enum Check;
  static const std::vector<CheckCase> cases = {
      {kCheckDigit, "06901234567892", "06901234567893", "INVALID_CHECK_DIGIT", 13},
      {kCheckDigit, "00012345600012", "", "INVALID_CHECK_DIGIT", 0},
      {kCheckCharacters, "1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310cXK",
       "INVALID_CHECK_CHARACTERS", 23},
      {kCheckCharacters, "12345_ABCDEFGHIJKLMCP", "2", "INVALID_CHECK_CHARACTERS", 0},
      {kCompanyPrefixFirst, "1234A", "123A", "INVALID_COMPANY_PREFIX", 3},
      {kCompanyPrefixFirst, "0123", "012", "INVALID_COMPANY_PREFIX", 3},
      {kCompanyPrefixSecond, "I1234", "I123A", "INVALID_COMPANY_PREFIX", 4},
      {kDateDayOptional, "240200", "240230", "INVALID_DATE", 4},
      {kDateDayOptional, "240229", "251300", "INVALID_DATE", 2},
      {kDate, "240229", "250229", "INVALID_DATE", 4},
      {kDate, "991231", "240200", "INVALID_DATE", 4},
      {kDateFullYear, "20240229", "19000229", "INVALID_DATE", 6},
      {kDateFullYear, "18991231", "00001231", "INVALID_DATE", 0},
      {kHourMinute, "2359", "2400", "INVALID_TIME", 0},
      {kHourMinute, "0000", "2360", "INVALID_TIME", 2},
      {kHour, "23", "24", "INVALID_TIME", 0},
      {kMinute, "59", "60", "INVALID_TIME", 0},
      {kSecond, "00", "5", "INVALID_TIME", 0},
      {kCountry, "156", "999", "INVALID_COUNTRY", 0},
      {kCountry, "004", "15 ", "INVALID_COUNTRY", 0},
      {kCountryOr999, "999", "998", "INVALID_COUNTRY", 0},
      {kCountryLetters, "CN", "XX", "INVALID_COUNTRY", 0},
      {kCurrency, "156", "001", "INVALID_CURRENCY", 0},
      {kSex, "9", "3", kValue, 0},
      {kIban, "GB98MIDL07009312345678", "GB97MIDL07009312345678", "INVALID_IBAN", 2},
      {kIban, "BE71096123456769", "XX71096123456769", "INVALID_IBAN", 0},
      {kIban, "LC14BOSL123456789012345678901234", "LC14BOSLx23456789012345678901234",
       "INVALID_IBAN", 8},
      {kIban, "DE91100000000123456789", "BE71", "INVALID_IBAN", 0},
      {kPercentEncoding, "ABC%20XYZ", "ABC%2", "INVALID_PERCENT_ENCODING", 3},
      {kPercentEncoding, "%fF", "%fg", "INVALID_PERCENT_ENCODING", 0},
      {kYesNo, "1", "2", kValue, 0},
      {kWinding, "9", "2", kValue, 0},
      {kZero, "0", "1", kValue, 0},
      {kNonzero, "0001", "0000", kValue, 0},
      {kNoZeroPrefix, "10", "01", kValue, 0},
      {kPieceOfTotal, "0203", "0302", kValue, 0},
      {kPieceOfTotal, "9999", "0100", kValue, 2},
      {kPieceOfTotal, "0101", "0001", kValue, 0},
      {kPositionInSequence, "1/3", "3/1", kValue, 0},
      {kPositionInSequence, "9/10", "1/0", kValue, 2},
      {kPositionInSequence, "3/3", "1/", kValue, 0},
      {kImporterIndex, "-", "+", kValue, 0},
      {kPackageType, "BX", "B", kValue, 0},
      {kPackageType, "201", "A B", kValue, 0},
      {kMediaType, "10", "11", kValue, 0},
      {kMediaType, "80", "00", kValue, 0},
      {kLatitude, "1800000000", "1800000001", kValue, 0},
      {kLongitude, "3600000000", "3600000001", kValue, 0},
      {kHyphen, "-", "X", kValue, 0},
      {kCoupon, "012345612345611110123", "712345612345611110123", "INVALID_COUPON", 0},
      {kPositiveOffer, "001234561234560123456", "0012345612345601234567", "INVALID_COUPON", 21},
      {kHasNonDigit, "11A", "111", kValue, 0},
  };
  return cases;
}

TEST(ChecksTest, EachAcceptsTheRightAndRefusesTheWrong) {
  for (const CheckCase& example : CheckCases()) {
    const std::string_view name = CheckName(example.check);
    EXPECT_EQ(ReasonOf(ApplyCheck(example.check, example.valid, kYear)), "")
        << name << " " << example.valid;
    const auto fault = ApplyCheck(example.check, example.invalid, kYear);
    EXPECT_EQ(ReasonOf(fault), example.reason) << name << " " << example.invalid;
    if (fault) {
      EXPECT_EQ(fault->offset, example.offset) << name << " " << example.invalid;
    }
  }
}

TEST(ChecksTest, EveryCheckHasItsCases) {
  std::set<Check> covered;
  for (const CheckCase& example : CheckCases()) covered.insert(example.check);
  EXPECT_EQ(covered.size(), kCheckCount - 1);
}

TEST(ChecksTest, AnswerForAnyBytes) {
  std::mt19937 random(1);
  const std::string_view alphabet = "0123456789%/-Aa \x1d\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 24, ' ');
    for (char& character : text) character = alphabet[random() % alphabet.size()];
    for (size_t check = 0; check < kCheckCount; ++check) {
      const auto fault = ApplyCheck(static_cast<Check>(check), text, kYear);
      if (fault) {
        ASSERT_LE(fault->offset, text.size()) << CheckName(static_cast<Check>(check));
      }
    }
  }
}

// 1 GCP 6, offer, save value 1, requirement 1, code, family; then each optional field.
TEST(ChecksTest, CouponFields) {
  const std::string base = "012345612345611110123";
  const auto fault = [](const std::string& text) { return ReasonOf(FindCouponFault(text, kYear)); };
  for (const std::string field : {"111010129", "111010120123456", "21010129", "21010120123456",
                                  "3261231", "4260101", "32612314260101", "50123456", "611234567",
                                  "90001", "1110101292101012932612315012345690001"}) {
    EXPECT_EQ(fault(base + field), "") << field;
  }
  for (const std::string field :
       {"1",       "141010129", "1110",  "110010129",      "2101012", "21010127", "210101201234",
        "3261331", "326123",    "42613", "32601014261231", "5",       "501",      "60123456",
        "68",      "61",        "9",     "93001",          "90301",   "90002",    "900",
        "7",       "0"}) {
    EXPECT_EQ(fault(base + field), "INVALID_COUPON") << field;
  }
  for (const std::string text :
       {"", "0", "01", "0123456", "01234561234560", "012345612345601", "0123456123456111",
        "01234561234561111", "012345612345611115123", "a12345612345611110123"}) {
    EXPECT_EQ(fault(text), "INVALID_COUPON") << text;
  }
}

TEST(ChecksTest, PositiveOfferFields) {
  for (const std::string text : {"101234561234560123456", "001234561234569123456789012345",
                                 "061234567890121234569123456789012345"}) {
    EXPECT_EQ(ReasonOf(FindPositiveOfferFault(text)), "") << text;
  }
  for (const std::string text : {"", "2", "0", "07", "0012345", "001234561", "00123456123456",
                                 "0012345612345601234", "a01234561234560123456"}) {
    EXPECT_EQ(ReasonOf(FindPositiveOfferFault(text)), "INVALID_COUPON") << text;
  }
}

// A wrong digit and two neighbours swapped are what the check digit is for; it misses swaps of
// digits that differ by 5.
TEST(ChecksTest, TheCheckDigitFindsEverySingleError) {
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string digits(13, '0');
    for (char& digit : digits) digit = static_cast<char>('0' + random() % 10);
    digits += CheckDigitOf(digits);
    ASSERT_EQ(ReasonOf(ApplyCheck(Check::kCheckDigit, digits, kYear)), "") << digits;
    for (size_t place = 0; place < digits.size(); ++place) {
      std::string wrong = digits;
      const int added = 1 + static_cast<int>(random() % 9);
      wrong[place] = static_cast<char>('0' + (wrong[place] - '0' + added) % 10);
      ASSERT_EQ(ReasonOf(ApplyCheck(Check::kCheckDigit, wrong, kYear)), "INVALID_CHECK_DIGIT");
    }
    for (size_t place = 1; place < digits.size(); ++place) {
      if (std::abs(digits[place] - digits[place - 1]) % 5 == 0) continue;
      std::string wrong = digits;
      std::swap(wrong[place], wrong[place - 1]);
      ASSERT_EQ(ReasonOf(ApplyCheck(Check::kCheckDigit, wrong, kYear)), "INVALID_CHECK_DIGIT");
    }
  }
}

TEST(ChecksTest, CheckCharactersFindEverySingleError) {
  std::mt19937 random(8);
  for (int i = 0; i < 500; ++i) {
    std::string text(1 + random() % 23, '0');
    for (char& character : text) {
      do character = static_cast<char>('!' + random() % 94);
      while (!IsTextCharacter(character));
    }
    const std::string whole = text + CheckCharactersOf(text).value();
    ASSERT_EQ(ReasonOf(ApplyCheck(Check::kCheckCharacters, whole, kYear)), "") << whole;
    std::string wrong = whole;
    char& changed = wrong[random() % text.size()];
    changed = changed == 'A' ? 'B' : 'A';
    ASSERT_EQ(ReasonOf(ApplyCheck(Check::kCheckCharacters, wrong, kYear)),
              "INVALID_CHECK_CHARACTERS");
  }
  EXPECT_FALSE(CheckCharactersOf(std::string(98, '0')).has_value());
  EXPECT_FALSE(CheckCharactersOf("#").has_value());
}

TEST(ChecksTest, TextIsTheEightyTwoCharacters) {
  int count = 0;
  for (int code = 0; code < 256; ++code) count += IsTextCharacter(static_cast<char>(code)) ? 1 : 0;
  EXPECT_EQ(count, 82);
  for (const char foreign : std::string_view("#$@[]\\^`{}|~ \0\x1d\x80", 16)) {
    EXPECT_FALSE(IsTextCharacter(foreign)) << foreign;
  }
}

struct ValueCase {
  std::string_view ai;
  std::string_view value;
  std::string_view reason;  // "": valid
  size_t offset = 0;
};

TEST(ValuesTest, CharactersLengthsAndOptionalComponents) {
  const std::vector<ValueCase> cases = {
      {"10", "A", ""},
      {"10", "12345678901234567890", ""},
      {"10", "123456789012345678901", "INVALID_LENGTH", 20},
      {"10", "", "INVALID_LENGTH", 0},
      {"10", "AB C", "INVALID_CHARACTER", 2},
      {"10", "AB#", "INVALID_CHARACTER", 2},
      {"01", "0690123456789", "INVALID_LENGTH", 13},
      {"01", "0690123456789A", "INVALID_CHARACTER", 13},
      {"30", "12345678", ""},
      {"30", "123456789", "INVALID_LENGTH", 8},
      {"253", "6901234567892", ""},
      {"253", "6901234567892ABC", ""},
      {"253", "690123456789", "INVALID_LENGTH", 12},
      {"423", "156", ""},
      {"423", "156840", ""},
      {"423", "15684", "INVALID_LENGTH", 5},
      {"423", "156840999", "INVALID_COUNTRY", 6},
      {"423", "156840276392410", ""},
      {"423", "156840276392410004", "INVALID_LENGTH", 15},
      {"4330", "000123", ""},
      {"4330", "000123-", ""},
      {"4330", "000123+", "INVALID_VALUE", 6},
      {"7040", "1AB9", ""},
      {"7040", "1AB+", "INVALID_VALUE", 3},
      {"8008", "26112110", ""},
      {"8008", "2611211059", ""},
      {"8008", "261121105959", ""},
      {"8008", "26112110596", "INVALID_LENGTH", 11},
      {"8008", "261121106099", "INVALID_TIME", 8},
      {"8010", "1234ABC-/#", ""},
      {"8010", "1234abc", "INVALID_CHARACTER", 4},
      {"8030", "aZ09-_", ""},
      {"8030", "aZ09-_==", ""},
      {"8030", "aZ===", "INVALID_CHARACTER", 2},
      {"8030", "=", "INVALID_CHARACTER", 0},
      {"8030", "a+", "INVALID_CHARACTER", 1},
      {"8043", "123456789012345678", ""},
      {"8043", "12345678901234567890", ""},
      {"4309", "18000000003600000000", ""},
      {"4309", "18000000003600000001", "INVALID_VALUE", 10},
  };
  for (const ValueCase& example : cases) {
    const auto fault = FindValueFault(*FindApplicationIdentifier(example.ai), example.value, kYear);
    EXPECT_EQ(ReasonOf(fault), example.reason) << example.ai << " " << example.value;
    if (fault) {
      EXPECT_EQ(fault->offset, example.offset) << example.ai << " " << example.value;
    }
  }
}

TEST(DatesTest, TheCenturySlides) {
  EXPECT_EQ(ResolveYear(26, 2026), 2026);
  EXPECT_EQ(ResolveYear(76, 2026), 2076);  // 50 ahead
  EXPECT_EQ(ResolveYear(77, 2026), 1977);  // 51 ahead
  EXPECT_EQ(ResolveYear(99, 2026), 1999);
  EXPECT_EQ(ResolveYear(0, 2026), 2000);
  EXPECT_EQ(ResolveYear(1, 2050), 2001);  // 49 behind
  EXPECT_EQ(ResolveYear(0, 2050), 2100);  // 50 behind
  EXPECT_EQ(ResolveYear(10, 2060), 2110);
  EXPECT_EQ(ResolveYear(11, 2060), 2011);
  EXPECT_EQ(ResolveYear(50, 1999), 1950);
  EXPECT_EQ(ResolveYear(49, 1999), 2049);
  for (int current = 1900; current <= 2200; ++current) {
    for (int year = 0; year < 100; ++year) {
      const int resolved = ResolveYear(year, current);
      ASSERT_EQ(resolved % 100, year);
      ASSERT_LE(resolved - current, 50);
      ASSERT_LT(current - resolved, 50);
    }
  }
}

TEST(DatesTest, DayZeroIsTheLastOfTheMonth) {
  EXPECT_EQ(DateOf("270200", kYear)->ToString(), "2027-02-28");
  EXPECT_EQ(DateOf("280200", kYear)->ToString(), "2028-02-29");
  EXPECT_EQ(DateOf("271200", kYear)->ToString(), "2027-12-31");
  EXPECT_EQ(DateOf("000229", 2050), std::nullopt);  // 2100 is no leap year
  EXPECT_EQ(DateOf("000229", 2026)->ToString(), "2000-02-29");
  EXPECT_EQ(DateOf("20271231", kYear)->ToString(), "2027-12-31");
  EXPECT_EQ(DateOf("2712", kYear), std::nullopt);
  EXPECT_EQ(DateOf("27123x", kYear), std::nullopt);
}

}  // namespace
}  // namespace qingqu::udi
