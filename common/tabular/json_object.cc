#include "common/tabular/json_object.h"

#include <algorithm>
#include <memory>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/tabular/cell_error.h"

namespace qingqu::tabular {
namespace {

constexpr size_t kDepthMax = 16;

// Finds what a document object model would hide: where the text stops being JSON, keys that are
// given twice, depth.
class StrictnessCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit StrictnessCheck(JsonProblems& problems) : problems_(problems) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t& text) override { return CheckText(text); }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return Descend(); }
  bool end_object() override { return Ascend(); }
  bool start_array(size_t) override { return Descend(); }
  bool end_array() override { return Ascend(); }

  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) {
      problems_.Add("$",
                    fmt::format("the key \"{}\" is given twice in one object", ShownValue(name)));
    }
    return CheckText(name);
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    problems_.Add("$", fmt::format("not JSON at byte {}", position));
    return false;
  }

 private:
  bool CheckText(const string_t& text) {
    if (IsStorableText(text)) return true;
    problems_.Add("$", "a string holds a NUL character or is not UTF-8");
    return false;
  }

  bool Descend() {
    keys_.emplace_back();
    if (keys_.size() <= kDepthMax) return true;
    problems_.Add("$", fmt::format("more than {} levels deep", kDepthMax));
    return false;
  }

  bool Ascend() {
    keys_.pop_back();
    return true;
  }

  JsonProblems& problems_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

void JsonProblems::Add(std::string_view path, std::string_view problem) {
  ++count_;
  if (count_ <= kListedMax) lines_ += fmt::format("\n{}: {}", path, problem);
}

std::string JsonProblems::ToString() const {
  const size_t unlisted = count_ - std::min(count_, kListedMax);
  return fmt::format("{} {}:{}{}", count_, count_ == 1 ? "problem" : "problems", lines_,
                     unlisted == 0 ? "" : fmt::format("\n… and {} more", unlisted));
}

std::optional<nlohmann::json> ParseStrictJson(std::string_view text, JsonProblems& problems) {
  // The parser takes a NUL outside of strings for the end of the text.
  if (!IsStorableText(text)) {
    problems.Add("$", "holds a NUL byte or is not UTF-8");
    return std::nullopt;
  }
  StrictnessCheck check(problems);
  if (!nlohmann::json::sax_parse(text, &check) || !problems.empty()) return std::nullopt;
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

JsonObject::JsonObject(const nlohmann::json& value, std::string path, JsonProblems& problems)
    : value_(value), path_(std::move(path)), problems_(problems) {
  if (!value_.is_object()) problems_.Add(path_, "must be an object");
}

std::optional<std::string> JsonObject::String(std::string_view name, bool required) {
  const nlohmann::json* const member = Member(name);
  if (member == nullptr) {
    ReportMissing(name, required);
    return std::nullopt;
  }
  if (member->is_string()) return member->get<std::string>();
  Problem(name, "must be a string");
  return std::nullopt;
}

std::optional<bool> JsonObject::Boolean(std::string_view name) {
  const nlohmann::json* const member = Member(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_boolean()) return member->get<bool>();
  Problem(name, "must be true or false");
  return std::nullopt;
}

std::optional<int64_t> JsonObject::Integer(std::string_view name, int64_t min, int64_t max,
                                           bool required) {
  const nlohmann::json* const member = Member(name);
  if (member == nullptr) {
    ReportMissing(name, required);
    return std::nullopt;
  }
  const bool fits = member->is_number_integer() && (!member->is_number_unsigned() ||
                                                    member->get<uint64_t>() <= uint64_t{INT64_MAX});
  if (fits && member->get<int64_t>() >= min && member->get<int64_t>() <= max) {
    return member->get<int64_t>();
  }
  Problem(name, fmt::format("must be a whole number from {} to {}", min, max));
  return std::nullopt;
}

std::vector<std::string> JsonObject::Strings(std::string_view name, bool required) {
  const nlohmann::json* const member = Member(name);
  if (member == nullptr) {
    ReportMissing(name, required);
    return {};
  }
  std::vector<std::string> strings;
  if (!member->is_array() || member->empty()) {
    Problem(name, "must be a list of one or more strings");
    return {};
  }
  for (size_t index = 0; index < member->size(); ++index) {
    const nlohmann::json& element = (*member)[index];
    const std::string place = fmt::format("{}[{}]", name, index);
    if (!element.is_string()) {
      Problem(place, "must be a string");
      continue;
    }
    std::string text = element.get<std::string>();
    if (std::find(strings.begin(), strings.end(), text) != strings.end()) {
      Problem(place, "is given twice");
      continue;
    }
    strings.push_back(std::move(text));
  }
  return strings;
}

const nlohmann::json* JsonObject::Member(std::string_view name) {
  known_.emplace(name);
  if (!value_.is_object()) return nullptr;
  const auto member = value_.find(name);
  return member == value_.end() ? nullptr : &*member;
}

void JsonObject::Finish() {
  if (!value_.is_object()) return;
  for (const auto& [name, unused] : value_.items()) {
    if (!known_.contains(name)) problems_.Add(PathOf(ShownValue(name)), "is not a known key");
  }
}

std::string JsonObject::PathOf(std::string_view name) const {
  return fmt::format("{}.{}", path_, name);
}

void JsonObject::Problem(std::string_view name, std::string_view problem) {
  problems_.Add(PathOf(name), problem);
}

void JsonObject::ReportMissing(std::string_view name, bool required) {
  if (required && value_.is_object()) Problem(name, "is missing");
}

}  // namespace qingqu::tabular
