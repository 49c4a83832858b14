#include "services/procurement/history.h"

#include "gtest/gtest.h"

namespace qingqu::procurement {
namespace {

TEST(OnTimeRateTest, RoundsHalfUpInIntegers) {
  EXPECT_EQ(OnTimeRate(0, 0), "");
  EXPECT_EQ(OnTimeRate(0, 3), "0.0000");
  EXPECT_EQ(OnTimeRate(3, 3), "1.0000");
  EXPECT_EQ(OnTimeRate(1, 3), "0.3333");
  EXPECT_EQ(OnTimeRate(2, 3), "0.6667");
  EXPECT_EQ(OnTimeRate(1, 20'000), "0.0001");
  EXPECT_EQ(OnTimeRate(1, 20'001), "0.0000");
}

TEST(HistorySourceTest, IsAShortLowerCaseName) {
  EXPECT_TRUE(IsHistorySource("scms-2008"));
  EXPECT_TRUE(IsHistorySource(std::string(40, 'a')));
  EXPECT_FALSE(IsHistorySource(std::string(41, 'a')));
  EXPECT_FALSE(IsHistorySource(""));
  EXPECT_FALSE(IsHistorySource("Scms"));
}

TEST(HistoryRowTest, EveryFieldOfTheProtoIsAColumn) {
  // All but the line of the file.
  EXPECT_EQ(HistoryColumnNames().size(),
            static_cast<size_t>(v1::HistoryRow::descriptor()->field_count()) - 1);
  for (const std::string& name : HistoryColumnNames()) {
    EXPECT_NE(v1::HistoryRow::descriptor()->FindFieldByName(name), nullptr) << name;
  }
}

TEST(HistoryRowTest, ALongValueIsShortenedAtACharacter) {
  v1::HistoryRow row;
  std::string country;
  for (int i = 0; i < 100; ++i) country += "县";
  row.set_country("x" + country);
  std::vector<v1::HistoryRowError> errors;
  EXPECT_FALSE(CheckHistoryRow(row, errors).has_value());
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0].column(), "source_line_id");
  for (const v1::HistoryRowError& error : errors) {
    if (error.column() == "country") {
      EXPECT_EQ(error.value().size(), 199U);
    }
  }
}

}  // namespace
}  // namespace qingqu::procurement
