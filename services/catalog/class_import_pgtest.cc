#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/catalog/catalog_test_support.h"

namespace qingqu::catalog {
namespace {

class ClassImportTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  std::string Create(bool all_or_nothing = false) {
    v1::CreateClassImportRequest request;
    request.set_all_or_nothing(all_or_nothing);
    return classes.CreateClassImport(Wang(), request)->name();
  }
  absl::StatusOr<v1::AppendClassRowsResponse> Append(const std::string& name, int64_t batch_number,
                                                     const std::vector<v1::ClassRow>& rows) {
    v1::AppendClassRowsRequest request;
    request.set_class_import(name);
    request.set_batch_number(batch_number);
    for (const v1::ClassRow& row : rows) *request.add_rows() = row;
    return classes.AppendClassRows(Wang(), request);
  }
  absl::StatusOr<v1::ClassImport> Finish(const std::string& name, int64_t rejected_by_client = 0) {
    v1::FinishClassImportRequest request;
    request.set_class_import(name);
    request.set_rejected_by_client_count(rejected_by_client);
    return classes.FinishClassImport(Wang(), request);
  }
  // "read imported unchanged rejected" of a whole import of these rows.
  std::string Import(const std::vector<v1::ClassRow>& rows) {
    const std::string name = Create();
    const auto appended = Append(name, 0, rows);
    EXPECT_TRUE(appended.ok()) << appended.status();
    return Counts(Finish(name));
  }
  static std::string Counts(const absl::StatusOr<v1::ClassImport>& finished) {
    if (!finished.ok()) return ErrorReason(finished.status());
    return fmt::format("{} {} {} {}", finished->read_count(), finished->imported_count(),
                       finished->unchanged_count(), finished->rejected_count());
  }
  std::string Statistics() {
    const auto counts = classes.GetClassStatistics(Wang(), {});
    return fmt::format("{} {} {} {} {} {} {}", counts->first_level(), counts->second_level(),
                       counts->third_level(), counts->generic_names(), counts->materials(),
                       counts->class_codes(), counts->monitored_groups());
  }
  std::string Children(const std::string& parent) {
    v1::ListClassesRequest request;
    request.set_parent(parent);
    const auto listed = classes.ListClasses(Wang(), request);
    if (!listed.ok()) return ErrorReason(listed.status());
    std::string joined;
    for (const v1::Class& found : listed->classes()) {
      joined += fmt::format("{} {} {};", found.code(), found.level(), found.display_name());
    }
    return joined;
  }
};

v1::ClassRow Row(const std::string& code, int64_t line = 2) {
  v1::ClassRow row;
  row.set_line(line);
  row.set_class_code(code);
  row.set_monitored_group("骨固定器械");
  row.set_first_level("一级" + code.substr(0, 3));
  row.set_second_level("二级" + code.substr(0, 5));
  row.set_third_level("三级" + code.substr(0, 7));
  row.set_generic_code(code.substr(7, 3));
  row.set_generic_name("通用名" + code.substr(0, 10));
  row.set_material_code(code.substr(10, 2));
  row.set_material("材质" + code.substr(0, 12));
  row.set_feature_code(code.substr(12, 3));
  row.set_feature("特征" + code);
  return row;
}

TEST_F(ClassImportTest, MakesATreeOfRows) {
  EXPECT_EQ(Import({Row("C03050107901001"), Row("C03050107901002"), Row("C03050107902001"),
                    Row("C03050108000000"), Row("C02010100100000")}),
            "5 5 0 0");
  EXPECT_EQ(Statistics(), "2 2 2 3 4 5 1");
  EXPECT_EQ(Children(""), "C02 1 一级C02;C03 1 一级C03;");
  EXPECT_EQ(Children("classes/c030501"),
            "C030501079 4 通用名C030501079;C030501080 4 通用名C030501080;");
  EXPECT_EQ(Children("classes/c03050107901"),
            "C03050107901001 6 特征C03050107901001;C03050107901002 6 特征C03050107901002;");
  EXPECT_EQ(Children("classes/c03050107901001"), "");
  EXPECT_EQ(Children("classes/c04"), "CLASS_NOT_FOUND");
  EXPECT_EQ(Children("classes/c0"), "INVALID_FIELD");
  EXPECT_EQ(database.Value("SELECT details::text || resource LIKE '%classImports/%' FROM "
                           "journal.entry WHERE event = 'class.imported'"),
            "t");
  EXPECT_EQ(database.Value("SELECT details ->> 'imported' FROM journal.entry"), "5");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.class_import_row"), "0");
}

TEST_F(ClassImportTest, ListsInPages) {
  Import({Row("C01010100100000"), Row("C02010100100000"), Row("C03010100100000")});
  v1::ListClassesRequest request;
  request.set_page_size(2);
  const auto first = classes.ListClasses(Wang(), request);
  ASSERT_EQ(first->classes_size(), 2);
  EXPECT_EQ(first->classes(0).name(), "classes/c01");
  request.set_page_token(first->next_page_token());
  const auto second = classes.ListClasses(Wang(), request);
  ASSERT_EQ(second->classes_size(), 1);
  EXPECT_EQ(second->classes(0).code(), "C03");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_parent("classes/c01");
  EXPECT_FALSE(classes.ListClasses(Wang(), request).ok()) << "a token of another list";
}

TEST_F(ClassImportTest, TwiceChangesNothing) {
  const std::vector<v1::ClassRow> rows{Row("C03050107901001"), Row("C03050107901002")};
  EXPECT_EQ(Import(rows), "2 2 0 0");
  EXPECT_EQ(Import(rows), "2 0 2 0");
}

TEST_F(ClassImportTest, CountsRowsThatAreNewOrChangeSomething) {
  Import({Row("C03050107901001"), Row("C03050107901002"), Row("C03050107901003"),
          Row("C02010100100000")});
  std::vector<v1::ClassRow> rows{Row("C03050107901001"), Row("C03050107901002"),
                                 Row("C03050107901004"), Row("C02010100100000")};
  rows[1].set_feature("另一特征");
  EXPECT_EQ(Import(rows), "4 2 2 0") << "one changed, one new";
  EXPECT_EQ(Statistics(), "2 2 2 2 2 5 1") << "what an import does not name stays";
  rows[3].set_monitored_group("");
  EXPECT_EQ(Import(rows), "4 1 3 0");
  for (int index = 0; index < 3; ++index) rows[static_cast<size_t>(index)].set_second_level("改名");
  EXPECT_EQ(Import(rows), "4 3 1 0") << "all below a renamed class";
  EXPECT_EQ(Children("classes/c03"), "C0305 2 改名;");
}

TEST_F(ClassImportTest, RepeatedRowsAreUnchanged) {
  const std::string name = Create();
  ASSERT_TRUE(Append(name, 0, {Row("C03050107901001", 2), Row("C03050107901001", 3)}).ok());
  const auto again = Append(name, 1, {Row("C03050107901001", 4), Row("C03050107901002", 5)});
  EXPECT_EQ(again->errors_size(), 0);
  EXPECT_EQ(Counts(Finish(name)), "4 2 2 0");
}

TEST_F(ClassImportTest, BadRowsAreListedAndLeftOut) {
  std::vector<v1::ClassRow> rows{Row("C03050107901001", 2), Row("C03050107901002", 3),
                                 Row("C03050107901003", 4), Row("C03050107901004", 5)};
  rows[1].set_feature_code("009");
  rows[1].set_material("");
  rows[2].set_class_code("X");
  rows[3].set_first_level("另一名");
  const std::string name = Create();
  const auto appended = Append(name, 0, rows);
  ASSERT_TRUE(appended.ok());
  std::string errors;
  for (const v1::RowError& error : appended->errors()) {
    errors +=
        fmt::format("{} {} {} {};", error.line(), error.column(), error.value(), error.reason());
  }
  EXPECT_EQ(errors,
            "3 feature_code 009 CODE_MISMATCH;3 material  NAME_INVALID;"
            "4 class_code X CLASS_CODE_INVALID;5 first_level 另一名 CLASS_NAME_CONFLICT;");
  EXPECT_NE(appended->errors(3).message().find("line 2"), std::string::npos);
  EXPECT_EQ(Counts(Finish(name, 2)), "6 1 0 5") << "with two that the client refused";
}

TEST_F(ClassImportTest, NamesConflictAcrossBatches) {
  const std::string name = Create();
  ASSERT_TRUE(Append(name, 0, {Row("C03050107901001", 2)}).ok());
  v1::ClassRow other_material = Row("C03050107901002", 90);
  other_material.set_material("另一材质");
  v1::ClassRow other_feature = Row("C03050107901001", 91);
  other_feature.set_feature("另一特征");
  v1::ClassRow other_group = Row("C03050107901001", 92);
  other_group.set_monitored_group("");
  const auto appended = Append(name, 1, {other_material, other_feature, other_group});
  ASSERT_TRUE(appended.ok()) << appended.status();
  ASSERT_EQ(appended->errors_size(), 3);
  EXPECT_EQ(appended->errors(0).column(), "material");
  EXPECT_EQ(appended->errors(1).column(), "feature");
  EXPECT_EQ(appended->errors(2).column(), "monitored_group");
  for (const v1::RowError& error : appended->errors()) {
    EXPECT_EQ(error.reason(), "CLASS_NAME_CONFLICT");
    EXPECT_NE(error.message().find("line 2"), std::string::npos) << error.message();
  }
  EXPECT_EQ(Counts(Finish(name)), "4 1 0 3");
}

TEST_F(ClassImportTest, AllOrNothingAppliesNothingAfterAReject) {
  v1::ClassRow bad = Row("C03050107901002");
  bad.set_feature("");
  const std::string name = Create(true);
  ASSERT_TRUE(Append(name, 0, {Row("C03050107901001"), bad}).ok());
  const absl::Status status = Finish(name).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(status), "IMPORT_HAS_REJECTS");
  EXPECT_EQ(Statistics(), "0 0 0 0 0 0 0");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry"), "0");
  const std::string second = Create(true);
  ASSERT_TRUE(Append(second, 0, {Row("C03050107901001")}).ok());
  EXPECT_EQ(Counts(Finish(second, 1)), "IMPORT_HAS_REJECTS") << "the client refused one";
  EXPECT_EQ(Counts(Finish(second)), "1 1 0 0");
}

