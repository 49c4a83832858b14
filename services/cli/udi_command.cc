#include <istream>
#include <ostream>

#include "common/base/business_day.h"
#include "common/udi/udi_json.h"
#include "services/cli/commands.h"

namespace qingqu::cli {

ExitCode RunUdi(CommandContext& context) {
  const Environment& environment = context.environment;
  const udi::ParseOptions options{.current_year = BusinessDay(environment.clock.Now()).year()};
  const int result = udi::RunUdiFilter(environment.input, environment.output, options);
  if (!environment.output) return ExitCode::kLocalFile;
  return result == 0 ? ExitCode::kOk : ExitCode::kNegative;
}

}  // namespace qingqu::cli
