#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "common/auth/call_context.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "services/distribution/ledger/lane.h"

namespace qingqu::distribution {

using MovementResults = google::protobuf::RepeatedPtrField<v1::MovementResult>;

// The movements of one or several requests on their way through the lane: those in good form are
// posted, and each gets its result in the order in which they came. Who belongs to a group with a
// member that has no form is not posted; what was before is answered as it was then.
class PostingRequest {
 public:
  // `movements` live until the results are made.
  void Add(const CallContext& call, const Movements& movements);
  // What `more` asks for comes after what is there.
  void Append(PostingRequest&& more);

  // A job with the commands in good form, or nullptr when there is none.
  std::unique_ptr<PostingJob> MakeJob(const CallContext& call);

  // Results of movements `begin` to `end`, after the job was answered.
  void MakeResults(const PostingJob* job, size_t begin, size_t end, MovementResults& results) const;

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    absl::Status malformed;         // by itself, or by its group
    std::optional<size_t> command;  // in the job, when it is in good form itself
  };
  void SpareGroups(const Movements& movements, size_t first);

  std::vector<Entry> entries_;
  std::vector<Command> commands_;
};

// What a refused or posted movement is answered with.
void SetResult(const absl::Status& status, const StoredMovement& movement,
               const auth::Principal& principal, v1::MovementResult& result);

}  // namespace qingqu::distribution
