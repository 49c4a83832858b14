#include "common/udid/xml_repair.h"

#include <string>

#include "gtest/gtest.h"

namespace qingqu::udid {
namespace {

// In chunks of `size` bytes: cut wherever, the result is the same.
std::string Repaired(std::string_view text, size_t size = std::string_view::npos) {
  XmlRepair repair(1'000);
  std::string output;
  while (!text.empty()) {
    const std::string_view chunk = text.substr(0, size);
    text.remove_prefix(chunk.size());
    repair.Feed(chunk, false, output);
  }
  repair.Feed("", true, output);
  return output;
}

struct Case {
  std::string_view text;
  std::string_view repaired;
};

TEST(XmlRepairTest, MendsWhatTheFilesReallyHold) {
  using namespace std::string_view_literals;
  const Case kCases[] = {
      {"<a>B&C</a>", "<a>B&amp;C</a>"},
      {"<a>AT&T; &nbsp;</a>", "<a>AT&amp;T; &amp;nbsp;</a>"},
      {"<a>&amp;&lt;&#65;&#x4E2D;</a>", "<a>&amp;&lt;&#65;&#x4E2D;</a>"},
      {"<a>&#0;&#x1F;&#xFFFF;x</a>", "<a>x</a>"},
      {"<a>&</a>", "<a>&amp;</a>"},
      {"<a>&#;&#x;&#zz;</a>", "<a>&amp;#;&amp;#x;&amp;#zz;</a>"},
      {"<a>直径<5mm，>3</a>", "<a>直径&lt;5mm，>3</a>"},
      {"<a>长< 5 <=6 <<7</a>", "<a>长&lt; 5 &lt;=6 &lt;&lt;7</a>"},
      {"<a>x]]>y</a>", "<a>x]]&gt;y</a>"},
      {"<a>\x01\x0B\x1Bx\ty\r\nz</a>", "<a>x\ty\r\nz</a>"},
      {"<a>\xFF\xE5\x8C</a>", "<a>\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</a>"},
      {"<a>\xED\xA0\x80\xC0\x80</a>",
       "<a>\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</a>"},
      {"<a>\xEF\xBF\xBE</a>", "<a></a>"},
      {"<a b='x & <y' c=\">\">t</a>", "<a b='x &amp; &lt;y' c=\">\">t</a>"},
      {"<a><![CDATA[a & b < c]]>&</a>", "<a><![CDATA[a & b < c]]>&amp;</a>"},
      {"<!-- a & <b -->&", "<!-- a & <b -->&amp;"},
      {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<udid/>",
       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<udid/>"},
      {"a\0b"sv, "ab"},
      {"<", "&lt;"},
      {"", ""},
  };
  for (const Case& each : kCases) {
    for (const size_t size : {size_t{1}, size_t{3}, size_t{64}, std::string_view::npos}) {
      EXPECT_EQ(Repaired(each.text, size), each.repaired) << each.text << " by " << size;
    }
  }
}

TEST(XmlRepairTest, CountsWhatItMended) {
  XmlRepair repair(1'000);
  std::string output;
  repair.Feed("<a>&\xFF<5</a>", true, output);
  EXPECT_EQ(repair.repairs(), 3);
  EXPECT_EQ(repair.undecodable(), 1);
}

TEST(XmlRepairTest, ATextInAnotherEncodingIsGivenUp) {
  for (const size_t size : {size_t{1}, size_t{100}, size_t{1} << 20}) {
    // How many of `count` bad bytes, each among `good` others, are mended.
    const auto mended = [size](int count, size_t good, int64_t most) {
      std::string text;
      for (int number = 0; number < count; ++number) text += "\xB1" + std::string(good, 'x');
      XmlRepair repair(most);
      std::string output;
      for (size_t place = 0; place < text.size(); place += size) {
        repair.Feed(std::string_view(text).substr(place, size), false, output);
      }
      repair.Feed("", true, output);
      return repair.gave_up() ? -repair.undecodable() : repair.undecodable();
    };
    EXPECT_EQ(mended(64, 0, 1'000), 64) << size;
    EXPECT_EQ(mended(65, 0, 1'000), -65) << size;
    EXPECT_EQ(mended(300, 2'000, 1'000), 300) << size;
    EXPECT_EQ(mended(300, 2'000, 200), -201) << size;
  }
}

TEST(XmlRepairTest, MendedTwiceIsMendedOnce) {
  const std::string once = Repaired("<a>B&C <5 \x02 &#1; \xFF]]></a>");
  EXPECT_EQ(Repaired(once), once);
}

}  // namespace
}  // namespace qingqu::udid
