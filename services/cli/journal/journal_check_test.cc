#include "services/cli/journal/journal_check.h"

#include <thread>

#include "gmock/gmock.h"

#include "services/cli/journal/test_log.h"

namespace qingqu::cli {
namespace {

using sealed_log::Hash;
using sealed_log::LeafHash;
using sealed_log::TestTree;
using testing::HasSubstr;

class VectorLeaves final : public LeafSource {
 public:
  VectorLeaves(const std::vector<Hash>& hashes, size_t not_final, size_t impossible)
      : hashes_(hashes), not_final_(not_final), impossible_(impossible) {}
  absl::StatusOr<std::optional<Leaf>> Next() override {
    if (next_ == hashes_.size()) return std::optional<Leaf>();
    const bool final = next_ + not_final_ < hashes_.size();
    const bool impossible = next_ + impossible_ >= hashes_.size();
    return std::optional<Leaf>(
        {.hash = hashes_[next_++], .final = final, .impossible = impossible});
  }

 private:
  const std::vector<Hash>& hashes_;
  size_t not_final_;   // how many at the end
  size_t impossible_;  // how many of these
  size_t next_ = 0;
};

class JournalCheckTest : public testing::Test {
 protected:
  explicit JournalCheckTest(size_t size = 1000) : tree_(TestTree::Of(size)) {
    for (size_t i = 0; i < tree_.size(); ++i) journal_.push_back(tree_.leaf(i));
    log_.Publish(tree_, tree_.size());
  }
  JournalReport Check(size_t not_final = 0, absl::Duration wait = absl::ZeroDuration(),
                      size_t impossible = 0) {
    const std::unique_ptr<LogSource> source = log_.Open();
    const auto report =
        CheckJournal({.log = source.get(),
                      .key = log_.key(),
                      .kept = kept_,
                      .open_leaves = [&]() -> absl::StatusOr<std::unique_ptr<LeafSource>> {
                        return std::make_unique<VectorLeaves>(journal_, not_final, impossible);
                      },
                      .wait = wait});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.value_or(JournalReport());
  }
  void Expect(JournalProblem problem, uint64_t index) {
    const JournalReport report = Check();
    EXPECT_EQ(report.problem, problem) << static_cast<int>(report.problem);
    EXPECT_EQ(report.index, index) << report.detail;
  }
  // Changes one byte of a file of the log.
  void Damage(const std::string& name, size_t at) const {
    std::string content = log_.Read(name);
    ASSERT_LT(at, content.size());
    content[at] ^= 1;
    log_.Write(name, content);
  }

