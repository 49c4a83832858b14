#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "common/tabular/byte_source.h"
#include "common/tabular/csv_reader.h"
#include "services/catalog/catalog_test_support.h"

// The real national list where it is there, else a small one of our own in the same layout.

namespace qingqu::catalog {
namespace {

constexpr const char* kNationalList = "../shared/data/nhsa_key_monitored_classes.csv";
constexpr const char* kSample = "tests/data/classes_sample.csv";

using Line = std::map<std::string, std::string>;

std::vector<Line> ReadList(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  tabular::StreamSource source(file);
  tabular::CsvReader reader(source);
  tabular::Record record;
  tabular::RecordError error;
  std::vector<std::string> header;
  std::vector<Line> lines;
  while (*reader.Next(record, error) == tabular::RecordOutcome::kRecord) {
    if (header.empty()) {
      header = record.fields;
      continue;
    }
    Line line;
    for (size_t index = 0; index < header.size(); ++index) {
      line[header[index]] = record.fields.at(index);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

v1::ClassRow RowOf(const Line& line, int64_t number) {
  v1::ClassRow row;
  row.set_line(number);
  row.set_class_code(line.at("class_code15"));
  row.set_monitored_group(line.at("category18"));
  row.set_first_level(line.at("l1"));
  row.set_second_level(line.at("l2"));
  row.set_third_level(line.at("l3"));
  row.set_generic_code(line.at("generic_code"));
  row.set_generic_name(line.at("generic_name"));
  row.set_material_code(line.at("material_code"));
  row.set_material(line.at("material"));
  row.set_feature_code(line.at("feature_code"));
  row.set_feature(line.at("feature"));
  return row;
}

class ClassListTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  v1::ClassImport Import(const std::vector<Line>& lines) {
    v1::CreateClassImportRequest create;
    create.set_all_or_nothing(true);
    const std::string name = classes.CreateClassImport(Wang(), create)->name();
    constexpr size_t kBatchRows = 1000;
    for (size_t begin = 0; begin < lines.size(); begin += kBatchRows) {
      v1::AppendClassRowsRequest request;
      request.set_class_import(name);
      request.set_batch_number(static_cast<int64_t>(begin / kBatchRows));
      for (size_t index = begin; index < std::min(begin + kBatchRows, lines.size()); ++index) {
        *request.add_rows() = RowOf(lines[index], static_cast<int64_t>(index) + 2);
      }
      const auto appended = classes.AppendClassRows(Wang(), request);
      EXPECT_TRUE(appended.ok()) << appended.status();
      EXPECT_EQ(appended->errors_size(), 0) << appended->ShortDebugString();
    }
    v1::FinishClassImportRequest finish;
    finish.set_class_import(name);
    const auto finished = classes.FinishClassImport(Wang(), finish);
    EXPECT_TRUE(finished.ok()) << finished.status();
    return *finished;
  }
};

TEST_F(ClassListTest, EveryLineIsImportedAndCountedOnce) {
  const bool is_national = std::filesystem::exists(kNationalList);
  const std::string path = is_national ? kNationalList : kSample;
  if (!is_national) GTEST_LOG_(INFO) << kNationalList << " is absent; using " << kSample;
  const std::vector<Line> lines = ReadList(path);
  const auto count = static_cast<int64_t>(lines.size());
  ASSERT_GT(count, 5);

  // Counted here from the codes alone, without the importer.
  std::array<std::set<std::string>, 6> seen;
  std::set<std::string> groups;
  constexpr std::array<size_t, 6> kLengths{3, 5, 7, 10, 12, 15};
  for (const Line& line : lines) {
    for (size_t level = 0; level < kLengths.size(); ++level) {
      seen[level].insert(line.at("class_code15").substr(0, kLengths[level]));
    }
    groups.insert(line.at("category18"));
  }

  const v1::ClassImport first = Import(lines);
  EXPECT_EQ(first.read_count(), count);
  EXPECT_EQ(first.imported_count(), count);
  EXPECT_EQ(first.rejected_count(), 0);
  const v1::ClassImport second = Import(lines);
  EXPECT_EQ(second.imported_count(), 0);
  EXPECT_EQ(second.unchanged_count(), count);

  const auto statistics = classes.GetClassStatistics(Wang(), {});
  ASSERT_TRUE(statistics.ok());
  const auto size_of = [&](size_t level) { return static_cast<int64_t>(seen[level].size()); };
  EXPECT_EQ(statistics->first_level(), size_of(0));
  EXPECT_EQ(statistics->second_level(), size_of(1));
  EXPECT_EQ(statistics->third_level(), size_of(2));
  EXPECT_EQ(statistics->generic_names(), size_of(3));
  EXPECT_EQ(statistics->materials(), size_of(4));
  EXPECT_EQ(statistics->class_codes(), size_of(5));
  EXPECT_EQ(statistics->monitored_groups(), static_cast<int64_t>(groups.size()));
  if (!is_national) return;
  EXPECT_EQ(count, 4404);
  EXPECT_EQ(statistics->first_level(), 8);
  EXPECT_EQ(statistics->second_level(), 40);
  EXPECT_EQ(statistics->third_level(), 300);
  EXPECT_EQ(statistics->generic_names(), 309);
  EXPECT_EQ(statistics->monitored_groups(), 18);
}

}  // namespace
}  // namespace qingqu::catalog
