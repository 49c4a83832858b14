#include "common/udid/device_xml.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::udid {
namespace {

using ::testing::EndsWith;

// "line name=value … [list name=value …]" of each record, or the reason of the error.
std::string ReadAll(std::string_view text, size_t chunk = 7, const DeviceXmlLimits& limits = {}) {
  tabular::BufferSource source(text, chunk);
  DeviceXmlReader reader(source, limits);
  std::string joined;
  while (true) {
    DeviceXmlRecord record;
    const auto more = reader.Next(record);
    if (!more.ok()) return joined + ErrorReason(more.status());
    if (!*more) return joined;
    joined += std::to_string(record.line);
    for (const DeviceValue& value : record.values) {
      joined += " " + std::string(value.name) + "=" + value.value;
    }
    for (const DeviceEntry& entry : record.entries) {
      joined += " [" + std::string(entry.list);
      for (const DeviceValue& value : entry.values) {
        joined += " " + std::string(value.name) + "=" + value.value;
      }
      joined += "]";
    }
    for (const DeviceFault& fault : record.faults) {
      joined += " !" + std::string(fault.name) + ":" + std::string(fault.reason);
    }
    joined += ";";
  }
}

constexpr std::string_view kFile = R"(<?xml version="1.0" encoding="UTF-8"?>
<udid version="1.0">
  <devices>
    <device>
      <zxxsdycpbs>06901234567892</zxxsdycpbs>
      <cpmctymc>一次性使用采样器 A&B</cpmctymc>
      <ggxh>直径<5mm</ggxh>
      <unknown>passed <over>x</over></unknown>
      <scbssfbhph>是</scbssfbhph>
      <packingList>
        <packing><bzcpbs>16901234567899</bzcpbs><cpbzjb>箱</cpbzjb><bznhxyjcpbssl>10</bznhxyjcpbssl>
          <bznhxyjbzcpbs>06901234567892</bznhxyjbzcpbs></packing>
        <packing><bzcpbs>26901234567896</bzcpbs></packing>
      </packingList>
      <storageList>
        <storage><cchcztj>冷藏</cchcztj><zdz>2</zdz><zgz>8</zgz><jldw>℃</jldw></storage></storageList>
      <clinicalList>
        <clinical><lcsycclx>长度</lcsycclx><ccz>10</ccz><ccdw>cm</ccdw></clinical></clinicalList>
      <contactList><contact><qylxrdh>010-1</qylxrdh></contact></contactList>
      <versionStauts>新增</versionStauts>
    </device>
    <device><zxxsdycpbs> MA.156.M0.100011.1 </zxxsdycpbs><ggxh/></device>
  </devices>
</udid>
)";

TEST(DeviceXmlTest, ReadsRecordsWithTheirLists) {
  const std::string expected =
      "4 device_identifier=06901234567892 product_name=一次性使用采样器 A&B "
      "specification=直径<5mm carries_lot=是 version_state=新增 "
      "[packs device_identifier=16901234567899 level=箱 contained_count=10 "
      "contained_identifier=06901234567892] [packs device_identifier=26901234567896] "
      "[storages condition=冷藏 least=2 most=8 unit=℃] [clinical_sizes kind=长度 value=10 unit=cm] "
      "[contacts phone=010-1];22 device_identifier=MA.156.M0.100011.1;";
  for (const size_t chunk : {size_t{16}, size_t{33}, size_t{1} << 16}) {
    EXPECT_EQ(ReadAll(kFile, chunk), expected) << chunk;
  }
}

// What the file says it holds, once it was read; "none" when it does not say.
std::string Declared(std::string_view text) {
  tabular::BufferSource source(text, 16);
  DeviceXmlReader reader(source);
  DeviceXmlRecord record;
  while (reader.Next(record).value_or(false)) continue;
  return reader.declared_count().has_value() ? std::to_string(*reader.declared_count()) : "none";
}

TEST(DeviceXmlTest, TellsHowManyRecordsTheFileDeclares) {
  const auto with = [](std::string_view count) {
    return "<udid><header><numberRkeyecordXML>" + std::string(count) +
           "</numberRkeyecordXML></header><devices><device/></devices></udid>";
  };
  EXPECT_EQ(Declared(with(" 12 ")), "12");
  EXPECT_EQ(Declared(with("")), "none");
  EXPECT_EQ(Declared(with("many")), "none");
  EXPECT_EQ(Declared(with("12 or so")), "none");
  EXPECT_EQ(Declared(with("99999999999999999999")), "none");
  EXPECT_EQ(Declared(kFile), "none");
  // Within a record it is no element that is known.
  EXPECT_EQ(Declared("<udid><device><numberRkeyecordXML>3</numberRkeyecordXML></device></udid>"),
            "none");
}

