#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/cli/trace_view.h"

namespace qingqu::cli {
namespace {

using testing::IsEmpty;

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What writes the journal: not tests, and not the client, which only names events.
bool IsServiceSource(const std::filesystem::path& path) {
  const std::string text = path.string();
  return (text.ends_with(".cc") || text.ends_with(".sql")) && !text.ends_with("test.cc") &&
         text.find("services/cli/") == std::string::npos;
}

// Every literal in the sources of the services that has the form of an event, a thing and a past
// participle, and what functions of the database append.
std::set<std::string> EventsInSources() {
  static const std::regex event(
      R"re((?:"|journal\.append\('))re"
      R"re(([a-z_]+\.(?:[a-z_]+ed(?:_in|_out)?|(?:[a-z_]+_)?sent|withdrawn|expiry_overridden)))re"
      R"re(["'])re");
  std::set<std::string> events;
  for (const char* folder : {"common/db", "common/rpc", "services"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (!IsServiceSource(file.path())) continue;
      const std::string text = ReadFile(file.path());
      for (std::sregex_iterator match(text.begin(), text.end(), event), end; match != end;
           ++match) {
        events.insert((*match)[1]);
      }
    }
  }
  return events;
}

// What stands in `these` and not in `those`.
std::vector<std::string> Without(const std::set<std::string>& these,
                                 const std::set<std::string>& those) {
  std::vector<std::string> rest;
  std::ranges::set_difference(these, those, std::back_inserter(rest));
  return rest;
}

TEST(EventNames, EachEventThatAServiceWritesHasOne) {
  std::set<std::string> named;
  for (const EventName& name : AllEventNames()) {
    EXPECT_TRUE(named.emplace(name.event).second) << name.event << " is named twice";
  }
  const std::set<std::string> written = EventsInSources();
  EXPECT_THAT(Without(written, named), IsEmpty()) << "give it a name in trace_view.cc";
  EXPECT_THAT(Without(named, written), IsEmpty()) << "nobody writes it (any more)";
}

}  // namespace
}  // namespace qingqu::cli
