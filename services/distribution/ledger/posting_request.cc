#include "services/distribution/ledger/posting_request.h"

#include <iterator>
#include <set>
#include <utility>

#include "common/rpc/status_conversion.h"
#include "services/distribution/ledger/refusals.h"

namespace qingqu::distribution {
namespace {

// Of a name that may have no form either.
std::string_view IdOf(const v1::Movement& movement) {
  constexpr std::string_view kPrefix = "movements/";
  const std::string_view name = movement.name();
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

}  // namespace

// A movement without form takes the other movements of its group with it; their names stay free.
void PostingRequest::SpareGroups(const Movements& movements, size_t first) {
  for (int index = 0; index < movements.size();) {
    int end = index + 1;
    const std::string& group = movements[index].group();
    while (!group.empty() && end < movements.size() && movements[end].group() == group) ++end;
    const Entry* bad = nullptr;
    int bad_index = 0;
    for (int member = index; member < end && bad == nullptr; ++member) {
      const Entry& entry = entries_[first + static_cast<size_t>(member)];
      if (entry.malformed.ok()) continue;
      bad = &entry;
      bad_index = member;
    }
    for (int member = index; member < end && bad != nullptr; ++member) {
      Entry& entry = entries_[first + static_cast<size_t>(member)];
      if (entry.malformed.ok()) entry.malformed = GroupFailed(IdOf(movements[bad_index]));
    }
    index = end;
  }
}

void PostingRequest::Add(const CallContext& call, const Movements& movements) {
  const size_t first = entries_.size();
  std::vector<absl::StatusOr<Command>> parsed;
  for (int index = 0; index < movements.size(); ++index) {
    parsed.push_back(ParseCommand(call.principal, call.received_at, movements[index],
                                  IsTakenToUse(movements, index)));
    entries_.push_back({.malformed = parsed.back().status()});
  }
  SpareGroups(movements, first);
  for (size_t index = 0; index < parsed.size(); ++index) {
    Entry& entry = entries_[first + index];
    if (!parsed[index].ok()) continue;
    entry.command = commands_.size();
    Command& command = commands_.emplace_back(*std::move(parsed[index]));
    command.only_answer = !entry.malformed.ok();
    // Neighbours in the request: what was left out between two groups of the same name, or the end
    // of a request, keeps them apart.
    command.linked = !command.only_answer && index > 0 && !command.group.empty() &&
                     movements[static_cast<int>(index) - 1].group() == command.group;
  }
}

void PostingRequest::Append(PostingRequest&& more) {
  for (Entry& entry : more.entries_) {
    if (entry.command.has_value()) *entry.command += commands_.size();
    entries_.push_back(std::move(entry));
  }
  std::move(more.commands_.begin(), more.commands_.end(), std::back_inserter(commands_));
}

std::unique_ptr<PostingJob> PostingRequest::MakeJob(const CallContext& call) {
  if (commands_.empty()) return nullptr;
  auto job = std::make_unique<PostingJob>();
  job->call = call;
  job->commands = std::move(commands_);
  return job;
}

void PostingRequest::MakeResults(const PostingJob* job, size_t begin, size_t end,
                                 MovementResults& results) const {
  results.Reserve(static_cast<int>(end - begin));
  for (size_t index = begin; index < end; ++index) {
    const Entry& entry = entries_[index];
    v1::MovementResult& result = *results.Add();
    const Outcome* const outcome =
        entry.command.has_value() ? &job->outcomes[*entry.command] : nullptr;
    if (outcome != nullptr && (outcome->repeated || entry.malformed.ok())) {
      SetResult(outcome->status, outcome->movement, job->call.principal, result);
    } else {
      SetResult(entry.malformed, {}, {}, result);
    }
  }
}

void SetResult(const absl::Status& status, const StoredMovement& movement,
               const auth::Principal& principal, v1::MovementResult& result) {
  if (status.ok()) {
    *result.mutable_movement() = AnswerOf(movement, principal);
    return;
  }
  result.mutable_error()->ParseFromString(rpc::ToGrpcStatus(status).error_details());
}

}  // namespace qingqu::distribution
