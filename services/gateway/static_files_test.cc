#include "services/gateway/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/status/status.h"

namespace qingqu::gateway {
namespace {

namespace filesystem = std::filesystem;
using testing::Contains;
using testing::Pair;

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = filesystem::path(testing::TempDir()) / ("static_files_" + std::to_string(getpid()));
    Write("secret.txt", "secret");
    Write("www/index.html", "<p>清渠</p>");
    Write("www/assets/app.js", "let a;");
    Write("www/.git/config", "hidden");
    Write("www/.env", "hidden");
    filesystem::create_symlink(root_ / "secret.txt", root_ / "www/link.txt");
  }

  void TearDown() override { filesystem::remove_all(root_); }

  void Write(const std::string& name, const std::string& content) {
    filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << content;
  }

  StaticFiles Load() { return *StaticFiles::Load((root_ / "www").string()); }

  static HttpRequest Get(const std::string& target, HttpHeaders headers = {}) {
    return {.method = "GET", .target = target, .headers = std::move(headers), .body = ""};
  }

  filesystem::path root_;
};

TEST_F(StaticFilesTest, ServesFilesWithTypeAndEtag) {
  const StaticFiles files = Load();
  for (const char* target : {"/", "/index.html", "/?lang=zh"}) {
    ASSERT_TRUE(files.Has(target)) << target;
    const HttpResponse response = files.Serve(Get(target));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "<p>清渠</p>");
    EXPECT_THAT(response.headers, Contains(Pair("content-type", "text/html; charset=utf-8")));
  }
  const HttpResponse script = files.Serve(Get("/assets/app.js"));
  EXPECT_THAT(script.headers, Contains(Pair("content-type", "text/javascript; charset=utf-8")));
}

TEST_F(StaticFilesTest, AnswersNotModified) {
  const StaticFiles files = Load();
  const HttpResponse first = files.Serve(Get("/"));
  ASSERT_EQ(first.headers[0].first, "etag");
  const std::string etag = first.headers[0].second;
  EXPECT_EQ(files.Serve(Get("/", {{"if-none-match", "W/" + etag + ", \"x\""}})).status, 304);
  EXPECT_EQ(files.Serve(Get("/", {{"if-none-match", "\"x\""}})).status, 200);
  EXPECT_EQ(files.Serve(Get("/assets/app.js", {{"if-none-match", etag}})).status, 200);
}

TEST_F(StaticFilesTest, NothingOutsideOrHiddenIsThere) {
  const StaticFiles files = Load();
  for (const char* target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/link.txt", "/.env",
        "/.git/config", "/assets", "/assets/", "", "//index.html", "/index.html/"}) {
    EXPECT_FALSE(files.Has(target)) << target;
    EXPECT_EQ(files.Serve(Get(target)).status, 404) << target;
  }
}

TEST_F(StaticFilesTest, OnlyReads) {
  HttpRequest request = Get("/");
  request.method = "PUT";
  EXPECT_EQ(Load().Serve(request).status, 405);
}

TEST_F(StaticFilesTest, AMissingFolderIsRefused) {
  EXPECT_EQ(ErrorReason(StaticFiles::Load((root_ / "none").string()).status()),
            "STATIC_FOLDER_MISSING");
}

}  // namespace
}  // namespace qingqu::gateway
