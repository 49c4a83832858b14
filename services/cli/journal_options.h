#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/note.h"
#include "services/cli/command.h"
#include "services/cli/journal/log_source.h"

namespace qingqu::cli {

// What several commands about the sealed journal read from their options. Errors are usage errors
// or those of a local file.

// A usage error unless the option is there.
absl::Status NeedOption(const CommandContext& context, std::string_view name);

// --key: a verifier key, or a file that holds one.
absl::StatusOr<sealed_log::VerifierKey> KeyOption(const CommandContext& context);

// --checkpoint: the file of one that the log signed with --key; else DATA_LOSS CHECKPOINT_INVALID,
// with which the command ends negatively.
absl::StatusOr<sealed_log::Checkpoint> CheckpointOption(const CommandContext& context);

// A folder or URL of a published log.
absl::StatusOr<std::unique_ptr<LogSource>> LogOption(const CommandContext& context,
                                                     std::string_view name);

// The usage error for an option's value, which should be like `expected`.
absl::Status BadOptionValue(const CommandContext& context, std::string_view name,
                            std::string_view expected);

// The number of an option between `min` and `max`, or `fallback` when it is not there.
absl::StatusOr<int64_t> NumberOption(const CommandContext& context, std::string_view name,
                                     const NumberRange& range, int64_t fallback);

}  // namespace qingqu::cli
