#include <filesystem>
#include <fstream>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"

#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "common/tabular/xlsx_fixture.h"
#include "services/cli/client_test_support.h"

namespace qingqu::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHeader =
    "category18,class_code15,l1,l2,l3,generic_code,generic_name,material_code,material,"
    "feature_code,feature\r\n";
// Two batches and a part of a third.
constexpr int kManyRows = 25'000;

std::string ClassLine(int number, std::string_view feature = "灭菌") {
  return fmt::format("组,C{:014},骨科材料,拉力钉,空心,079,螺钉,01,不锈钢,001,{}\r\n", number,
                     feature);
}

std::string ClassFile(int rows) {
  std::string text(kHeader);
  for (int number = 0; number < rows; ++number) text += ClassLine(number);
  return text;
}

nlohmann::json Summary(int read, int imported, int unchanged, int rejected) {
  return {{"read", read}, {"imported", imported}, {"unchanged", unchanged}, {"rejected", rejected}};
}

class ImportTest : public ClientTest {
 protected:
  ImportTest() { SignIn(); }
  FakeImportState& classes() { return platform_.catalog().imports(); }
};

TEST_F(ImportTest, TwiceChangesNothing) {
  const std::string file = WriteFile("classes.csv", ClassFile(kManyRows));
  const ClientResult first = Run({"import", "classes", file, "--json"});
  EXPECT_EQ(first.code, ExitCode::kOk) << first.errors;
  EXPECT_EQ(LastLine(first.output), Summary(kManyRows, kManyRows, 0, 0));
  EXPECT_EQ(std::ranges::count(first.output, '\n'), 1);
  EXPECT_EQ(first.errors, "");
  const auto state = classes().Seen().imported;
  const ClientResult second = Run({"import", "classes", file, "--json"});
  EXPECT_EQ(LastLine(second.output), Summary(kManyRows, 0, kManyRows, 0));
  EXPECT_EQ(classes().Seen().imported, state);
  EXPECT_FALSE(std::filesystem::exists(file + ".rejects.csv"));
}

TEST_F(ImportTest, AllOrNothingIsTheDefault) {
  const std::string file =
      WriteFile("classes.csv", std::string(kHeader) + ClassLine(1) + ClassLine(2, "bad") +
                                   "short,row\r\n" + ClassLine(3));
  const ClientResult result = Run({"import", "classes", file, "--json"});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_EQ(LastLine(result.output), Summary(4, 0, 0, 4));
  EXPECT_TRUE(classes().Seen().imported.empty());
  EXPECT_THAT(ReadFile("classes.csv.rejects.csv"), HasSubstr("3,feature,bad,NOT_A_FEATURE,"));
  EXPECT_THAT(ReadFile("classes.csv.rejects.csv"), HasSubstr("4,,"));
}

TEST_F(ImportTest, PerRowTakesTheGoodOnes) {
  const std::string file =
      WriteFile("classes.csv", std::string(kHeader) + ClassLine(1) + ClassLine(2, "bad") +
                                   "short,row\r\n" + ClassLine(1) + ClassLine(3));
  const ClientResult result = Run(
      {"import", "classes", file, "--json", "--mode=per-row", "--rejects", folder_ + "/mine.csv"});
  EXPECT_EQ(result.code, ExitCode::kPartial) << result.errors;
  EXPECT_EQ(LastLine(result.output), Summary(5, 2, 1, 2));
  EXPECT_EQ(classes().Seen().imported.size(), 2U);
  const std::string rejects = ReadFile("mine.csv");
  EXPECT_EQ(std::ranges::count(rejects, '\n'), 3);
  EXPECT_LT(rejects.find("NOT_A_FEATURE"), rejects.find("COLUMN_COUNT"));
}

