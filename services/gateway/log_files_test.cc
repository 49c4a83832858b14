#include "services/gateway/log_files.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace qingqu::gateway {
namespace {

namespace filesystem = std::filesystem;

class LogFilesTest : public ::testing::Test {
 protected:
  LogFilesTest() {
    filesystem::create_directories(folder_ / "tile/0/000.p");
    std::ofstream(folder_ / "checkpoint") << "log\n1\n";
    std::ofstream(folder_ / "tile/0/000.p/1") << std::string(32, 'h');
    std::ofstream(folder_ / ".lock") << "";
    std::ofstream(folder_ / "tile/0/secret") << "secret";
    std::ofstream(folder_ / "tile/0/000.p/1.x.draft") << "draft";
    std::ofstream(folder_.parent_path() / "outside") << "outside";
  }
  ~LogFilesTest() override { filesystem::remove_all(folder_.parent_path()); }

  HttpResponse Get(const std::string& target, HttpHeaders headers = {},
                   const std::string& method = "GET") const {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    return LogFiles(folder_.string()).Serve(request);
  }
  static std::string Header(const HttpResponse& response, const std::string& name) {
    for (const auto& [header, value] : response.headers) {
      if (header == name) return value;
    }
    return "";
  }

  const filesystem::path folder_ =
      filesystem::path(::testing::TempDir()) / ("log_files_" + std::to_string(getpid())) / "log";
};

TEST_F(LogFilesTest, TheCheckpointIsAskedForAgain) {
  const HttpResponse response = Get("/journal/checkpoint");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "log\n1\n");
  EXPECT_EQ(Header(response, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Header(response, "cache-control"), "no-cache");
  const HttpResponse again =
      Get("/journal/checkpoint", {{"if-none-match", Header(response, "etag")}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(LogFilesTest, TilesAreKept) {
  const HttpResponse response = Get("/journal/tile/0/000.p/1?x=1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, std::string(32, 'h'));
  EXPECT_EQ(Header(response, "content-type"), "application/octet-stream");
  EXPECT_EQ(Header(response, "cache-control"), "public, max-age=31536000, immutable");
  const HttpResponse missing = Get("/journal/tile/0/000.p/2");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(Header(missing, "cache-control"), "no-store");
}

TEST_F(LogFilesTest, NothingElseIsServed) {
  for (const char* target :
       {"/journal", "/journal/", "/journal/.lock", "/journal/../outside", "/journal//checkpoint",
        "/journal/tile/../checkpoint", "/journal/tile/0/secret", "/journal/tile/0/000.p/1.x.draft",
        "/journal/tile/0/../../../outside", "/journal/%63heckpoint", "/journal/checkpoint/",
        "/journal/tile/0/000.p", "/journal/tile/entries/000", "/journal/tile/0/000.p/01"}) {
    ASSERT_TRUE(LogFiles::Owns(target)) << target;
    EXPECT_EQ(Get(target).status, 404) << target;
  }
  EXPECT_FALSE(LogFiles::Owns("/journals"));
  EXPECT_FALSE(LogFiles::Owns("/"));
  EXPECT_EQ(Get("/journal/checkpoint", {}, "POST").status, 405);
}

}  // namespace
}  // namespace qingqu::gateway
