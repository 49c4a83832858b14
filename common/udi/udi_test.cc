#include "common/udi/udi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/udi/scan_summary.h"

namespace qingqu::udi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ParseOptions kOptions = kTestOptions;

TEST(ElementStringTest, RealLabels) {
  ExpectAll({
      // The example of China's UDI handbook.
      {"]d2010690123456789211141231171507071"
       "0A213B1\x1d"
       "211234",
       "GS1 di=06901234567892 lot=A213B1 serial=1234 made=2014-12-31 until=2015-07-07 | "
       "01=06901234567892 11=141231 17=150707 10=A213B1 21=1234"},
      {"]C101069012345678921727123110LOT-7",
       "GS1 di=06901234567892 lot=LOT-7 until=2027-12-31 | 01=06901234567892 17=271231 10=LOT-7"},
      // The same without a symbology identifier, as scanners are often set.
      {"01069012345678921727123110LOT-7",
       "GS1 di=06901234567892 lot=LOT-7 until=2027-12-31 | 01=06901234567892 17=271231 10=LOT-7"},
      // An imported box: GTIN with packaging indicator, count, additional id.
      {"]d20110614141000415240REF 7", "INVALID_CHARACTER at 25"},
      {"]d20110614141000415240REF-7\x1d"
       "3012",
       "GS1 di=10614141000415 | 01=10614141000415 240=REF-7 30=12"},
      // A separator after elements of predefined length, at the start and at the end.
      {"]C1\x1d"
       "0106901234567892\x1d"
       "17271231\x1d"
       "10A\x1d",
       "GS1 di=06901234567892 lot=A until=2027-12-31 | 01=06901234567892 17=271231 10=A"},
      // Only a production identifier: the second of two symbols.
      {"]C117280600"
       "10B2",
       "GS1 lot=B2 until=2028-06-30 | 17=280600 10=B2"},
      {"]Q321"
       "A(1)/B",
       "GS1 serial=A(1)/B | 21=A(1)/B"},
      {"]e03103001234", "GS1 | 3103=001234"},
      {"]J17003"
       "2612312359",
       "GS1 until=2026-12-31 | 7003=2612312359"},
      {"]C18008"
       "26010203",
       "GS1 made=2026-01-02 | 8008=26010203"},
      {" \t0106901234567892\r\n", "GS1 di=06901234567892 | 01=06901234567892"},
  });
}

TEST(ElementStringTest, Errors) {
  ExpectAll({
      {"", "EMPTY at 0"},
      {" \r\n", "EMPTY at 0"},
      {"]C1", "EMPTY at 3"},
      {"]C1\x1d", "EMPTY at 3"},
      {"]C", "INVALID_SYMBOLOGY at 0"},
      {" ]", "INVALID_SYMBOLOGY at 1"},
      {"]..10A", "INVALID_SYMBOLOGY at 0"},
      {"0106901234567893", "INVALID_CHECK_DIGIT at 15"},
      {"]C10106901234567893", "INVALID_CHECK_DIGIT at 18"},
      {"01069012345678", "INVALID_CHECK_DIGIT at 13"},
      {"010690123456789", "INVALID_LENGTH at 15"},
      {"0106901234567A92", "INVALID_CHARACTER at 13"},
      {"010690123456\x1d"
       "10A",
       "INVALID_LENGTH at 12"},
      {"0106901234567892"
       "99",
       "INVALID_LENGTH at 18"},
      {"0106901234567892"
       "0512",
       "UNKNOWN_AI at 16"},
      {"0106901234567892"
       "A",
       "UNKNOWN_AI at 16"},
      {"]C106901234567892", "UNKNOWN_AI at 3"},
      {"]C1hello", "UNKNOWN_AI at 3"},
      {"hello", "UNRECOGNISED_FORMAT at 0"},
      {"\xE6\xB8\x85\xE6\xB8\xA0", "UNRECOGNISED_FORMAT at 0"},
      {"]C1"
       "17271331",
       "INVALID_DATE at 7"},
      {"]C1"
       "17270229",
       "INVALID_DATE at 9"},
      {"]C1"
       "4326261200",
       "INVALID_DATE at 11"},
      {"]C1"
       "10123456789012345678901",
       "INVALID_LENGTH at 25"},
      {"]C1"
       "10A\x1d\x1d"
       "21B",
       "MISPLACED_SEPARATOR at 7"},
      {"]C1\x1d\x1d"
       "10A",
       "MISPLACED_SEPARATOR at 4"},
      {"]C1"
       "10A\x1d\x1d",
       "MISPLACED_SEPARATOR at 7"},
      {"]C1"
       "10\x1d"
       "21B",
       "INVALID_LENGTH at 5"},
      // A missing separator makes the serial a part of the lot: too long, or unseen.
      {"]C1"
       "10AB",
       "GS1 lot=AB | 10=AB"},
  });
  EXPECT_EQ(Read("]C1" + std::string(510, '1')), "INPUT_TOO_LONG at 512");
  EXPECT_EQ(Read("10" + std::string(510, '1')), "INVALID_LENGTH at 22");
  EXPECT_EQ(Read(std::string("10A\0B", 5)), "INVALID_CHARACTER at 3");
}

