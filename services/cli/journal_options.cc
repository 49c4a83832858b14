#include "services/cli/journal_options.h"

#include "common/base/strings.h"
#include "common/sealed_log/key_file.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/local_file.h"

namespace qingqu::cli {
namespace {

absl::Status BadOption(Message message, const CommandContext& context, std::string_view name,
                       std::string_view value, std::string_view expected) {
  return UsageError(
      MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE",
                context.catalogue.Format(message, fmt::format("--{}", name), value, expected)));
}

}  // namespace

absl::Status NeedOption(const CommandContext& context, std::string_view name) {
  if (!context.arguments.Get(name).empty()) return absl::OkStatus();
  return BadOption(Message::kOptionMissing, context, name, "", "");
}

absl::Status BadOptionValue(const CommandContext& context, std::string_view name,
                            std::string_view expected) {
  return BadOption(Message::kBadOptionValue, context, name, context.arguments.Get(name), expected);
}

absl::StatusOr<sealed_log::VerifierKey> KeyOption(const CommandContext& context) {
  QINGQU_RETURN_IF_ERROR(NeedOption(context, "key"));
  const std::string text = context.arguments.Get("key");
  auto key = sealed_log::ParseVerifierKey(text);
  if (key.ok()) return key;
  key = sealed_log::LoadVerifierKey(text);
  if (key.ok()) return key;
  return BadOptionValue(context, "key", context.catalogue.Text(Message::kVerifierKeyExpected));
}

absl::StatusOr<sealed_log::Checkpoint> CheckpointOption(const CommandContext& context) {
  QINGQU_RETURN_IF_ERROR(NeedOption(context, "checkpoint"));
  QINGQU_ASSIGN_OR_RETURN(const sealed_log::VerifierKey key, KeyOption(context));
  QINGQU_ASSIGN_OR_RETURN(const std::string note,
                          ReadWholeFile(context.arguments.Get("checkpoint"),
                                        sealed_log::kNoteBytesMax, context.catalogue));
  const auto opened = sealed_log::OpenCheckpoint(note, key);
  if (opened.ok()) return opened->checkpoint;
  return NegativeError(MakeError(
      absl::StatusCode::kDataLoss, "CHECKPOINT_INVALID",
      context.catalogue.Format(Message::kCheckpointInvalid, ToStd(opened.status().message()))));
}

absl::StatusOr<std::unique_ptr<LogSource>> LogOption(const CommandContext& context,
                                                     std::string_view name) {
  QINGQU_RETURN_IF_ERROR(NeedOption(context, name));
  const std::string place = context.arguments.Get(name);
  auto source = OpenLogSource(place, context.timeout);
  if (source.ok()) return source;
  return BadOptionValue(context, name, context.catalogue.Text(Message::kLogPlaceExpected));
}

absl::StatusOr<int64_t> NumberOption(const CommandContext& context, std::string_view name,
                                     const NumberRange& range, int64_t fallback) {
  if (!context.arguments.Has(name)) return fallback;
  const std::string text = context.arguments.Get(name);
  const auto number = ParseNumber(text, range);
  if (number.has_value()) return *number;
  return BadOptionValue(context, name, fmt::format("{} … {}", range.min, range.max));
}

}  // namespace qingqu::cli
