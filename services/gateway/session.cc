#include "services/gateway/session.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "boost/asio/buffer.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/write.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/read.hpp"
#include "boost/beast/http/string_body.hpp"
#include "boost/beast/http/write.hpp"

#include "common/status/status.h"
#include "services/gateway/connect_error.h"
#include "services/gateway/request_head.h"

namespace qingqu::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr size_t kBufferBytesMax = 128 << 10;
constexpr size_t kFirstReadBytes = 8 << 10;
// Smaller bodies are bounded well enough by the number of connections.
constexpr uint64_t kUnbudgetedBodyBytesMax = 64 << 10;
// After an early answer the rest of the request is read and dropped, or the client might see a
// reset instead.
constexpr std::chrono::milliseconds kLingerTimeout{2'000};
constexpr size_t kLingerBytesMax = 16 << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr int kClientClosedRequest = 499;

absl::Status Overloaded(std::string_view reason, std::string_view message) {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, reason, message),
                        absl::Seconds(1));
}

std::string PeerAddress(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? "" : endpoint.address().to_string(error);
}

class HttpSession : public Session, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(asio::ip::tcp::socket socket, const SessionContext& context,
              std::function<void(const Session*)> on_closed)
      : stream_(std::move(socket)), context_(context), on_closed_(std::move(on_closed)) {}

  ~HttpSession() override {
    ReturnBody();
    on_closed_(this);
  }

  void Start() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->WaitForRequest(); });
  }

  void Refuse() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      self->RefuseAndClose(
          {Overloaded("TOO_MANY_CONNECTIONS", "the gateway serves no more connections now")},
          "connections");
    });
  }

  void Drain() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      self->draining_ = true;
      if (self->idle_) self->stream_.close();
    });
  }

  void Abort() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->stream_.close(); });
  }

 private:
  void WaitForRequest();
  void ReadHeader();
  void OnHeader(const error_code& error);
  void ReadBody();
  void OnBody(const error_code& error);
  void Handle();
  bool ReserveBody();
  void ReturnBody();
  void RefuseAndClose(const ConnectError& error, std::string_view kind);
  void Write(HttpResponse response);
  void OnWritten(const error_code& error);
  void Linger(size_t bytes_left);
  void SendContinue();

  beast::tcp_stream stream_;
  const SessionContext& context_;
  const std::function<void(const Session*)> on_closed_;
  beast::flat_buffer buffer_{kBufferBytesMax};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::array<char, 8 << 10> dropped_;
  size_t reserved_bytes_ = 0;
  unsigned version_ = 11;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool idle_ = false;
  bool draining_ = false;
};

void HttpSession::WaitForRequest() {
  parser_.emplace();
  parser_->header_limit(context_.limits.header_bytes_max);
  parser_->body_limit(context_.limits.body_bytes_max);
  version_ = 11;
  head_only_ = false;
  keep_alive_ = false;
  if (buffer_.size() > 0) return ReadHeader();
  if (draining_) return;
  idle_ = true;
  stream_.expires_after(context_.limits.idle_timeout);
  stream_.async_read_some(buffer_.prepare(kFirstReadBytes),
                          [self = shared_from_this()](const error_code& error, size_t bytes) {
                            self->idle_ = false;
                            if (error) return;
                            self->buffer_.commit(bytes);
                            self->ReadHeader();
                          });
}

void HttpSession::ReadHeader() {
  stream_.expires_after(context_.limits.header_timeout);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](const error_code& error, size_t) { self->OnHeader(error); });
}

void HttpSession::OnHeader(const error_code& error) {
  if (error) {
    const std::optional<ConnectError> refusal = ReadError(error);
    if (refusal) RefuseAndClose(*refusal, "header");
    return;
  }
  const auto& head = parser_->get();
  version_ = head.version();
  head_only_ = head.method() == http::verb::head;
  if (const auto refusal = CheckHead(head, context_.limits)) {
    return RefuseAndClose(*refusal, "header");
  }
  if (!ReserveBody()) {
    return RefuseAndClose(
        {Overloaded("GATEWAY_OVERLOADED", "too many large requests are running; try again")},
        "memory");
  }
  const auto expect = head.find(http::field::expect);
  if (expect == head.end()) return ReadBody();
  if (!beast::iequals(expect->value(), "100-continue")) {
    return RefuseAndClose({MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_HTTP",
                                     "the only expectation is \"100-continue\""),
                           417},
                          "header");
  }
  SendContinue();
}