TEST(ElementStringTest, RepeatedAndForbiddenElements) {
  ExpectAll({
      {"]C110A\x1d"
       "21B\x1d"
       "10A",
       "GS1 lot=A serial=B | 10=A 21=B"},
      {"]C110A\x1d"
       "21B\x1d"
       "10C",
       "CONFLICTING_VALUE at 11"},
      {"]C10106901234567892"
       "0206901234567892"
       "372",
       "CONFLICTING_ELEMENTS at 19"},
      {"]C10106901234567892"
       "372",
       "CONFLICTING_ELEMENTS at 19"},
      {"]C1372\x1d"
       "0106901234567892",
       "CONFLICTING_ELEMENTS at 7"},
      {"]C10206901234567892"
       "372",
       "GS1 | 02=06901234567892 37=2"},
      {"]C13103001234"
       "3102001234",
       "CONFLICTING_ELEMENTS at 13"},
      {"]C13103001234"
       "3113001234",
       "GS1 | 3103=001234 3113=001234"},
      {"]C121A\x1d"
       "235B",
       "CONFLICTING_ELEMENTS at 7"},
      {"]C14330000100\x1d"
       "4331000100",
       "CONFLICTING_ELEMENTS at 14"},
  });
}

TEST(ElementStringTest, TitlesAndMissingCompanions) {
  const auto pi = std::get<Scan>(Parse("]C11728063010B2", kOptions));
  EXPECT_EQ(pi.elements[0].title, "USE BY or EXPIRY");
  EXPECT_EQ(pi.elements[1].title, "BATCH/LOT");
  EXPECT_THAT(pi.missing_companions, ElementsAre(MissingCompanion{"17", "01 02 03 255 8006 8026"},
                                                 MissingCompanion{"10", "01 02 03 8006 8026"}));
  const auto whole = std::get<Scan>(Parse("]C101069012345678921728063010B2", kOptions));
  EXPECT_THAT(whole.missing_companions, IsEmpty());
  const auto group = std::get<Scan>(Parse("]C10106901234567892250X", kOptions));
  EXPECT_THAT(group.missing_companions,
              ElementsAre(MissingCompanion{"250", "01+21 03+21 8006+21"}));
  const auto met =
      std::get<Scan>(Parse("]C10106901234567892250X\x1d"
                           "21S",
                           kOptions));
  EXPECT_THAT(met.missing_companions, IsEmpty());
  const auto pattern =
      std::get<Scan>(Parse("]C13102001234"
                           "3930156100",
                           kOptions));
  EXPECT_THAT(pattern.missing_companions, ElementsAre(MissingCompanion{"3102", "01 02"}));
}

TEST(DatesTest, CenturySlidesWithTheYear) {
  const auto expiry = [](std::string_view text, int year) {
    return std::get<Scan>(Parse(text, {.current_year = year})).expiry->ToString();
  };
  EXPECT_EQ(expiry("]C117761231", 2026), "2076-12-31");
  EXPECT_EQ(expiry("]C117771231", 2026), "1977-12-31");
  EXPECT_EQ(expiry("]C117771231", 2027), "2077-12-31");
  EXPECT_EQ(expiry("]C117050100", 2060), "2105-01-31");
  EXPECT_EQ(expiry("]C117280200", 2026), "2028-02-29");
}

