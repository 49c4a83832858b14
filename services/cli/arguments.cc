#include "services/cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/exit_code.h"

namespace qingqu::cli {
namespace {

absl::Status BadUsage(std::string_view message) {
  return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE", message));
}

absl::Status UnknownOption(std::string_view name, std::span<const OptionSpec> options,
                           const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const OptionSpec& option : options) names.push_back(fmt::format("--{}", option.name));
  const std::string nearest = Nearest(name, names);
  if (nearest.empty()) return BadUsage(catalogue.Format(Message::kUnknownOption, name));
  return BadUsage(catalogue.Format(Message::kUnknownOptionMeant, name, nearest));
}

size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < right.size(); ++j) {
      const size_t substituted = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

// Reads words from the front.
class Parser {
 public:
  Parser(std::span<const std::string> words, std::span<const OptionSpec> options,
         const Catalogue& catalogue)
      : words_(words), options_(options), catalogue_(catalogue) {}

  absl::StatusOr<Arguments> Run(Positionals positionals) {
    bool only_positionals = false;
    while (next_ < words_.size()) {
      const std::string& word = words_[next_];
      if (!only_positionals && word == "--") {
        only_positionals = true;
        ++next_;
        continue;
      }
      if (only_positionals || word == "-" || !word.starts_with('-')) {
        if (positionals == Positionals::kStopAtFirst) break;
        arguments_.positionals.push_back(word);
        ++next_;
        continue;
      }
      ++next_;
      QINGQU_RETURN_IF_ERROR(TakeOption(word == "-h" ? "--help" : word));
    }
    arguments_.words_read = next_;
    return std::move(arguments_);
  }

 private:
  absl::Status TakeOption(std::string_view word) {
    const size_t equals = word.find('=');
    const std::string_view dashed = word.substr(0, equals);
    const auto option = std::ranges::find_if(options_, [dashed](const OptionSpec& each) {
      return dashed.starts_with("--") && dashed.substr(2) == each.name;
    });
    if (option == options_.end()) return UnknownOption(dashed, options_, catalogue_);
    std::string value;
    if (option->value_name.empty()) {
      if (equals != std::string_view::npos) {
        return BadUsage(catalogue_.Format(Message::kOptionTakesNoValue, dashed));
      }
    } else if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (next_ < words_.size()) {
      value = words_[next_++];
    } else {
      return BadUsage(catalogue_.Format(Message::kOptionNeedsValue, dashed, option->value_name));
    }
    if (!arguments_.options.emplace(option->name, value).second) {
      return BadUsage(catalogue_.Format(Message::kOptionTwice, dashed));
    }
    return absl::OkStatus();
  }

  std::span<const std::string> words_;
  std::span<const OptionSpec> options_;
  const Catalogue& catalogue_;
  size_t next_ = 0;
  Arguments arguments_;
};

}  // namespace

std::string Arguments::Get(std::string_view name, std::string_view fallback) const {
  const auto option = options.find(name);
  return option == options.end() ? std::string(fallback) : option->second;
}

absl::StatusOr<Arguments> ParseArguments(std::span<const std::string> words,
                                         std::span<const OptionSpec> options,
                                         Positionals positionals, const Catalogue& catalogue) {
  return Parser(words, options, catalogue).Run(positionals);
}

std::string Nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr size_t kWordLengthMax = 200;
  if (word.empty() || word.size() > kWordLengthMax) return "";
  const size_t distance_max = std::max<size_t>(1, word.size() / 3);
  const std::string* nearest = nullptr;
  size_t nearest_distance = distance_max + 1;
  for (const std::string& candidate : candidates) {
    const bool begins = word.size() >= 3 && candidate.starts_with(word);
    const size_t distance = begins ? 1 : EditDistance(word, candidate);
    if (distance < nearest_distance) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  return nearest == nullptr ? "" : *nearest;
}

std::optional<int64_t> ParseNumber(std::string_view text, const NumberRange& range) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.starts_with('-') || value < range.min || value > range.max) return std::nullopt;
  return value;
}

}  // namespace qingqu::cli
