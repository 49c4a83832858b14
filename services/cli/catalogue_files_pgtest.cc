// Files of the catalogue through the client and the real service: imported, exported, imported
// again; and hostile ones.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <sstream>
#include <utility>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "common/tabular/xlsx_fixture.h"
#include "common/udid/device_xml.h"
#include "qingqu/catalog/v1/device_record.pb.h"
#include "services/catalog/catalog_service.h"
#include "services/cli/command.h"
#include "tests/support/test_host.h"

namespace qingqu::cli {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  ExitCode code = ExitCode::kOk;
  std::string counts;  // "read imported unchanged rejected", or "rows"
  std::string output;
  std::string errors;
};

constexpr std::string_view kHeader =
    "GOODS_ID,UDI,原27位码,原码状态,27位码,类型,20位码,一级分类,二级分类,三级分类,医保通用名分类,"
    "材质,"
    "特征,注册备案号,单件产品名称,耗材企业,规格型号数,规格,型号,医保通用名编号,医保通用名\r\n";

std::string CodeOf(int number) { return fmt::format("C03050107901001{:012}", number); }

std::string SheetLine(int number, std::string_view specification = "4.0×30", int goods_id = 1) {
  return fmt::format(
      "{},06901234567892,,,{},新增,{},03-骨科材料,05-螺钉,01-空心,079-螺钉,01-不锈钢,001-灭菌,"
      "国械注准20193130123,空心螺钉,某厂,12,{},,079,螺钉\r\n",
      goods_id, CodeOf(number), CodeOf(number).substr(0, 20), specification);
}

class CatalogueFilesTest : public ::testing::Test {
 protected:
  CatalogueFilesTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "qingqu_XXXXXX").string();
    folder_ = mkdtemp(folder.data());
  }
  ~CatalogueFilesTest() override { std::filesystem::remove_all(folder_); }

  Outcome Run(std::vector<std::string> words, bool json_output = true) {
    if (json_output) words.insert(words.begin(), "--json");
    const std::string authorization = host_.Authorization(
        testing::PrincipalOf("wang", "procurement_officer", "county-hospital", "east"));
    const std::map<std::string, std::string> variables = {
        {"QINGQU_SERVER", fmt::format("127.0.0.1:{}", host_.host().port())},
        {"QINGQU_CONFIG_DIR", folder_ + "/config"},
        {"QINGQU_TOKEN", authorization.substr(authorization.find(' ') + 1)}};
    std::istringstream input;
    std::ostringstream output;
    std::ostringstream errors;
    Environment environment{.variable =
                                [&](const std::string& name) {
                                  const auto found = variables.find(name);
                                  return found == variables.end() ? "" : found->second;
                                },
                            .input = input,
                            .output = output,
                            .errors = errors,
                            .clock = clock_};
    const ExitCode code = RunClient(words, environment);
    Outcome outcome{.code = code, .output = output.str(), .errors = errors.str()};
    std::string last;
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) last = line;
    const auto json = nlohmann::json::parse(last, nullptr, false);
    if (json.contains("read")) {
      outcome.counts =
          fmt::format("{} {} {} {}", json["read"].get<int>(), json["imported"].get<int>(),
                      json["unchanged"].get<int>(), json["rejected"].get<int>());
    } else if (json.contains("rows")) {
      outcome.counts = fmt::format("{}", json["rows"].get<int>());
    }
    return outcome;
  }
  Outcome Import(const std::string& what, const std::string& file,
                 const std::vector<std::string>& options = {}) {
    std::vector<std::string> words = {"import", what, "--release=2026-11", "--effective=2026-11-01",
                                      file};
    words.insert(words.end(), options.begin(), options.end());
    return Run(words);
  }
  std::string File(const std::string& name) const { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary) << text;
    return File(name);
  }
  std::string Read(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string Count(const std::string& table) const {
    return host_.database().Value("SELECT count(*) FROM catalog." + table);
  }

  SystemClock clock_;
  testing::TestHost host_{{catalog::CatalogSpec()}};
  std::string folder_;
};

