#include "common/udi/udi_json.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace qingqu::udi {
namespace {

constexpr ParseOptions kOptions{.current_year = 2026};

std::string JsonOf(std::string_view text) { return ScanToJson(Parse(text, kOptions)); }

struct Filtered {
  std::string output;
  int exit_code;
};

Filtered Filter(const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  const int exit_code = RunUdiFilter(in, out, kOptions);
  return {.output = out.str(), .exit_code = exit_code};
}

TEST(UdiJsonTest, OneLineWithTheKeysInOrder) {
  EXPECT_EQ(
      JsonOf("(01)06901234567892(11)251130(17)271200(10)A1(21)S-7"),
      R"({"valid":true,"issuer":"GS1","di":"06901234567892","lot":"A1","serial":"S-7",)"
      R"("expiry":"2027-12-31","manufactured":"2025-11-30","elements":{"01":"06901234567892",)"
      R"("11":"251130","17":"271200","10":"A1","21":"S-7"}})");
  EXPECT_EQ(
      JsonOf("MA.156.M0.100761.21234561.Sx8.L22\"7"),
      R"({"valid":true,"issuer":"MA","di":"MA.156.M0.100761.21234561","lot":"22\"7",)"
      R"("serial":"x8","expiry":null,"manufactured":null,"elements":{"S":"x8","L":"22\"7"}})");
  EXPECT_EQ(JsonOf("(10)"), R"({"valid":false,"error":{"reason":"INVALID_LENGTH","position":4,)"
                            R"("message":"AI 10: the value is missing."}})");
}

TEST(UdiJsonTest, TheOtherIssuers) {
  // ANSI/HIBC 2.6, 2.2.1.1 with supplementary data.
  EXPECT_EQ(JsonOf("+A99912345/$$52001510X3/16D20111212/S77DEFG457"),
            R"({"valid":true,"issuer":"HIBC","di":"A99912345","lot":"10X3","serial":"77DEFG45",)"
            R"("expiry":"2020-01-15","manufactured":"2011-12-12","elements":{"$$5":"20015",)"
            R"("$":"10X3","S":"77DEFG45","16D":"20111212"}})");
  EXPECT_EQ(JsonOf("+A123BJC5D6E71H"),
            R"({"valid":false,"error":{"reason":"INVALID_CHECK_CHARACTERS","position":14,)"
            R"("message":"The check character of the HIBC code is wrong."}})");
  EXPECT_EQ(JsonOf("=)1TE123456A &)RZ12345678"),
            R"({"valid":true,"issuer":"ICCBBA","di":"1TE123456A","lot":"RZ12345678","serial":null,)"
            R"json("expiry":null,"manufactured":null,"elements":{"=)":"1TE123456A",)json"
            R"json("&)":"RZ12345678"}})json");
  EXPECT_EQ(JsonOf("AHM10010001.BNA1"),
            R"({"valid":true,"issuer":"AHM","di":"AHM10010001","lot":"A1","serial":null,)"
            R"("expiry":null,"manufactured":null,"elements":{"BN":"A1"}})");
}

TEST(UdiJsonTest, AbsentValuesAreNull) {
  EXPECT_EQ(JsonOf("]C110A1"),
            R"({"valid":true,"issuer":"GS1","di":null,"lot":"A1","serial":null,"expiry":null,)"
            R"("manufactured":null,"elements":{"10":"A1"}})");
}

TEST(UdiJsonTest, BytesThatAreNotUtf8DoNotThrow) {
  ParseError error{.reason = "X", .position = 0, .message = "\xff\xc3"};
  EXPECT_EQ(ScanToJson(error),
            "{\"valid\":false,\"error\":{\"reason\":\"X\",\"position\":0,\"message\":"
            "\"\xEF\xBF\xBD\xEF\xBF\xBD\"}}");
}

TEST(UdiJsonTest, WrittenSeparatorsBecomeBytes) {
  EXPECT_EQ(ExpandGroupSeparators("10A{GS}21B"),
            "10A\x1d"
            "21B");
  EXPECT_EQ(ExpandGroupSeparators("{GS}{GS}"), "\x1d\x1d");
  EXPECT_EQ(ExpandGroupSeparators("{gs}{G"), "{gs}{G");
  EXPECT_EQ(ExpandGroupSeparators(""), "");
}

