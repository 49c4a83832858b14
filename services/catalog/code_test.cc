#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/catalog/code_text.h"
#include "services/catalog/credit_code.h"
#include "services/catalog/device_identifier.h"
#include "services/catalog/licence_number.h"
#include "services/catalog/national_code.h"
#include "services/catalog/registration_number.h"

namespace qingqu::catalog {
namespace {

TEST(NormaliseCode, MakesFullWidthHalfWidthAndBracketsRound) {
  EXPECT_EQ(NormaliseCode("国食药监械（准）字２０１４第２４００５９号"),
            "国食药监械(准)字2014第240059号");
  EXPECT_EQ(NormaliseCode("〔a〕【b】［c］[d]（e）"), "(a)(b)(c)(d)(e)");
  EXPECT_EQ(NormaliseCode("ＡＺａｚ～！"), "AZaz~!");
}

TEST(NormaliseCode, DropsSpacesAndDashes) {
  EXPECT_EQ(NormaliseCode(" 国 械\t注\u3000准\u00A02019\u200B 3-13–0123— "), "国械注准20193130123");
  EXPECT_EQ(NormaliseCode("MA.156–x－y", {.keep_dashes = true}), "MA.156-x-y");
  EXPECT_EQ(NormaliseCode(""), "");
}

TEST(CreditCode, TakesValidCodes) {
  EXPECT_EQ(*ParseCreditCode("91350100M000100Y43"), "91350100M000100Y43");
  EXPECT_EQ(*ParseCreditCode(" ９１350100 M000100Y43"), "91350100M000100Y43");
}

TEST(CreditCode, RefusesWrongOnes) {
  EXPECT_FALSE(ParseCreditCode("91110108MA00ABC123").ok());
  EXPECT_FALSE(ParseCreditCode("91350100M000100Y4").ok());
  EXPECT_FALSE(ParseCreditCode("91350100M000100Y433").ok());
  EXPECT_FALSE(ParseCreditCode("91350100m000100y43").ok());
  EXPECT_FALSE(ParseCreditCode("9135O100M000100Y43").ok()) << "the letter O is not used";
  EXPECT_FALSE(ParseCreditCode("").ok());
  EXPECT_FALSE(ParseCreditCode("统一社会信用代码").ok());
}

TEST(CreditCode, NoticesEveryMistypedCharacterAndEverySwap) {
  const std::string good = "91350100M000100Y43";
  for (size_t index = 0; index < good.size(); ++index) {
    std::string mistyped = good;
    mistyped[index] = good[index] == '7' ? '8' : '7';
    EXPECT_FALSE(ParseCreditCode(mistyped).ok()) << mistyped;
  }
  for (size_t index = 0; index + 1 < good.size(); ++index) {
    std::string swapped = good;
    std::swap(swapped[index], swapped[index + 1]);
    EXPECT_EQ(ParseCreditCode(swapped).ok(), swapped == good) << swapped;
  }
}

TEST(LicenceNumber, TellsLicencesFromFilings) {
  const auto licence = ParseLicenceNumber("鲁济食药监械经营许20190001号");
  ASSERT_TRUE(licence.ok());
  EXPECT_EQ(licence->highest_class, DeviceClass::kIII);
  EXPECT_EQ(licence->text, "鲁济食药监械经营许20190001号");
  const auto filing = ParseLicenceNumber("鲁济药监械经营备２０２１　０００２号");
  ASSERT_TRUE(filing.ok());
  EXPECT_EQ(filing->highest_class, DeviceClass::kII);
  EXPECT_EQ(filing->text, "鲁济药监械经营备20210002号");
  EXPECT_TRUE(ParseLicenceNumber("京海药监械经营许20150012号").ok());
}

TEST(LicenceNumber, RefusesOtherTexts) {
  for (const char* text : {"", "济食药监械经营许20190001号", "鲁济食药监械经营20190001号",
                           "鲁济食药监械经营许2019001号", "鲁济食药监械经营许201900012号",
                           "鲁济食药监械经营许20190001", "鲁济食药监械经营许20190001号2",
                           "鲁济食药监械生产许20190001号", "鲁济食药监械经营许18990001号",
                           "鲁一二三四五食药监械经营许20190001号"}) {
    EXPECT_FALSE(ParseLicenceNumber(text).ok()) << text;
  }
}

struct Registration {
  const char* text;
  const char* normalised;
  DeviceClass device_class;
  bool is_filing;
};

TEST(RegistrationNumber, DerivesTheClass) {
  const Registration cases[] = {
      {"国械注准20193130123", "国械注准20193130123", DeviceClass::kIII, false},
      {"国械注进20182660456", "国械注进20182660456", DeviceClass::kII, false},
      {"国械注进20183660456", "国械注进20183660456", DeviceClass::kIII, false},
      {"国械注许20193130001", "国械注许20193130001", DeviceClass::kIII, false},
      {"鲁械注准20202140789", "鲁械注准20202140789", DeviceClass::kII, false},
      {" 国械注准 ２０１９－３－１３－０１２３ ", "国械注准20193130123", DeviceClass::kIII, false},
      {"鲁济械备20190001号", "鲁济械备20190001号", DeviceClass::kI, true},
      {"鲁济械备20190001", "鲁济械备20190001号", DeviceClass::kI, true},
      {"国械备20150123号", "国械备20150123号", DeviceClass::kI, true},
      {"国食药监械(准)字2014第2400059号", "国食药监械(准)字2014第2400059号", DeviceClass::kII,
       false},
      {"国食药监械〔进〕字2013第3460001号", "国食药监械(进)字2013第3460001号", DeviceClass::kIII,
       false},
      {"国食药监械【准】字2012第3460001号（更）", "国食药监械(准)字2012第3460001号(更)",
       DeviceClass::kIII, false},
      {"粤食药监械（准）字2013第2640123号", "粤食药监械(准)字2013第2640123号", DeviceClass::kII,
       false},
      {"沪浦食药监械(准)字2013第1640123号", "沪浦食药监械(准)字2013第1640123号", DeviceClass::kI,
       false},
      {"国药管械(试)字2002第3150001号", "国药管械(试)字2002第3150001号", DeviceClass::kIII, false},
  };
  for (const Registration& expected : cases) {
    const auto number = ParseRegistrationNumber(expected.text);
    ASSERT_TRUE(number.ok()) << expected.text << ": " << number.status();
    EXPECT_EQ(number->text, expected.normalised);
    EXPECT_EQ(number->device_class, expected.device_class) << expected.text;
    EXPECT_EQ(number->is_filing, expected.is_filing) << expected.text;
  }
}

TEST(RegistrationNumber, RefusesWhatCannotBe) {
  for (const char* text : {"",
                           "国",
                           "国械注准",
                           "国械注准2019313012",
                           "国械注准201931301234",
                           "国械注准20192130123",  // the state registers class III
                           "鲁械注准20203140789",  // a province registers class II
                           "鲁械注进20202140789",  // imports are the state's
                           "鲁械注许20202140789",
                           "国械注准20191130123",  // class I is filed
                           "国械注准20194130123",
                           "国械注验20193130123",
                           "国械注准18993130123",
                           "火械注准20202140789",
                           "国械注准20193130123,国械注准20193130124",  // one at a time
                           "国械注准20193130123 国械注准20193130124",
                           "国济械备20190001号",
                           "鲁济械备2019001号",
                           "鲁济械备20190001号号",
                           "鲁一二三四五械备20190001号",
                           "国食药监械准字2014第2400059号",
                           "国食药监械(准)字2014第4400059号",
                           "国食药监械(准)字2014第240005号",
                           "国食药监械(准)字2014第2400059",
                           "国械注准2019313O123",
                           "GXZZ20193130123"}) {
    EXPECT_FALSE(ParseRegistrationNumber(text).ok()) << text;
  }
}

TEST(NationalCode, IsTwentySevenCharacters) {
  EXPECT_EQ(*ParseNationalCode("C03050107901001000010000001"), "C03050107901001000010000001");
  EXPECT_EQ(*ParseNationalCode("Ｃ０3050107901001 00001 0000001"), "C03050107901001000010000001");
  EXPECT_TRUE(ParseNationalCode("C17050107900000000010000001").ok()) << "00 and 000 are legal";
  for (const char* text :
       {"", "C", "C0305010790100100001000000", "C030501079010010000100000012",
        "c03050107901001000010000001", "C00050107901001000010000001", "C18050107901001000010000001",
        "C0305010790100100001000000X", "303050107901001000010000001"}) {
    EXPECT_FALSE(ParseNationalCode(text).ok()) << text;
  }
}

TEST(DeviceIdentifier, PadsGtinsToFourteenDigits) {
  EXPECT_EQ(*ParseDeviceIdentifier("96385074"), "00000096385074");
  EXPECT_EQ(*ParseDeviceIdentifier("614141007349"), "00614141007349");
  EXPECT_EQ(*ParseDeviceIdentifier("6901234567892"), "06901234567892");
  EXPECT_EQ(*ParseDeviceIdentifier("06901234567892"), "06901234567892");
  EXPECT_EQ(*ParseDeviceIdentifier(" ６901234567892 "), "06901234567892");
}

TEST(DeviceIdentifier, TakesMaCodesWithoutProductionIdentifier) {
  EXPECT_EQ(*ParseDeviceIdentifier("MA.156.M0.100011.2cscp023"), "MA.156.M0.100011.2cscp023");
  EXPECT_EQ(*ParseDeviceIdentifier("MA.156.M0.100011.a-b"), "MA.156.M0.100011.a-b");
}

TEST(DeviceIdentifier, TakesHibcIccbbaAndAhmAsRegistersKeepThem) {
  // ANSI/HIBC 2.6, figure 1.
  EXPECT_EQ(*ParseDeviceIdentifier("+A123BJC5D6E71G"), "A123BJC5D6E71");
  EXPECT_EQ(*ParseDeviceIdentifier("*+A123BJC5D6E71G*"), "A123BJC5D6E71");
  EXPECT_EQ(*ParseDeviceIdentifier("＋A123 BJC5 D6E71 G"), "A123BJC5D6E71");
  EXPECT_EQ(*ParseDeviceIdentifier("*+A99900021_*"), "A99900021")
      << "the check character is a space";
  EXPECT_EQ(*ParseDeviceIdentifier("=/A9999XYZ100T0944"), "A9999XYZ100T0944");
  EXPECT_EQ(*ParseDeviceIdentifier("=)1TE123456A"), "1TE123456A");
  EXPECT_EQ(*ParseDeviceIdentifier("AHM10010001"), "AHM10010001");
  for (const char* kept : {"A123BJC5D6E71", "A99900021", "A9999XYZ100T0944", "1TE123456A"}) {
    EXPECT_EQ(*ParseDeviceIdentifier(kept), kept);
  }
}

TEST(DeviceIdentifier, RefusesOtherTexts) {
  for (const char* text : {"",
                           "6901234567893",
                           "690123456789",
                           "69012345678",
                           "069012345678921",
                           "00000000000000",
                           "(01)06901234567892",
                           "0106901234567892",
                           "MA.156.M0.100011",
                           "MA.157.M0.100011.x",
                           "MA.156.M0.100011.2cscp023.SA1",
                           "MA.156.M0.100011.2cscp023.C3",
                           ".S1",
                           "+A99912345",
                           "6901234S67892",
                           "+A123BJC5D6E71H",
                           "+$$52001510X3GD",
                           "+A99912345/$$52001510X33",
                           "A12BJC5D6E7X",
                           "a123BJC5D6E71",
                           "=/A9999XYZ100T0944=,000025",
                           "=A99991712345600",
                           "=/A9999XYZ100T094",
                           "HELLOWORLD",
                           "AHM",
                           "AHM10010001.BNA1",
                           "AHM1 (SN)2"}) {
    EXPECT_FALSE(ParseDeviceIdentifier(text).ok()) << text;
  }
}

}  // namespace
}  // namespace qingqu::catalog
