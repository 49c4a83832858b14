#include "common/udi/hibc_parser.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "common/udi/scan_summary.h"

namespace qingqu::udi {
namespace {

std::string WithCheck(const std::string& text) { return text + HibcCheckCharacter(text); }

// Reads `text` with the right check character after it.
std::string ReadChecked(const std::string& text) { return Read(WithCheck(text)); }

TEST(HibcCheckTest, IsTheSumModulo43) {
  // ANSI/HIBC 2.6, B.2.0: 145 modulo 43 is 16.
  EXPECT_EQ(HibcCheckCharacter("+A123BJC5D6E71"), 'G');
  EXPECT_EQ(HibcCheckCharacter("+$$52001510X3G"), 'D');
  EXPECT_EQ(HibcCheckCharacter("+A99900021"), ' ');
}

// ANSI/HIBC 2.6, figures 1 to 6 and 2.2.1.1; the guide to device identifiers in registers; labels.
TEST(HibcTest, PrimaryAndConcatenated) {
  ExpectAll({
      {"+A123BJC5D6E71G", "HIBC di=A123BJC5D6E71 |"},
      {"+A999ABC1230V", "HIBC di=A999ABC1230 |"},
      {"+H2160408351", "HIBC di=H216040835 |"},
      {"+A99912345/$$52001510X33",
       "HIBC di=A99912345 lot=10X3 until=2020-01-15 | $$5=20015 $=10X3"},
      {"+A99912345/$$52001510X3/16D20111212/S77DEFG457",
       "HIBC di=A99912345 lot=10X3 serial=77DEFG45 made=2011-12-12 until=2020-01-15 | "
       "$$5=20015 $=10X3 S=77DEFG45 16D=20111212"},
      {"+A99912345/$10X3/16D20111231/14D202001313",
       "HIBC di=A99912345 lot=10X3 made=2011-12-31 until=2020-01-31 | "
       "$=10X3 14D=20200131 16D=20111231"},
      {"+A99912349/$10X3/16D20111231/14D20200131/Q500Z",
       "HIBC di=A99912349 lot=10X3 made=2011-12-31 until=2020-01-31 | "
       "$=10X3 Q=500 14D=20200131 16D=20111231"},
      {"+J123AQ3451/$$3231231BC34567/S4012R",
       "HIBC di=J123AQ3451 lot=BC34567 serial=4012 until=2023-12-31 | "
       "$$3=231231 $=BC34567 S=4012"},
      {"+E490HE21KL1/$+HEK13044/16D20220531/Q1$",
       "HIBC di=E490HE21KL1 serial=HEK13044 made=2022-05-31 | S=HEK13044 Q=1 16D=20220531"},
      {"+D002624225011/$$705224372/16D202201195",
       "HIBC di=D00262422501"
       "1 lot=05224372 made=2022-01-19 | $=05224372 16D=20220119"},
      {"+EDMG2203430/$$0723244375H",
       "HIBC di=EDMG2203430 lot=244375 until=2023-07-31 | $$=0723 $=244375"},
      {"+J003A1411P00003001/$$32601270000276973O",
       "HIBC di=J003A1411P00003001 lot=0000276973 until=2026-01-27 | $$3=260127 $=0000276973"},
      {"+EOROCDF366A01501/$$900001122321007217",
       "HIBC di=EOROCDF366A01501 lot=2100721 until=2023-12-31 | $$=1223 $=2100721 Q=1"},
      {"+E235817C19/$$9000067101822%", "HIBC di=E235817C19 lot=101822 | $=101822 Q=6"},
      {"+E1652101109/$$9000063260831L01656I",
       "HIBC di=E1652101109 lot=L01656 until=2026-08-31 | $$3=260831 $=L01656 Q=6"},
      // A hyphen, which the standard does not know, on a real label.
      {"+E2513079NL1/$$90001020331222021050425-1P",
       "HIBC di=E2513079NL1 lot=2021050425-1 until=2022-03-31 | $$2=033122 $=2021050425-1 Q=10"},
      // The check character of the whole is a point.
      {"+X999123ABC0/$1234AB/S5678EDFG/16D20151001/14D20190515.",
       "HIBC di=X999123ABC0 lot=1234AB serial=5678EDFG made=2015-10-01 until=2019-05-15 | "
       "$=1234AB S=5678EDFG 14D=20190515 16D=20151001"},
  });
}

// The examples of ANSI/HIBC 2.6, appendix E, with the link character G.
TEST(HibcTest, EveryDateAndQuantityFlag) {
  const std::string day = "2005-09-28";
  ExpectAll({
      {"+05271GT", "HIBC until=2005-09-28 | $$5=05271 L=G"},
      {"+052713C001G2", "HIBC lot=3C001 until=2005-09-28 | $$5=05271 $=3C001 L=G"},
      {"+$3C001GQ", "HIBC lot=3C001 | $=3C001 L=G"},
      {"+$$09053C001G-", "HIBC lot=3C001 until=2005-09-30 | $$=0905 $=3C001 L=G"},
      {"+$$20928053C001G5", "HIBC lot=3C001 until=2005-09-28 | $$2=092805 $=3C001 L=G"},
      {"+$$30509283C001G6", "HIBC lot=3C001 until=2005-09-28 | $$3=050928 $=3C001 L=G"},
      {"+$$4050928223C001GB", "HIBC lot=3C001 until=2005-09-28 | $$4=05092822 $=3C001 L=G"},
      {"+$$5052713C001G%", "HIBC lot=3C001 until=2005-09-28 | $$5=05271 $=3C001 L=G"},
      {"+$$605271223C001G4", "HIBC lot=3C001 until=2005-09-28 | $$6=0527122 $=3C001 L=G"},
      {"+$$73C001GT", "HIBC lot=3C001 | $=3C001 L=G"},
      {"+$$82409053C001G7", "HIBC lot=3C001 until=2005-09-30 | $$=0905 $=3C001 Q=24 L=G"},
      {"+$$82420928053C001GJ", "HIBC lot=3C001 until=2005-09-28 | $$2=092805 $=3C001 Q=24 L=G"},
      {"+$$82430509283C001GK", "HIBC lot=3C001 until=2005-09-28 | $$3=050928 $=3C001 Q=24 L=G"},
      {"+$$8244050928223C001GP", "HIBC lot=3C001 until=2005-09-28 | $$4=05092822 $=3C001 Q=24 L=G"},
      {"+$$8245052713C001GD", "HIBC lot=3C001 until=2005-09-28 | $$5=05271 $=3C001 Q=24 L=G"},
      {"+$$824605271223C001GI", "HIBC lot=3C001 until=2005-09-28 | $$6=0527122 $=3C001 Q=24 L=G"},
      {"+$$82473C001G0", "HIBC lot=3C001 | $=3C001 Q=24 L=G"},
      {"+$$824GK", "HIBC | Q=24 L=G"},
      {"+$$90010009053C001G3", "HIBC lot=3C001 until=2005-09-30 | $$=0905 $=3C001 Q=100 L=G"},
      {"+$$90010020928053C001GF", "HIBC lot=3C001 until=2005-09-28 | $$2=092805 $=3C001 Q=100 L=G"},
      {"+$$90010073C001G$", "HIBC lot=3C001 | $=3C001 Q=100 L=G"},
      {"+$$900100GG", "HIBC | Q=100 L=G"},
      {"+$+0001G9", "HIBC serial=0001 | S=0001 L=G"},
      {"+$$+09050001GJ", "HIBC serial=0001 until=2005-09-30 | $$=0905 S=0001 L=G"},
      {"+$$+20928050001GV", "HIBC serial=0001 until=2005-09-28 | $$2=092805 S=0001 L=G"},
      {"+$$+30509280001GW", "HIBC serial=0001 until=2005-09-28 | $$3=050928 S=0001 L=G"},
      {"+$$+4050928220001G.", "HIBC serial=0001 until=2005-09-28 | $$4=05092822 S=0001 L=G"},
      {"+$$+5052710001GP", "HIBC serial=0001 until=2005-09-28 | $$5=05271 S=0001 L=G"},
      {"+$$+605271220001GU", "HIBC serial=0001 until=2005-09-28 | $$6=0527122 S=0001 L=G"},
      {"+$$+70001GC", "HIBC serial=0001 | S=0001 L=G"},
      // Link characters other than letters and digits.
      {"+$$0624J139276%5", "HIBC lot=J139276 until=2024-06-30 | $$=0624 $=J139276 L=%"},
  });
  EXPECT_EQ(ReadChecked("+$$3050928G"), "HIBC until=2005-09-28 | $$3=050928 L=G");
  EXPECT_EQ(ReadChecked("+$$3050900G"), "HIBC until=2005-09-30 | $$3=050900 L=G");
  EXPECT_EQ(ReadChecked("+$$12003C001G"), "HIBC lot=3C001 until=2000-12-31 | $$=1200 $=3C001 L=G");
  EXPECT_EQ(ReadChecked("+A9991231/16D20240200"),
            "HIBC di=A9991231 made=2024-02-29 | 16D=20240200");
  EXPECT_EQ(ReadChecked("+A9991231/$$53136610X3"), "INVALID_DATE at 15");
  EXPECT_EQ(ReadChecked("+A9991231/$$52836610X3"),
            "HIBC di=A9991231 lot=10X3 until=2028-12-31 | $$5=28366 $=10X3");
}

TEST(HibcTest, CarriersAndPrintedForm) {
  const std::string_view di = "HIBC di=A123BJC5D6E71 |";
  ExpectAll({
      {"]A0+A123BJC5D6E71G", di},
      {"]C0+A123BJC5D6E71G", di},
      {"]d1+A123BJC5D6E71G", di},
      {"]Q1+A123BJC5D6E71G", di},
      {"]z0+A123BJC5D6E71G", di},
      {"*+A123BJC5D6E71G*", di},
      {" ]A0*+A123BJC5D6E71G*\r\n", di},
      // The reader of Code 39 has checked and taken off the last character.
      {"]A3+A123BJC5D6E71", di},
      {"]A7+$$52001510X3G", "HIBC lot=10X3 until=2020-01-15 | $$5=20015 $=10X3 L=G"},
      {"]A3+A1", "INVALID_LENGTH at 6"},
      {"*+A123BJC5D6E71G", "INVALID_HIBC_STRUCTURE at 16"},
      {"*+*", "INVALID_LENGTH at 2"},
      {"]E0+A123BJC5D6E71G", "INVALID_LENGTH at 3"},
  });
}

TEST(HibcTest, ASpaceMayBeTheLastCharacter) {
  const std::string_view di = "HIBC di=A99900021 |";
  ExpectAll({
      {"+A99900021 ", di},
      {"+A99900021   ", di},
      {"+A99900021 \r\n", di},
      {"]C0+A99900021 ", di},
      {"*+A99900021_*", di},
      {"*+A99900021 *", di},
      {"+A99900021_", di},
      {"+A99900021", "INVALID_CHECK_CHARACTERS at 9"},
      {"+A99900021\t ", "INVALID_CHECK_CHARACTERS at 9"},
      {"+A123BJC5D6E71G ", "HIBC di=A123BJC5D6E71 |"},
      {"*+A123BJC5D6E71G* ", "HIBC di=A123BJC5D6E71 |"},
  });
  EXPECT_EQ(ReadChecked("+$$52001510X3 "), "HIBC lot=10X3 until=2020-01-15 | $$5=20015 $=10X3 L= ");
  EXPECT_EQ(Read("*+$$52001510X3__*"), "INVALID_CHECK_CHARACTERS at 15");
  // Link and check character are spaces.
  const std::string both = WithCheck("+$$700KQ ");
  ASSERT_TRUE(both.ends_with("  ")) << both;
  EXPECT_EQ(Read(both), "HIBC lot=00KQ | $=00KQ L= ");
  EXPECT_EQ(ToHumanReadable(ScanOf(both)), "*+$$700KQ__*");
  ExpectComesBack(ScanOf(both));
}

TEST(HibcTest, Errors) {
  ExpectAll({
      {"+", "INVALID_LENGTH at 1"},
      {"+A", "INVALID_LENGTH at 2"},
      {"]C0+", "INVALID_LENGTH at 4"},
      {"+A123BJC5D6E71H", "INVALID_CHECK_CHARACTERS at 14"},
      // Cut off.
      {"+A123BJC5D6E71", "INVALID_CHECK_CHARACTERS at 13"},
      {"+A123BJC5D6e71G", "INVALID_CHARACTER at 11"},
      {"+a123BJC5D6E71G", "INVALID_CHARACTER at 1"},
      {"+A123BJ\xC3\x85"
       "6E71G",
       "INVALID_CHARACTER at 7"},
      {"+A123B_C5D6E71G", "INVALID_CHARACTER at 6"},
      {"+/EO5232013", "UNSUPPORTED_HIBC at 1"},
      {"++A999MODELIDENTIFIER11S8", "UNSUPPORTED_HIBC at 1"},
      {"+-123", "INVALID_HIBC_STRUCTURE at 1"},
      {"+ 123", "INVALID_HIBC_STRUCTURE at 1"},
  });
  EXPECT_EQ(ReadChecked("+A9991"), "INVALID_LENGTH at 6");
  EXPECT_EQ(ReadChecked("+A99912"), "HIBC di=A99912 |");
  EXPECT_EQ(ReadChecked("+A9991X"), "INVALID_HIBC_STRUCTURE at 6");
  EXPECT_EQ(ReadChecked("+A999-123"), "INVALID_CHARACTER at 5");
  EXPECT_EQ(ReadChecked("+A9991234567890123456781"), "HIBC di=A9991234567890123456781 |");
  EXPECT_EQ(ReadChecked("+A99912345678901234567891"), "INVALID_LENGTH at 24");
}

TEST(HibcTest, ErrorsOfSegments) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"+A9991231/", "INVALID_HIBC_STRUCTURE at 10"},
      {"+A9991231//S1", "INVALID_HIBC_STRUCTURE at 10"},
      {"+A9991231/X1", "INVALID_HIBC_STRUCTURE at 10"},
      {"+A9991231/+$1", "INVALID_HIBC_STRUCTURE at 10"},
      {"+A9991231/$", "INVALID_LENGTH at 11"},
      {"+A9991231/$+", "INVALID_LENGTH at 12"},
      {"+A9991231/S", "INVALID_LENGTH at 11"},
      {"+A9991231/$A B", "INVALID_CHARACTER at 12"},
      {"+A9991231/S1234567890123456789", "INVALID_LENGTH at 29"},
      {"+A9991231/$$", "INVALID_DATE at 12"},
      {"+A9991231/$$A", "INVALID_DATE at 12"},
      {"+A9991231/$$7", "INVALID_LENGTH at 13"},
      {"+A9991231/$$0", "INVALID_DATE at 13"},
      {"+A9991231/$$002", "INVALID_DATE at 15"},
      {"+A9991231/$$0024LOT", "INVALID_DATE at 12"},
      {"+A9991231/$$1324LOT", "INVALID_DATE at 12"},
      {"+A9991231/$$2133124LOT", "INVALID_DATE at 13"},
      {"+A9991231/$$2023024LOT", "INVALID_DATE at 15"},
      {"+A9991231/$$3240230LOT", "INVALID_DATE at 17"},
      {"+A9991231/$$32402X0LOT", "INVALID_DATE at 17"},
      {"+A9991231/$$424022824LOT", "INVALID_DATE at 19"},
      {"+A9991231/$$524000LOT", "INVALID_DATE at 15"},
      {"+A9991231/$$523366LOT", "INVALID_DATE at 15"},
      {"+A9991231/$$62336524LOT", "INVALID_DATE at 18"},
      {"+A9991231/$$8", "INVALID_LENGTH at 13"},
      {"+A9991231/$$82", "INVALID_LENGTH at 14"},
      {"+A9991231/$$8X4", "INVALID_CHARACTER at 13"},
      {"+A9991231/$$90010", "INVALID_LENGTH at 17"},
      {"+A9991231/$$8248", "INVALID_DATE at 15"},
      {"+A9991231/$$824LOT", "INVALID_DATE at 15"},
      {"+A9991231/14D2024022", "INVALID_DATE at 20"},
      {"+A9991231/14D202402290", "INVALID_LENGTH at 21"},
      {"+A9991231/14D20230229", "INVALID_DATE at 19"},
      {"+A9991231/16D00000101", "INVALID_DATE at 13"},
      {"+A9991231/Q", "INVALID_LENGTH at 11"},
      {"+A9991231/Q123456", "INVALID_LENGTH at 16"},
      {"+A9991231/Q1.5", "INVALID_CHARACTER at 12"},
      {"+A9991231/1234", "INVALID_DATE at 14"},
      {"+A9991231/$A/$B", "CONFLICTING_VALUE at 14"},
      {"+A9991231/$+A/SB", "CONFLICTING_VALUE at 15"},
      {"+A9991231/$$824/Q25", "CONFLICTING_VALUE at 17"},
      {"+A9991231/$$3240229/14D20240228", "CONFLICTING_VALUE at 23"},
      {"+A9991231/$$0224LOT/14D20240301", "CONFLICTING_VALUE at 23"},
      {"+$X", "INVALID_LENGTH at 2"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(ReadChecked(text), expected) << text;
}

TEST(HibcTest, AMonthMayBeMadeMorePrecise) {
  EXPECT_EQ(ReadChecked("+A9991231/$$0224LOT/14D20240215"),
            "HIBC di=A9991231 lot=LOT until=2024-02-15 | $$=0224 $=LOT 14D=20240215");
  ExpectComesBack(ScanOf(WithCheck("+A9991231/$$0224LOT/14D20240215")));
}

TEST(HibcTest, TwoSymbolsAreJoinedByTheLinkCharacter) {
  // ANSI/HIBC 2.6, figures 1 and 5.
  const std::string whole = "HIBC di=A123BJC5D6E71 lot=10X3 until=2020-01-15 | $$5=20015 $=10X3";
  EXPECT_EQ(Join("+A123BJC5D6E71G", "+$$52001510X3GD"), whole);
  EXPECT_EQ(Join("+$$52001510X3GD", "+A123BJC5D6E71G"), whole);
  EXPECT_EQ(Join("+A99912345/$$52001510X33", "+$$52001510X3GD"), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("+A123BJC5D6E71G", WithCheck("+$$52001510X3H")), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("+A123BJC5D6E71G", "+A999ABC1230V"), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("+$$52001510X3GD", WithCheck("+$+77G")),
            "HIBC lot=10X3 serial=77 until=2020-01-15 | $$5=20015 $=10X3 S=77 L=G");
  EXPECT_EQ(Join("+$$52001510X3GD", WithCheck("+$+77H")), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("+$$52001510X3GD", "6901234567892"), "ISSUER_MISMATCH at 0");
}

TEST(HibcTest, CanonicalForms) {
  EXPECT_EQ(ToElementString(ScanOf("*+A123BJC5D6E71G*")), "+A123BJC5D6E71G");
  EXPECT_EQ(ToHumanReadable(ScanOf("+A99912345/$$52001510X33")), "*+A99912345/$$52001510X33*");
  EXPECT_EQ(ToElementString(ScanOf("+A99912345/$10X3/16D20111231/14D202001313")),
            WithCheck("+A99912345/$$710X3/14D20200131/16D20111231"));
  EXPECT_EQ(ToElementString(ScanOf("+05271GT")), WithCheck("+$$505271G"));
  EXPECT_EQ(ToElementString(ScanOf("+$$824GK")), WithCheck("+$$900024G"));
  EXPECT_EQ(ToElementString(ScanOf("+$+0001G9")), "+$$+70001GC");
}

std::string RandomCode(std::mt19937& random, size_t length_max) {
  constexpr std::string_view kCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text;
  for (size_t length = 1 + random() % length_max; text.size() < length;) {
    text += kCharacters[random() % kCharacters.size()];
  }
  return text;
}

std::string Digits(uint64_t value, size_t length) {
  const std::string digits = std::to_string(value);
  return std::string(length - digits.size(), '0') + digits;
}

// A flag and its date of expiry: the same day in each of the formats.
std::string RandomDate(std::mt19937& random) {
  const std::string month = Digits(1 + random() % 12, 2);
  const std::string day = Digits(random() % 29, 2);
  const std::string year = Digits(random() % 100, 2);
  const std::string hour = Digits(random() % 24, 2);
  const std::string day_of_year = Digits(1 + random() % 365, 3);
  const std::vector<std::string> all = {month + year,
                                        "2" + month + day + year,
                                        "3" + year + month + day,
                                        "4" + year + month + day + hour,
                                        "5" + year + day_of_year,
                                        "6" + year + day_of_year + hour};
  return all[random() % all.size()];
}

std::string RandomSecondary(std::mt19937& random) {
  const bool is_serial = random() % 3 == 0;
  std::string text = is_serial ? "$$+" : "$$";
  if (random() % 3 == 0) text += "8" + Digits(random() % 100, 2);
  if (random() % 3 == 0 && text.size() <= 3) text += "9" + Digits(random() % 100000, 5);
  const bool has_date = random() % 2 == 0;
  text += has_date ? RandomDate(random) : "7";
  if (!has_date || random() % 2 == 0) text += RandomCode(random, 18);
  if (!is_serial && random() % 2 == 0) text += "/S" + RandomCode(random, 18);
  if (random() % 3 == 0) text += "/16D20" + Digits(random() % 100, 2) + "1031";
  return text;
}

TEST(HibcRoundTripTest, WhatIsBuiltIsReadAndComesBack) {
  std::mt19937 random(6);
  for (int i = 0; i < 4'000; ++i) {
    const std::string secondary = RandomSecondary(random);
    const std::string primary = "+" + std::string(1, static_cast<char>('A' + random() % 26)) +
                                Digits(random() % 1000, 3) + RandomCode(random, 18) +
                                Digits(random() % 10, 1);
    const std::string whole = WithCheck(primary + "/" + secondary);
    const Scan scan = ScanOf(whole);
    EXPECT_EQ(scan.di, primary.substr(1)) << whole;
    EXPECT_TRUE(IsRegisteredIdentifier(scan.di)) << scan.di;
    ExpectComesBack(scan);
    const Scan first = ScanOf(WithCheck(primary));
    const Scan second = ScanOf(WithCheck("+" + secondary + HibcCheckCharacter(primary)));
    EXPECT_TRUE(second.di.empty());
    ExpectComesBack(first);
    ExpectComesBack(second);
    EXPECT_EQ(JoinScans(first, second, kTestOptions), ParseResult(scan)) << whole;
    EXPECT_EQ(JoinScans(second, first, kTestOptions), ParseResult(scan)) << whole;
  }
}

// Modulo 43 sees every single wrong character.
TEST(HibcRoundTripTest, EveryWrongCharacterIsSeen) {
  const std::string right = "+A99912345/$$52001510X3/16D20111212/S77DEFG457";
  for (size_t i = 1; i < right.size(); ++i) {
    for (const char wrong : std::string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%")) {
      std::string text = right;
      text[i] = wrong;
      if (wrong == right[i]) continue;
      EXPECT_TRUE(std::holds_alternative<ParseError>(Parse(text, kTestOptions))) << text;
    }
  }
}

}  // namespace
}  // namespace qingqu::udi