TEST_F(CatalogueFilesTest, ASheetGoesInAndOutAndInAgain) {
  const std::string file = Write(
      "sheet.csv", std::string(kHeader) + SheetLine(1) + SheetLine(2, "-3.00D") +
                       SheetLine(3, "=1+1") + SheetLine(3, "=1+1", 2) + SheetLine(4, "\" a, b\""));
  const Outcome first = Import("codes", file);
  EXPECT_EQ(first.code, ExitCode::kOk) << first.errors;
  EXPECT_EQ(first.counts, "5 4 1 0") << "what stands there twice counts as unchanged";
  EXPECT_EQ(Import("codes", file).counts, "5 0 5 0");
  for (const char* name : {"codes.xlsx", "codes.csv"}) {
    const Outcome exported = Run({"export", "national-codes", File(name)});
    EXPECT_EQ(exported.code, ExitCode::kOk) << exported.errors;
    EXPECT_EQ(exported.counts, "4");
    const Outcome again = Import("codes", File(name));
    EXPECT_EQ(again.code, ExitCode::kOk) << again.errors << again.output;
    EXPECT_EQ(again.counts, "4 0 4 0") << name;
  }
  EXPECT_THAT(Read(File("codes.csv")), HasSubstr(",'-3.00D,"));
  EXPECT_THAT(Read(File("codes.csv")), HasSubstr(",'=1+1,"));
  EXPECT_EQ(host_.database().Value(
                "SELECT specification FROM catalog.national_code WHERE code = '" + CodeOf(3) + "'"),
            "=1+1");
}

TEST_F(CatalogueFilesTest, ClassesGoOutAndInAgain) {
  const Outcome first = Run({"import", "classes", "tests/data/classes_sample.csv"});
  ASSERT_EQ(first.code, ExitCode::kOk) << first.errors;
  const std::string before = host_.database().Value(
      "SELECT md5(string_agg(class.*::text, ';' ORDER BY level, code)) FROM catalog.class");
  for (const char* name : {"classes.xlsx", "classes.csv"}) {
    EXPECT_EQ(Run({"export", "classes", File(name)}).code, ExitCode::kOk);
    const Outcome again = Run({"import", "classes", File(name)});
    EXPECT_EQ(again.code, ExitCode::kOk) << again.errors << again.output;
    EXPECT_THAT(again.counts, ::testing::MatchesRegex("([0-9]+) 0 ([0-9]+) 0"));
  }
  EXPECT_EQ(
      host_.database().Value(
          "SELECT md5(string_agg(class.*::text, ';' ORDER BY level, code)) FROM catalog.class"),
      before);
}

TEST_F(CatalogueFilesTest, WithdrawnAndTranscodedCodesComeFromTheirLists) {
  const std::string sheet =
      Write("sheet.csv", std::string(kHeader) + SheetLine(1) + SheetLine(2) + SheetLine(3));
  ASSERT_EQ(Import("codes", sheet).code, ExitCode::kOk);
  EXPECT_EQ(Import("withdrawn-codes", Write("gone.csv", "27位码\r\n" + CodeOf(1) + "\r\n")).counts,
            "1 1 0 0");
  const std::string transcoded =
      Write("new.csv", "原27位码,27位码,类型\r\n" + CodeOf(2) + "," + CodeOf(3) + ",变更\r\n");
  EXPECT_EQ(Import("transcoded-codes", transcoded).counts, "1 1 0 0");
  EXPECT_EQ(Import("transcoded-codes", transcoded).counts, "1 0 1 0");
  EXPECT_EQ(host_.database().Value("SELECT string_agg(state || ' ' || coalesce(new_code, ''), ';' "
                                   "ORDER BY code) FROM catalog.national_code_change"),
            "withdrawn ;transcoded " + CodeOf(3));
  EXPECT_EQ(Run({"export", "national-codes", File("codes.csv")}).counts, "1")
      << "only what is in force";
  const Outcome odd = Import(
      "transcoded-codes",
      Write("odd.csv", "原27位码,27位码,类型\r\n" + CodeOf(1) + "," + CodeOf(3) + ",改名\r\n"));
  EXPECT_EQ(odd.code, ExitCode::kRefused);
  EXPECT_THAT(Read(File("odd.csv.rejects.csv")), HasSubstr("2,类型,改名,UNKNOWN_VALUE"));
}