TEST_F(ClassImportTest, ValidatingTellsWhatFinishingThenDoes) {
  ASSERT_EQ(Import({Row("C03050107901001")}), "1 1 0 0");
  v1::ClassRow bad = Row("C03050107901009");
  bad.set_feature("");
  v1::ClassRow renamed = Row("C03050107901001");
  renamed.set_feature("另一特征");
  const std::string name = Create();
  ASSERT_TRUE(Append(name, 0, {renamed, Row("C03050107901002"), bad}).ok());
  const auto books = [this] {
    return database.Value(
        "SELECT (SELECT md5(string_agg(class.*::text, ';' ORDER BY level, code)) FROM "
        "catalog.class)"
        " || (SELECT count(*) FROM journal.entry) || (SELECT count(*) FROM catalog.class_revision)"
        " || (SELECT string_agg(import.*::text, ';' ORDER BY import_number) FROM catalog.import)"
        " || (SELECT count(*) FROM catalog.import_mark)"
        " || (SELECT count(*) FROM catalog.class_import_row)"
        " || (SELECT count(*) FROM catalog.class_import_node)");
  };
  const std::string before = books();
  v1::FinishClassImportRequest request;
  request.set_class_import(name);
  request.set_rejected_by_client_count(1);
  request.set_validate_only(true);
  const CallContext call = Wang();
  const auto validated = classes.FinishClassImport(call, request);
  EXPECT_EQ(Counts(validated), "4 2 0 2");
  EXPECT_FALSE(validated->finished());
  EXPECT_EQ(books(), before);
  ASSERT_TRUE(Append(name, 1, {Row("C03050107901003")}).ok()) << "it is open";
  EXPECT_EQ(Counts(classes.FinishClassImport(call, request)), "4 2 0 2") << "the first answer";
  EXPECT_EQ(Counts(classes.FinishClassImport(Wang(), request)), "5 3 0 2");
  request.set_validate_only(false);
  EXPECT_EQ(Counts(classes.FinishClassImport(call, request)), "REQUEST_ID_REUSED");
  const auto finished = classes.FinishClassImport(Wang(), request);
  EXPECT_EQ(Counts(finished), "5 3 0 2");
  EXPECT_TRUE(finished->finished());
  request.set_validate_only(true);
  const auto afterwards = classes.FinishClassImport(Wang(), request);
  EXPECT_EQ(Counts(afterwards), "5 3 0 2");
  EXPECT_TRUE(afterwards->finished());
}

