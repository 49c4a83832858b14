#include "services/catalog/codes/code_release.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"

#include "common/base/check.h"

namespace qingqu::catalog {
namespace {

constexpr std::array<std::string_view, 3> kListNames = {"specifications", "withdrawals",
                                                        "transcodings"};

}  // namespace

std::string_view CodeListName(CodeList list) { return kListNames[static_cast<size_t>(list)]; }

std::string CodeReleaseName(std::string_view id) { return fmt::format("codeReleases/{}", id); }

std::string ToSource(const ReleasePart& part) {
  return fmt::format("{} {} {}", part.release_id, part.effective_date.ToString(),
                     CodeListName(part.list));
}

ReleasePart PartOfSource(std::string_view source) {
  const size_t first = source.find(' ');
  const size_t last = source.rfind(' ');
  QINGQU_CHECK(first != std::string_view::npos && first < last);
  const auto date = CivilDate::Parse(source.substr(first + 1, last - first - 1));
  QINGQU_CHECK(date.ok());
  const auto* const name = std::ranges::find(kListNames, source.substr(last + 1));
  QINGQU_CHECK(name != kListNames.end());
  return {.release_id = std::string(source.substr(0, first)),
          .effective_date = *date,
          .list = static_cast<CodeList>(name - kListNames.begin())};
}

}  // namespace qingqu::catalog