  const TestTree tree_;
  TestLog log_{"journal_check_log"};
  std::vector<Hash> journal_;
  std::optional<sealed_log::Checkpoint> kept_;
};

// A log with tiles of three levels.
class LargeJournalCheckTest : public JournalCheckTest {
 protected:
  LargeJournalCheckTest() : JournalCheckTest(66000) {}
};

TEST_F(JournalCheckTest, WhatWasSealedIsFine) {
  const JournalReport report = Check();
  EXPECT_EQ(report.problem, JournalProblem::kNone) << report.index << report.detail;
  EXPECT_EQ(report.entries, tree_.size());
  EXPECT_EQ(report.checkpoint.root, tree_.Root(0, tree_.size()));
}

TEST_F(JournalCheckTest, NamesTheFirstBadEntry) {
  for (const size_t index : {0U, 1U, 255U, 256U, 998U, 999U}) {
    const std::vector<Hash> right = journal_;
    const auto at = static_cast<std::ptrdiff_t>(index);
    journal_[index] = LeafHash("changed");
    Expect(JournalProblem::kEntryChanged, index);
    journal_ = right;
    journal_.erase(journal_.begin() + at);
    Expect(JournalProblem::kEntryMissing, index);
    journal_ = right;
    journal_.insert(journal_.begin() + at, LeafHash("inserted"));
    Expect(JournalProblem::kEntryInserted, index);
    journal_ = right;
  }
  std::swap(journal_[300], journal_[400]);
  Expect(JournalProblem::kEntryChanged, 300);
  std::swap(journal_[300], journal_[400]);
  journal_.clear();
  Expect(JournalProblem::kEntryMissing, 0);
}

TEST_F(LargeJournalCheckTest, NamesTheTileThatIsWrong) {
  const auto expect_tile = [this](const std::string& name, uint64_t index) {
    const JournalReport report = Check();
    EXPECT_EQ(report.problem, JournalProblem::kTile) << name;
    EXPECT_EQ(report.index, index) << name;
    EXPECT_THAT(report.detail, HasSubstr(name));
  };
  const auto damage_and_expect = [&](const std::string& name, size_t byte, uint64_t index) {
    const std::string right = log_.Read(name);
    Damage(name, byte);
    expect_tile(name, index);
    log_.Write(name, right.substr(0, right.size() - 1));
    const JournalReport report = Check();
    EXPECT_EQ(report.problem, JournalProblem::kTile) << name;
    EXPECT_LE(report.index, index);
    log_.Remove(name);
    EXPECT_EQ(Check().problem, JournalProblem::kTile) << name;
    log_.Write(name, right);
  };
  damage_and_expect("tile/0/000", 0, 0);
  damage_and_expect("tile/0/001", 40, 257);
  damage_and_expect("tile/0/257.p/208", 207 * 32, 65999);
  damage_and_expect("tile/1/000", 31, 0);
  damage_and_expect("tile/1/000", 255 * 32, 65280);
  damage_and_expect("tile/1/001.p/1", 0, 65536);
  damage_and_expect("tile/2/000.p/1", 0, 0);
  EXPECT_EQ(Check().problem, JournalProblem::kNone);
}

TEST_F(JournalCheckTest, PartialTilesThatAreLeftMustHaveBeenTrue) {
  const std::string full = log_.Read("tile/0/001");
  log_.Write("tile/0/001.p/7", full.substr(0, 7 * 32));
  EXPECT_EQ(Check().problem, JournalProblem::kNone);
  Damage("tile/0/001.p/7", 100);
  Expect(JournalProblem::kTile, 256);
}

TEST_F(JournalCheckTest, EntryAndTileChangedTogetherDoNotLeadToTheRoot) {
  journal_[70] = LeafHash("changed");
  std::string tile = log_.Read("tile/0/000");
  tile.replace(70 * 32, 32, sealed_log::BytesOf(journal_[70]));
  log_.Write("tile/0/000", tile);
  Expect(JournalProblem::kRoot, 0);
  // All tiles recomputed: only the signature tells.
  TestTree forged(journal_);
  const std::string note = log_.Read("checkpoint");
  log_.Publish(forged, forged.size());
  log_.Write("checkpoint", note);
  Expect(JournalProblem::kRoot, 0);
}

TEST_F(JournalCheckTest, ACheckpointMustBeThereAndSigned) {
  const std::string note = log_.Read("checkpoint");
  log_.Write("checkpoint", TestLog("another_log").Note(tree_, tree_.size()));
  EXPECT_EQ(Check().problem, JournalProblem::kCheckpoint);
  log_.Remove("checkpoint");
  EXPECT_EQ(Check().problem, JournalProblem::kCheckpoint);
}

TEST_F(JournalCheckTest, WhatIsFinalMustBeSealed) {
  log_.Remove("tile");
  log_.Publish(tree_, 998);
  Expect(JournalProblem::kEntryUnsealed, 998);
  EXPECT_EQ(Check(2).problem, JournalProblem::kNone) << "their transactions may still go on";
  EXPECT_EQ(Check(1).problem, JournalProblem::kEntryUnsealed);
}

TEST_F(JournalCheckTest, WhatIsNotFinalIsCountedAndMustHaveAWriter) {
  for (int i = 0; i < 3; ++i) journal_.push_back(LeafHash("later " + std::to_string(i)));
  const JournalReport open = Check(3);
  EXPECT_EQ(open.problem, JournalProblem::kNone);
  EXPECT_EQ(open.entries, tree_.size());
  EXPECT_EQ(open.unfinished, 3U);
  const JournalReport forged = Check(3, absl::ZeroDuration(), 1);
  EXPECT_EQ(forged.problem, JournalProblem::kEntryInserted);
  EXPECT_EQ(forged.index, tree_.size() + 2);
}

TEST_F(JournalCheckTest, AHugeCheckpointHasAnEnd) {
  const TestTree tree = TestTree::Of(1000);
  log_.Write("checkpoint", log_.SignedNote(uint64_t{1} << 62, tree.Root(0, 1000)));
  Expect(JournalProblem::kEntryMissing, 1000);
}

TEST_F(JournalCheckTest, AllMustBeginWithTheCheckpointThatWasKept) {
  kept_ = {.origin = TestLog::kOrigin, .size = 700, .root = tree_.Root(0, 700)};
  EXPECT_EQ(Check().problem, JournalProblem::kNone);
  kept_ = {.origin = TestLog::kOrigin, .size = 1000, .root = tree_.Root(0, 1000)};
  EXPECT_EQ(Check().problem, JournalProblem::kNone);
  kept_ = {.origin = TestLog::kOrigin, .size = 700, .root = ForkedTree(1000, 699).Root(0, 700)};
  const JournalReport rewritten = Check();
  EXPECT_EQ(rewritten.problem, JournalProblem::kRewritten);
  EXPECT_EQ(rewritten.detail, "the first 700 entries are others now");
  kept_ = {.origin = TestLog::kOrigin, .size = 1001, .root = TestTree::Of(1001).Root(0, 1001)};
  const JournalReport set_back = Check();
  EXPECT_EQ(set_back.problem, JournalProblem::kRewritten);
  EXPECT_EQ(set_back.detail, "1001 entries were signed, and 1000 are there");
}

TEST_F(JournalCheckTest, TheKeptCheckpointMayBeLargerThanThePublishedOne) {
  log_.Remove("tile");
  log_.Publish(tree_, 600);
  kept_ = {.origin = TestLog::kOrigin, .size = 900, .root = tree_.Root(0, 900)};
  EXPECT_EQ(Check(400).problem, JournalProblem::kRewritten) << "none of them is final";
  EXPECT_EQ(Check().problem, JournalProblem::kEntryUnsealed);
}

TEST_F(JournalCheckTest, WaitsForTheNextCheckpoint) {
  log_.Remove("tile");
  log_.Publish(tree_, 600);
  std::jthread sealer([this] {
    absl::SleepFor(absl::Milliseconds(100));
    log_.Write("checkpoint", log_.Note(tree_, 600));
    log_.Publish(tree_, 1000);
  });
  const JournalReport report = Check(0, absl::Seconds(60));
  EXPECT_EQ(report.problem, JournalProblem::kNone) << report.index << report.detail;
  EXPECT_EQ(report.entries, 1000U);
  EXPECT_EQ(report.checkpoint.size, 600U);
}

TEST_F(JournalCheckTest, WhatIsSealedLaterMustBeWhatIsThere) {
  // The checkpoint changes between the first and the second look.
  const TestTree forked = ForkedTree(1000, 900);
  log_.Remove("tile");
  log_.Publish(tree_, 600);
  std::jthread sealer([&] {
    absl::SleepFor(absl::Milliseconds(100));
    log_.Publish(forked, 1000);
  });
  const JournalReport report = Check(0, absl::Seconds(60));
  EXPECT_EQ(report.problem, JournalProblem::kEntryChanged);
  EXPECT_EQ(report.index, 900U);
}

}  // namespace
}  // namespace qingqu::cli
