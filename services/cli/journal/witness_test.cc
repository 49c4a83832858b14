#include "services/cli/journal/witness.h"

#include <sys/stat.h>

#include <sstream>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"

#include "services/cli/command.h"
#include "services/cli/journal/test_log.h"

namespace qingqu::cli {
namespace {

using sealed_log::TestTree;
using testing::HasSubstr;

struct Result {
  ExitCode code = ExitCode::kOk;
  std::string output;
  std::string errors;
};

class WitnessTest : public testing::Test {
 protected:
  Result Look(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"--lang=en", "journal", "witness", "--state=" + state_,
                                      "--log=" + log_.folder()};
    words.insert(words.end(), more.begin(), more.end());
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream errors;
    Environment environment{.variable = [](const std::string&) { return ""; },
                            .input = in,
                            .output = out,
                            .errors = errors,
                            .clock = clock_};
    const ExitCode code = RunClient(words, environment);
    return {.code = code, .output = out.str(), .errors = errors.str()};
  }
  Result FirstLook() { return Look({"--key=" + FormatVerifierKey(log_.key())}); }

  std::string State(const std::string& name) const {
    std::ifstream file(state_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::vector<std::string> Evidence() const {
    std::vector<std::string> notes;
    for (const auto& entry : std::filesystem::directory_iterator(state_)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("fork-")) notes.push_back(State(name));
    }
    return notes;
  }
  // The cosigned checkpoint that is remembered is the one of this size.
  void ExpectRemembers(const TestTree& tree, uint64_t size) const {
    const auto opened = sealed_log::OpenCheckpoint(State("checkpoint"), log_.key());
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->checkpoint.size, size);
    EXPECT_EQ(opened->checkpoint.root, tree.Root(0, size));
    const auto key = sealed_log::LoadVerifierKey(state_ + "/witness.vkey");
    ASSERT_TRUE(key.ok()) << key.status();
    const auto seen_at = sealed_log::VerifyCosignature(opened->note, *key);
    ASSERT_TRUE(seen_at.ok()) << seen_at.status();
    EXPECT_EQ(*seen_at, 1'800'000'000U);
    EXPECT_EQ(opened->note.signatures.size(), 2U);
  }
  void ExpectForked(const Result& result, const TestTree& tree, uint64_t size) const {
    EXPECT_EQ(result.code, ExitCode::kForked) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("THE HISTORY FORKED"));
    EXPECT_THAT(result.errors, HasSubstr("fork-"));
    EXPECT_EQ(result.output, "");
    EXPECT_EQ(Evidence().size(), 2U);
    ExpectRemembers(tree, size);
  }

  TestLog log_{"witness_log"};
  const std::string state_ = log_.folder() + "_state";
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const TestTree tree_ = TestTree::Of(700);

