#include "services/gateway/http_server.h"

#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/strand.hpp"

#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Connections above the limit that are still told so; beyond these they are just closed.
constexpr size_t kRefusalsMax = 64;
constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr std::chrono::milliseconds kAbortPatience{200};

absl::StatusOr<tcp::endpoint> ParseEndpoint(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  const auto bad = [&] {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_LISTEN_ADDRESS",
                     fmt::format("\"{}\" is no address and port such as 127.0.0.1:7180", listen));
  };
  if (colon == std::string::npos) return bad();
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  const auto [parsed, parse_error] = std::from_chars(listen.data() + colon + 1, end, port);
  if (parse_error != std::errc() || parsed != end) return bad();
  error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) return bad();
  return tcp::endpoint(address, port);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, HttpHandler handler, GatewayMetrics& metrics)
      : options_(options),
        bodies_(options.body_memory_bytes_max),
        metrics_(metrics),
        context_{.limits = options.session,
                 .handler = std::move(handler),
                 .bodies = bodies_,
                 .metrics = metrics},
        io_(options.threads),
        work_(io_.get_executor()),
        acceptor_(asio::make_strand(io_)),
        retry_timer_(acceptor_.get_executor()) {}

  absl::Status Listen() {
    QINGQU_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, ParseEndpoint(options_.listen));
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (!error) return absl::OkStatus();
    return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                     fmt::format("cannot listen on {}: {}", options_.listen, error.message()));
  }

  void Run() {
    Accept();
    for (int index = 0; index < options_.threads; ++index) {
      threads_.emplace_back([this] { io_.run(); });
    }
  }

  int port() const { return port_; }

  bool Drain(std::chrono::milliseconds patience) {
    asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      retry_timer_.cancel();
    });
    for (const auto& session : Sessions()) session->Drain();
    std::unique_lock lock(mutex_);
    draining_ = true;
    return all_closed_.wait_for(lock, patience, [this] { return sessions_.empty(); });
  }

  void Stop() {
    if (threads_.empty()) return;
    for (const auto& session : Sessions()) session->Abort();
    {
      // A session whose call still runs is closed but stays; it is not worth waiting for.
      std::unique_lock lock(mutex_);
      all_closed_.wait_for(lock, kAbortPatience, [this] { return sessions_.empty(); });
    }
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void Accept() {
    acceptor_.async_accept(asio::make_strand(io_),
                           [this](const error_code& error, tcp::socket socket) {
                             OnAccepted(error, std::move(socket));
                           });
  }

  void OnAccepted(const error_code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      Open(std::move(socket));
      return Accept();
    }
    // Out of descriptors, most likely: waiting gives others time to close.
    retry_timer_.expires_after(kAcceptRetry);
    retry_timer_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) Accept();
    });
  }

  void Open(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::shared_ptr<Session> session;
    size_t open = 0;
    bool draining = false;
    {
      const std::lock_guard lock(mutex_);
      open = sessions_.size();
      draining = draining_;
      if (open < options_.connections_max + kRefusalsMax) {
        session = MakeSession(std::move(socket), context_,
                              [this](const Session* closed) { Close(closed); });
        sessions_.emplace(session.get(), session);
      }
    }
    if (session == nullptr) return metrics_.RecordRefusal("connections");
    metrics_.connections().Increment();
    if (open >= options_.connections_max || draining) return session->Refuse();
    session->Start();
  }

  void Close(const Session* session) {
    metrics_.connections().Decrement();
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
    if (sessions_.empty()) all_closed_.notify_all();
  }

  std::vector<std::shared_ptr<Session>> Sessions() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Session>> sessions;
    for (const auto& [key, weak] : sessions_) {
      if (std::shared_ptr<Session> session = weak.lock()) sessions.push_back(std::move(session));
    }
    return sessions;
  }

  const HttpServerOptions options_;
  ByteBudget bodies_;
  GatewayMetrics& metrics_;
  const SessionContext context_;
  std::mutex mutex_;
  std::condition_variable all_closed_;
  std::unordered_map<const Session*, std::weak_ptr<Session>> sessions_;  // guarded by mutex_
  bool draining_ = false;                                                // guarded by mutex_
  int port_ = 0;
  std::vector<std::thread> threads_;
  // Last, and so destroyed first: what waits in it holds sessions, which use the members above when
  // they go.
  asio::io_context io_;
  // While a session waits for its service nothing is pending in io_; the threads must stay all the
  // same.
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_timer_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { Stop(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                              HttpHandler handler,
                                                              GatewayMetrics& metrics) {
  auto impl = std::make_unique<Impl>(options, std::move(handler), metrics);
  QINGQU_RETURN_IF_ERROR(impl->Listen());
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }

bool HttpServer::Drain(std::chrono::milliseconds patience) { return impl_->Drain(patience); }

void HttpServer::Stop() { impl_->Stop(); }

}  // namespace qingqu::gateway
