#include <fstream>
#include <sstream>
#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tabular/xlsx_fixture.h"
#include "common/tabular/xlsx_reader.h"

namespace qingqu::tabular {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSheetPart = "xl/worksheets/sheet1.xml";

// How the reading ends: "" well, else the reason.
absl::Status StatusOf(std::string_view bytes, const XlsxOptions& options = {}) {
  auto reader = XlsxReader::OpenBuffer(bytes, options);
  Record record;
  RecordError error;
  absl::Status status = reader.status();
  while (status.ok()) {
    const auto outcome = (*reader)->Next(record, error);
    status = outcome.status();
    if (!outcome.ok() || *outcome == RecordOutcome::kEnd) break;
  }
  if (reader.ok() && !status.ok()) {
    // What failed once fails again.
    EXPECT_EQ((*reader)->Next(record, error).status(), status);
  }
  return status;
}

std::string ReasonOf(std::string_view bytes, const XlsxOptions& options = {}) {
  return ErrorReason(StatusOf(bytes, options));
}

Parts GoodParts() {
  return WorkbookFixture{.rows = TextRow(1, {"a"}) + R"(<row r="2"><c t="s"><v>0</v></c></row>)",
                         .strings = "<si><t>b</t></si>"}
      .Build();
}

std::string ReasonWith(std::string_view part, const std::string& content) {
  Parts parts = GoodParts();
  parts[std::string(part)] = content;
  return ReasonOf(MakeZip(parts));
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(XlsxHostileTest, GoodWorkbookIsRead) { EXPECT_EQ(ReasonOf(MakeZip(GoodParts())), ""); }

// As a program writes it that cannot go back: zip64, and lengths only after each entry.
TEST(XlsxHostileTest, StreamedZip64IsRead) {
  std::ifstream file("common/tabular/corpus/xlsx/zip64", std::ios::binary);
  ASSERT_EQ(file.get(), 'Z');
  std::ostringstream bytes;
  bytes << file.rdbuf();
  ASSERT_NE(bytes.str().find("PK\x03\x04\x2D"), std::string::npos);
  EXPECT_EQ(ReasonOf(bytes.str()), "");
}

TEST(XlsxHostileTest, EveryTruncationIsNoticed) {
  for (const ZipStyle style : {ZipStyle::kStored, ZipStyle::kDeflated}) {
    const std::string bytes = MakeZip(GoodParts(), style);
    for (size_t length = 0; length < bytes.size(); ++length) {
      ASSERT_EQ(ReasonOf(bytes.substr(0, length)), "XLSX_DAMAGED") << length;
    }
  }
}

TEST(XlsxHostileTest, EveryChangedByteIsNoticedOrHarmless) {
  const std::string good = MakeZip(GoodParts(), ZipStyle::kStored);
  for (size_t index = 0; index < good.size(); ++index) {
    for (const char flip : {'\x01', '\x80', '\xFF'}) {
      std::string bytes = good;
      bytes[index] = static_cast<char>(bytes[index] ^ flip);
      const absl::Status status = StatusOf(bytes);
      ASSERT_TRUE(status.ok() || !ErrorReason(status).empty()) << index << " " << status;
    }
  }
}

TEST(XlsxHostileTest, OtherFilesAreNamed) {
  EXPECT_EQ(ReasonOf(""), "XLSX_DAMAGED");
  EXPECT_EQ(ReasonOf("a,b\r\n"), "XLSX_DAMAGED");
  EXPECT_EQ(ReasonOf("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 the rest"), "XLS_NOT_SUPPORTED");
  EXPECT_EQ(ReasonOf(MakeZip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}})),
            "NOT_A_WORKBOOK");
  EXPECT_EQ(ReasonWith("xl/workbook.xml", "<document xmlns=\"urn:word\"/>"), "NOT_A_WORKBOOK");
  EXPECT_EQ(ReasonWith(kSheetPart, "<chartsheet/>"), "NOT_A_WORKBOOK");
  Parts binary = GoodParts();
  binary["_rels/.rels"] = Replaced(binary["_rels/.rels"], "workbook.xml", "workbook.bin");
  EXPECT_EQ(ReasonOf(MakeZip(binary)), "XLSB_NOT_SUPPORTED");
}