TEST(HumanReadableTest, AsPrintedAndAsTyped) {
  const std::string_view whole =
      "GS1 di=06901234567892 lot=A213B1 serial=1234 until=2027-12-31 | "
      "01=06901234567892 17=271231 10=A213B1 21=1234";
  ExpectAll({
      {"(01)06901234567892(17)271231(10)A213B1(21)1234", whole},
      {"(01) 06901234567892 (17) 271231 (10) A213B1 (21) 1234", whole},
      {" (01)06901234567892\t(17)271231  (10)A213B1 (21)1234 ", whole},
      {"(01)06901234567892(17)271231(10)A213B1\x1d(21)1234", whole},
      {"]C1(01)06901234567892(17)271231(10)A213B1(21)1234", whole},
      {"]Q1(01)06901234567892(17)271231(10)A213B1(21)1234", whole},
      {"\xEF\xBC\x88"
       "01\xEF\xBC\x89"
       "06901234567892\xEF\xBC\x88"
       "17\xEF\xBC\x89"
       "271231"
       "(10)A213B1(21)1234",
       whole},
      // Values may hold parentheses themselves.
      {"(10)A(B)1(21)(2)", "GS1 lot=A(B)1 serial=(2) | 10=A(B)1 21=(2)"},
      {"(10)A(05)1", "GS1 lot=A(05)1 | 10=A(05)1"},
      {"(10)(21)7", "GS1 lot=(21)7 | 10=(21)7"},
      // An AI in brackets inside a value is taken for the next element.
      {"(10)A(21)7", "GS1 lot=A serial=7 | 10=A 21=7"},
      {"(10)A(17)7", "INVALID_LENGTH at 10"},
  });
}

TEST(HumanReadableTest, Errors) {
  ExpectAll({
      {"(", "UNKNOWN_AI at 0"},
      {"()", "UNKNOWN_AI at 0"},
      {"(05)1", "UNKNOWN_AI at 1"},
      {"(1)A", "UNKNOWN_AI at 0"},
      {"(10", "UNKNOWN_AI at 0"},
      {"(01)", "INVALID_LENGTH at 4"},
      {"(01)(17)271231", "INVALID_LENGTH at 4"},
      {"(01)6901234567892", "INVALID_LENGTH at 17"},
      {"(01)06901234567893(10)A", "INVALID_CHECK_DIGIT at 17"},
      {"(01)06901234567892(17)271331", "INVALID_DATE at 24"},
      {"(01)06901234567892(05)X", "UNKNOWN_AI at 19"},
      {"(01)06901234567892X", "INVALID_LENGTH at 18"},
      {"(01)06901234567892(10)A B", "INVALID_CHARACTER at 23"},
      {" ]C1(01)06901234567892(10)A#", "INVALID_CHARACTER at 27"},
      {"(10)A(10)B", "CONFLICTING_VALUE at 6"},
  });
}

TEST(BareGtinTest, PaddedToFourteenDigits) {
  const std::string_view ean13 = "GS1 di=06901234567892 | 01=06901234567892";
  ExpectAll({
      {"6901234567892", ean13},
      {"]E06901234567892", ean13},
      {"06901234567892", ean13},
      {"]E496385074", "GS1 di=00000096385074 | 01=00000096385074"},
      {"96385074", "GS1 di=00000096385074 | 01=00000096385074"},
      {"036000291452", "GS1 di=00036000291452 | 01=00036000291452"},
      {"]I110614141000415", "GS1 di=10614141000415 | 01=10614141000415"},
      {"10614141000415", "GS1 di=10614141000415 | 01=10614141000415"},
      // The same digits as an element string, when the symbol says so.
      {"]C110614141000415", "GS1 lot=614141000415 | 10=614141000415"},
      {"\x1d"
       "10614141000415",
       "GS1 lot=614141000415 | 10=614141000415"},
      // No GTIN by its check digit, but an element string.
      {"10614141000416", "GS1 lot=614141000416 | 10=614141000416"},
      // The check digits are right, but a date, or a lot or serial of eight digits, is likelier.
      {"17271226", "GS1 until=2027-12-26 | 17=271226"},
      {"17271231101235", "GS1 lot=1235 until=2027-12-31 | 17=271231 10=1235"},
      {"10240113", "GS1 lot=240113 | 10=240113"},
      {"21240119", "GS1 serial=240119 | 21=240119"},
      {"17712341101239", "GS1 di=17712341101239 | 01=17712341101239"},  // 712341 is no date
      {"17271231051233", "GS1 di=17271231051233 | 01=17271231051233"},  // there is no AI 05
      {"]E417271226", "GS1 di=00000017271226 | 01=00000017271226"},
      {"6901234567893", "INVALID_CHECK_DIGIT at 12"},
      {"]E06901234567893", "INVALID_CHECK_DIGIT at 15"},
      {"]E0690123456789", "INVALID_CHECK_DIGIT at 14"},
      {"]E06901234567", "INVALID_LENGTH at 3"},
      {"]E069012345678A2", "INVALID_LENGTH at 3"},
      {"690123456", "UNKNOWN_AI at 0"},
  });
}

