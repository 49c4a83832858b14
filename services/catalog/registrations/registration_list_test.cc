#include "services/catalog/registrations/registration_list.h"

#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace qingqu::catalog {
namespace {

// The numbers, then '|' and what was not understood.
std::string Read(std::string_view text) {
  const RegistrationList list = ParseRegistrationList(text);
  std::string read;
  for (const RegistrationNumber& number : list.numbers) read += number.text + " ";
  read += "|";
  for (const std::string& rest : list.not_understood) read += " " + rest;
  return read;
}

constexpr char kFirst[] = "国械注准20193130123";
constexpr char kSecond[] = "国械注进20203140456";
constexpr char kBoth[] = "国械注准20193130123 国械注进20203140456 |";

TEST(RegistrationListTest, NumbersAreJoinedByAnythingOrNothing) {
  for (const char* joint :
       {";", "；", ",", "，", "、", "/", " ", "\n", "　", "", "；；", " / ", "和", "|", "-"}) {
    EXPECT_EQ(Read(fmt::format("{}{}{}", kFirst, joint, kSecond)), kBoth) << joint;
  }
  EXPECT_EQ(Read(fmt::format("{};{}", kFirst, kFirst)), "国械注准20193130123 |") << "each once";
  EXPECT_EQ(Read(""), "|");
  EXPECT_EQ(Read("；、 / "), "|");
}

TEST(RegistrationListTest, WordsAroundThemMeanNothing) {
  for (const char* text :
       {"注册证号：国械注准20193130123", "注册证编号:国械注准20193130123",
        "【国械注准20193130123】", "医疗器械注册证（国械注准20193130123）",
        "国械注准２０１９３１３０１２３", "国械注准 2019-313-0123", "国 械 注 准 2019 3 13 0123",
        "国产：国械注准20193130123。", "产品注册号#国械注准20193130123"}) {
    EXPECT_EQ(Read(text), "国械注准20193130123 |") << text;
  }
}

TEST(RegistrationListTest, EachFormIsRead) {
  EXPECT_EQ(Read("鲁械注准20202140001国械注许20183460001"),
            "鲁械注准20202140001 国械注许20183460001 |");
  EXPECT_EQ(Read("鲁济械备20190001鲁济械备20190002号国械备20170123"),
            "鲁济械备20190001号 鲁济械备20190002号 国械备20170123号 |");
  EXPECT_EQ(Read("国食药监械〔准〕字2014第2400059号国药管械(进)字2003第3150123号"),
            "国食药监械(准)字2014第2400059号 国药管械(进)字2003第3150123号 |");
  EXPECT_EQ(Read("苏食药监械(准)字2012第2660123号(更)/沪浦食药监械(准)字2013第1640001号"),
            "苏食药监械(准)字2012第2660123号(更) 沪浦食药监械(准)字2013第1640001号 |");
}

TEST(RegistrationListTest, WhatIsNearlyANumberIsNone) {
  EXPECT_EQ(Read("国械注准201931301234"), "| 国械注准201931301234") << "a digit too many";
  EXPECT_EQ(Read("国械注准2019313012"), "| 国械注准2019313012") << "a digit too few";
  EXPECT_EQ(Read("国械注准20192130123"), "| 国械注准20192130123") << "the state and class II";
  EXPECT_EQ(Read("鲁械注准20193130123"), "| 鲁械注准20193130123") << "a province and class III";
  EXPECT_EQ(Read("鲁械注进20192130123"), "| 鲁械注进20192130123") << "a province and an import";
  EXPECT_EQ(Read("械注准20193130123"), "| 械注准20193130123") << "nobody's";
  EXPECT_EQ(Read("国食药监械(准)字2014第2400059"), "| 国食药监械 准 字2014第2400059");
  EXPECT_EQ(Read("鲁济械备201900012"), "| 鲁济械备201900012");
}

TEST(RegistrationListTest, WhatStandsBesideIsReturned) {
  EXPECT_EQ(Read("无"), "| 无");
  EXPECT_EQ(Read("国械注准20193130123（已延续）;国械注进20203140456 旧"),
            "国械注准20193130123 国械注进20203140456 | 已延续 旧");
  EXPECT_EQ(Read("国械注准20193130123 2"), "国械注准20193130123 | 2")
      << "after a space it is something else";
  EXPECT_EQ(Read("国国械注准20193130123"), "国械注准20193130123 | 国");
}

TEST(RegistrationListTest, ALongTextTakesLittleTime) {
  std::string text;
  for (int count = 0; count < 3000; ++count) text += "国械注准2019";
  EXPECT_EQ(ParseRegistrationList(text).numbers.size(), 0u);
}

TEST(RegistrationNumberTest, ClassAndOriginAreWhatTheNumberSays) {
  const auto read = [](std::string_view text) -> std::string {
    const auto number = ParseRegistrationNumber(text);
    if (!number.ok()) return "none";
    return fmt::format("{} {}{}", static_cast<int>(number->device_class),
                       RegistrationOriginName(number->origin), number->is_filing ? " filing" : "");
  };
  EXPECT_EQ(read("国械注准20193130123"), "3 domestic");
  EXPECT_EQ(read("国械注进20192130123"), "2 imported");
  EXPECT_EQ(read("国械注许20193130123"), "3 special_region");
  EXPECT_EQ(read("鲁械注准20192130123"), "2 domestic");
  EXPECT_EQ(read("鲁济械备20190001"), "1 domestic filing");
  EXPECT_EQ(read("国械备20190001号"), "1 imported filing");
  EXPECT_EQ(read("国食药监械(准)字2014第2400059号"), "2 domestic");
  EXPECT_EQ(read("国食药监械(进)字2014第3400059号"), "3 imported");
  EXPECT_EQ(read("国食药监械(许)字2014第3400059号"), "3 special_region");
}

}  // namespace
}  // namespace qingqu::catalog