TEST_F(CatalogueFilesTest, ItemsGoOutAndInAgain) {
  const std::string rows = Write("items.csv",
                                 "编号,产品名称,规格型号,注册人,注册证号,注册证有效期至,管理类别,"
                                 "医保27位码,UDI-DI,最小单位,包装,"
                                 "批号管理,无菌,贮存条件,贮存温度下限,贮存温度上限,收费编码\r\n"
                                 "cold,试剂盒,50人份,某厂,国械注准20193140001,2030-12-31,III," +
                                     CodeOf(1) +
                                     ",06901234567892,盒,箱=10=16901234567899;托=100="
                                     "26901234567896,TRUE,是,冷藏,2,8,33080101\r\n");
  const Outcome first = Run({"import", "items", rows});
  EXPECT_EQ(first.code, ExitCode::kOk) << first.errors << first.output;
  EXPECT_EQ(first.counts, "1 1 0 0");
  for (const char* name : {"out.xlsx", "out.csv"}) {
    const Outcome exported = Run({"export", "items", File(name)});
    EXPECT_EQ(exported.code, ExitCode::kOk) << exported.errors;
    EXPECT_EQ(exported.counts, "1");
    const Outcome again = Run({"import", "items", File(name)});
    EXPECT_EQ(again.code, ExitCode::kOk) << again.errors << again.output;
    EXPECT_EQ(again.counts, "1 0 1 0") << name;
  }
  EXPECT_THAT(Read(File("out.csv")), HasSubstr("箱=10=16901234567899;托=100=26901234567896"));
  const std::string named =
      Write("named.csv",
            "item_id,display_name,registration_number,registration_expire_date,national_code,"
            "device_identifier,base_unit,manufacturer,pack_device_identifier,pack_unit,pack_base_"
            "units\r\n"
            "bad id,x,国械注准20193140001,2030-12-31," +
                CodeOf(2) + ",06901234567892,支,某厂,,,\r\n");
  const Outcome refused = Run({"import", "items", named});
  EXPECT_EQ(refused.code, ExitCode::kRefused);
  EXPECT_THAT(Read(File("named.csv.rejects.csv")), HasSubstr("2,item_id,"))
      << "as the file calls it";
}

TEST_F(CatalogueFilesTest, TemplatesAreWhatTheImportsTake) {
  for (const char* name : {"items", "classes", "codes", "withdrawn-codes", "transcoded-codes"}) {
    for (const char* extension : {"xlsx", "csv"}) {
      const std::string file = File(fmt::format("{}.{}", name, extension));
      EXPECT_EQ(Run({"template", name, file}).code, ExitCode::kOk);
      std::vector<std::string> words = {"import", name, file};
      if (std::string_view(name).ends_with("codes")) {
        words.insert(words.end(), {"--release=2026-11", "--effective=2026-11-01"});
      }
      const Outcome imported = Run(words);
      EXPECT_EQ(imported.code, ExitCode::kOk) << file << imported.errors;
      EXPECT_EQ(imported.counts, "0 0 0 0");
    }
  }
  EXPECT_EQ(Run({"template", "codes", "/none/codes.xlsx"}).code, ExitCode::kLocalFile);
  EXPECT_EQ(Run({"template", "codes", "/none/codes.csv"}).code, ExitCode::kLocalFile);
  EXPECT_EQ(Run({"template", "goods", File("x.csv")}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"export", "goods", File("x.csv")}).code, ExitCode::kUsage);
  EXPECT_FALSE(std::filesystem::exists(File("x.csv")));
}

