#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "common/auth/call_context.h"
#include "common/auth/role_table.h"
#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "common/rpc/client_address.h"
#include "common/rpc/doctor_level.h"
#include "common/rpc/executor.h"
#include "common/rpc/method_registry.h"
#include "common/rpc/rpc_metrics.h"
#include "common/rpc/tls_peer.h"

namespace qingqu::rpc {

inline constexpr absl::Duration kDeadlineDefault = absl::Seconds(30);
inline constexpr absl::Duration kDeadlineMax = absl::Seconds(120);
// Taken off at each hop, so that the caller hears of a timeout from us and not from its own clock.
inline constexpr absl::Duration kDeadlineShave = absl::Milliseconds(20);

// What a call brings along, read from its metadata.
struct IncomingCall {
  std::string authorization;  // "Bearer …" or empty
  std::string client;         // "gateway", "cli" or empty
  std::string traceparent;
  std::string peer;               // as gRPC writes it
  std::string forwarded_address;  // what the peer says whom it calls for
  TlsPeer tls_peer;
  std::string forwarded_certificate;  // what the peer says its client has shown
  absl::Time deadline = absl::InfiniteFuture();
  std::function<bool()> is_cancelled;
};

// Runs the calls of one service on its executor: refuses early when full, drops what expired or was
// cancelled while it queued, verifies the token, enforces the declared permission, refuses text
// that cannot be stored, asks those who see patients or doctors for a purpose and limits them,
// shows of the answer what the caller may see, journals audited calls, counts and logs.
// Thread-safe.
class CallRunner {
 public:
  struct Options {
    const google::protobuf::ServiceDescriptor* service = nullptr;
    const Clock* clock = nullptr;
    const auth::TokenVerifier* verifier = nullptr;
    const auth::RoleSource* roles = nullptr;  // null: the seed decides
    db::ConnectionPool* pool = nullptr;
    prometheus::Registry* metrics = nullptr;
    Executor::Options executor;
    AddressProxies address_proxies;
    // For a service whose answers name people; null: nobody sees any.
    const privacy::PseudonymKey* pseudonyms = nullptr;
    DoctorLevelLimits doctor_level;
  };
  using Handle = std::function<absl::Status(const CallContext&)>;
  using Finish = std::function<void(const absl::Status&)>;

  // FAILED_PRECONDITION when a method of the service lacks its declarations.
  static absl::StatusOr<std::unique_ptr<CallRunner>> Create(const Options& options);

  // Runs `handle`, which fills `response`, and calls `finish` exactly once, maybe on another
  // thread. `method` is the method's bare name. `request` and `response` live until `finish` is
  // called.
  void Run(std::string_view method, IncomingCall incoming, const google::protobuf::Message& request,
           google::protobuf::Message& response, Handle handle, Finish finish);

  // For calls that do not wait for a thread of their own, because something else gathers and
  // answers them (a lane, a stream): verifies the token, enforces the permission and refuses text
  // that cannot be stored, at once and on the caller's thread. `request` may be null.
  absl::StatusOr<CallContext> Admit(std::string_view method, IncomingCall incoming,
                                    const google::protobuf::Message* request) const;
  // The same for a method that is declared `audited`, and writes the entry, answered or refused:
  // waits for the database, so not on a thread of gRPC's. For methods that are doctor_level, too;
  // what the answers show of people is then the caller's to decide.
  absl::StatusOr<CallContext> AdmitAudited(std::string_view method, IncomingCall incoming,
                                           const google::protobuf::Message& request) const;
  // Who makes a call that Admit let in, and what they may do, as it is now; an error when it would
  // not be let in any more, since its token ended or a role lost the permission. Reports nothing.
  absl::StatusOr<auth::Principal> AdmitAgain(std::string_view method, IncomingCall incoming) const;
  // Journals how many rows a call got that AdmitAudited let in, when it saw what tells of people.
  absl::Status JournalSent(std::string_view method, const CallContext& context, int64_t rows,
                           const absl::Status& outcome) const;
  // Counts and logs a call that Admit has seen; `arrived_at` is by the system clock.
  void ReportAdmitted(std::string_view method, const CallContext& context, absl::Time arrived_at,
                      const absl::Status& status) const;

  // By the injected clock.
  absl::Time Now() const { return options_.clock->Now(); }

  // Refuses new calls and returns when those accepted are finished.
  void Drain() { executor_.Drain(); }

 private:
  struct Call;
  CallRunner(const Options& options, std::map<std::string, MethodInfo, std::less<>> methods);
  void Arrive(std::string_view method, const IncomingCall& incoming, Call& call) const;
  absl::Status AdmitCall(Call& call) const;
  absl::Status Serve(Call& call) const;
  absl::Status Authorize(Call& call) const;
  absl::Status AdmitText(const Call& call) const;
  absl::Status AdmitPeople(Call& call) const;
  static std::string PurposeIn(const Call& call);
  absl::Status Answer(Call& call) const;
  absl::Status JournalQuestion(Call& call, const absl::Status& outcome) const;
  void Report(const Call& call, const absl::Status& status) const;

  const Options options_;
  const std::map<std::string, MethodInfo, std::less<>> methods_;
  std::unique_ptr<RpcMetrics> metrics_;
  Executor executor_;
};

}  // namespace qingqu::rpc
