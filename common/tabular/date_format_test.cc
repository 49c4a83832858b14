#include "common/tabular/date_format.h"

#include <string>

#include "gtest/gtest.h"

namespace qingqu::tabular {
namespace {

std::string Matched(std::string_view pattern, std::string_view text, int century_from = 2000) {
  const absl::StatusOr<DateFormat> format = DateFormat::Parse(pattern);
  if (!format.ok()) return "bad pattern";
  const std::optional<CivilDate> date = format->Match(text, century_from);
  return date.has_value() ? date->ToString() : "none";
}

TEST(DateFormatTest, ReadsTheListedForms) {
  EXPECT_EQ(Matched("%d-%b-%y", "02-Jun-06"), "2006-06-02");
  EXPECT_EQ(Matched("%d-%b-%y", "2-JUN-06"), "2006-06-02");
  EXPECT_EQ(Matched("%m/%d/%y", "4/30/14"), "2014-04-30");
  EXPECT_EQ(Matched("%Y-%m-%d", "2009-11-14"), "2009-11-14");
  EXPECT_EQ(Matched("%Y%m%d", "20091114"), "2009-11-14");
  EXPECT_EQ(Matched("%Y年%m月%d日", "2014年3月5日"), "2014-03-05");
  EXPECT_EQ(Matched("100%% %Y-%m-%d", "100% 2009-11-14"), "2009-11-14");
}

TEST(DateFormatTest, RefusesWhatDoesNotFitWhollyOrDoesNotExist) {
  EXPECT_EQ(Matched("%d-%b-%y", "31-Jun-06"), "none");
  EXPECT_EQ(Matched("%m/%d/%y", "2/29/13"), "none");
  EXPECT_EQ(Matched("%m/%d/%y", "30/4/14"), "none");
  EXPECT_EQ(Matched("%m/%d/%y", "4/30/2014"), "none");
  EXPECT_EQ(Matched("%m/%d/%y", "4/30/14 "), "none");
  EXPECT_EQ(Matched("%Y-%m-%d", "09-11-14"), "none");
  EXPECT_EQ(Matched("%Y%m%d", "2009114"), "none");
  EXPECT_EQ(Matched("%d-%b-%y", "02-Juno-06"), "none");
  EXPECT_EQ(Matched("%Y-%m-%d", ""), "none");
  EXPECT_EQ(Matched("%Y-%m-%d", "0000-01-01"), "none");
}

TEST(DateFormatTest, PutsTwoDigitYearsIntoTheNamedHundredYears) {
  EXPECT_EQ(Matched("%d-%b-%y", "02-Jun-69", 1970), "2069-06-02");
  EXPECT_EQ(Matched("%d-%b-%y", "02-Jun-70", 1970), "1970-06-02");
  EXPECT_EQ(Matched("%d-%b-%y", "02-Jun-99", 1970), "1999-06-02");
  EXPECT_EQ(Matched("%d-%b-%y", "02-Jun-00", 1970), "2000-06-02");
  EXPECT_EQ(Matched("%d-%b-%y", "02-Jun-99", 2000), "2099-06-02");
}

TEST(DateFormatTest, NeedsEachPartOnce) {
  for (const std::string_view pattern :
       {"", "%Y-%m", "%d/%d/%Y/%m", "%Y %y %m %d", "%H %Y %m %d", "%Y%m%d%"}) {
    EXPECT_FALSE(DateFormat::Parse(pattern).ok()) << pattern;
  }
}

}  // namespace
}  // namespace qingqu::tabular
