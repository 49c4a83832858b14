#include "common/base/resource_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace qingqu {
namespace {

constexpr size_t kIdSizeMax = 63;

bool IsLowerAlphanumeric(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool IsVariable(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

// Cuts the text up to the first slash off `rest`.
std::string_view TakeSegment(std::string_view& rest) {
  const size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return segment;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseResourceName(std::string_view pattern,
                                                           std::string_view name) {
  const absl::Status mismatch =
      absl::InvalidArgumentError(fmt::format("must be a resource name of the form '{}', with ids "
                                             "of up to {} of a-z, 0-9 and inner hyphens",
                                             pattern, kIdSizeMax));
  // Equal numbers of slashes mean equal numbers of segments, and that a trailing slash cannot hide.
  if (std::ranges::count(pattern, '/') != std::ranges::count(name, '/')) return mismatch;
  std::vector<std::string> ids;
  while (!pattern.empty()) {
    const std::string_view expected = TakeSegment(pattern);
    const std::string_view actual = TakeSegment(name);
    if (!IsVariable(expected)) {
      if (actual != expected) return mismatch;
      continue;
    }
    if (!ValidateResourceId(actual).ok()) return mismatch;
    ids.emplace_back(actual);
  }
  return ids;
}

absl::StatusOr<std::string> ParseResourceId(std::string_view pattern, std::string_view name) {
  absl::StatusOr<std::vector<std::string>> ids = ParseResourceName(pattern, name);
  if (!ids.ok()) return std::move(ids).status();
  QINGQU_CHECK(ids->size() == 1);
  return std::move(ids->front());
}

absl::Status ValidateResourceId(std::string_view id) {
  const bool valid = !id.empty() && id.size() <= kIdSizeMax && IsLowerAlphanumeric(id.front()) &&
                     IsLowerAlphanumeric(id.back()) && std::ranges::all_of(id, [](char character) {
                       return IsLowerAlphanumeric(character) || character == '-';
                     });
  if (valid) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "must be an id of 1 to {} of a-z, 0-9 and hyphens that are not first or last", kIdSizeMax));
}

}  // namespace qingqu
