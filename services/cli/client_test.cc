#include <thread>

#include "gmock/gmock.h"

#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "services/cli/client_test_support.h"
#include "services/cli/session.h"

namespace qingqu::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(ClientTest, SignsInAndOut) {
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kNotAllowed);
  const ClientResult refused = Run({"login", kFakeUser, "--password-stdin"}, "wrong\n");
  EXPECT_EQ(refused.code, ExitCode::kNotAllowed);
  EXPECT_THAT(refused.errors, HasSubstr("SIGN_IN_FAILED"));
  EXPECT_THAT(refused.errors, Not(HasSubstr("wrong")));
  const std::string file = WriteFile("password", std::string(kFakePassword) + "\r\nsecond line\n");
  EXPECT_EQ(Run({"login", kFakeUser, "--password-file", file}).code, ExitCode::kOk);
  const ClientResult self = Run({"whoami"});
  EXPECT_EQ(self.code, ExitCode::kOk);
  EXPECT_THAT(self.output, HasSubstr("users/lin"));
  EXPECT_THAT(self.output, HasSubstr("林采购"));
  EXPECT_EQ(Run({"logout"}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kNotAllowed);
}

TEST_F(ClientTest, ASecondFactorIsAskedForWhenItIsNeeded) {
  platform_.identity().set_code("492039");
  const std::vector<std::string> login{"login", kFakeUser, "--password-stdin"};
  const std::string password = std::string(kFakePassword) + "\n";
  EXPECT_THAT(Run(login, password).errors, HasSubstr("SECOND_FACTOR_REQUIRED"));
  const ClientResult wrong = Run(login, password + "000000\n");
  EXPECT_EQ(wrong.code, ExitCode::kNotAllowed);
  EXPECT_THAT(wrong.errors, HasSubstr("SECOND_FACTOR_WRONG"));
  EXPECT_EQ(Run(login, password + "492039\n").code, ExitCode::kOk);
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kOk);
}

TEST_F(ClientTest, TokenOfTheEnvironmentComesFirst) {
  SignIn();
  variables_["QINGQU_TOKEN"] = "forged";
  const ClientResult result = Run({"whoami"});
  EXPECT_EQ(result.code, ExitCode::kNotAllowed);
  EXPECT_THAT(result.errors, HasSubstr("TOKEN_INVALID"));
  variables_["QINGQU_TOKEN"] = "access-1";
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kOk);
}

TEST_F(ClientTest, TokenIsRenewedBeforeItEnds) {
  platform_.identity().set_token_life(absl::Seconds(5));
  SignIn();
  platform_.identity().set_token_life(absl::Hours(1));
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kOk);
  EXPECT_EQ(platform_.identity().refreshes(), 1);
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kOk);
  EXPECT_EQ(platform_.identity().refreshes(), 1);
}

TEST_F(ClientTest, ProcessesDoNotBurnTheRefreshToken) {
  platform_.identity().set_token_life(absl::Seconds(5));
  SignIn();
  platform_.identity().set_token_life(absl::Hours(1));
  constexpr int kCallers = 6;
  std::vector<ExitCode> codes(kCallers);
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back(
          [this, &codes, caller] { codes[static_cast<size_t>(caller)] = Run({"whoami"}).code; });
    }
  }
  EXPECT_THAT(codes, testing::Each(ExitCode::kOk));
  EXPECT_EQ(platform_.identity().refreshes(), 1);
}

TEST_F(ClientTest, EndedSessionIsForgotten) {
  platform_.identity().set_token_life(absl::Seconds(5));
  SignIn();
  identity::v1::RefreshSessionRequest stolen;
  stolen.set_refresh_token("refresh-0");
  identity::v1::SignInResponse ignored;
  platform_.identity().RefreshSession(nullptr, &stolen, &ignored);
  EXPECT_THAT(Run({"whoami"}).errors, HasSubstr("SESSION_ENDED"));
  EXPECT_THAT(Run({"whoami"}).errors, HasSubstr("NOT_SIGNED_IN"));
}

