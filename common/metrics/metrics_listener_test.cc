#include "common/metrics/metrics_listener.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "boost/asio/buffer.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/read.hpp"
#include "boost/asio/write.hpp"
#include "prometheus/counter.h"

#include "common/status/status.h"

namespace qingqu {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::StartsWith;

class MetricsListenerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto& family =
        prometheus::BuildCounter().Name("calls_total").Help("Calls.").Register(*registry_);
    family.Add({{"code", "OK"}}).Increment(3);
    auto listener = MetricsListener::Start("127.0.0.1:0", registry_);
    ASSERT_TRUE(listener.ok()) << listener.status();
    listener_ = *std::move(listener);
  }

  std::string Send(const std::string& request) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), static_cast<uint16_t>(listener_->port())});
    asio::write(socket, asio::buffer(request));
    std::string response;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(response), error);
    return response;
  }

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  std::unique_ptr<MetricsListener> listener_;
};

TEST_F(MetricsListenerTest, ServesTheRegistryAsText) {
  const std::string response = Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(response, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(response, HasSubstr("calls_total{code=\"OK\"} 3"));
}

TEST_F(MetricsListenerTest, ServesNothingElse) {
  EXPECT_THAT(Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Send("DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_EQ(Send("GET /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"), "");
}

TEST_F(MetricsListenerTest, RefusesAPortInUseAndWhatIsNoAddress) {
  const auto second =
      MetricsListener::Start(fmt::format("127.0.0.1:{}", listener_->port()), registry_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(ErrorReason(second.status()), "CANNOT_LISTEN");
  for (const char* address : {"", "127.0.0.1", "localhost:1", "127.0.0.1:x", "127.0.0.1:70000"}) {
    const auto listener = MetricsListener::Start(address, registry_);
    ASSERT_FALSE(listener.ok()) << address;
    EXPECT_EQ(ErrorReason(listener.status()), "BAD_LISTEN_ADDRESS") << address;
  }
}

}  // namespace
}  // namespace qingqu