TEST(DigitalLinkTest, KeyQualifiersAndAttributes) {
  const std::string_view whole =
      "GS1 di=06901234567892 lot=A/1 serial=7 until=2027-12-31 | "
      "01=06901234567892 10=A/1 21=7 17=271231";
  ExpectAll({
      {"https://id.gs1.org/01/06901234567892/10/A%2F1/21/7?17=271231", whole},
      {"HTTP://example.com/some/path/01/06901234567892/10/A%2f1/21/7/?17=271231&linkType=x#top",
       whole},
      {"]Q1https://id.gs1.org/01/6901234567892", "GS1 di=06901234567892 | 01=06901234567892"},
      {"https://id.gs1.org/8004/95212345", "GS1 | 8004=95212345"},
      {"https://id.gs1.org/01/06901234567893", "INVALID_CHECK_DIGIT at 35"},
      {"https://id.gs1.org/01/6901234567893", "INVALID_CHECK_DIGIT at 22"},
      {"https://id.gs1.org/01/06901234567892/21/7/10/A", "INVALID_DIGITAL_LINK at 19"},
      {"https://id.gs1.org/01/06901234567892/17/271231", "INVALID_DIGITAL_LINK at 19"},
      {"https://id.gs1.org/01/06901234567892?21=7", "INVALID_DIGITAL_LINK at 37"},
      {"https://id.gs1.org/01/06901234567892?05=7", "INVALID_DIGITAL_LINK at 37"},
      {"https://id.gs1.org/01/06901234567892?17=271331", "INVALID_DATE at 42"},
      {"https://id.gs1.org/01/06901234567892/10/A%2", "INVALID_PERCENT_ENCODING at 41"},
      {"https://id.gs1.org/01/06901234567892/10/A%00", "INVALID_CHARACTER at 40"},
      {"https://example.com/", "UNSUPPORTED_LINK at 0"},
      {"https://", "UNSUPPORTED_LINK at 0"},
      {"https://example.com/product/7", "UNSUPPORTED_LINK at 0"},
  });
}

TEST(MaTest, PartsByLetter) {
  ExpectAll({
      {"MA.156.M0.100761.21234561.Sx00008.M220117.L20220117.D20220118.E220130.V220117.C3",
       "MA di=MA.156.M0.100761.21234561 lot=20220117 serial=x00008 made=2022-01-17 "
       "until=2022-01-17 | S=x00008 M=220117 L=20220117 D=20220118 E=220130 V=220117 C=3"},
      {"MA.156.M0.100011.2cscp023", "MA di=MA.156.M0.100011.2cscp023 |"},
      {"]Q1MA.156.M0.100011.2cscp023.L343432.V20271231",
       "MA di=MA.156.M0.100011.2cscp023 lot=343432 until=2027-12-31 | L=343432 V=20271231"},
      {"]Q3MA.156.M0.100011.2cscp023", "MA di=MA.156.M0.100011.2cscp023 |"},
      {"MA.156.M0.100011.2cscp023.E280229.YC0101010101",
       "MA di=MA.156.M0.100011.2cscp023 until=2028-02-29 | E=280229 Y=C0101010101"},
      // A production identifier in a symbol of its own.
      {".S15761309.M190101.C5", "MA serial=15761309 made=2019-01-01 | S=15761309 M=190101 C=5"},
      {"MA.156.M0.100011.2cscp023.L1.S2.L1",
       "MA di=MA.156.M0.100011.2cscp023 lot=1 serial=2 | "
       "L=1 S=2"},
  });
}

