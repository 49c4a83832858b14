#include "services/cli/journal/http_get.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "boost/asio/connect.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ssl.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/http.hpp"
#include "boost/beast/ssl.hpp"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

absl::Status NoUrl(std::string_view text) {
  return absl::InvalidArgumentError(
      ToAbsl(fmt::format("\"{}\" is no URL of a log, such as http://host:8080/journal", text)));
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view text) {
  HttpUrl url;
  std::string_view rest = text;
  url.tls = rest.starts_with(kHttps);
  if (!url.tls && !rest.starts_with(kHttp)) return NoUrl(text);
  rest.remove_prefix((url.tls ? kHttps : kHttp).size());
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '@' && c != '?' && c != '#' && c != '\\';
  });
  if (!plain) return NoUrl(text);
  const size_t slash = rest.find('/');
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  std::string_view authority = rest.substr(0, slash);
  // An address of IPv6 stands in brackets.
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.port = url.tls ? "443" : "80";
  if (colon != std::string_view::npos) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  url.host = authority;
  if (url.host.empty() || !IsPort(url.port)) return NoUrl(text);
  return url;
}

// The library's blocking calls know no time limit, so each step is asynchronous and waited for.
class HttpGetter::Connection {
 public:
  Connection(const HttpUrl& url, absl::Duration timeout)
      : url_(url),
        timeout_(absl::ToChronoNanoseconds(timeout)),
        tls_context_(ssl::context::tls_client),
        stream_(io_, tls_context_) {}

  error_code Open() {
    error_code result;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(url_.host, url_.port, result);
    if (result) return result;
    lowest().expires_after(timeout_);
    lowest().async_connect(found, [&](const error_code& error, const auto&) { result = error; });
    Wait();
    if (!result) lowest().socket().set_option(tcp::no_delay(true), result);
    if (result || !url_.tls) return result;
    tls_context_.set_default_verify_paths(result);
    stream_.set_verify_mode(ssl::verify_peer);
    stream_.set_verify_callback(ssl::host_name_verification(url_.host));
    if (SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str()) != 1) {
      return asio::error::invalid_argument;
    }
    stream_.async_handshake(ssl::stream_base::client,
                            [&](const error_code& error) { result = error; });
    Wait();
    return result;
  }

  error_code Exchange(std::string_view target, size_t bytes_max,
                      http::response<http::string_body>& response) {
    return url_.tls ? ExchangeOver(stream_, target, bytes_max, response)
                    : ExchangeOver(lowest(), target, bytes_max, response);
  }

 private:
  beast::tcp_stream& lowest() { return stream_.next_layer(); }

  void Wait() {
    io_.restart();
    io_.run();
  }

  template <typename Stream>
  error_code ExchangeOver(Stream& stream, std::string_view target, size_t bytes_max,
                          http::response<http::string_body>& response) {
    http::request<http::empty_body> request(http::verb::get,
                                            beast::string_view(target.data(), target.size()), 11);
    request.set(http::field::host, fmt::format("{}:{}", url_.host, url_.port));
    request.set(http::field::user_agent, "qingqu");
    http::response_parser<http::string_body> parser;
    parser.body_limit(bytes_max);
    error_code result;
    lowest().expires_after(timeout_);
    http::async_write(stream, request, [&](const error_code& error, size_t) { result = error; });
    Wait();
    if (result) return result;
    http::async_read(stream, buffer_, parser,
                     [&](const error_code& error, size_t) { result = error; });
    Wait();
    response = parser.release();
    return result;
  }

  const HttpUrl url_;
  const std::chrono::nanoseconds timeout_;
  asio::io_context io_;
  ssl::context tls_context_;
  ssl::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

HttpGetter::HttpGetter(const HttpUrl& url, absl::Duration timeout) : url_(url), timeout_(timeout) {}

HttpGetter::~HttpGetter() = default;

absl::StatusOr<std::string> HttpGetter::Get(std::string_view target, size_t bytes_max) {
  http::response<http::string_body> response;
  error_code result = asio::error::not_connected;
  // A server may close a connection that was idle.
  if (connection_ != nullptr) result = connection_->Exchange(target, bytes_max, response);
  if (result) {
    connection_ = std::make_unique<Connection>(url_, timeout_);
    result = connection_->Open();
    if (!result) result = connection_->Exchange(target, bytes_max, response);
  }
  const bool keep = !result && response.keep_alive();
  if (!keep) connection_.reset();
  const std::string where = fmt::format("{}:{}{}", url_.host, url_.port, target);
  if (result) {
    return absl::UnavailableError(ToAbsl(fmt::format("{}: {}", where, result.message())));
  }
  const int status = static_cast<int>(response.result_int());
  if (status == 404 || status == 410) {
    return absl::NotFoundError(ToAbsl(fmt::format("{} is not there", where)));
  }
  if (status != 200) {
    return absl::UnavailableError(ToAbsl(fmt::format("{} answers with {}", where, status)));
  }
  return std::move(response.body());
}

}  // namespace qingqu::cli
