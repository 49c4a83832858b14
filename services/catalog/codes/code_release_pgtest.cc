// Releases as they are imported: what is taken, what is refused, and what comes twice.
#include <thread>

#include "gmock/gmock.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/codes/code_test_support.h"

namespace qingqu::catalog {
namespace {

using ::testing::HasSubstr;

class CodeReleaseTest : public CodeTest {};

TEST_F(CodeReleaseTest, ASheetDescribesCodes) {
  EXPECT_EQ(Import({.sheet = {SheetRow(1), SheetRow(2)}}), "2 2 0 0");
  v1::GetNationalCodeRequest request;
  request.set_code(TestCode(2));
  const auto code = codes.GetNationalCode(Reader(), request);
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_TRUE(code->described());
  EXPECT_EQ(code->state(), v1::CODE_STATE_CURRENT);
  EXPECT_EQ(code->effective_date(), "2026-11-01");
  EXPECT_EQ(code->release(), "codeReleases/2026-11");
  EXPECT_EQ(code->product_name(), "空心螺钉");
  EXPECT_EQ(code->generic_name(), "螺钉");
  EXPECT_EQ(code->manufacturer(), "某厂");
  EXPECT_EQ(code->registration_number(), "国械注准20193130123");
  EXPECT_EQ(code->specification(), "4.0×30");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.national_product"), "1");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.national_code_import_row"), "0");
  EXPECT_EQ(database.Value("SELECT resource || ' ' || (details ->> 'imported') FROM journal.entry "
                           "WHERE event = 'code_release.imported'"),
            "codeReleases/2026-11 2");
}

TEST_F(CodeReleaseTest, TheSameSheetTwiceChangesNothing) {
  EXPECT_EQ(Import({.sheet = {SheetRow(1), SheetRow(2)}}), "2 2 0 0");
  const std::string before =
      database.Value("SELECT string_agg(code.*::text, ';') FROM catalog.national_code AS code");
  EXPECT_EQ(Import({.sheet = {SheetRow(2), SheetRow(1)}}), "2 0 2 0");
  EXPECT_EQ(
      database.Value("SELECT string_agg(code.*::text, ';') FROM catalog.national_code AS code"),
      before);
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.national_code_past"), "0");
}

TEST_F(CodeReleaseTest, RowsThatSayTheSameAreCountedAndOthersRefusedWithTheirLines) {
  v1::SpecificationRow other = SheetRow(1, "another");
  other.set_line(9);
  const TestList first{.sheet = {SheetRow(1), SheetRow(1), other}};
  const std::string import = Create(first)->name();
  const auto within = Append(import, first);
  ASSERT_TRUE(within.ok()) << within.status();
  ASSERT_EQ(within->errors_size(), 1);
  EXPECT_EQ(within->errors(0).line(), 9);
  EXPECT_EQ(within->errors(0).reason(), "CODE_CONFLICT");
  EXPECT_THAT(within->errors(0).message(), HasSubstr("line 2 says otherwise"));
  // The same again in a later batch, beside what is new.
  const auto across = Append(import, {.sheet = {SheetRow(1), other, SheetRow(3)}}, 1);
  ASSERT_TRUE(across.ok()) << across.status();
  ASSERT_EQ(across->errors_size(), 1);
  EXPECT_EQ(across->errors(0).line(), 9);
  EXPECT_THAT(across->errors(0).message(), HasSubstr("line 2 says otherwise"));
  const auto finished = Finish(import);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(finished->read_count(), 6);
  EXPECT_EQ(finished->imported_count(), 2);
  EXPECT_EQ(finished->unchanged_count(), 2);
  EXPECT_EQ(finished->rejected_count(), 2);
}

TEST_F(CodeReleaseTest, AllOrNothingAppliesNothing) {
  v1::SpecificationRow bad = SheetRow(2);
  bad.set_code("C03");
  const TestList list{.sheet = {SheetRow(1), bad}};
  const std::string import = Create(list, /*all_or_nothing=*/true)->name();
  const auto appended = Append(import, list);
  ASSERT_EQ(appended->errors_size(), 1);
  EXPECT_EQ(appended->errors(0).reason(), "NATIONAL_CODE_INVALID");
  EXPECT_EQ(ErrorReason(Finish(import).status()), "IMPORT_HAS_REJECTS");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.national_code"), "0");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.code_release"), "0");
  EXPECT_EQ(StateOf(1), "NATIONAL_CODE_UNKNOWN");
}