TEST_F(ImportTest, ExplicitFileOfRejectsIsAlwaysWritten) {
  const std::string rejects = WriteFile("mine.csv", "stale");
  const std::string file = WriteFile("classes.csv", ClassFile(2));
  EXPECT_EQ(Run({"import", "classes", file, "--rejects", rejects}).code, ExitCode::kOk);
  EXPECT_EQ(ReadFile("mine.csv"), "line,column,value,reason,message\r\n");
}

TEST_F(ImportTest, NothingTakesEffectWithoutItsRejects) {
  const std::string file =
      WriteFile("classes.csv", std::string(kHeader) + ClassLine(1) + ClassLine(2, "bad"));
  EXPECT_EQ(Run({"import", "classes", file, "--mode=per-row", "--rejects", "/none/r.csv"}).code,
            ExitCode::kLocalFile);
  EXPECT_EQ(classes().Seen().finishes, 0);
}

TEST_F(ImportTest, DryRunTellsWhatTheImportWouldDo) {
  const std::string there = WriteFile("there.csv", std::string(kHeader) + ClassLine(1));
  ASSERT_EQ(Run({"import", "classes", there}).code, ExitCode::kOk);
  const auto state = classes().Seen().imported;
  const std::string file = WriteFile("classes.csv", ClassFile(3));
  const ClientResult dry = Run({"import", "classes", file, "--dry-run", "--json"});
  EXPECT_EQ(dry.code, ExitCode::kOk) << dry.errors;
  EXPECT_EQ(LastLine(dry.output), Summary(3, 2, 1, 0));
  EXPECT_EQ(classes().Seen().imported, state);
  EXPECT_FALSE(std::filesystem::exists(file + ".rejects.csv"));
  const ClientResult shown = Run({"import", "classes", file, "--dry-run"});
  EXPECT_THAT(shown.output, HasSubstr("nothing was changed"));
  EXPECT_EQ(LastLine(Run({"import", "classes", file, "--json"}).output), Summary(3, 2, 1, 0));
}

TEST_F(ImportTest, DryRunWritesTheRejectsOfTheImport) {
  const std::string file =
      WriteFile("classes.csv", std::string(kHeader) + ClassLine(1) + ClassLine(2, "bad") +
                                   "short,row\r\n" + ClassLine(3));
  for (const auto& [mode, counts] : {std::pair("--mode=all-or-nothing", Summary(4, 0, 0, 4)),
                                     std::pair("--mode=per-row", Summary(4, 2, 0, 2))}) {
    const ClientResult dry = Run({"import", "classes", file, "--json", "--dry-run", mode});
    EXPECT_EQ(dry.code, ExitCode::kNegative) << dry.errors;
    EXPECT_EQ(LastLine(dry.output), counts);
    EXPECT_EQ(std::ranges::count(dry.output, '\n'), 3) << "two bad cells and the counts";
    EXPECT_THAT(dry.output, HasSubstr("NOT_A_FEATURE"));
    EXPECT_TRUE(classes().Seen().imported.empty());
    const std::string rejects = ReadFile("classes.csv.rejects.csv");
    EXPECT_THAT(rejects, HasSubstr("3,feature,bad,NOT_A_FEATURE,"));
    std::filesystem::remove(file + ".rejects.csv");
    EXPECT_EQ(LastLine(Run({"import", "classes", file, "--json", mode}).output), counts);
    EXPECT_EQ(ReadFile("classes.csv.rejects.csv"), rejects);
  }
}

TEST_F(ImportTest, DryRunNeedsASessionUnlessItIsOffline) {
  ASSERT_EQ(Run({"logout"}).code, ExitCode::kOk);
  const std::string file = WriteFile("classes.csv", ClassFile(2));
  const ClientResult asked = Run({"import", "classes", file, "--dry-run"});
  EXPECT_EQ(asked.code, ExitCode::kNotAllowed);
  EXPECT_THAT(asked.errors, HasSubstr("--dry-run --offline"));
  EXPECT_EQ(Run({"import", "classes", file, "--dry-run", "--offline"}).code, ExitCode::kOk);
  const ClientResult alone = Run({"import", "classes", file, "--offline"});
  EXPECT_EQ(alone.code, ExitCode::kUsage);
  EXPECT_THAT(alone.errors, HasSubstr("--dry-run"));
}

