#include "common/metrics/metrics_listener.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/http/empty_body.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/read.hpp"
#include "boost/beast/http/string_body.hpp"
#include "boost/beast/http/write.hpp"
#include "prometheus/text_serializer.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kConnectionsMax = 16;
constexpr uint32_t kHeaderBytesMax = 8 << 10;
constexpr std::chrono::seconds kConnectionTimeout{5};
constexpr std::chrono::milliseconds kAcceptRetry{100};

// One scrape. Runs on the listener's only thread.
class Scrape : public std::enable_shared_from_this<Scrape> {
 public:
  Scrape(tcp::socket socket, const prometheus::Registry& registry, int& open)
      : stream_(std::move(socket)), registry_(registry), open_(open) {
    ++open_;
    parser_.header_limit(kHeaderBytesMax);
    parser_.body_limit(0);
  }
  ~Scrape() { --open_; }
  Scrape(const Scrape&) = delete;
  Scrape& operator=(const Scrape&) = delete;

  void Start() {
    stream_.expires_after(kConnectionTimeout);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](const error_code& error, size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    const bool get = parser_.get().method() == http::verb::get;
    const bool found = parser_.get().target() == "/metrics";
    response_.result(!found ? http::status::not_found
                     : get  ? http::status::ok
                            : http::status::method_not_allowed);
    if (found && get) {
      response_.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response_.body() = prometheus::TextSerializer().Serialize(registry_.Collect());
    }
    response_.keep_alive(false);
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](const error_code&, size_t) {
      error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    });
  }

  beast::tcp_stream stream_;
  const prometheus::Registry& registry_;
  int& open_;
  beast::flat_buffer buffer_{2 * kHeaderBytesMax};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
};

absl::StatusOr<tcp::endpoint> ParseEndpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  error_code error;
  asio::ip::address address;
  uint16_t port = 0;
  if (colon != std::string_view::npos) {
    address = asio::ip::make_address(std::string(text.substr(0, colon)), error);
    const char* end = text.data() + text.size();
    const auto [parsed, parse_error] = std::from_chars(text.data() + colon + 1, end, port);
    if (!error && parse_error == std::errc() && parsed == end) return tcp::endpoint(address, port);
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, "BAD_LISTEN_ADDRESS",
      fmt::format("metrics: \"{}\" is no address and port such as 127.0.0.1:7190", text));
}

}  // namespace

class MetricsListener::Impl {
 public:
  explicit Impl(std::shared_ptr<prometheus::Registry> registry)
      : registry_(std::move(registry)), io_(1), acceptor_(io_), retry_timer_(io_) {}

  ~Impl() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(std::string_view address) {
    QINGQU_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, ParseEndpoint(address));
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kConnectionsMax, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) {
      return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                       fmt::format("metrics: cannot listen on {}: {}", address, error.message()));
    }
    Accept();
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (!error) {
        if (open_ < kConnectionsMax) {
          std::make_shared<Scrape>(std::move(socket), *registry_, open_)->Start();
        }
        return Accept();
      }
      retry_timer_.expires_after(kAcceptRetry);
      retry_timer_.async_wait([this](const error_code&) { Accept(); });
    });
  }

  const std::shared_ptr<prometheus::Registry> registry_;
  int open_ = 0;  // touched by the thread only
  int port_ = 0;
  std::thread thread_;
  // Last, and so destroyed first: what waits in it uses the members above when it goes.
  asio::io_context io_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_timer_;
};

MetricsListener::MetricsListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsListener::~MetricsListener() = default;

absl::StatusOr<std::unique_ptr<MetricsListener>> MetricsListener::Start(
    std::string_view address, std::shared_ptr<prometheus::Registry> registry) {
  auto impl = std::make_unique<Impl>(std::move(registry));
  QINGQU_RETURN_IF_ERROR(impl->Listen(address));
  return std::unique_ptr<MetricsListener>(new MetricsListener(std::move(impl)));
}

int MetricsListener::port() const { return impl_->port(); }

}  // namespace qingqu