  ~WitnessTest() override { std::filesystem::remove_all(state_); }
};

TEST_F(WitnessTest, RemembersWhatItSawAndFollowsWhatGrows) {
  log_.Publish(tree_, 5);
  const Result first = FirstLook();
  EXPECT_EQ(first.code, ExitCode::kOk) << first.errors;
  EXPECT_EQ(first.output, State("checkpoint"));
  ExpectRemembers(tree_, 5);
  EXPECT_EQ(Look().code, ExitCode::kOk);
  for (const uint64_t size : {6U, 256U, 257U, 600U, 700U}) {
    log_.Publish(tree_, size);
    const Result grown = Look({"--json"});
    EXPECT_EQ(grown.code, ExitCode::kOk) << grown.errors;
    EXPECT_EQ(nlohmann::json::parse(grown.output)["growth"], "grew");
    ExpectRemembers(tree_, size);
  }
  EXPECT_EQ(Evidence().size(), 0U);
}

TEST_F(WitnessTest, ItsKeyIsItsOwn) {
  log_.Publish(tree_, 5);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  struct stat status {};
  ASSERT_EQ(stat((state_ + "/witness.key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const std::string key = State("witness.key.pem");
  ASSERT_EQ(Look({"--name=bureau.example"}).code, ExitCode::kOk);
  ASSERT_EQ(Look().code, ExitCode::kOk);
  EXPECT_EQ(State("witness.key.pem"), key);
  EXPECT_THAT(State("witness.vkey"), HasSubstr("bureau.example+"));
}

TEST_F(WitnessTest, TwoCheckpointsOfOneSizeAreAFork) {
  log_.Publish(tree_, 300);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  const std::string known = State("checkpoint");
  const TestTree forked = ForkedTree(700, 299);
  log_.Publish(forked, 300);
  ExpectForked(Look(), tree_, 300);
  EXPECT_THAT(Evidence(), testing::UnorderedElementsAre(known, log_.Note(forked, 300)));
  // It is not talked out of it.
  ExpectForked(Look(), tree_, 300);
  log_.Publish(tree_, 301);
  EXPECT_EQ(Look().code, ExitCode::kOk);
  EXPECT_EQ(Evidence().size(), 2U);
}

TEST_F(WitnessTest, ARewrittenPastIsAFork) {
  log_.Publish(tree_, 300);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  for (const size_t fork : {0U, 100U, 299U}) {
    log_.Publish(ForkedTree(700, fork), 700);
    const Result result = Look();
    EXPECT_EQ(result.code, ExitCode::kForked) << fork;
    ExpectRemembers(tree_, 300);
  }
  EXPECT_EQ(Evidence().size(), 4U) << "three that were shown, and what was known";
}

TEST_F(WitnessTest, TilesThatProveNothingAreNoForkAndTheCheckpointIsKept) {
  log_.Publish(tree_, 300);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  log_.Publish(tree_, 700);
  std::string tile = log_.Read("tile/0/001");
  tile[100] ^= 1;
  log_.Write("tile/0/001", tile);
  const std::string unproven =
      "unproven-700-" + sealed_log::ToHex(tree_.Root(0, 700)).substr(0, 16);
  for (int i = 0; i < 2; ++i) {
    const Result result = Look();
    EXPECT_EQ(result.code, ExitCode::kUnavailable) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr(unproven));
    EXPECT_EQ(State(unproven), log_.Note(tree_, 700));
    EXPECT_EQ(Evidence().size(), 0U);
    ExpectRemembers(tree_, 300);
    log_.Remove("tile");  // withheld
  }
}

TEST_F(WitnessTest, AForkIsToldThoughItsEvidenceCannotBeKept) {
  auto witness = Witness::Open({.folder = state_, .name = "", .log_key = log_.key()}, &clock_);
  ASSERT_TRUE(witness.ok()) << witness.status();
  log_.Publish(tree_, 300);
  const std::unique_ptr<LogSource> source = log_.Open();
  ASSERT_TRUE(witness->Look(log_.Note(tree_, 300), *source).ok());
  std::filesystem::remove_all(state_);
  const absl::Status forked = witness->Look(log_.Note(ForkedTree(700, 7), 300), *source).status();
  EXPECT_EQ(forked.code(), absl::StatusCode::kDataLoss) << forked;
  EXPECT_THAT(EvidenceOf(forked), HasSubstr("fork-300-"));
}

TEST_F(WitnessTest, SignaturesOfOthersAreNotKept) {
  auto note = sealed_log::ParseNote(log_.Note(tree_, 300));
  ASSERT_TRUE(note.ok());
  while (note->signatures.size() < sealed_log::kNoteSignaturesMax) {
    note->signatures.push_back({.key_name = "junk", .key_id = 7, .bytes = std::string(64, 'x')});
  }
  log_.Publish(tree_, 300);
  log_.Write("checkpoint", FormatNote(*note));
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  ExpectRemembers(tree_, 300);
  EXPECT_EQ(Look().code, ExitCode::kOk);
}

TEST_F(WitnessTest, AnOlderCheckpointIsNoNews) {
  log_.Publish(tree_, 300);
  log_.Publish(tree_, 700);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  log_.Write("checkpoint", log_.Note(tree_, 300));
  const Result older = Look({"--json"});
  EXPECT_EQ(older.code, ExitCode::kNegative) << older.errors;
  EXPECT_THAT(older.errors, HasSubstr("CHECKPOINT_OLDER"));
  ExpectRemembers(tree_, 700);
}

TEST_F(WitnessTest, ALogThatWasSetBackIsAFork) {
  log_.Publish(tree_, 700);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  log_.Remove("tile");
  log_.Publish(tree_, 300);
  ExpectForked(Look(), tree_, 700);
}

TEST_F(WitnessTest, APlaceThatHasNothingOfTheLogLostNothing) {
  log_.Publish(tree_, 700);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  log_.Remove("tile");
  log_.Write("checkpoint", log_.Note(tree_, 300));
  EXPECT_EQ(Look().code, ExitCode::kUnavailable);
  EXPECT_EQ(Evidence().size(), 0U);
  ExpectRemembers(tree_, 700);
}

TEST_F(WitnessTest, OnlyTheLogsOwnSignatureCounts) {
  const TestLog another("another_log");
  log_.Publish(tree_, 300);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  for (const std::string& note : {another.Note(tree_, 700), std::string("no note"), std::string(),
                                  std::string(2 << 20, 'a')}) {
    log_.Publish(tree_, 700);
    log_.Write("checkpoint", note);
    const ExitCode code = Look().code;
    EXPECT_EQ(code, note.size() > (1 << 20) ? ExitCode::kUnavailable : ExitCode::kNegative);
    ExpectRemembers(tree_, 300);
  }
  EXPECT_EQ(Evidence().size(), 0U);
}

TEST_F(WitnessTest, TheKeyOfTheLogIsPinned) {
  log_.Publish(tree_, 300);
  EXPECT_EQ(Look().code, ExitCode::kUsage) << "the first use needs a key";
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  const TestLog another("another_log");
  const Result result = Look({"--key=" + FormatVerifierKey(another.key())});
  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_THAT(result.errors, HasSubstr("OTHER_KEY"));
  EXPECT_EQ(FirstLook().code, ExitCode::kOk);
}

TEST_F(WitnessTest, ACheckpointMayComeAsAFileAndGoToOne) {
  log_.Publish(tree_, 700);
  log_.Write("older", log_.Note(tree_, 300));
  const std::string out = log_.folder() + "/cosigned";
  ASSERT_EQ(Look({"--key=" + FormatVerifierKey(log_.key()),
                  "--checkpoint=" + log_.folder() + "/older", "--out=" + out})
                .code,
            ExitCode::kOk);
  ExpectRemembers(tree_, 300);
  EXPECT_EQ(log_.Read("cosigned"), State("checkpoint"));
}

TEST_F(WitnessTest, ALogThatCannotBeReadIsNoVerdict) {
  const std::string key = "--key=" + FormatVerifierKey(log_.key());
  EXPECT_EQ(Look({key}).code, ExitCode::kUnavailable);
  log_.Publish(tree_, 300);
  ASSERT_EQ(Look({key}).code, ExitCode::kOk);
  log_.Write("checkpoint", log_.Note(tree_, 700));
  EXPECT_EQ(Look().code, ExitCode::kUnavailable) << "the tiles are not there yet";
  ExpectRemembers(tree_, 300);
}

TEST_F(WitnessTest, AStateThatMakesNoSenseIsALocalFault) {
  log_.Publish(tree_, 300);
  ASSERT_EQ(FirstLook().code, ExitCode::kOk);
  std::ofstream(state_ + "/checkpoint") << "damaged";
  EXPECT_EQ(Look().code, ExitCode::kLocalFile);
  EXPECT_EQ(State("checkpoint"), "damaged");
}

TEST_F(WitnessTest, FollowsUntilTheHistoryForks) {
  log_.Publish(tree_, 300);
  Result result;
  std::thread follower([&] {
    result = Look({"--key=" + FormatVerifierKey(log_.key()), "--follow", "--every=1"});
  });
  const auto remembers = [&](uint64_t size) {
    for (int i = 0; i < 1000; ++i) {
      const auto opened = sealed_log::OpenCheckpoint(State("checkpoint"), log_.key());
      if (opened.ok() && opened->checkpoint.size == size) return true;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  };
  EXPECT_TRUE(remembers(300));
  log_.Publish(tree_, 700);
  EXPECT_TRUE(remembers(700));
  EXPECT_EQ(Look().code, ExitCode::kLocalFile) << "one process at a time";
  log_.Publish(ForkedTree(700, 10), 700);
  follower.join();
  EXPECT_EQ(result.code, ExitCode::kForked);
  ExpectRemembers(tree_, 700);
}

TEST(OpenLogSource, KnowsUrls) {
  for (const char* good : {"/var/log", "log", "http://localhost/journal", "https://h:8443",
                           "http://[::1]:8080/journal/"}) {
    EXPECT_TRUE(OpenLogSource(good, absl::Seconds(1)).ok()) << good;
  }
  for (const char* bad : {"ftp://h/", "http://", "http://h:x/", "http://u@h/", "http://h/?q",
                          "http://h/a b", "http://:80/", "http://h:/", "http://h:123456/"}) {
    EXPECT_FALSE(OpenLogSource(bad, absl::Seconds(1)).ok()) << bad;
  }
}

}  // namespace
}  // namespace qingqu::cli
