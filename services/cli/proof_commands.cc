#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

#include "common/sealed_log/encoding.h"
#include "common/sealed_log/hash.h"
#include "common/sealed_log/proof.h"
#include "common/status/status.h"
#include "services/cli/commands.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

using sealed_log::Hash;
using sealed_log::Proof;

// What is shown of a value that makes no sense.
constexpr size_t kShownMax = 100;

// Takes the values of options as what a proof consists of, and remembers the first that is none.
class ProofOptions {
 public:
  explicit ProofOptions(const CommandContext& context) : context_(context) {}

  uint64_t Number(std::string_view option) {
    const std::string text = context_.arguments.Get(option);
    const auto number = sealed_log::ParseDecimal(text);
    if (!number.ok()) Note(Message::kProofMalformedNumber, option, text);
    return number.ok() ? *number : 0;
  }

  Hash HashIn(std::string_view option) { return HashIn(option, context_.arguments.Get(option)); }

  Proof ProofIn(std::string_view option) {
    Proof proof;
    const std::string text = context_.arguments.Get(option);
    if (text.empty()) return proof;
    std::string_view rest = text;
    while (true) {
      const size_t comma = rest.find(',');
      proof.push_back(HashIn(option, rest.substr(0, comma)));
      if (comma == std::string_view::npos || !problem_.empty()) return proof;
      rest.remove_prefix(comma + 1);
    }
  }

  // "" when all of them made sense.
  const std::string& problem() const { return problem_; }

 private:
  Hash HashIn(std::string_view option, std::string_view text) {
    const auto hash = sealed_log::HashFromHex(text);
    if (!hash.ok()) Note(Message::kProofMalformedHash, option, text);
    return hash.ok() ? *hash : Hash{};
  }

  void Note(Message message, std::string_view option, std::string_view text) {
    if (!problem_.empty()) return;
    problem_ = context_.catalogue.Format(message, fmt::format("--{}", option),
                                         ForTerminal(text.substr(0, kShownMax)));
  }

  const CommandContext& context_;
  std::string problem_;
};

// An error when one of the options, which have no default, is not there.
absl::Status NeedOptions(const CommandContext& context,
                         std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (context.arguments.Has(name)) continue;
    return UsageError(
        MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE",
                  context.catalogue.Format(Message::kOptionMissing, fmt::format("--{}", name))));
  }
  return absl::OkStatus();
}

ExitCode Answer(const CommandContext& context, std::string_view reason, std::string_view text) {
  if (context.json) {
    nlohmann::json object = {{"valid", reason.empty()}};
    if (!reason.empty()) {
      object["reason"] = reason;
      object["message"] = text;
    }
    context.environment.output << object.dump(-1, ' ', false,
                                              nlohmann::json::error_handler_t::replace)
                               << '\n';
  } else {
    context.environment.output << text << '\n';
  }
  return reason.empty() ? ExitCode::kOk : ExitCode::kNegative;
}

ExitCode Answer(const CommandContext& context, const absl::Status& verified, size_t hashes) {
  const Catalogue& catalogue = context.catalogue;
  if (verified.ok()) return Answer(context, "", catalogue.Text(Message::kProofHolds));
  if (verified.code() == absl::StatusCode::kDataLoss) {
    return Answer(context, "OTHER_ROOT", catalogue.Text(Message::kProofOtherRoot));
  }
  return Answer(context, "IMPOSSIBLE", catalogue.Format(Message::kProofImpossible, hashes));
}

}  // namespace

ExitCode RunVerifyInclusion(CommandContext& context) {
  const absl::Status complete =
      NeedOptions(context, {"leaf-index", "tree-size", "leaf-hash", "root"});
  if (!complete.ok()) return context.Fail(complete);
  ProofOptions options(context);
  const uint64_t index = options.Number("leaf-index");
  const uint64_t size = options.Number("tree-size");
  const Hash leaf_hash = options.HashIn("leaf-hash");
  const Hash root = options.HashIn("root");
  const Proof proof = options.ProofIn("proof");
  if (!options.problem().empty()) return Answer(context, "MALFORMED", options.problem());
  return Answer(context, sealed_log::VerifyInclusion(index, size, leaf_hash, proof, root),
                proof.size());
}

ExitCode RunVerifyConsistency(CommandContext& context) {
  const absl::Status complete = NeedOptions(context, {"from", "to", "root-from", "root-to"});
  if (!complete.ok()) return context.Fail(complete);
  ProofOptions options(context);
  const uint64_t from = options.Number("from");
  const uint64_t to = options.Number("to");
  const Hash root_from = options.HashIn("root-from");
  const Hash root_to = options.HashIn("root-to");
  const Proof proof = options.ProofIn("proof");
  if (!options.problem().empty()) return Answer(context, "MALFORMED", options.problem());
  return Answer(context, sealed_log::VerifyConsistency(from, to, root_from, root_to, proof),
                proof.size());
}

}  // namespace qingqu::cli