TEST_F(ImportTest, OfflineDryRunListsEveryBadCellAndSendsNothing) {
  platform_.Stop();
  std::string text(kHeader);
  for (int number = 0; number < 50; ++number) text += "组,C1,,,,,,,,,\r\n";
  const std::string file = WriteFile("classes.csv", text);
  const ClientResult result = Run({"import", "classes", file, "--dry-run", "--offline", "--json"});
  EXPECT_EQ(result.code, ExitCode::kNegative);
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 50 * 9 + 1);
  EXPECT_EQ(LastLine(result.output), Summary(50, 0, 0, 50));
  const auto first = nlohmann::json::parse(result.output.substr(0, result.output.find('\n')));
  EXPECT_EQ(first["line"], 2);
  EXPECT_EQ(first["column"], "l1");
  EXPECT_EQ(first["reason"], "VALUE_MISSING");
  EXPECT_FALSE(std::filesystem::exists(file + ".rejects.csv"));
}

TEST_F(ImportTest, LostAnswerIsAskedForAgain) {
  classes().AfterAppend([](int append) {
    return append == 2 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "lost") : grpc::Status::OK;
  });
  const std::string file = WriteFile("classes.csv", ClassFile(kManyRows));
  const ClientResult result = Run({"import", "classes", file, "--json"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_EQ(LastLine(result.output), Summary(kManyRows, kManyRows, 0, 0));
  EXPECT_EQ(classes().Seen().appends, 4);
}

TEST_F(ImportTest, OutlastsARestartOfTheServer) {
  std::atomic<bool> reached = false;
  classes().AfterAppend([&reached](int append) {
    if (append == 2) reached = true;
    return grpc::Status::OK;
  });
  const std::string file = WriteFile("classes.csv", ClassFile(kManyRows));
  std::jthread breaker([this, &reached] {
    while (!reached) std::this_thread::yield();
    platform_.Stop();
    platform_.Start();
  });
  const ClientResult result = Run({"import", "classes", file, "--json"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_EQ(LastLine(result.output), Summary(kManyRows, kManyRows, 0, 0));
  EXPECT_EQ(classes().Seen().imported.size(), static_cast<size_t>(kManyRows));
}

TEST_F(ImportTest, StartsOverOnceWhenTheServerForgot) {
  classes().AfterAppend([this](int append) {
    if (append != 2) return grpc::Status::OK;
    classes().staged.clear();
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "restarted");
  });
  const std::string file = WriteFile("classes.csv", ClassFile(kManyRows));
  const ClientResult result = Run({"import", "classes", file});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("starting over"));
  EXPECT_EQ(classes().Seen().imported.size(), static_cast<size_t>(kManyRows));
  classes().AfterAppend([this](int) {
    classes().staged.clear();
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "restarted");
  });
  EXPECT_EQ(Run({"import", "classes", file}).code, ExitCode::kRefused);
}

TEST_F(ImportTest, StartsOverWhenTheStagedRowsAreLost) {
  classes().AfterAppend([this](int append) {
    if (append != 2) return grpc::Status::OK;
    classes().staged.clear();
    return rpc::ToGrpcStatus(
        MakeError(absl::StatusCode::kFailedPrecondition, "IMPORT_STAGING_LOST", "lost"));
  });
  const std::string file = WriteFile("classes.csv", ClassFile(kManyRows));
  const ClientResult result = Run({"import", "classes", file});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("starting over"));
  EXPECT_EQ(classes().Seen().imported.size(), static_cast<size_t>(kManyRows));
}

