#include "services/gateway/upstream.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/channel_arguments.h"

#include "common/base/check.h"
#include "common/rpc/client_address.h"
#include "services/gateway/upstream_error.h"

namespace qingqu::gateway {
namespace {

constexpr int kReconnectMinMs = 100;
constexpr int kReconnectMaxMs = 1'000;
constexpr char kHealthMethod[] = "/grpc.health.v1.Health/Check";
constexpr uint64_t kHealthServing = 1;

// A process that serves several areas has a certificate that names each.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& area, const std::string& address,
                                         const UpstreamOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.response_bytes_max);
  arguments.SetMaxSendMessageSize(-1);
  // The default backs off for up to two minutes, in which a restarted service would stay
  // unreachable.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  // An http_proxy in the environment is not meant for connections of ours.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return rpc::MakeChannel(address, area, options.tls, arguments);
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// grpc.health.v1.HealthCheckResponse has one field, the enum `status = 1`; Debian packages no
// header for it.
bool IsServing(const std::string& response) {
  google::protobuf::Empty message;
  if (!message.ParseFromString(response)) return false;
  const auto& fields = message.GetReflection()->GetUnknownFields(message);
  return fields.field_count() == 1 && fields.field(0).number() == 1 &&
         fields.field(0).type() == google::protobuf::UnknownField::TYPE_VARINT &&
         fields.field(0).varint() == kHealthServing;
}

// One call in flight; deleted by its own completion.
struct Running {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  UpstreamDone done;
};

// The answers of one health check as they come in.
struct HealthRound {
  std::mutex mutex;
  size_t missing = 0;                 // guarded by mutex
  std::map<std::string, bool> areas;  // guarded by mutex
  std::function<void(std::map<std::string, bool>)> done;
};

}  // namespace

class Upstream::Impl {
 public:
  Impl(const ServiceAddresses& addresses, const UpstreamOptions& options) : addresses_(addresses) {
    for (const auto& [area, address] : addresses_) {
      if (stubs_.contains(address)) continue;
      stubs_.emplace(address,
                     std::make_unique<grpc::GenericStub>(ChannelTo(area, address, options)));
    }
  }

  void Call(UpstreamCall call, UpstreamDone done) {
    const auto address = addresses_.find(call.area);
    QINGQU_CHECK(address != addresses_.end());
    CallAddress(address->second, std::move(call), std::move(done));
  }

  void CheckHealth(int64_t timeout_ms, std::function<void(std::map<std::string, bool>)> done) {
    auto round = std::make_shared<HealthRound>();
    round->missing = stubs_.size();
    round->done = std::move(done);
    for (const auto& [address, stub] : stubs_) {
      CallAddress(address, {.method = kHealthMethod, .timeout_ms = timeout_ms},
                  [this, round, address = address](const absl::StatusOr<std::string>& response) {
                    FinishHealth(*round, address, response.ok() && IsServing(*response));
                  });
    }
  }

  void CancelAll() {
    const std::lock_guard lock(mutex_);
    for (Running* running : running_) running->context.TryCancel();
  }

  void WaitUntilIdle() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return running_.empty(); });
  }

 private:
  void CallAddress(const std::string& address, UpstreamCall call, UpstreamDone done) {
    auto* running = new Running;
    running->context.set_deadline(std::chrono::system_clock::now() +
                                  std::chrono::milliseconds(call.timeout_ms));
    if (!call.authorization.empty()) {
      running->context.AddMetadata("authorization", call.authorization);
    }
    if (!call.traceparent.empty()) running->context.AddMetadata("traceparent", call.traceparent);
    if (!call.client_address.empty()) {
      running->context.AddMetadata(rpc::kClientAddressKey, call.client_address);
    }
    if (!call.client_certificate.empty()) {
      running->context.AddMetadata(rpc::kClientCertificateKey, call.client_certificate);
    }
    running->context.AddMetadata("x-qingqu-client", "gateway");
    running->request = ToBuffer(call.request);
    running->done = std::move(done);
    {
      const std::lock_guard lock(mutex_);
      running_.insert(running);
    }
    stubs_.at(address)->UnaryCall(
        &running->context, call.method, grpc::StubOptions(), &running->request, &running->response,
        [this, running](const grpc::Status& status) { Finish(running, status); });
  }

  void Finish(Running* running, const grpc::Status& status) {
    const std::unique_ptr<Running> owner(running);
    UpstreamDone done = std::move(running->done);
    if (status.ok()) {
      done(ToBytes(running->response));
    } else {
      done(FromUpstream(status));
    }
    // What `done` holds may need its owner alive, and the owner waits only until the call is off
    // the list.
    done = nullptr;
    const std::lock_guard lock(mutex_);
    running_.erase(running);
    if (running_.empty()) idle_.notify_all();
  }

  void FinishHealth(HealthRound& round, const std::string& address, bool serving) {
    std::map<std::string, bool> areas;
    {
      const std::lock_guard lock(round.mutex);
      for (const auto& [area, area_address] : addresses_) {
        if (area_address == address) round.areas[area] = serving;
      }
      if (--round.missing > 0) return;
      areas = round.areas;
    }
    round.done(std::move(areas));
  }

  const ServiceAddresses addresses_;
  std::map<std::string, std::unique_ptr<grpc::GenericStub>> stubs_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::unordered_set<Running*> running_;  // guarded by mutex_
};

Upstream::Upstream(const ServiceAddresses& addresses, const UpstreamOptions& options)
    : impl_(std::make_unique<Impl>(addresses, options)) {}

Upstream::~Upstream() {
  impl_->CancelAll();
  impl_->WaitUntilIdle();
}

void Upstream::Call(UpstreamCall call, UpstreamDone done) {
  impl_->Call(std::move(call), std::move(done));
}

void Upstream::CheckHealth(int64_t timeout_ms,
                           std::function<void(std::map<std::string, bool>)> done) {
  impl_->CheckHealth(timeout_ms, std::move(done));
}

void Upstream::CancelAll() { impl_->CancelAll(); }

}  // namespace qingqu::gateway