TEST_F(CodeReleaseTest, TheSameBatchTwiceIsStagedOnce) {
  const TestList list{.sheet = {SheetRow(1)}};
  const std::string import = Create(list)->name();
  EXPECT_TRUE(Append(import, list).ok());
  EXPECT_TRUE(Append(import, list).ok());
  EXPECT_EQ(ErrorReason(Append(import, {.sheet = {SheetRow(2)}}).status()), "BATCH_OUT_OF_ORDER");
  EXPECT_EQ(Finish(import)->read_count(), 1);
  EXPECT_EQ(Finish(import)->imported_count(), 1) << "finished before: the first answer";
  EXPECT_EQ(ErrorReason(Append(import, list, 1).status()), "IMPORT_FINISHED");
}

TEST_F(CodeReleaseTest, AnImportTakesItsOwnListOnly) {
  const std::string import = Create({.sheet = {SheetRow(1)}})->name();
  EXPECT_EQ(ErrorReason(Append(import, {.withdrawn = {TestCode(1)}}).status()),
            "IMPORT_OF_OTHER_LIST");
  EXPECT_EQ(ErrorReason(Append("codeImports/none", {.withdrawn = {TestCode(1)}}).status()),
            "IMPORT_NOT_FOUND");
}

TEST_F(CodeReleaseTest, ReleasesComeInTheOrderOfTheirDays) {
  EXPECT_EQ(Import({.sheet = {SheetRow(1)}}), "1 1 0 0");
  EXPECT_EQ(Import({.effective_date = "2026-11-02", .sheet = {SheetRow(2)}}),
            "RELEASE_DATE_DIFFERS");
  EXPECT_EQ(Import({.release = "2026-10", .effective_date = "2026-10-01", .sheet = {SheetRow(2)}}),
            "RELEASE_OUT_OF_ORDER");
  EXPECT_EQ(Import({.sheet = {SheetRow(2)}}), "1 1 0 0") << "another sheet of the same release";
  // One that was begun in time, and overtaken.
  const TestList late{
      .release = "2026-11b", .effective_date = "2026-11-10", .sheet = {SheetRow(3)}};
  const std::string import = Create(late)->name();
  ASSERT_TRUE(Append(import, late).ok());
  EXPECT_EQ(Import({.release = "2026-12", .effective_date = "2026-12-01", .sheet = {SheetRow(4)}}),
            "1 1 0 0");
  EXPECT_EQ(ErrorReason(Finish(import).status()), "RELEASE_OUT_OF_ORDER");
  // Of the same day: in the order in which they began.
  EXPECT_EQ(Import({.release = "2026-12", .effective_date = "2026-12-01", .sheet = {SheetRow(5)}}),
            "1 1 0 0");
  EXPECT_EQ(Import({.release = "2026-12b", .effective_date = "2026-12-01", .sheet = {SheetRow(6)}}),
            "1 1 0 0");
  EXPECT_EQ(Import({.release = "2026-12", .effective_date = "2026-12-01", .sheet = {SheetRow(7)}}),
            "RELEASE_OUT_OF_ORDER");
  const auto releases = codes.ListCodeReleases(Reader(), {});
  ASSERT_EQ(releases->releases_size(), 3);
  EXPECT_EQ(releases->releases(1).name(), "codeReleases/2026-12");
  EXPECT_EQ(releases->releases(2).specification_count(), 2);
}

TEST_F(CodeReleaseTest, RequestsAreChecked) {
  EXPECT_EQ(Import({.release = "2026年", .sheet = {SheetRow(1)}}), "INVALID_FIELD");
  EXPECT_EQ(Import({.effective_date = "1.11.2026", .sheet = {SheetRow(1)}}), "INVALID_FIELD");
  v1::CreateCodeImportRequest far;
  far.set_release_id("2026-12");
  far.set_effective_date("2026-11-30");
  far.set_list(v1::CODE_LIST_WITHDRAWALS);
  EXPECT_EQ(ErrorReason(code_imports.CreateCodeImport(Importer(), far).status()), "INVALID_FIELD");
  far.set_effective_date("2026-11-29");
  EXPECT_TRUE(code_imports.CreateCodeImport(Importer(), far).ok()) << "a week ahead";
  v1::AppendSpecificationRowsRequest none;
  none.set_code_import(Create({.sheet = {SheetRow(1)}})->name());
  EXPECT_EQ(ErrorReason(code_imports.AppendSpecificationRows(Importer(), none).status()),
            "INVALID_FIELD");
  v1::CreateCodeImportRequest no_list;
  no_list.set_release_id("2026-11");
  no_list.set_effective_date("2026-11-01");
  EXPECT_EQ(ErrorReason(code_imports.CreateCodeImport(Importer(), no_list).status()),
            "INVALID_FIELD");
}

