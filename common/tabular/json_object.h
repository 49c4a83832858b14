#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

namespace qingqu::tabular {

// Everything that is wrong with a document, each with its JSON path.
class JsonProblems {
 public:
  static constexpr size_t kListedMax = 100;
  void Add(std::string_view path, std::string_view problem);
  bool empty() const { return count_ == 0; }
  // "3 problems:" and one line each, up to kListedMax.
  std::string ToString() const;

 private:
  size_t count_ = 0;
  std::string lines_;
};

// The document, or nothing when it is not strict JSON: RFC 8259 without repeated keys, at most 16
// levels deep, no NUL inside strings.
std::optional<nlohmann::json> ParseStrictJson(std::string_view text, JsonProblems& problems);

// Reads an object's members by name and reports the absent, the mistyped and, in Finish, the
// unknown ones. Holds references to its arguments.
class JsonObject {
 public:
  // When `value` is not an object, that is reported, and all members are absent without a further
  // report.
  JsonObject(const nlohmann::json& value, std::string path, JsonProblems& problems);

  // Each gives nothing when the member is absent (a problem only if `required`) or of another type
  // (a problem).
  std::optional<std::string> String(std::string_view name, bool required = false);
  std::optional<bool> Boolean(std::string_view name);
  std::optional<int64_t> Integer(std::string_view name, int64_t min, int64_t max,
                                 bool required = false);
  // Strings, at least one if `required`, none twice; [] when absent or wrong.
  std::vector<std::string> Strings(std::string_view name, bool required = false);
  // The raw member, of any type, or nullptr.
  const nlohmann::json* Member(std::string_view name);
  void Finish();

  std::string PathOf(std::string_view name) const;
  void Problem(std::string_view name, std::string_view problem);

 private:
  void ReportMissing(std::string_view name, bool required);

  const nlohmann::json& value_;
  const std::string path_;
  JsonProblems& problems_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace qingqu::tabular