TEST_F(ImportTest, RefusalStopsTheReader) {
  classes().AfterAppend([](int) {
    return rpc::ToGrpcStatus(
        MakeError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED", "no"));
  });
  const std::string file = WriteFile("classes.csv", ClassFile(4 * kManyRows));
  EXPECT_EQ(Run({"import", "classes", file}).code, ExitCode::kNotAllowed);
  EXPECT_EQ(classes().Seen().appends, 1);
}

TEST_F(ImportTest, WrongFilesAreLocalProblems) {
  const auto code = [this](const std::string& text) {
    return Run({"import", "classes", WriteFile("wrong.csv", text)}).code;
  };
  EXPECT_EQ(code(""), ExitCode::kLocalFile);
  EXPECT_EQ(code("a,b\r\n1,2\r\n"), ExitCode::kLocalFile);
  EXPECT_EQ(code(std::string("\xFF\xFE") + "a"), ExitCode::kLocalFile);
  EXPECT_EQ(Run({"import", "classes", folder_}).code, ExitCode::kLocalFile);
  EXPECT_EQ(Run({"import", "classes", folder_ + "/none"}).code, ExitCode::kLocalFile);
  EXPECT_EQ(Run({"import", "classes", folder_, "--mode=some"}).code, ExitCode::kUsage);
}

// The real file where it is, else our own sample of it.
std::string HistoryFile() {
  const std::string real = "../shared/data/scms_delivery_history.csv";
  if (std::filesystem::exists(real)) return real;
  testing::Test::RecordProperty("input", "tests/data/scms_sample.csv, for want of the real file");
  return "tests/data/scms_sample.csv";
}

TEST_F(ImportTest, HistoryComesWholeThroughItsMapping) {
  const std::vector<std::string> words = {
      "import",     "history",        "--mapping", "tests/data/scms_mapping.json",
      "--json",     "--mode=per-row", "--rejects", folder_ + "/rejects.csv",
      HistoryFile()};
  const ClientResult first = Run(words);
  const nlohmann::json counts = LastLine(first.output);
  ASSERT_TRUE(counts.is_object()) << first.errors;
  EXPECT_EQ(counts["read"].get<int>(), counts["imported"].get<int>() +
                                           counts["unchanged"].get<int>() +
                                           counts["rejected"].get<int>());
  FakeImports seen = platform_.procurement().imports().Seen();
  EXPECT_EQ(seen.source, "scms");
  auto& imported = seen.imported;
  EXPECT_EQ(imported.size(), counts["imported"].get<size_t>());
  const bool real = HistoryFile() != "tests/data/scms_sample.csv";
  procurement::v1::HistoryRow row;
  ASSERT_TRUE(row.ParseFromString(imported[real ? "1" : "90000"]));
  EXPECT_EQ(row.order_number(), real ? "SCMS-4" : "SCMS-8000");
  EXPECT_EQ(row.scheduled_date(), real ? "2006-06-02" : "2008-01-01");
  EXPECT_EQ(row.order_sent_date(), real ? "" : "2008-01-01");
  EXPECT_EQ(row.quantity(), real ? 19 : 10);
  EXPECT_EQ(row.line_value(), real ? "551.0000" : "290.0000");
  EXPECT_EQ(row.first_line(), real);
  const nlohmann::json second = LastLine(Run(words).output);
  EXPECT_EQ(second["imported"], 0);
  EXPECT_EQ(second["unchanged"].get<int>(),
            counts["imported"].get<int>() + counts["unchanged"].get<int>());
}

std::vector<std::string_view> ClassCells(std::string_view code, std::string_view feature) {
  return {"组", code, "骨科材料", "拉力钉", "空心", "079", "螺钉", "01", "不锈钢", "001", feature};
}

// The header, and then the classes in rows 3 to 5, the second of which the server refuses and the
// third of which shows an error.
std::string ClassWorkbook() {
  const std::string rows = tabular::TextRow(1, {"category18", "class_code15", "l1", "l2", "l3",
                                                "generic_code", "generic_name", "material_code",
                                                "material", "feature_code", "feature"}) +
                           R"(<row r="2"><c r="A2" s="1"/></row>)" +
                           tabular::TextRow(3, ClassCells("C00000000000001", "灭菌")) +
                           tabular::TextRow(4, ClassCells("C00000000000002", "bad")) +
                           R"(<row r="5"><c r="A5" t="e"><v>#N/A</v></c></row>)";
  return tabular::MakeZip(tabular::WorkbookFixture{.rows = rows}.Build());
}

TEST_F(ImportTest, WorkbooksAreToldByTheirContent) {
  const std::string file = WriteFile("classes.csv", ClassWorkbook());
  const ClientResult result = Run({"import", "classes", file, "--json", "--mode=per-row"});
  EXPECT_EQ(result.code, ExitCode::kPartial) << result.errors;
  EXPECT_EQ(LastLine(result.output), Summary(3, 1, 0, 2));
  const std::string rejects = ReadFile("classes.csv.rejects.csv");
  EXPECT_THAT(rejects, HasSubstr("4,feature,bad,NOT_A_FEATURE,"));
  EXPECT_THAT(rejects, HasSubstr("5,category18,#N/A,CELL_ERROR,"));
  EXPECT_THAT(rejects, HasSubstr("5,class_code15,,VALUE_MISSING,"));
}

TEST_F(ImportTest, OfflineDryRunOfAWorkbookNamesItsRows) {
  platform_.Stop();
  const std::string file = WriteFile("classes.xlsx", ClassWorkbook());
  const ClientResult result = Run({"import", "classes", file, "--dry-run", "--offline", "--json"});
  EXPECT_EQ(result.code, ExitCode::kNegative);
  EXPECT_EQ(LastLine(result.output), Summary(3, 0, 0, 1));
  const auto first = nlohmann::json::parse(result.output.substr(0, result.output.find('\n')));
  EXPECT_EQ(first["line"], 5);
  EXPECT_EQ(first["reason"], "CELL_ERROR");
}

TEST_F(ImportTest, WrongWorkbooksAreLocalProblems) {
  const std::string whole = ClassWorkbook();
  const auto run = [this](std::string_view text) {
    return Run({"import", "classes", WriteFile("wrong.xlsx", std::string(text))});
  };
  EXPECT_EQ(run(std::string_view(whole).substr(0, whole.size() / 2)).code, ExitCode::kLocalFile);
  const ClientResult old = run("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  EXPECT_EQ(old.code, ExitCode::kLocalFile);
  EXPECT_THAT(old.errors, HasSubstr(".xlsx"));
}

TEST_F(ImportTest, TheMappingNamesTheSheet) {
  std::ifstream file("tests/data/scms_mapping.json");
  nlohmann::json mapping = nlohmann::json::parse(file);
  mapping["sheet"] = "Query2";
  const ClientResult result =
      Run({"import", "history", "--mapping", WriteFile("mapping.json", mapping.dump()),
           WriteFile("history.xlsx", ClassWorkbook())});
  EXPECT_EQ(result.code, ExitCode::kLocalFile);
  EXPECT_THAT(result.errors,
              HasSubstr("there is no sheet \"Query2\"; the workbook has \"Query1\""));
}

TEST_F(ImportTest, HistoryNeedsAFittingMapping) {
  const std::string file = WriteFile("history.csv", "a\r\n1\r\n");
  EXPECT_EQ(Run({"import", "history", file}).code, ExitCode::kUsage);
  const std::string mapping = WriteFile("mapping.json", R"({"version": 1})");
  EXPECT_EQ(Run({"import", "history", "--mapping", mapping, file}).code, ExitCode::kLocalFile);
  EXPECT_EQ(
      Run({"import", "history", "--mapping", "tests/data/scms_mapping.json", "--source=A B", file})
          .code,
      ExitCode::kUsage);
}

}  // namespace
}  // namespace qingqu::cli
