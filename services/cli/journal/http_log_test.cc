#include "gtest/gtest.h"
#include "spdlog/spdlog.h"

#include "services/cli/journal/journal_check.h"
#include "services/cli/journal/test_log.h"
#include "services/cli/journal/witness.h"
#include "services/gateway/gateway_server.h"

// The log as the gateway serves it.
namespace qingqu::cli {
namespace {

class HttpLogTest : public testing::Test {
 protected:
  HttpLogTest() {
    spdlog::set_level(spdlog::level::off);
    log_.Publish(tree_, 300);
    gateway::GatewayOptions options;
    options.http.listen = "127.0.0.1:0";
    options.log_dir = log_.folder();
    auto gateway = gateway::GatewayServer::Start(options);
    EXPECT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
  }
  std::unique_ptr<LogSource> Open(const std::string& path = "/journal") const {
    return *OpenLogSource("http://127.0.0.1:" + std::to_string(gateway_->port()) + path,
                          absl::Seconds(10));
  }

  const sealed_log::TestTree tree_ = sealed_log::TestTree::Of(700);
  TestLog log_{"http_log"};
  std::unique_ptr<gateway::GatewayServer> gateway_;
};

TEST_F(HttpLogTest, ReadsCheckpointsAndTiles) {
  const std::unique_ptr<LogSource> log = Open();
  EXPECT_EQ(*log->ReadCheckpoint(), log_.Note(tree_, 300));
  EXPECT_EQ(*log->ReadFile("tile/0/000"), log_.Read("tile/0/000"));
  EXPECT_EQ(*log->ReadTile({.level = 0, .index = 1, .width = 44}), log_.Read("tile/0/001.p/44"));
  EXPECT_TRUE(absl::IsNotFound(log->ReadTile({.level = 0, .index = 2}).status()));
  EXPECT_TRUE(absl::IsNotFound(log->ReadFile("tile/../checkpoint").status()));
  log_.Publish(tree_, 700);
  log_.Remove("tile/0/001.p");
  EXPECT_EQ(*log->ReadTile({.level = 0, .index = 1, .width = 44}), log_.Read("tile/0/001"));
  EXPECT_TRUE(absl::IsNotFound(Open("/elsewhere")->ReadCheckpoint().status()));
}

TEST_F(HttpLogTest, AWitnessFollowsIt) {
  const std::string state = log_.folder() + "_state";
  const SystemClock clock;
  {
    auto witness = Witness::Open({.folder = state, .log_key = log_.key()}, &clock);
    ASSERT_TRUE(witness.ok()) << witness.status();
    const std::unique_ptr<LogSource> log = Open();
    ASSERT_TRUE(witness->Look(*log->ReadCheckpoint(), *log).ok());
    log_.Publish(tree_, 700);
    const auto grown = witness->Look(*log->ReadCheckpoint(), *log);
    ASSERT_TRUE(grown.ok()) << grown.status();
    EXPECT_EQ(grown->growth, Witness::Growth::kGrew);
    log_.Publish(ForkedTree(700, 600), 700);
    EXPECT_TRUE(absl::IsDataLoss(witness->Look(*log->ReadCheckpoint(), *log).status()));
  }
  std::filesystem::remove_all(state);
}

TEST_F(HttpLogTest, AServerThatIsGoneIsNoVerdict) {
  const std::unique_ptr<LogSource> log = Open();
  ASSERT_TRUE(log->ReadCheckpoint().ok());
  gateway_->Stop(std::chrono::milliseconds(0));
  gateway_.reset();
  EXPECT_TRUE(absl::IsUnavailable(log->ReadCheckpoint().status()));
}

}  // namespace
}  // namespace qingqu::cli