void HttpSession::SendContinue() {
  if (version_ == 10 || parser_->is_done() || buffer_.size() > 0) return ReadBody();
  stream_.expires_after(context_.limits.write_timeout);
  asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                    [self = shared_from_this()](const error_code& error, size_t) {
                      if (!error) self->ReadBody();
                    });
}

bool HttpSession::ReserveBody() {
  uint64_t bytes = 0;
  if (parser_->chunked()) bytes = context_.limits.body_bytes_max;
  if (const auto length = parser_->content_length()) bytes = *length;
  if (bytes <= kUnbudgetedBodyBytesMax) return true;
  if (!context_.bodies.TryTake(bytes)) return false;
  reserved_bytes_ = bytes;
  return true;
}

void HttpSession::ReturnBody() { context_.bodies.Return(std::exchange(reserved_bytes_, 0)); }

void HttpSession::ReadBody() {
  if (parser_->is_done()) return Handle();
  stream_.expires_after(context_.limits.body_timeout);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](const error_code& error, size_t) { self->OnBody(error); });
}

void HttpSession::OnBody(const error_code& error) {
  if (!error) return Handle();
  const std::optional<ConnectError> refusal = ReadError(error);
  if (refusal) RefuseAndClose(*refusal, "body");
}

void HttpSession::Handle() {
  auto request = parser_->release();
  keep_alive_ = request.keep_alive();
  stream_.expires_never();
  if (!request.body().empty() && request.method() != http::verb::post) {
    return RefuseAndClose({MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_HTTP",
                                     "only POST may have a body"),
                           400},
                          "request");
  }
  HttpRequest plain{.method = std::string(request.method_string()),
                    .target = std::string(request.target()),
                    .headers = KnownHeaders(request),
                    .body = std::move(request.body()),
                    .peer_address = PeerAddress(stream_.socket()),
                    .forwarded_address = ForwardedAddress(request)};
  context_.handler(std::move(plain), [self = shared_from_this()](ResponseMaker maker) {
    asio::post(self->stream_.get_executor(),
               [self, maker = std::move(maker)] { self->Write(maker()); });
  });
}

void HttpSession::RefuseAndClose(const ConnectError& error, std::string_view kind) {
  context_.metrics.RecordRefusal(kind);
  keep_alive_ = false;
  Write(ToResponse(error));
}

void HttpSession::Write(HttpResponse response) {
  keep_alive_ = keep_alive_ && !draining_;
  response_ = {};
  response_.version(version_);
  response_.result(static_cast<unsigned>(response.status));
  if (response.status == kClientClosedRequest) response_.reason("Client Closed Request");
  response_.set(http::field::date,
                absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone()));
  response_.set("x-content-type-options", "nosniff");
  response_.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) response_.set(name, value);
  response_.keep_alive(keep_alive_);
  if (response.status != static_cast<int>(http::status::not_modified)) {
    response_.content_length(response.body.size());
  }
  if (!head_only_) response_.body() = std::move(response.body);
  stream_.expires_after(context_.limits.write_timeout);
  http::async_write(
      stream_, response_,
      [self = shared_from_this()](const error_code& error, size_t) { self->OnWritten(error); });
}

void HttpSession::OnWritten(const error_code& error) {
  ReturnBody();
  response_ = {};
  if (error) return;
  if (keep_alive_) return WaitForRequest();
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTimeout);
  Linger(kLingerBytesMax);
}

void HttpSession::Linger(size_t bytes_left) {
  stream_.async_read_some(asio::buffer(dropped_), [self = shared_from_this(), bytes_left](
                                                      const error_code& error, size_t bytes) {
    if (!error && bytes <= bytes_left) self->Linger(bytes_left - bytes);
  });
}

}  // namespace

bool ByteBudget::TryTake(size_t bytes) {
  const auto wanted = static_cast<int64_t>(bytes);
  if (free_.fetch_sub(wanted) >= wanted) return true;
  free_ += wanted;
  return false;
}

std::shared_ptr<Session> MakeSession(asio::ip::tcp::socket socket, const SessionContext& context,
                                     std::function<void(const Session*)> on_closed) {
  return std::make_shared<HttpSession>(std::move(socket), context, std::move(on_closed));
}

}  // namespace qingqu::gateway