TEST_F(CatalogueFilesTest, ReleaseAndDayAreNeededButOffline) {
  const std::string file = Write("sheet.csv", std::string(kHeader) + SheetLine(1));
  EXPECT_EQ(Run({"import", "codes", file}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"import", "codes", "--release=2026-11", file}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"import", "codes", "--dry-run", file}).code, ExitCode::kUsage);
  const Outcome dry = Run({"import", "codes", "--dry-run", "--offline", file});
  EXPECT_EQ(dry.code, ExitCode::kOk) << dry.errors;
  EXPECT_EQ(Count("national_code"), "0");
  EXPECT_EQ(Count("import"), "0");
}

TEST_F(CatalogueFilesTest, SheetsInGb18030AreRead) {
  // 27位码, 规格 … as Windows writes them: the header of a list of withdrawn codes.
  const std::string gbk =
      "27\xCE\xBB\xC2\xEB,\xB1\xB8\xD7\xA2\r\n" + CodeOf(1) + ",\xCD\xA3\xD3\xC3\r\n";
  EXPECT_EQ(Import("withdrawn-codes", Write("gbk.csv", gbk)).counts, "1 1 0 0");
}

std::string DeviceXml(std::string_view identifier, std::string_view more) {
  return fmt::format("<device>\n<zxxsdycpbs>{}</zxxsdycpbs><cpmctymc>A&B</cpmctymc>{}</device>",
                     identifier, more);
}

std::string DeviceFile(std::string_view devices, int count) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<udid version=\"1.0\"><header>"
      "<numberRkeyecordXML>{}</numberRkeyecordXML></header><devices>{}</devices></udid>",
      count, devices);
}

TEST_F(CatalogueFilesTest, DevicesComeFromTheDatabasesXml) {
  const std::string good =
      DeviceXml("06901234567892",
                "<ggxh><5mm\x0B</ggxh><scbssfbhph>是</scbssfbhph><packingList><packing>"
                "<bzcpbs>16901234567899</bzcpbs></packing></packingList>");
  const std::string file = Write("udid.xml", DeviceFile(good + DeviceXml("1", ""), 2));
  const Outcome refused = Run({"import", "devices", file});
  EXPECT_EQ(refused.code, ExitCode::kRefused) << refused.errors;
  EXPECT_EQ(Count("device_record"), "0");
  EXPECT_THAT(Read(file + ".rejects.csv"), HasSubstr("3,zxxsdycpbs,1,DEVICE_IDENTIFIER_INVALID"));
  const Outcome taken = Run({"import", "devices", "--mode=per-row", file});
  EXPECT_EQ(taken.code, ExitCode::kPartial) << taken.errors;
  EXPECT_EQ(taken.counts, "2 1 0 1");
  EXPECT_THAT(taken.output, HasSubstr(R"("mended":4)"))
      << "two ampersands, one less-than, one \\x0B";
  EXPECT_EQ(Run({"import", "devices", "--mode=per-row", file}).counts, "2 0 1 1");
  EXPECT_EQ(
      host_.database().Value("SELECT product_name || ' ' || specification || ' ' || "
                             "carries_lot FROM catalog_pub.device_record WHERE role = 'pack'"),
      "A&B <5mm true");
  EXPECT_EQ(Run({"import", "devices", Write("half.xml", "<udid><devices><device>" + good)}).code,
            ExitCode::kLocalFile);
  EXPECT_EQ(Run({"import", "devices", File("none.xml")}).code, ExitCode::kLocalFile);
  EXPECT_EQ(Run({"import", "devices", Write("table.csv", "a,b\r\n1,2\r\n")}).code,
            ExitCode::kLocalFile);
}

