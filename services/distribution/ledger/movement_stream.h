#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "common/rpc/call_runner.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "services/distribution/ledger/lane.h"
#include "services/distribution/ledger/posting_request.h"

namespace qingqu::distribution {

// How long a stream lasts.
struct MovementStreamLimits {
  // As long as an access token: then the client opens a new one.
  absl::Duration life_max = absl::Minutes(10);
  // Without a request, or with an answer that the client does not take.
  absl::Duration silence_max = absl::Minutes(5);
  // How often a silent stream is looked after.
  absl::Duration look_every = absl::Seconds(15);
};

// One StreamMovements call: reads ahead a few requests, posts what has come in as one job at a
// time, so that effects are in the order of the stream, and answers each request while the next job
// is posted. A client that does not read its answers is read no further. Ends itself: with
// the client's half-close, its going away, a malformed request, the end of the token that opened
// it, a client that says or takes nothing for long, or a request that comes late in its life. The
// last three errors name what was answered last (`last_movement`). Deletes itself when gRPC is done
// with it.
class MovementStream final
    : public grpc::ServerBidiReactor<v1::StreamMovementsRequest, v1::StreamMovementsResponse> {
 public:
  // What outlives the stream.
  struct Server {
    rpc::CallRunner* runner = nullptr;
    Lane* lane = nullptr;
    grpc::CallbackServerContext* context = nullptr;
    MovementStreamLimits limits;
  };

  // `call` is what the runner made of `incoming` at `arrived_at`.
  MovementStream(const Server& server, rpc::IncomingCall incoming, CallContext call,
                 absl::Time arrived_at);

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
  void LookLater();
  void OnLook(bool waited);
  absl::Status CheckAge() const;
  absl::StatusOr<CallContext> CallNow() const;
  absl::Status OpenAgain(absl::StatusCode code, std::string_view reason,
                         std::string_view why) const;
  void GoOn(std::unique_lock<std::mutex>& lock);
  void PostNext();
  void OnPosted(const std::shared_ptr<Round>& round, const absl::Status& status,
                const PostingJob* job);
  void AddAnswers(const Round& round, const PostingJob* job);
  void WriteNext();
  void GoAway(std::unique_lock<std::mutex>& lock);
  void Fail(const absl::Status& status);
  void EndWhenIdle(std::unique_lock<std::mutex>& lock);

  const Server server_;
  const rpc::IncomingCall incoming_;
  const CallContext call_;
  const absl::Time arrived_at_;
  std::mutex mutex_;  // guards all below
  std::unique_ptr<grpc::Alarm> alarm_;
  absl::Time active_at_;       // when something was last read, posted or taken
  std::string last_movement_;  // that was answered
  std::unique_ptr<v1::StreamMovementsRequest> reading_;  // gRPC writes it
  std::deque<Request> read_;
  std::shared_ptr<Round> unposted_;  // the round at hand, when nothing of it is in good form
  std::deque<v1::StreamMovementsResponse> answers_;
  v1::StreamMovementsResponse writing_;
  bool read_running_ = false;
  bool post_running_ = false;
  bool write_running_ = false;
  bool look_running_ = false;
  bool half_closed_ = false;
  bool ended_ = false;  // Finish was called
  absl::Status end_;
  bool failing_ = false;  // ends with end_ once nothing runs
  bool gone_ = false;     // nobody is there to be answered
};

}  // namespace qingqu::distribution
