#include "services/supervision/entry.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "common/sealed_log/leaf.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;

constexpr const char* kLineNumber = "line_number";

void Merge(Json& into, const Json& from);

std::optional<int64_t> LineNumberOf(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto found = json.find("line_number");
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<int64_t>();
}

void MergeLines(Json& lines, const Json& from) {
  std::unordered_map<int64_t, size_t> index_of_line;
  for (size_t index = 0; index < lines.size(); ++index) {
    const auto number = LineNumberOf(lines[index]);
    if (number.has_value()) index_of_line.emplace(*number, index);
  }
  for (const Json& line : from) {
    const auto number = LineNumberOf(line);
    if (!number.has_value()) {
      lines.push_back(line);
      continue;
    }
    const auto found = index_of_line.find(*number);
    if (found != index_of_line.end()) Merge(lines[found->second], line);
  }
}

void Merge(Json& into, const Json& from) {
  if (into.is_object() && from.is_object()) {
    for (const auto& [key, value] : from.items()) Merge(into[key], value);
    return;
  }
  if (into.is_array() && from.is_array()) return MergeLines(into, from);
  into = from;
}

}  // namespace

void RevealRestricted(Entry& entry) {
  Merge(entry.details, entry.restricted);
  entry.restricted = Json::object();
}

void HideRestricted(Entry& entry) {
  entry.restricted = Json::object();
  // Also what is no name, as one with a space in it: the rule of the leaf.
  std::erase_if(entry.subjects, sealed_log::IsRestrictedName);
}

std::string_view CollectionOf(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return {};
  const std::string_view collection = text.substr(0, slash);
  const bool word = std::all_of(collection.begin(), collection.end(), [](char character) {
    return (character >= 'a' && character <= 'z') || character == '_';
  });
  const bool name = text.find_first_of(" \t\n") == std::string_view::npos;
  return word && name ? collection : std::string_view();
}

}  // namespace qingqu::supervision