TEST(XlsxHostileTest, KindOfFile) {
  EXPECT_EQ(KindOfFile(MakeZip(GoodParts())), FileKind::kZip);
  EXPECT_EQ(KindOfFile("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), FileKind::kOle);
  EXPECT_EQ(KindOfFile("PK,code\r\n"), FileKind::kText);
  EXPECT_EQ(KindOfFile(""), FileKind::kText);
}

TEST(XlsxHostileTest, MissingPartsAreNamed) {
  for (const std::string_view part :
       {std::string_view("xl/workbook.xml"), kSheetPart, std::string_view("xl/sharedStrings.xml"),
        std::string_view("xl/_rels/workbook.xml.rels")}) {
    Parts parts = GoodParts();
    parts.erase(std::string(part));
    const absl::Status status = StatusOf(MakeZip(parts));
    EXPECT_EQ(ErrorReason(status), "XLSX_PART_MISSING") << part;
    EXPECT_THAT(ToStd(status.message()), HasSubstr(part));
  }
}

TEST(XlsxHostileTest, DocumentTypesAreRefusedWherever) {
  const std::string laughs = R"(<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>)";
  const std::string external = R"(<!DOCTYPE a SYSTEM "file:///etc/passwd">)";
  for (const auto& [part, content] : GoodParts()) {
    if (part == "[Content_Types].xml") continue;
    for (const std::string& doctype : {laughs, external}) {
      const size_t declaration = content.find("?>");
      std::string changed = content;
      changed.insert(declaration == std::string::npos ? 0 : declaration + 2, doctype);
      EXPECT_EQ(ReasonWith(part, changed), "XLSX_XML_DOCTYPE") << part;
    }
  }
  EXPECT_EQ(ReasonWith(kSheetPart,
                       Replaced(GoodParts()[std::string(kSheetPart)], "<t>a</t>", "<t>&b;</t>")),
            "XLSX_XML_INVALID");
}

TEST(XlsxHostileTest, WrongEncodings) {
  const std::string sheet = GoodParts()[std::string(kSheetPart)];
  EXPECT_EQ(ReasonWith(kSheetPart, Replaced(sheet, "<t>a</t>", "<t>\xD2\xBD\xD3\xC3</t>")),
            "XLSX_XML_INVALID");
  EXPECT_EQ(ReasonWith(kSheetPart, Replaced(sheet, "UTF-8", "GB18030")), "XLSX_XML_ENCODING");
  EXPECT_EQ(ReasonWith(kSheetPart, Replaced(sheet, "UTF-8", "UTF-16")), "XLSX_XML_ENCODING");
  EXPECT_EQ(ReasonWith(kSheetPart, Replaced(sheet, "<t>a</t>", "<t>&#0;</t>")), "XLSX_XML_INVALID");
  std::string wide = "\xFF\xFE";
  for (const char character : Replaced(sheet, "UTF-8", "UTF-16")) {
    wide += character;
    wide += '\0';
  }
  EXPECT_EQ(ReasonWith(kSheetPart, wide), "");
}

TEST(XlsxHostileTest, MalformedXmlNamesItsPlace) {
  Parts parts = GoodParts();
  parts[std::string(kSheetPart)] = "<worksheet>\n<a></b>";
  const std::string message(ToStd(StatusOf(MakeZip(parts)).message()));
  EXPECT_THAT(message, testing::AnyOf(HasSubstr("not a sheet"), HasSubstr("line 2")));
  EXPECT_EQ(ReasonWith(kSheetPart, ""), "XLSX_XML_INVALID");
  const std::string sheet = GoodParts()[std::string(kSheetPart)];
  EXPECT_EQ(ReasonWith(kSheetPart, sheet.substr(0, sheet.size() / 2)), "XLSX_XML_INVALID");
  EXPECT_EQ(ReasonWith(kSheetPart, sheet + sheet), "XLSX_XML_INVALID");
}

TEST(XlsxHostileTest, BombsAreRefusedBeforeTheyAreInflated) {
  Parts parts = GoodParts();
  parts["xl/sharedStrings.xml"] += std::string(40 << 20, ' ');
  const std::string bomb = MakeZip(parts);
  EXPECT_LT(bomb.size(), 60'000U);
  EXPECT_EQ(ReasonOf(bomb), "XLSX_COMPRESSION_RATIO");
  EXPECT_EQ(ReasonOf(bomb, {.limits = {.part_bytes_max = 30 << 20}}), "XLSX_PART_TOO_LARGE");
  EXPECT_EQ(ReasonOf(bomb, {.limits = {.total_bytes_max = 30 << 20}}), "XLSX_TOO_LARGE");
  EXPECT_EQ(ReasonOf(bomb, {.limits = {.ratio_max = 2'000}}), "");
}

// The directory says less than the part holds.
TEST(XlsxHostileTest, PartsLongerThanTheySayAreNoticed) {
  Parts parts = GoodParts();
  parts[std::string(kSheetPart)] += std::string(100'000, ' ');
  std::string bytes = MakeZip(parts);
  const size_t directory = bytes.rfind("PK\1\2", bytes.rfind(kSheetPart));
  ASSERT_NE(directory, std::string::npos);
  bytes.replace(directory + 24, 4, std::string("\x10\x00\x00\x00", 4));
  EXPECT_EQ(ReasonOf(bytes), "XLSX_DAMAGED");
}

TEST(XlsxHostileTest, ManyEntriesAreRefused) {
  Parts parts = GoodParts();
  for (int index = 0; index < 100; ++index) parts[fmt::format("x/{}", index)] = "";
  const std::string bytes = MakeZip(parts);
  EXPECT_EQ(ReasonOf(bytes), "");
  EXPECT_EQ(ReasonOf(bytes, {.limits = {.entries_max = 50}}), "XLSX_TOO_MANY_PARTS");
}

TEST(XlsxHostileTest, ZipsThatClaimManyEntriesAreRefusedUnread) {
  std::string bytes = MakeZip(GoodParts());
  const size_t end = bytes.rfind("PK\5\6");
  std::string claim = bytes;
  claim.replace(end + 10, 2, "\xFF\xF0");
  EXPECT_EQ(ReasonOf(claim), "XLSX_TOO_MANY_PARTS");
  // The same in zip64: its end record, the locator of that, and the old end record.
  std::string record = "PK\6\6" + std::string(52, '\0');
  record[4] = 44;
  record[24 + 6] = 1;
  record[32 + 6] = 1;
  std::string locator = "PK\6\7" + std::string(16, '\0');
  for (size_t index = 0; index < 4; ++index) {
    locator[8 + index] = static_cast<char>((end >> (8 * index)) & 0xFF);
  }
  locator[16] = 1;
  EXPECT_EQ(ReasonOf(bytes.substr(0, end) + record + locator + bytes.substr(end)),
            "XLSX_TOO_MANY_PARTS");
}

TEST(XlsxHostileTest, NamesThatDifferInCaseAreDuplicates) {
  Parts parts = GoodParts();
  parts["xl/Workbook.xml"] = parts["xl/workbook.xml"];
  EXPECT_EQ(ReasonOf(MakeZip(parts)), "XLSX_DUPLICATE_PART");
  parts = GoodParts();
  parts["xl/workbook.xmk"] = parts["xl/workbook.xml"];
  std::string bytes = MakeZip(parts);
  for (size_t at = bytes.find("xl/workbook.xmk"); at != std::string::npos;
       at = bytes.find("xl/workbook.xmk", at)) {
    bytes.replace(at, 15, "xl/workbook.xml");
  }
  EXPECT_EQ(ReasonOf(bytes), "XLSX_DUPLICATE_PART");
}

TEST(XlsxHostileTest, EncryptedEntriesAndOddCompression) {
  EXPECT_EQ(ReasonOf(MakeZip(GoodParts(), ZipStyle::kEncrypted)), "XLSX_ENCRYPTED");
  std::string bytes = MakeZip(GoodParts());
  for (size_t at = bytes.find("PK\1\2"); at != std::string::npos;
       at = bytes.find("PK\1\2", at + 1)) {
    bytes[at + 10] = 12;
  }
  EXPECT_EQ(ReasonOf(bytes), "XLSX_COMPRESSION");
}

TEST(XlsxHostileTest, NothingIsFetchedFromElsewhere) {
  for (const std::string_view target : {"worksheets/sheet1.xml", "sharedStrings.xml"}) {
    Parts parts = GoodParts();
    std::string& relations = parts["xl/_rels/workbook.xml.rels"];
    relations = Replaced(relations, fmt::format("Target=\"{}\"", target),
                         "Target=\"http://10.0.0.1/x\" TargetMode=\"External\"");
    EXPECT_EQ(ReasonOf(MakeZip(parts)), "XLSX_EXTERNAL_PART");
  }
  // A link that no cell's content needs is none of our business.
  Parts parts = GoodParts();
  std::string& relations = parts["xl/_rels/workbook.xml.rels"];
  relations = Replaced(relations, "</Relationships>",
                       R"(<Relationship Id="rId77" Type="http://x/hyperlink" Target="http://x/")"
                       R"( TargetMode="External"/></Relationships>)");
  EXPECT_EQ(ReasonOf(MakeZip(parts)), "");
}

TEST(XlsxHostileTest, PathsDoNotLeaveThePackage) {
  Parts parts = GoodParts();
  parts["xl/_rels/workbook.xml.rels"] =
      Replaced(parts["xl/_rels/workbook.xml.rels"], "worksheets/", "../../../../xl/worksheets/");
  EXPECT_EQ(ReasonOf(MakeZip(parts)), "");
  parts["xl/_rels/workbook.xml.rels"] =
      Replaced(parts["xl/_rels/workbook.xml.rels"], "xl/worksheets/sheet1.xml", "etc/passwd");
  EXPECT_EQ(ReasonOf(MakeZip(parts)), "XLSX_PART_MISSING");
}

std::string SheetOf(std::string_view content) {
  return fmt::format(
      R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</)"
      "worksheet>",
      content);
}

TEST(XlsxHostileTest, XmlThatCostsItsReaderMemoryIsRefused) {
  const std::string long_text(400 << 10, 'x');
  EXPECT_EQ(ReasonWith(kSheetPart, SheetOf("<sheetData a=\"" + long_text + "\"/>")),
            "XLSX_XML_TOO_COMPLEX");
  EXPECT_EQ(ReasonWith(kSheetPart, SheetOf("<!--" + long_text + "-->")), "XLSX_XML_TOO_COMPLEX");
  EXPECT_EQ(ReasonWith(kSheetPart, SheetOf("<" + long_text + "/>")), "XLSX_XML_TOO_COMPLEX");
  EXPECT_EQ(ReasonWith(kSheetPart, SheetOf("<extLst>" + long_text + "</extLst>")), "");
  std::string deep;
  for (int level = 0; level < 100; ++level) deep += "<a>";
  EXPECT_EQ(ReasonWith(kSheetPart, SheetOf(deep)), "XLSX_XML_TOO_COMPLEX");
  std::string names;
  for (int index = 0; index < 200'000; ++index) names += fmt::format("<a{}/>", index);
  EXPECT_EQ(ReasonWith(kSheetPart, SheetOf(names)), "XLSX_XML_TOO_COMPLEX");
}

TEST(XlsxHostileTest, SheetsWithoutRowsAndHeadersThatAreAmbiguous) {
  const auto header = [](const std::string& rows) {
    auto reader = XlsxReader::OpenBuffer(MakeZip(WorkbookFixture{.rows = rows}.Build()));
    return ErrorReason(ReadHeader(**reader).status());
  };
  EXPECT_EQ(header(""), "HEADER_MISSING");
  EXPECT_EQ(header(R"(<row r="1"/><row r="2"><c r="A2" s="1"/></row>)"), "HEADER_MISSING");
  EXPECT_EQ(header(TextRow(1, {"a", "b", "a"})), "HEADER_INVALID");
  EXPECT_EQ(header(TextRow(1, {"a", "", "b"})), "HEADER_INVALID");
  EXPECT_EQ(header(R"(<row><c t="e"><v>#REF!</v></c></row>)"), "HEADER_INVALID");
  EXPECT_EQ(header(R"(<row><c r="B9"><v>1</v></c></row>)"), "HEADER_MALFORMED");
  EXPECT_EQ(header(TextRow(3, {"a", "b"})), "");
}

}  // namespace
}  // namespace qingqu::tabular