TEST(DeviceXmlTest, EveryTruncationIsNoticed) {
  const std::string_view whole = kFile.substr(0, kFile.rfind('>') + 1);
  for (size_t size = 0; size < whole.size(); size += 3) {
    EXPECT_THAT(ReadAll(whole.substr(0, size), 4096), EndsWith("DEVICE_XML_INVALID")) << size;
  }
}

TEST(DeviceXmlTest, OtherFilesAreNamed) {
  EXPECT_EQ(ReadAll("<html><device/></html>"), "NOT_A_DEVICE_FILE");
  EXPECT_EQ(ReadAll(""), "DEVICE_XML_INVALID");
  EXPECT_EQ(ReadAll("PK\x03\x04"), "DEVICE_XML_ZIPPED");
  EXPECT_EQ(ReadAll("<udid>           PK\x03\x04</udid>", 16), "") << "it is not at the start";
  EXPECT_EQ(ReadAll("<udid><devices/></udid>"), "");
  EXPECT_EQ(ReadAll("<!DOCTYPE udid [<!ENTITY a 'b'>]><udid/>"), "DEVICE_XML_DOCTYPE");
  EXPECT_EQ(ReadAll("<?xml version='1.0' encoding='GBK'?><udid/>"), "DEVICE_XML_ENCODING");
  EXPECT_EQ(ReadAll("<udid>" + std::string(5'000, '\xB1') + "</udid>"), "DEVICE_XML_ENCODING");
  // In GB18030 and without saying so: one record is enough to notice.
  std::string name;
  for (int count = 0; count < 40; ++count) name += "\xD2\xBB\xB4\xCE";
  EXPECT_EQ(ReadAll("<udid><device><cpmctymc>" + name + "</cpmctymc></device></udid>"),
            "DEVICE_XML_ENCODING");
}

TEST(DeviceXmlTest, RecordsBeforeAnErrorAreReadHoweverTheFileIsCut) {
  const std::string record = "<device><ggxh>x</ggxh></device>";
  const std::string read = "1 specification=x;";
  for (const size_t chunk : {size_t{16}, size_t{1} << 16}) {
    EXPECT_EQ(ReadAll("<udid>" + record + record + "</other>", chunk),
              read + read + "DEVICE_XML_INVALID");
    EXPECT_EQ(ReadAll("<udid>" + record + std::string(100, '\xB1') + record, chunk),
              read + "DEVICE_XML_ENCODING");
    EXPECT_EQ(ReadAll("<udid>" + record, chunk), read + "DEVICE_XML_INVALID");
  }
}

TEST(DeviceXmlTest, WhatIsTooLongIsTheRecordsFault) {
  const DeviceXmlLimits limits{.field_bytes_max = 10, .record_bytes_max = 25, .entries_max = 2};
  EXPECT_EQ(ReadAll("<udid><device><ggxh>01234567890</ggxh><cpmctymc>x</cpmctymc></device></udid>",
                    64, limits),
            "1 product_name=x !specification:FIELD_TOO_LONG;");
  EXPECT_EQ(ReadAll("<udid><device><ggxh>0123456789</ggxh><spmc>0123456789</spmc>"
                    "<cpmctymc>0123456789</cpmctymc></device></udid>",
                    64, limits),
            "1 specification=0123456789 trade_name=0123456789 !:RECORD_TOO_LONG;");
  EXPECT_EQ(ReadAll("<udid><device><packingList><packing/><packing/><packing><cpbzjb>x</cpbzjb>"
                    "</packing><packing/></packingList></device></udid>",
                    64, limits),
            "1 [packs] [packs] !packs:TOO_MANY_ENTRIES;");
}

TEST(DeviceXmlTest, DepthAndTokensAreBounded) {
  std::string deep = "<udid>";
  for (int depth = 0; depth < 30; ++depth) deep += "<x>";
  EXPECT_EQ(ReadAll(deep), "DEVICE_XML_TOO_COMPLEX");
  EXPECT_EQ(ReadAll("<udid><!-- " + std::string(1'000'000, 'x'), 1 << 16),
            "DEVICE_XML_TOO_COMPLEX");
}

}  // namespace
}  // namespace qingqu::udid
