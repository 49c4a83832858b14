#include "services/cli/table.h"

#include "gtest/gtest.h"

namespace qingqu::cli {
namespace {

TEST(DisplayWidth, ChineseIsTwoColumnsWide) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("数量"), 4);
  EXPECT_EQ(DisplayWidth("（甲）"), 6);
  EXPECT_EQ(DisplayWidth("Ａ"), 2);
  EXPECT_EQ(DisplayWidth("é"), 1);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(DisplayWidth("\xF0\xA0\x80\x80"), 2);
  EXPECT_EQ(DisplayWidth("ｱ"), 1);
  EXPECT_EQ(DisplayWidth(""), 0);
}

TEST(RenderTable, AlignsMixedText) {
  EXPECT_EQ(RenderTable({{"名称"}, {"数量", true}}, {{"支架", "5"}, {"stent", "1000"}}),
            "名称   数量\n"
            "支架      5\n"
            "stent  1000\n");
}

TEST(RenderTable, LeavesNoSpaceAtTheEnd) {
  EXPECT_EQ(RenderTable({{"a"}, {"b"}}, {{"1", ""}}), "a  b\n1\n");
}

TEST(ForTerminal, NothingCommandsTheTerminal) {
  EXPECT_EQ(ForTerminal("a\x1b[31mb"), "a\xEF\xBF\xBD[31mb");
  EXPECT_EQ(ForTerminal("a\nb\tc"), "a b c");
  EXPECT_EQ(ForTerminal("\xC2\x9B"), "\xEF\xBF\xBD");
  EXPECT_EQ(ForTerminal("\xE2\x80\xAE"), "\xEF\xBF\xBD");
  EXPECT_EQ(ForTerminal("\xFF\xE4\xBD"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ForTerminal("一次性耗材"), "一次性耗材");
}

}  // namespace
}  // namespace qingqu::cli