TEST_F(CodeReleaseTest, RacingImportsOfOneSheetCountEachCodeOnce) {
  constexpr int kRows = 500;
  TestList list;
  for (int number = 1; number <= kRows; ++number) list.sheet.push_back(SheetRow(number));
  std::vector<std::string> imports;
  for (int index = 0; index < 3; ++index) {
    imports.push_back(Create(list)->name());
    ASSERT_TRUE(Append(imports.back(), list).ok());
  }
  std::atomic<int64_t> imported = 0;
  std::atomic<int64_t> unchanged = 0;
  {
    std::vector<std::jthread> finishers;
    for (const std::string& import : imports) {
      finishers.emplace_back([&, import] {
        const auto finished = Finish(import);
        ASSERT_TRUE(finished.ok()) << finished.status();
        imported += finished->imported_count();
        unchanged += finished->unchanged_count();
      });
    }
  }
  EXPECT_EQ(imported, kRows);
  EXPECT_EQ(unchanged, 2 * kRows);
  EXPECT_EQ(database.Value("SELECT specification_count FROM catalog.code_release"), "500");
}

// What is refused when the checks before are passed over.
TEST_F(CodeReleaseTest, TheDatabaseRefusesWhatTheChecksWould) {
  pqxx::connection connection(database.conninfo_as("catalog"));
  const auto refused = [&](const std::string& sql) -> std::string {
    pqxx::work tx(connection);
    try {
      tx.exec(sql);
      tx.commit();
    } catch (const pqxx::sql_error& error) {
      return error.what();
    }
    return "";
  };
  const std::string code = "'" + TestCode(1) + "'";
  EXPECT_THAT(refused("INSERT INTO catalog.national_code (code, product_number, release_number, "
                      "described_on, specification, model) VALUES ('C1', 1, 1, '2026-11-01', '', "
                      "'')"),
              HasSubstr("national_code_check"));
  EXPECT_THAT(refused("INSERT INTO catalog.national_code (code, product_number, release_number, "
                      "described_on, specification, model) VALUES (" +
                      code + ", 1, 1, '2026-11-01', '', '')"),
              HasSubstr("has no journal entry"));
  EXPECT_THAT(refused("DELETE FROM catalog.national_code_change"), HasSubstr("permission denied"));
  EXPECT_THAT(refused("UPDATE catalog.national_code_change SET state = 'current'"),
              HasSubstr("permission denied"));
  database.Execute(
      "INSERT INTO catalog.code_release (release_id, effective_date, created_at, "
      "updated_at) VALUES ('r', '2026-11-01', now(), now()); "
      "SELECT journal.append('code_release.imported', 'm', '', 'codeReleases/r', '{}', "
      "'', '', '', '', '{}', '{}')");
  const std::string change =
      "INSERT INTO catalog.national_code_change (code, effective_date, release_number, state, "
      "new_code, transcoding) VALUES (" +
      code + ", '2026-11-01', 1, ";
  EXPECT_THAT(refused(change + "'transcoded', NULL, 'changed')"),
              HasSubstr("national_code_change_new_code_check"));
  EXPECT_THAT(refused(change + "'transcoded', " + code + ", 'changed')"),
              HasSubstr("national_code_change_other_code_check"));
  EXPECT_THAT(refused(change + "'lost', NULL, NULL)"),
              HasSubstr("national_code_change_state_check"));
  EXPECT_THAT(refused("UPDATE catalog.code_purchase_rule SET until_date = '2026-12-31'"),
              HasSubstr("permission denied"));
  const std::string rule =
      "INSERT INTO catalog.code_purchase_rule (kind, version, start_date, action, until_date, "
      "reason, setter_id) VALUES ('mapped', 2, '2026-12-02', ";
  EXPECT_THAT(refused(rule + "'refuse', '2026-12-31', 'r', 'bo')"),
              HasSubstr("code_purchase_rule_until_check"));
  EXPECT_THAT(refused(rule + "'warn', '2026-12-01', 'r', 'bo')"),
              HasSubstr("code_purchase_rule_until_check"));
  EXPECT_THAT(refused(rule + "'warn', NULL, '', 'bo')"),
              HasSubstr("code_purchase_rule_reason_check"));
}

}  // namespace
}  // namespace qingqu::catalog
