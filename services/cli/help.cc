#include "services/cli/help.h"

#include <algorithm>
#include <array>

#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr std::array kGlobalOptions = std::to_array<OptionSpec>({
    {"server", "ADDRESS", Message::kOptionServer},
    {"ca-file", "FILE", Message::kOptionCaFile},
    {"cert-file", "FILE", Message::kOptionCertFile},
    {"key-file", "FILE", Message::kOptionKeyFile},
    {"lang", "zh|en", Message::kOptionLanguage},
    {"json", "", Message::kOptionJson},
    {"timeout", "SECONDS", Message::kOptionTimeout},
    {"quiet", "", Message::kOptionQuiet},
    {"help", "", Message::kOptionHelp},
});

// Two columns, the first as wide as its widest cell.
std::string TwoColumns(const std::vector<std::pair<std::string, std::string>>& rows) {
  int width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, DisplayWidth(left));
  std::string text;
  for (const auto& [left, right] : rows) {
    const auto padding = static_cast<size_t>(width - DisplayWidth(left) + 2);
    text += fmt::format("  {}{}{}\n", left, std::string(padding, ' '), right);
  }
  return text;
}

std::string OptionLines(std::span<const OptionSpec> options, const Catalogue& catalogue) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const OptionSpec& option : options) {
    rows.emplace_back(option.value_name.empty()
                          ? fmt::format("--{}", option.name)
                          : fmt::format("--{}={}", option.name, option.value_name),
                      catalogue.Text(option.description));
  }
  return TwoColumns(rows);
}

}  // namespace

std::span<const OptionSpec> GlobalOptions() { return kGlobalOptions; }

std::string GeneralHelp(std::span<const Command> commands, const Catalogue& catalogue) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : commands) {
    rows.emplace_back(command.name, catalogue.Text(command.summary));
  }
  std::string text = fmt::format("{}\n\n", catalogue.Text(Message::kAbout));
  text += fmt::format("{} qingqu [OPTIONS] COMMAND …\n\n", catalogue.Text(Message::kUsage));
  text += fmt::format("{}\n{}\n", catalogue.Text(Message::kCommands), TwoColumns(rows));
  text += fmt::format("{}\n{}\n", catalogue.Text(Message::kGlobalOptions),
                      OptionLines(kGlobalOptions, catalogue));
  text += fmt::format("{}\n\n", catalogue.Text(Message::kFiles));
  text += fmt::format("{}\n\n", catalogue.Text(Message::kExitCodes));
  text += fmt::format("{}\n{}{}", catalogue.Text(Message::kExamples),
                      "  qingqu login lin\n"
                      "  qingqu call catalog.ListItems\n"
                      "  qingqu trace items/stent-1 L2026\n",
                      fmt::format("\n{}\n", catalogue.Text(Message::kMoreHelp)));
  return text;
}

std::string CommandHelp(const Command& command, const Catalogue& catalogue) {
  std::string text =
      fmt::format("qingqu {}: {}\n\n", command.name, catalogue.Text(command.summary));
  text += fmt::format("{} qingqu {}{}{}{}\n\n", catalogue.Text(Message::kUsage), command.name,
                      command.options.empty() ? "" : " [OPTIONS]",
                      command.arguments.empty() ? "" : " ", command.arguments);
  // Descriptions may hold braces, which are doubled in the catalogue.
  text += fmt::format("{}\n\n", catalogue.Format(command.description));
  if (!command.options.empty()) {
    text += fmt::format("{}\n{}\n", catalogue.Text(Message::kOptions),
                        OptionLines(command.options, catalogue));
  }
  text += fmt::format("{}\n{}\n", catalogue.Text(Message::kGlobalOptions),
                      OptionLines(kGlobalOptions, catalogue));
  text += fmt::format("{}\n{}", catalogue.Text(Message::kExamples), command.examples);
  return text;
}

}  // namespace qingqu::cli
