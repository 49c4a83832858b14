#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "common/rpc/call_runner.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::supervision {

// How many streams run at once, each with a thread of its own: in all, and for one user, so that
// nobody keeps the others out. Thread-safe.
class StreamPlaces {
 public:
  StreamPlaces(int places_max, int users_places_max)
      : places_max_(places_max), users_places_max_(users_places_max) {}
  bool Take();
  void GiveBack();
  // One of those taken, for a user, who is known later.
  bool TakeFor(const std::string& user_id);
  void GiveBackFor(const std::string& user_id);
  // Lets no more in, and returns when those inside have left.
  void Drain();
  bool draining() const;

 private:
  const int places_max_;
  const int users_places_max_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  int taken_ = 0;                     // guarded by mutex_
  std::map<std::string, int> users_;  // guarded by mutex_; those who have any
  bool draining_ = false;             // guarded by mutex_
};

// One server-streaming call. On a thread of its own it writes the call's entry into the journal and
// produces chunks, each when the client has taken the one before. Ends with what the producer
// returns, with the end of the token that opened it, when the client goes away or takes nothing for
// minutes. Deletes itself when gRPC and its thread are done with it.
class ChunkStream final : public grpc::ServerWriteReactor<v1::LogChunk> {
 public:
  // What a producer sends to and asks. For its thread alone.
  class Sink {
   public:
    virtual ~Sink() = default;
    // An error means that nothing more is wanted; the producer returns it.
    virtual absl::Status Send(v1::LogChunk chunk) = 0;
    // An error when the client went away or may no longer get anything. The call's principal is
    // looked at anew from time to time: what it may do is what a call of now may do.
    virtual absl::Status Check() = 0;
  };
  using Produce = std::function<absl::Status(const CallContext&, Sink&)>;

  // What outlives the stream.
  struct Server {
    rpc::CallRunner* runner = nullptr;
    StreamPlaces* places = nullptr;
    grpc::CallbackServerContext* context = nullptr;
    std::string_view method;
    absl::Duration silence_max = absl::Minutes(5);
    absl::Duration token_check_every = absl::Seconds(15);
  };

  // Begins at once. `request` lives as long as the call.
  static ChunkStream* Start(const Server& server, const google::protobuf::Message& request,
                            Produce produce);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  class ThreadSink;
  explicit ChunkStream(const Server& server);
  void Run(const google::protobuf::Message& request, const Produce& produce);
  absl::Status Serve(const google::protobuf::Message& request, const Produce& produce);
  absl::Status ServeAdmitted(CallContext& call, const Produce& produce);
  void Leave();

  const Server server_;
  const rpc::IncomingCall incoming_;
  std::atomic<int> owners_{2};  // gRPC and the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  v1::LogChunk writing_;  // gRPC reads it while `busy_`
  bool busy_ = false;     // guarded by mutex_
  bool gone_ = false;     // guarded by mutex_
};

}  // namespace qingqu::supervision