TEST_F(ClientTest, CallsByShortNameForPeopleAndScripts) {
  SignIn();
  const ClientResult people = Run({"call", "catalog.GetItem", R"({"name": "items/a"})"});
  EXPECT_EQ(people.code, ExitCode::kOk);
  EXPECT_EQ(people.output, "name: items/a\ndisplay_name: 冠脉支架\n");
  const ClientResult json = Run({"--json", "call", "GetItem", "-"}, R"({"name": "items/a"})");
  EXPECT_EQ(json.output, "{\"name\":\"items/a\",\"displayName\":\"冠脉支架\"}\n");
  const std::string file = WriteFile("request.json", R"({"name": "items/a"})");
  EXPECT_EQ(Run({"call", "GetItem", "@" + file}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"call", "GetItem", "@" + file + ".none"}).code, ExitCode::kLocalFile);
}

TEST_F(ClientTest, JsonIsStrict) {
  SignIn();
  for (const char* request : {"{", "[]", R"({"nam": "x"})", R"({"name": "a", "name": "b"})",
                              R"({"name": 5})", "{} {}", R"({"name": NaN})"}) {
    EXPECT_EQ(Run({"call", "GetItem", request}).code, ExitCode::kUsage) << request;
  }
}

TEST_F(ClientTest, ErrorsSayWhatAndWhere) {
  SignIn();
  const ClientResult missing = Run({"call", "GetItem", R"({"name": "items/none"})"});
  EXPECT_EQ(missing.code, ExitCode::kRefused);
  EXPECT_EQ(missing.output, "");
  EXPECT_EQ(missing.errors, "qingqu: the fake says ITEM_NOT_FOUND [ITEM_NOT_FOUND]\n");
  EXPECT_EQ(Run({"call", "GetItem", R"({"name": "items/secret"})"}).code, ExitCode::kNotAllowed);
  EXPECT_THAT(Run({"call", "GetItem"}).errors, HasSubstr("\n  name: must be items/{item}\n"));
  const ClientResult json = Run({"--json", "call", "GetItem"});
  EXPECT_EQ(json.code, ExitCode::kRefused);
  const nlohmann::json error = LastLine(json.errors);
  EXPECT_EQ(error["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(error["reason"], "INVALID_FIELD");
  EXPECT_EQ(error["violations"][0]["field"], "name");
}

TEST_F(ClientTest, ListsFollowTheirPages) {
  SignIn();
  const ClientResult all = Run({"call", "catalog.ListItems", "--all", "--json"});
  EXPECT_EQ(all.code, ExitCode::kOk);
  EXPECT_EQ(std::ranges::count(all.output, '\n'), 2500);
  EXPECT_EQ(LastLine(all.output)["name"], "items/2499");
  const ClientResult first = Run({"call", "catalog.ListItems", R"({"page_size": 2})"});
  EXPECT_EQ(first.output, "name\nitems/0\nitems/1\n");
  EXPECT_THAT(first.errors, HasSubstr("\"page_token\": \"2\""));
  EXPECT_EQ(Run({"call", "catalog.GetItem", "--all"}).code, ExitCode::kUsage);
}

TEST_F(ClientTest, BusyServerIsAskedAgainWithTheSameId) {
  SignIn();
  const grpc::Status busy = rpc::ToGrpcStatus(WithRetryDelay(
      MakeError(absl::StatusCode::kUnavailable, "OVERLOADED", "busy"), absl::Milliseconds(1)));
  platform_.catalog().set_create_errors({busy, busy});
  EXPECT_EQ(Run({"call", "catalog.CreateItem", R"({"item_id": "a"})"}).code, ExitCode::kOk);
  const std::vector<std::string> ids = platform_.catalog().request_ids();
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids[0].size(), 36U);
  EXPECT_THAT(ids, testing::Each(ids[0]));
  platform_.catalog().set_create_errors({busy, busy, busy, busy, busy});
  const ClientResult result = Run({"call", "catalog.CreateItem"});
  EXPECT_EQ(result.code, ExitCode::kUnavailable);
  EXPECT_THAT(result.errors, Not(HasSubstr("request_id")));
}

TEST_F(ClientTest, DoubtTellsTheRequestId) {
  SignIn();
  for (const grpc::StatusCode code : {grpc::StatusCode::UNKNOWN, grpc::StatusCode::UNAVAILABLE,
                                      grpc::StatusCode::DEADLINE_EXCEEDED}) {
    platform_.catalog().set_create_errors({grpc::Status(code, "lost")});
    const ClientResult result = Run({"call", "catalog.CreateItem"});
    EXPECT_EQ(result.code, ExitCode::kInDoubt);
    EXPECT_THAT(result.errors, HasSubstr(platform_.catalog().request_ids().back()));
  }
  const std::string own_id = "01934d6c-0000-7000-8000-000000000001";
  platform_.catalog().set_create_errors({grpc::Status(grpc::StatusCode::UNKNOWN, "lost")});
  const ClientResult json =
      Run({"--json", "call", "catalog.CreateItem", R"({"request_id": ")" + own_id + "\"}"});
  EXPECT_EQ(LastLine(json.errors)["request_id"], own_id);
}

