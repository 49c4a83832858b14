#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "common/rpc/call_runner.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "services/distribution/ledger/lane.h"
#include "services/distribution/ledger/posting_request.h"

namespace qingqu::distribution {

// One StreamMovements call: reads ahead a few requests, posts what has come in as one job at a
// time, so that effects are in the order of the stream, and answers each request while the next job
// is posted. A client that does not read its answers is read no further. Ends itself: with
// the client's half-close, its going away, a malformed request, or a request that comes ten minutes
// after it began. Deletes itself when gRPC is done with it.
class MovementStream final
    : public grpc::ServerBidiReactor<v1::StreamMovementsRequest, v1::StreamMovementsResponse> {
 public:
  // All outlive the stream. `call` was admitted by `runner`.
  MovementStream(rpc::CallRunner* runner, Lane* lane, CallContext call, absl::Time arrived_at);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  struct Request {
    std::unique_ptr<v1::StreamMovementsRequest> message;
    PostingRequest posting;
  };
  // What is posted together.
  struct Round {
    std::vector<std::unique_ptr<v1::StreamMovementsRequest>> messages;
    PostingRequest posting;
  };

  void Read();
  void GoOn(std::unique_lock<std::mutex>& lock);
  void PostNext();
  void OnPosted(const std::shared_ptr<Round>& round, const absl::Status& status,
                const PostingJob* job);
  void AddAnswers(const Round& round, const PostingJob* job);
  void WriteNext();
  void GoAway(std::unique_lock<std::mutex>& lock);
  void Fail(const absl::Status& status);
  void EndWhenIdle(std::unique_lock<std::mutex>& lock);

  rpc::CallRunner* const runner_;
  Lane* const lane_;
  const CallContext call_;
  const absl::Time arrived_at_;
  std::mutex mutex_;                                     // guards all below
  std::unique_ptr<v1::StreamMovementsRequest> reading_;  // gRPC writes it
  std::deque<Request> read_;
  std::shared_ptr<Round> unposted_;  // the round at hand, when nothing of it is in good form
  std::deque<v1::StreamMovementsResponse> answers_;
  v1::StreamMovementsResponse writing_;
  bool read_running_ = false;
  bool post_running_ = false;
  bool write_running_ = false;
  bool half_closed_ = false;
  bool ended_ = false;  // Finish was called
  absl::Status end_;
  bool failing_ = false;  // ends with end_ once nothing runs
  bool gone_ = false;     // nobody is there to be answered
};

}  // namespace qingqu::distribution
