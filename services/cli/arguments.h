#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/cli/messages.h"

namespace qingqu::cli {

// One option that a command takes.
struct OptionSpec {
  std::string_view name;        // "rejects" for --rejects
  std::string_view value_name;  // "FILE"; "" for a switch
  Message description;
};

// What stood on the command line.
struct Arguments {
  std::vector<std::string> positionals;
  std::map<std::string, std::string, std::less<>> options;  // a switch has the value ""
  size_t words_read = 0;

  bool Has(std::string_view name) const { return options.contains(name); }
  std::string Get(std::string_view name, std::string_view fallback = "") const;
};

enum class Positionals { kAll, kStopAtFirst };

// Reads --name, --name=value, --name value, -h (for --help) and positional words; after "--"
// everything is positional, and so is "-". Names are not abbreviated. An unknown option (with the
// nearest known one), a missing or unwanted value and an option given twice are usage errors.
absl::StatusOr<Arguments> ParseArguments(std::span<const std::string> words,
                                         std::span<const OptionSpec> options,
                                         Positionals positionals, const Catalogue& catalogue);

// The candidate that `word` was probably meant to be; "" when none is near.
std::string Nearest(std::string_view word, std::span<const std::string> candidates);

// A number without sign, between `min` and `max`; nothing for anything else.
struct NumberRange {
  int64_t min = 0;
  int64_t max = 0;
};
std::optional<int64_t> ParseNumber(std::string_view text, const NumberRange& range);

}  // namespace qingqu::cli
