#pragma once

#include <span>
#include <string>

#include "services/cli/command.h"

namespace qingqu::cli {

// The options that every command has.
std::span<const OptionSpec> GlobalOptions();

// What `qingqu --help` prints.
std::string GeneralHelp(std::span<const Command> commands, const Catalogue& catalogue);

// What `qingqu COMMAND --help` prints.
std::string CommandHelp(const Command& command, const Catalogue& catalogue);

}  // namespace qingqu::cli