TEST(UdiFilterTest, OneObjectALine) {
  const Filtered filtered = Filter(
      "]C10106901234567892\r\n10A{GS}21B\n10A\x1d"
      "21B");
  const std::string both =
      R"({"valid":true,"issuer":"GS1","di":null,"lot":"A","serial":"B","expiry":null,)"
      R"("manufactured":null,"elements":{"10":"A","21":"B"}})";
  EXPECT_EQ(filtered.output,
            R"({"valid":true,"issuer":"GS1","di":"06901234567892","lot":null,"serial":null,)"
            R"("expiry":null,"manufactured":null,"elements":{"01":"06901234567892"}})"
            "\n" +
                both + "\n" + both + "\n");
  EXPECT_EQ(filtered.exit_code, 0);
}

TEST(UdiFilterTest, NoInputIsNoError) {
  EXPECT_EQ(Filter("").output, "");
  EXPECT_EQ(Filter("").exit_code, 0);
}

TEST(UdiFilterTest, AnEmptyLineIsAnInvalidScan) {
  const Filtered filtered = Filter("\n\r\n10A\n");
  const std::string empty =
      R"({"valid":false,"error":{"reason":"EMPTY","position":0,"message":"The scan is empty."}})"
      "\n";
  EXPECT_TRUE(filtered.output.starts_with(empty + empty + "{\"valid\":true")) << filtered.output;
  EXPECT_EQ(filtered.exit_code, 1);
}

TEST(UdiFilterTest, PositionsCountInTheLineAsItCame) {
  EXPECT_NE(Filter("10A{GS}21B{GS}99").output.find(R"("position":16)"), std::string::npos);
  EXPECT_NE(Filter("10A\x1d"
                   "21B\x1d"
                   "99")
                .output.find(R"("position":10)"),
            std::string::npos);
}

TEST(UdiFilterTest, ASpaceThatIsACheckCharacterSurvives) {
  const Filtered filtered = Filter("+A99900021 \r\n+A99900021 \n");
  EXPECT_EQ(filtered.exit_code, 0) << filtered.output;
}

TEST(UdiFilterTest, ALineWithoutEndIsReadInBoundedMemoryAndTheNextIsReadAgain) {
  const Filtered filtered = Filter(std::string(3'000'000, '1') + "\n10A\n");
  EXPECT_NE(filtered.output.find(R"("reason":"INPUT_TOO_LONG","position":512)"), std::string::npos);
  EXPECT_NE(filtered.output.find(R"({"valid":true)"), std::string::npos);
  EXPECT_EQ(filtered.exit_code, 1);
}

TEST(UdiFilterTest, NulAndForeignBytesAreJustInvalid) {
  const Filtered filtered = Filter(std::string("10A\0B\n\xff\xfe\n", 9));
  EXPECT_NE(filtered.output.find(R"("reason":"INVALID_CHARACTER","position":3)"),
            std::string::npos);
  EXPECT_NE(filtered.output.find(R"("reason":"UNRECOGNISED_FORMAT","position":0)"),
            std::string::npos);
}

TEST(UdiFilterTest, AFailingOutputIsReported) {
  std::istringstream in("10A\n10B\n");
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(RunUdiFilter(in, out, kOptions), 1);
}

class FlushCounter : public std::stringbuf {
 public:
  int flushes = 0;

 protected:
  int sync() override {
    ++flushes;
    return 0;
  }
};

TEST(UdiFilterTest, FlushesWhenNoMoreInputWaits) {
  FlushCounter waiting;
  std::istringstream all_at_once("10A\n10B\n10C\n");
  std::ostream out(&waiting);
  RunUdiFilter(all_at_once, out, kOptions);
  EXPECT_EQ(waiting.flushes, 2);  // when the input is used up, and at the end
}

}  // namespace
}  // namespace qingqu::udi