TEST_F(ClassImportTest, ValidatingRefusesAsFinishingWould) {
  const std::string name = Create(true);
  ASSERT_TRUE(Append(name, 0, {Row("C03050107901001")}).ok());
  v1::FinishClassImportRequest request;
  request.set_class_import(name);
  request.set_validate_only(true);
  request.set_rejected_by_client_count(1);
  EXPECT_EQ(Counts(classes.FinishClassImport(Wang(), request)), "IMPORT_HAS_REJECTS");
  request.set_rejected_by_client_count(-1);
  EXPECT_EQ(Counts(classes.FinishClassImport(Wang(), request)), "INVALID_FIELD");
  request.set_rejected_by_client_count(0);
  EXPECT_EQ(Counts(classes.FinishClassImport(Wang(), request)), "1 1 0 0");
  request.set_class_import("classImports/none");
  EXPECT_EQ(Counts(classes.FinishClassImport(Wang(), request)), "IMPORT_NOT_FOUND");
}

TEST_F(ClassImportTest, BatchesComeInOrderAndOnce) {
  const std::string name = Create();
  EXPECT_EQ(ErrorReason(Append(name, 1, {Row("C03050107901001")}).status()), "BATCH_OUT_OF_ORDER");
  v1::ClassRow bad = Row("C03050107901002");
  bad.set_feature("");
  const auto first = Append(name, 0, {Row("C03050107901001"), bad});
  const auto again = Append(name, 0, {Row("C03050107901001"), bad});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  const absl::Status other = Append(name, 0, {Row("C03050107901001")}).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(other), "BATCH_OUT_OF_ORDER");
  EXPECT_EQ(ErrorDetails(other).at("expected_batch_number"), "1");
  EXPECT_EQ(ErrorReason(Append(name, -1, {bad}).status()), "INVALID_FIELD");
  EXPECT_EQ(Counts(Finish(name)), "2 1 0 1");
  EXPECT_EQ(Counts(Finish(name)), "2 1 0 1") << "finished before: the first answer";
  EXPECT_EQ(ErrorReason(Append(name, 1, {bad}).status()), "IMPORT_FINISHED");
  EXPECT_TRUE(Append(name, 0, {Row("C03050107901001"), bad}).ok()) << "a late retry";
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry"), "1");
}