// What a dry run answers and writes, it answers and writes again: nothing was changed. The import
// then does what was said.
TEST_F(CatalogueFilesTest, ADryRunSaysWhatTheImportThenDoes) {
  const std::string sheet =
      Write("sheet.csv", std::string(kHeader) + SheetLine(1) + SheetLine(1, "other") +
                             SheetLine(2) + SheetLine(2, "4.0×30", 2));
  const std::string items =
      Write("items.csv",
            "item_id,display_name,registration_number,registration_expire_date,national_code,"
            "device_identifier,base_unit,manufacturer\r\n"
            "one,x,国械注准20193140001,2030-12-31," +
                CodeOf(1) +
                ",06901234567892,支,某厂\r\n"
                "two,x,国械注准20193140001,2030-12-31," +
                CodeOf(2) + ",06901234567892,支,某厂\r\n");
  const std::string devices =
      Write("udid.xml", DeviceFile(DeviceXml("06901234567892", "") + DeviceXml("1", ""), 2));
  const std::vector<std::pair<std::string, std::vector<std::string>>> imports = {
      {"national_code", {"codes", "--release=2026-11", "--effective=2026-11-01", sheet}},
      {"item", {"items", items}},
      {"device_record", {"devices", devices}}};
  for (const auto& [table, arguments] : imports) {
    std::vector<std::string> words = {"import"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.emplace_back("--mode=per-row");
    std::vector<std::string> dry_words = words;
    dry_words.emplace_back("--dry-run");
    const std::string told =
        host_.database().Value("SELECT coalesce(max(sequence), 0) FROM journal.entry");
    const Outcome dry = Run(dry_words);
    EXPECT_EQ(dry.code, ExitCode::kNegative) << dry.errors << dry.output;
    const std::string rejects = Read(arguments.back() + ".rejects.csv");
    EXPECT_EQ(std::ranges::count(rejects, '\n'), 2) << rejects;
    EXPECT_EQ(Run(dry_words).counts, dry.counts) << table;
    EXPECT_EQ(Count(table), "0");
    EXPECT_EQ(host_.database().Value("SELECT coalesce(max(sequence), 0) FROM journal.entry"), told);
    const Outcome taken = Run(words);
    EXPECT_EQ(taken.code, ExitCode::kPartial) << taken.errors << taken.output;
    EXPECT_EQ(taken.counts, dry.counts) << table;
    EXPECT_EQ(Read(arguments.back() + ".rejects.csv"), rejects);
    EXPECT_NE(Count(table), "0");
  }
}

TEST_F(CatalogueFilesTest, WhatWasMendedInADeviceFileIsTold) {
  const std::string file = Write("udid.xml", DeviceFile(DeviceXml("06901234567892", ""), 7));
  const Outcome dry =
      Run({"import", "devices", "--dry-run", "--offline", file}, /*json_output=*/false);
  EXPECT_EQ(dry.code, ExitCode::kOk) << dry.errors;
  EXPECT_THAT(dry.errors, HasSubstr("mended in the file: 1\n"));
  EXPECT_THAT(dry.errors, HasSubstr("says that it holds 7 records, and 1 were read"));
  EXPECT_EQ(Count("device_record"), "0");
  const Outcome taken = Run({"import", "devices", file}, /*json_output=*/false);
  EXPECT_EQ(taken.code, ExitCode::kOk) << taken.errors;
  EXPECT_EQ(taken.errors, dry.errors);
  EXPECT_EQ(Count("device_record"), "1");
}

// What a field is given in the file, and what becomes of it.
std::pair<std::string, nlohmann::json> SampleOf(std::string_view name) {
  if (name == "device_identifier") return {"06901234567892", "06901234567892"};
  if (name.starts_with("carries_")) return {"否", false};
  return {fmt::format("{} &值", name), fmt::format("{} &值", name)};
}

std::string SampleXml(std::span<const udid::DeviceElement> elements, nlohmann::json& expected) {
  std::string xml;
  for (const auto& [element, name] : elements) {
    // Of two spellings the first is used.
    if (expected.contains(name)) continue;
    const auto [text, value] = SampleOf(name);
    xml += fmt::format("<{0}>{1}</{0}>\n", element, text);
    expected[std::string(name)] = value;
  }
  return xml;
}

// Every element that is read is a field of the message, and the other way round, and is stored.
TEST_F(CatalogueFilesTest, EveryFieldOfADeviceIsKept) {
  nlohmann::json expected;
  std::string xml = SampleXml(udid::DeviceElements(), expected);
  for (const udid::DeviceList& list : udid::DeviceLists()) {
    nlohmann::json entry;
    const std::string inner = SampleXml(list.elements, entry);
    xml += fmt::format("<{0}><entry>{1}</entry><entry>{1}</entry></{0}>", list.element, inner);
    expected[std::string(list.name)] = {entry, entry};
  }
  const auto& fields = *catalog::v1::DeviceRecord::descriptor();
  EXPECT_EQ(expected.size(), static_cast<size_t>(fields.field_count()));
  for (int index = 0; index < fields.field_count(); ++index) {
    EXPECT_TRUE(expected.contains(fields.field(index)->name())) << fields.field(index)->name();
  }
  const std::string file = Write("udid.xml", DeviceFile("<device>" + xml + "</device>", 1));
  const Outcome outcome = Run({"import", "devices", file});
  EXPECT_EQ(outcome.counts, "1 1 0 0") << outcome.errors;
  const auto stored =
      nlohmann::json::parse(host_.database().Value("SELECT record FROM catalog.device_record"));
  EXPECT_EQ(stored, expected);
}

// Each hostile file: how it is answered, and that nothing of it took effect.
class HostileFilesTest : public CatalogueFilesTest {
 protected:
  void ExpectRefused(const Outcome& outcome, ExitCode code, std::string_view reason) {
    EXPECT_EQ(outcome.code, code) << outcome.errors << outcome.output;
    EXPECT_THAT(outcome.errors + outcome.output, HasSubstr(std::string(reason)));
    EXPECT_EQ(Count("national_code"), "0");
    EXPECT_EQ(Count("code_release"), "0");
  }
  std::string Workbook(const std::string& rows) {
    return tabular::MakeZip(tabular::WorkbookFixture{.rows = rows}.Build());
  }
};

TEST_F(HostileFilesTest, FilesThatAreNoSheetsAreLocalProblems) {
  const std::string whole = Workbook(tabular::TextRow(1, {"27位码"}));
  ExpectRefused(Import("codes", Write("empty.csv", "")), ExitCode::kLocalFile, "HEADER_MISSING");
  ExpectRefused(Import("codes", Write("other.csv", "a,b\r\n1,2\r\n")), ExitCode::kLocalFile,
                "COLUMN_MISSING");
  ExpectRefused(Import("codes", Write("short.xlsx", whole.substr(0, whole.size() / 2))),
                ExitCode::kLocalFile, "XLSX_");
  ExpectRefused(Import("codes", Write("old.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")),
                ExitCode::kLocalFile, "XLS_NOT_SUPPORTED");
  ExpectRefused(Import("codes", Write("odd.csv", std::string(kHeader) + "\xFF\xFF\xFF\r\n")),
                ExitCode::kLocalFile, "");
  ExpectRefused(Import("codes", File("none.xlsx")), ExitCode::kLocalFile, "none.xlsx");
}

TEST_F(HostileFilesTest, AWrongSheetIsNamedWithThoseThereAre) {
  const std::string file = Write("sheet.xlsx", Workbook(tabular::TextRow(1, {"27位码"})));
  ExpectRefused(Import("codes", file, {"--sheet=Query2"}), ExitCode::kLocalFile,
                "the workbook has \\\"Query1\\\"");
}

TEST_F(HostileFilesTest, ABombIsNotInflated) {
  std::string rows = tabular::TextRow(1, {"27位码"});
  rows.resize(40'000'000, ' ');
  ExpectRefused(Import("codes", Write("bomb.xlsx", Workbook(rows))), ExitCode::kLocalFile,
                "XLSX_COMPRESSION_RATIO");
}

TEST_F(HostileFilesTest, ATextThatBreaksOffIsNotAppliedInPart) {
  std::string text(kHeader);
  for (int number = 1; number <= 12'000; ++number) text += SheetLine(number);
  // Within a quote, so that the rest of the file is one cell; and in the middle of a character.
  ExpectRefused(Import("codes", Write("quote.csv", text + "\"1,2")), ExitCode::kRefused, "");
  ExpectRefused(Import("codes", Write("half.csv", text + "1,\xE5\x8C")), ExitCode::kLocalFile, "");
}

TEST_F(HostileFilesTest, WhatContradictsItselfIsRefusedWithItsLines) {
  std::string text(kHeader);
  // Far enough apart to be in two batches.
  for (int number = 1; number <= 11'000; ++number) text += SheetLine(number);
  text += SheetLine(1, "another");
  const std::string file = Write("twice.csv", text);
  ExpectRefused(Import("codes", file), ExitCode::kRefused, "");
  EXPECT_THAT(Read(file + ".rejects.csv"), HasSubstr("11002,"));
  EXPECT_THAT(Read(file + ".rejects.csv"), HasSubstr("DUPLICATE_KEY"));
}

TEST_F(HostileFilesTest, FilesThatAreOfNoDeviceDatabaseAreLocalProblems) {
  const auto expect_refused = [this](const std::string& text, std::string_view reason) {
    ExpectRefused(Run({"import", "devices", Write("udid.xml", text)}), ExitCode::kLocalFile,
                  reason);
    EXPECT_EQ(Count("device_record"), "0") << reason;
  };
  const std::string good = DeviceXml("06901234567892", "");
  expect_refused("", "DEVICE_XML_INVALID");
  expect_refused("<html><body/></html>", "NOT_A_DEVICE_FILE");
  expect_refused(tabular::MakeZip({{"UDID_PART1.xml", DeviceFile(good, 1)}}), "DEVICE_XML_ZIPPED");
  expect_refused("<!DOCTYPE udid [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><udid>&b;</udid>",
                 "DEVICE_XML_DOCTYPE");
  expect_refused("<udid>" + good + std::string(200, '\xB1') + "</udid>", "DEVICE_XML_ENCODING");
  expect_refused(DeviceFile(good, 1).substr(0, 200), "DEVICE_XML_INVALID");
}

TEST_F(HostileFilesTest, ADeviceFileThatBreaksOffIsNotAppliedInPart) {
  std::string devices;
  for (int number = 0; number < 12'000; ++number) {
    devices += DeviceXml(fmt::format("MA.156.M0.100011.{}", number), "<ggxh>5</ggxh>");
  }
  const std::string whole = DeviceFile(devices, 12'000);
  ExpectRefused(Run({"import", "devices", Write("half.xml", whole.substr(0, whole.size() - 9))}),
                ExitCode::kLocalFile, "DEVICE_XML_INVALID");
  EXPECT_EQ(Count("device_record"), "0");
  const std::string again = Write("whole.xml", whole);
  EXPECT_EQ(Run({"import", "devices", again}).counts, "12000 12000 0 0");
  EXPECT_EQ(Run({"import", "devices", again}).counts, "12000 0 12000 0");
  // A later record in another batch contradicts an earlier one.
  const std::string twice = Write(
      "twice.xml", DeviceFile(devices + DeviceXml("MA.156.M0.100011.0", "<ggxh>6</ggxh>"), 12'001));
  EXPECT_EQ(Run({"import", "devices", twice}).code, ExitCode::kRefused);
  EXPECT_THAT(Read(twice + ".rejects.csv"), HasSubstr("12002,zxxsdycpbs,"));
  EXPECT_THAT(Read(twice + ".rejects.csv"), HasSubstr("DEVICE_CONFLICT"));
}

}  // namespace
}  // namespace qingqu::cli