TEST_F(ClientTest, UnreachableServerChangesNothing) {
  SignIn();
  platform_.Stop();
  const ClientResult result = Run({"--timeout=1", "call", "catalog.CreateItem"});
  EXPECT_EQ(result.code, ExitCode::kUnavailable);
  EXPECT_THAT(result.errors, HasSubstr(platform_.address()));
}

TEST_F(ClientTest, ServerComesFromFlagThenEnvironmentThenConfig) {
  SignIn();
  const std::string address = platform_.address();
  variables_["QINGQU_SERVER"] = "nonsense";
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"whoami", "--server", address}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"whoami", "--server="}).code, ExitCode::kUsage);
  variables_.erase("QINGQU_SERVER");
  WriteFile("config/config.json", R"({"server": ")" + address + "\"}");
  EXPECT_EQ(Run({"whoami"}).code, ExitCode::kOk);
  for (const char* config : {"{", R"({"server": 5})", R"({"sever": "a:1"})", R"([1])"}) {
    WriteFile("config/config.json", config);
    EXPECT_EQ(Run({"whoami"}).code, ExitCode::kLocalFile) << config;
  }
}

TEST_F(ClientTest, SpeaksTheLanguageAskedFor) {
  variables_["LANG"] = "zh_CN.UTF-8";
  EXPECT_THAT(Run({"--help"}).output, HasSubstr("退出码"));
  EXPECT_THAT(Run({"--help", "--lang=en"}).output, HasSubstr("Exit codes"));
  EXPECT_THAT(Run({"methods", "order", "--lang", "en"}).output, HasSubstr("Permission"));
  EXPECT_EQ(Run({"--lang=fr", "methods"}).code, ExitCode::kUsage);
  variables_["LC_ALL"] = "C";
  EXPECT_THAT(Run({"--help"}).output, HasSubstr("Exit codes"));
}

TEST_F(ClientTest, UsageErrorsTeach) {
  EXPECT_EQ(Run({}).code, ExitCode::kUsage);
  EXPECT_THAT(Run({"imprt"}).errors, HasSubstr("did you mean \"import\"?"));
  EXPECT_THAT(Run({"import"}).errors, HasSubstr("import history"));
  EXPECT_THAT(Run({"import", "clases", "f"}).errors, HasSubstr("did you mean \"import classes\""));
  EXPECT_THAT(Run({"logn", "lin"}).errors, HasSubstr("did you mean \"login\"?"));
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"call"},
                                             {"whoami", "extra"},
                                             {"udi", "--all"},
                                             {"--timeout=0", "whoami"},
                                             {"--json", "whoami", "--json"},
                                             {"ledger"},
                                             {"trace", "items/a"},
                                             {"login"}}) {
    EXPECT_EQ(Run(words).code, ExitCode::kUsage) << words[0];
  }
}

TEST_F(ClientTest, EveryCommandHasHelpWithExamples) {
  for (const char* name :
       {"login", "logout", "whoami", "call", "methods", "describe", "udi", "trace"}) {
    for (const char* language : {"--lang=en", "--lang=zh"}) {
      const ClientResult help = Run({name, "--help", language});
      EXPECT_EQ(help.code, ExitCode::kOk);
      EXPECT_THAT(help.output, HasSubstr(std::string("  qingqu ") + name)) << name;
      EXPECT_THAT(help.output, Not(HasSubstr("{}}")));
    }
  }
  EXPECT_THAT(Run({"import", "--help"}).output, HasSubstr("import history"));
  EXPECT_THAT(Run({"ledger", "check", "--help"}).output, HasSubstr("qingqu ledger check"));
}

}  // namespace
}  // namespace qingqu::cli
