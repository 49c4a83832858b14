#include "services/distribution/ledger/posting_request.h"

#include <iterator>
#include <set>
#include <utility>

#include "common/rpc/status_conversion.h"
#include "services/distribution/ledger/refusals.h"

namespace qingqu::distribution {

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
      if (entry.malformed.ok()) entry.malformed = GroupFailed(movements[bad_index].name());
    }
    index = end;
  }
}

void PostingRequest::Add(const CallContext& call, const Movements& movements) {
  const size_t first = entries_.size();
  std::vector<Command> parsed(static_cast<size_t>(movements.size()));
  for (int index = 0; index < movements.size(); ++index) {
    absl::StatusOr<Command> command = ParseCommand(
        call.principal, call.received_at, movements[index], IsTakenToUse(movements, index));
    entries_.push_back({.malformed = command.status()});
    if (command.ok()) parsed[static_cast<size_t>(index)] = *std::move(command);
  }
  SpareGroups(movements, first);
  for (size_t index = 0; index < parsed.size(); ++index) {
    Entry& entry = entries_[first + index];
    if (!entry.malformed.ok()) continue;
    entry.command = commands_.size();
    // Neighbours in the request: what was left out between two groups of the same name, or the end
    // of a request, keeps them apart.
    const std::string& group = parsed[index].group;
    parsed[index].linked =
        index > 0 && !group.empty() && movements[static_cast<int>(index) - 1].group() == group;
    commands_.push_back(std::move(parsed[index]));
  }
}

void PostingRequest::Append(PostingRequest&& more) {
  for (Entry& entry : more.entries_) {
    entry.command += commands_.size();
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
    if (!entry.malformed.ok()) {
      SetResult(entry.malformed, {}, {}, result);
    } else {
      const Outcome& outcome = job->outcomes[entry.command];
      SetResult(outcome.status, outcome.movement, job->call.principal, result);
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
