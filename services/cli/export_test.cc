#include <filesystem>

#include "gmock/gmock.h"

#include "common/sealed_log/note.h"
#include "services/cli/client_test_support.h"
#include "services/cli/journal/export_file.h"

namespace qingqu::cli {
namespace {

using supervision::v1::LogChunk;
using testing::HasSubstr;

class ExportTest : public ClientTest {
 protected:
  ExportTest() { SignIn(); }

  ClientResult Export(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"--lang=en", "journal", "export", "--purpose=case 17", path_};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
  std::string KeyOption() { return "--key=" + FormatVerifierKey(platform_.journal().key()); }
  ClientResult Verify() {
    return Run({"--json", "journal", "verify-export", path_,
                "--checkpoint=" + path_ + ".checkpoint", KeyOption()});
  }
  // The file with these bytes is bad, and this is the first bad index.
  void ExpectBad(const std::string& content, const std::string& problem, uint64_t index) {
    WriteFile("export", content);
    const ClientResult result = Verify();
    EXPECT_EQ(result.code, ExitCode::kNegative) << problem << result.errors;
    const nlohmann::json answer = LastLine(result.output);
    EXPECT_EQ(answer["problem"], problem);
    EXPECT_EQ(answer["index"], index) << problem;
  }
  // The chunks of the file.
  std::vector<LogChunk> Chunks() const {
    std::vector<LogChunk> chunks;
    std::string_view rest = text_;
    rest.remove_prefix(kExportMagic.size());
    while (!rest.empty()) {
      size_t length = 0;
      for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(rest.front());
        rest.remove_prefix(1);
        length |= static_cast<size_t>(byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      chunks.emplace_back().ParseFromArray(rest.data(), static_cast<int>(length));
      rest.remove_prefix(length + 32 * static_cast<size_t>(chunks.back().rows().rows_size()));
    }
    return chunks;
  }
  static std::string TextOf(const std::vector<LogChunk>& chunks) {
    std::string text(kExportMagic);
    for (const LogChunk& chunk : chunks) text += ExportRecord(chunk);
    return text;
  }
  void ExportAll(const std::vector<std::string>& more = {}) {
    const ClientResult result = Export(more);
    ASSERT_EQ(result.code, ExitCode::kOk) << result.errors;
    text_ = ReadFile("export");
  }

  const std::string path_ = folder_ + "/export";
  std::string text_;
};

TEST_F(ExportTest, AnyStretchProvesItself) {
  const std::vector<std::pair<int, int>> stretches = {{0, 0},     {0, 1},      {0, 512}, {1, 2},
                                                      {511, 513}, {999, 1000}, {7, 700}, {5, 5}};
  for (const auto& [from, to] : stretches) {
    std::filesystem::remove(path_);
    ExportAll({"--from=" + std::to_string(from), "--to=" + std::to_string(to)});
    const ClientResult result = Verify();
    EXPECT_EQ(result.code, ExitCode::kOk) << from << " " << to << result.output << result.errors;
    EXPECT_EQ(LastLine(result.output)["rows"], to == 0 ? 1000 : to - from);
  }
  for (const auto& request : platform_.journal().TakeRequests()) {
    EXPECT_EQ(request.purpose(), "case 17");
  }
}

TEST_F(ExportTest, GoesOnAfterEveryBreak) {
  ExportAll({"--from=3"});
  const std::string whole = text_;
  std::filesystem::remove(path_);
  platform_.journal().set_chunks_max(5);
  platform_.journal().TakeRequests();
  ExportAll({"--from=3"});
  EXPECT_EQ(text_, whole);
  EXPECT_GT(platform_.journal().TakeRequests().size(), 3U);
}

TEST_F(ExportTest, TakesUpAFileThatWasInterrupted) {
  ExportAll({"--to=900"});
  const std::string whole = text_;
  for (const size_t bytes : {whole.size() - 1, whole.size() / 2, whole.size() / 3,
                             kExportMagic.size() + 3, kExportMagic.size(), size_t{0}}) {
    WriteFile("export", whole.substr(0, bytes));
    platform_.journal().TakeRequests();
    ExportAll({"--to=900"});
    EXPECT_EQ(text_, whole) << bytes;
    EXPECT_EQ(platform_.journal().TakeRequests()[0].from_index() > 0,
              bytes > kExportMagic.size() + 3)
        << bytes;
  }
  platform_.journal().TakeRequests();
  EXPECT_EQ(Export({"--to=900"}).code, ExitCode::kOk);
  EXPECT_TRUE(platform_.journal().TakeRequests().empty()) << "it was complete";
}

TEST_F(ExportTest, NeverWritesOverSomethingElse) {
  WriteFile("export", "a letter");
  EXPECT_EQ(Export().code, ExitCode::kLocalFile);
  EXPECT_EQ(ReadFile("export"), "a letter");
  std::filesystem::remove(path_);
  ExportAll({"--from=5"});
  EXPECT_EQ(Export({"--from=6"}).code, ExitCode::kLocalFile);
  EXPECT_EQ(ReadFile("export"), text_);
  EXPECT_EQ(Run({"journal", "export", path_}).code, ExitCode::kUsage) << "without a purpose";
  std::filesystem::remove(path_);
  ExportAll({"--to=50"});
  EXPECT_EQ(Export().code, ExitCode::kLocalFile) << "it is not the whole log";
  EXPECT_EQ(Export({"--to=50"}).code, ExitCode::kOk);
}

TEST_F(ExportTest, AServerThatLiesIsFoundOut) {
  platform_.journal().set_lie(301);
  ExportAll();
  ExpectBad(text_, "OTHER_ROOT", 0);
  platform_.journal().set_lie(300);
  std::filesystem::remove(path_);
  const ClientResult revealed = Export();
  EXPECT_EQ(revealed.code, ExitCode::kNegative);
  EXPECT_THAT(revealed.errors, HasSubstr("index 300"));
}

TEST_F(ExportTest, ATruncatedFileIsTold) {
  ExportAll({"--from=10", "--to=200"});
  for (size_t bytes = 0; bytes < text_.size(); bytes += 1 + bytes % 613) {
    WriteFile("export", text_.substr(0, bytes));
    const ClientResult result = Verify();
    EXPECT_EQ(result.code, ExitCode::kNegative) << bytes;
    const std::string problem = LastLine(result.output)["problem"];
    EXPECT_EQ(problem, bytes < kExportMagic.size() ? "MALFORMED" : "TRUNCATED") << bytes;
  }
  ExpectBad(text_ + "x", "TRUNCATED", 200);
}

TEST_F(ExportTest, EveryChangedByteIsNoticed) {
  ExportAll({"--from=10", "--to=30"});
  for (size_t i = 0; i < text_.size(); ++i) {
    // The checkpoint as the server calls it is not believed, so it does not matter there.
    std::string changed = text_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    WriteFile("export", changed);
    const ClientResult result = Verify();
    if (result.code == ExitCode::kNegative) continue;
    EXPECT_EQ(result.code, ExitCode::kOk);
    const size_t note = text_.find(FakeJournal::kOrigin);
    EXPECT_GE(i, note) << i;
    EXPECT_LE(i, note + platform_.journal().Note(1000).size()) << i;
  }
}

TEST_F(ExportTest, NamesTheFirstBadIndex) {
  ExportAll({"--from=10", "--to=500"});
  const std::vector<LogChunk> chunks = Chunks();
  ASSERT_EQ(TextOf(chunks), text_);
  const auto changed = [&](auto change) {
    std::vector<LogChunk> other = chunks;
    change(other);
    return TextOf(other);
  };
  // Row 10 + 64 + 5 is the sixth of the second chunk of rows.
  std::string damaged = text_;
  const std::string leaf = chunks[2].rows().rows(5).leaf();
  damaged[text_.find(leaf) + 1] ^= 1;
  ExpectBad(damaged, "ROW_CHANGED", 79);
  ExpectBad(changed([](auto& all) { all[2].mutable_rows()->mutable_rows()->DeleteSubrange(5, 1); }),
            "GAP", 79);
  ExpectBad(changed([](auto& all) { all.erase(all.begin() + 2); }), "GAP", 74);
  ExpectBad(changed([](auto& all) { std::swap(all[2], all[3]); }), "GAP", 74);
  ExpectBad(changed([](auto& all) { all.insert(all.begin() + 2, all[1]); }), "GAP", 74);
  ExpectBad(changed([](auto& all) { all[2].mutable_rows()->mutable_rows()->SwapElements(5, 6); }),
            "GAP", 79);
  ExpectBad(changed([](auto& all) { all.erase(all.end() - 2); }), "GAP", 458);
  ExpectBad(changed([](auto& all) { all[2].mutable_rows()->mutable_rows(7)->set_restricted("x"); }),
            "RESTRICTED_CHANGED", 81);
  ExpectBad(changed([](auto& all) { all[2].mutable_rows()->mutable_rows(5)->set_leaf("x"); }),
            "OTHER_ROOT", 10);
  ExpectBad(changed([](auto& all) { all.erase(all.begin()); }), "MALFORMED", 0);
  ExpectBad(changed([](auto& all) { all.push_back(all[1]); }), "MALFORMED", 500);
  ExpectBad(changed([](auto& all) { all[0].mutable_header()->mutable_hashes(0)->assign("x"); }),
            "MALFORMED", 0);
}

TEST_F(ExportTest, TheCheckpointDecides) {
  ExportAll({"--from=10", "--to=500"});
  WriteFile("export.checkpoint", platform_.journal().Note(999));
  EXPECT_EQ(LastLine(Verify().output)["problem"], "OTHER_CHECKPOINT");
  const FakeJournal another;
  WriteFile("export.checkpoint", another.Note(1000));
  const ClientResult unsigned_note = Verify();
  EXPECT_EQ(unsigned_note.code, ExitCode::kNegative);
  EXPECT_THAT(unsigned_note.errors, HasSubstr("CHECKPOINT_INVALID"));
  EXPECT_EQ(Run({"journal", "verify-export", path_, KeyOption()}).code, ExitCode::kUsage);
  EXPECT_EQ(
      Run({"journal", "verify-export", path_ + "x", KeyOption(), "--checkpoint=/nowhere"}).code,
      ExitCode::kLocalFile);
}

}  // namespace
}  // namespace qingqu::cli
