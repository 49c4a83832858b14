// Files of the catalogue through the client and the real service: imported, exported, imported
// again; and hostile ones.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "common/tabular/xlsx_fixture.h"
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

  Outcome Run(std::vector<std::string> words) {
    words.insert(words.begin(), "--json");
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

TEST_F(CatalogueFilesTest, TemplatesAreWhatTheImportsTake) {
  for (const char* name : {"classes", "codes", "withdrawn-codes", "transcoded-codes"}) {
    for (const char* extension : {"xlsx", "csv"}) {
      const std::string file = File(fmt::format("{}.{}", name, extension));
      EXPECT_EQ(Run({"template", name, file}).code, ExitCode::kOk);
      std::vector<std::string> words = {"import", name, file};
      if (std::string_view(name) != "classes") {
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

TEST_F(CatalogueFilesTest, ReleaseAndDayAreNeededButForADryRun) {
  const std::string file = Write("sheet.csv", std::string(kHeader) + SheetLine(1));
  EXPECT_EQ(Run({"import", "codes", file}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"import", "codes", "--release=2026-11", file}).code, ExitCode::kUsage);
  const Outcome dry = Run({"import", "codes", "--dry-run", file});
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
  const std::string rows = tabular::TextRow(1, {"27位码"}) + std::string(40'000'000, ' ');
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

}  // namespace
}  // namespace qingqu::cli