TEST(MaTest, Errors) {
  ExpectAll({
      {"MA.", "INVALID_MA_STRUCTURE at 3"},
      {"MA.156.M0.100011", "INVALID_MA_STRUCTURE at 10"},
      {"MA.840.M0.100011.2cscp023", "INVALID_MA_STRUCTURE at 3"},
      {"MA.156.M1.100011.2cscp023", "INVALID_MA_STRUCTURE at 7"},
      {"MA.156.M0.10001.2cscp023", "INVALID_MA_STRUCTURE at 10"},
      {"MA.156.M0.10001A.2cscp023", "INVALID_MA_STRUCTURE at 10"},
      {"MA.156.M0.100011.", "INVALID_LENGTH at 17"},
      {"MA.156.M0.100011.2cscp023.", "UNKNOWN_MA_PART at 26"},
      {"MA.156.M0.100011.2cscp023.X1", "UNKNOWN_MA_PART at 26"},
      {"MA.156.M0.100011.2cscp023.L", "INVALID_LENGTH at 27"},
      {"MA.156.M0.100011.2cscp023.LA B", "INVALID_CHARACTER at 28"},
      {"MA.156.M0.100011.2cscp023.L\xE6\xB8\x85", "INVALID_CHARACTER at 27"},
      {"MA.156.M0.100011.2cscp023.V271331", "INVALID_DATE at 29"},
      {"MA.156.M0.100011.2cscp023.V270200", "INVALID_DATE at 31"},
      {"MA.156.M0.100011.2cscp023.V2712", "INVALID_DATE at 27"},
      {"MA.156.M0.100011.2cscp023.V20271301", "INVALID_DATE at 31"},
      {"]Q1MA.156.M0.100011.2cscp023.L1.L2", "CONFLICTING_VALUE at 32"},
      {"ma.156.M0.100011.2cscp023", "UNRECOGNISED_FORMAT at 0"},
  });
  EXPECT_EQ(Read("MA.156.M0.100011.2cscp023.L" + std::string(51, 'A')), "INVALID_LENGTH at 77");
}

TEST(JoinTest, TheSecondAddsOrConfirms) {
  const std::string whole =
      "GS1 di=06901234567892 lot=B2 until=2028-06-30 | 01=06901234567892 17=280630 10=B2";
  EXPECT_EQ(Join("6901234567892", "]C11728063010B2"), whole);
  EXPECT_EQ(Join("]C101069012345678921728063010B2", "]C110B2"), whole);
  EXPECT_EQ(Join("]C101069012345678921728063010B2", "6901234567892"), whole);
  EXPECT_EQ(Join("]C11728063010B2", "6901234567892"),
            "GS1 di=06901234567892 lot=B2 until=2028-06-30 | 17=280630 10=B2 01=06901234567892");
  EXPECT_EQ(Join("MA.156.M0.100011.2cscp023", ".L1.V280630"),
            "MA di=MA.156.M0.100011.2cscp023 lot=1 until=2028-06-30 | L=1 V=280630");
  EXPECT_EQ(Join(".L1.V280630", "MA.156.M0.100011.2cscp023.L1"),
            "MA di=MA.156.M0.100011.2cscp023 lot=1 until=2028-06-30 | L=1 V=280630");
}

TEST(JoinTest, MissingCompanionsAreJudgedAfterwards) {
  const Scan joined =
      std::get<Scan>(JoinScans(ScanOf("6901234567892"), ScanOf("]C11728063010B2"), kOptions));
  EXPECT_THAT(joined.missing_companions, IsEmpty());
  const Scan twice = std::get<Scan>(JoinScans(ScanOf("]C110B2"), ScanOf("]C117280630"), kOptions));
  EXPECT_EQ(twice.missing_companions.size(), 2U);
}

TEST(JoinTest, ContradictionsAreErrors) {
  EXPECT_EQ(Join("6901234567892", "]C1010690123456790810B2"), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("]C110A", "]C110B"), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("6901234567892", "]C1372"), "CONFLICTING_ELEMENTS at 0");
  EXPECT_EQ(Join("6901234567892", ".L1"), "ISSUER_MISMATCH at 0");
  EXPECT_EQ(Join("MA.156.M0.100011.2cscp023", "MA.156.M0.100011.2cscp024"),
            "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("MA.156.M0.100011.2cscp023.L1", ".L2"), "CONFLICTING_VALUE at 0");
}

TEST(RenderTest, CanonicalForms) {
  const Scan scan = ScanOf("(01)06901234567892(10)A(17)271231(21)7");
  EXPECT_EQ(ToElementString(scan),
            "010690123456789210A\x1d"
            "17271231217");
  EXPECT_EQ(ToHumanReadable(scan), "(01)06901234567892(10)A(17)271231(21)7");
  const Scan ma = ScanOf("MA.156.M0.100011.2cscp023.L1.V280630");
  EXPECT_EQ(ToElementString(ma), "MA.156.M0.100011.2cscp023.L1.V280630");
  EXPECT_EQ(ToHumanReadable(ma), ToElementString(ma));
  // Would read as a GTIN-14 otherwise.
  EXPECT_EQ(ToElementString(ScanOf("]C110614141000415")),
            "\x1d"
            "10614141000415");
}

}  // namespace
}  // namespace qingqu::udi