TEST_F(ClassImportTest, RacingSendersOfABatchStageItOnce) {
  const std::string name = Create();
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < 6; ++sender) {
      senders.emplace_back([&] { EXPECT_TRUE(Append(name, 0, {Row("C03050107901001")}).ok()); });
    }
  }
  EXPECT_EQ(Counts(Finish(name)), "1 1 0 0");
}

TEST_F(ClassImportTest, RacingImportsOfTheSameRowsBothSucceed) {
  std::vector<std::string> names{Create(), Create(), Create(), Create()};
  for (const std::string& name : names) {
    ASSERT_TRUE(Append(name, 0, {Row("C03050107901001"), Row("C03050107901002")}).ok());
  }
  std::array<std::string, 4> counts;
  {
    std::vector<std::jthread> finishers;
    for (size_t index = 0; index < names.size(); ++index) {
      finishers.emplace_back([&, index] { counts[index] = Counts(Finish(names[index])); });
    }
  }
  std::sort(counts.begin(), counts.end());
  EXPECT_EQ(counts[0], "2 0 2 0");
  EXPECT_EQ(counts[2], "2 0 2 0");
  EXPECT_EQ(counts[3], "2 2 0 0");
}

TEST_F(ClassImportTest, RequestsHaveLimits) {
  const std::string name = Create();
  EXPECT_EQ(ErrorReason(Append(name, 0, {}).status()), "INVALID_FIELD");
  const std::vector<v1::ClassRow> rows(10'001, Row("C03050107901001"));
  EXPECT_EQ(ErrorReason(Append(name, 0, rows).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Finish(name, -1).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Finish(name, 1'000'000'001).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Finish(name, std::numeric_limits<int64_t>::max()).status()),
            "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Append("classImports/none", 0, {rows[0]}).status()), "IMPORT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Finish("classImports/none").status()), "IMPORT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Finish("items/none").status()), "INVALID_FIELD");
}

TEST_F(ClassImportTest, AnImportIsItsOwnersAlone) {
  const std::string name = Create();
  v1::FinishClassImportRequest request;
  request.set_class_import(name);
  EXPECT_EQ(
      ErrorReason(classes.FinishClassImport(testing::CallBy("zhao", "procurement_officer"), request)
                      .status()),
      "IMPORT_NOT_FOUND");
  EXPECT_EQ(Counts(Finish(name)), "0 0 0 0");
}

TEST_F(ClassImportTest, CreatingTwiceWithOneRequestOpensOne) {
  const CallContext call = Wang();
  v1::CreateClassImportRequest request;
  request.set_request_id(call.request_id);
  EXPECT_EQ(classes.CreateClassImport(call, request)->name(),
            classes.CreateClassImport(call, request)->name());
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.import"), "1");
}

TEST_F(ClassImportTest, AbandonedImportsArePurgedAfterADay) {
  const std::string abandoned = Create();
  const std::string fresh = Create();
  ASSERT_TRUE(Append(abandoned, 0, {Row("C03050107901001")}).ok());
  ASSERT_TRUE(Append(fresh, 0, {Row("C03050107901002")}).ok());
  database.Execute(
      "UPDATE catalog.import SET touched_at = now() - interval '25 hours' WHERE "
      "'classImports/' || import_id = '" +
      abandoned + "'");
  // Another user's call tidies up.
  ASSERT_TRUE(classes.CreateClassImport(testing::CallBy("zhao", "procurement_officer"), {}).ok());
  EXPECT_EQ(database.Value("SELECT string_agg(code, ' ') FROM catalog.class_import_row"),
            "C03050107901002");
  EXPECT_EQ(ErrorReason(Append(abandoned, 1, {Row("C03050107901003")}).status()),
            "IMPORT_STAGING_LOST");
  EXPECT_EQ(ErrorReason(Append(abandoned, 0, {Row("C03050107901001")}).status()),
            "IMPORT_STAGING_LOST");
  EXPECT_EQ(ErrorReason(Finish(abandoned).status()), "IMPORT_STAGING_LOST");
  EXPECT_EQ(Counts(Finish(fresh)), "1 1 0 0");
}

TEST_F(ClassImportTest, LostStagingIsNoticed) {
  const std::string name = Create();
  ASSERT_TRUE(Append(name, 0, {Row("C03050107901001")}).ok());
  // What a crash of PostgreSQL does to unlogged tables.
  database.Execute(
      "TRUNCATE catalog.import_mark, catalog.class_import_row, catalog.class_import_node");
  EXPECT_EQ(ErrorReason(Append(name, 1, {Row("C03050107901002")}).status()), "IMPORT_STAGING_LOST");
  EXPECT_EQ(Counts(Finish(name)), "IMPORT_STAGING_LOST");
  EXPECT_EQ(Statistics(), "0 0 0 0 0 0 0");
}

TEST_F(ClassImportTest, ErrorsOfABatchAreBounded) {
  std::vector<v1::ClassRow> rows(4000, Row("C03050107901001"));
  for (v1::ClassRow& row : rows) {
    row.clear_first_level();
    row.clear_second_level();
    row.clear_third_level();
  }
  const std::string name = Create();
  const auto appended = Append(name, 0, rows);
  ASSERT_TRUE(appended.ok());
  EXPECT_EQ(appended->errors_size(), 10'000);
  EXPECT_EQ(Counts(Finish(name)), "4000 0 0 4000");
}

TEST_F(ClassImportTest, TenThousandRowsAreOneCall) {
  std::vector<v1::ClassRow> rows;
  for (int index = 0; index < 10'000; ++index) {
    rows.push_back(Row(
        fmt::format("C0305{:02}{:03}01{:03}", index / 1000, index / 50 % 20, index % 50), index));
  }
  const std::string name = Create();
  const absl::Time start = absl::Now();
  const auto appended = Append(name, 0, rows);
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->errors_size(), 0);
  EXPECT_EQ(Counts(Finish(name)), "10000 10000 0 0");
  EXPECT_LT(absl::Now() - start, absl::Seconds(20)) << "a loop of statements would take longer";
}

}  // namespace
}  // namespace qingqu::catalog
