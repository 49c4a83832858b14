#include "common/sealed_log/proof.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "common/base/clock.h"
#include "common/sealed_log/encoding.h"
#include "common/sealed_log/test_tree.h"
#include "services/cli/command.h"

namespace qingqu::cli {
namespace {

using sealed_log::Hash;
using sealed_log::Proof;
using sealed_log::TestTree;
using testing::HasSubstr;

struct Result {
  ExitCode code = ExitCode::kOk;
  std::string output;
  std::string errors;
};

Result RunWords(const std::vector<std::string>& words) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream errors;
  const SystemClock clock;
  Environment environment{.variable = [](const std::string&) { return ""; },
                          .input = in,
                          .output = out,
                          .errors = errors,
                          .clock = clock};
  const ExitCode code = RunClient(words, environment);
  return {.code = code, .output = out.str(), .errors = errors.str()};
}

// The tree of eight leaves that the implementations of certificate transparency test with.
TestTree KnownTree() {
  std::vector<Hash> leaves;
  for (const std::string_view leaf : {"", "00", "10", "2021", "3031", "40414243",
                                      "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(sealed_log::LeafHash(*sealed_log::BytesFromHex(leaf)));
  }
  return TestTree(std::move(leaves));
}

constexpr const char* kRoot1 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
constexpr const char* kRoot8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
constexpr const char* kPath5of8 =
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b,"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0,"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
constexpr const char* kFrom1to8 =
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7,"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e,"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

std::string Joined(const Proof& proof) {
  std::string text;
  for (const Hash& hash : proof) text += (text.empty() ? "" : ",") + sealed_log::ToHex(hash);
  return text;
}

// The values of a command's options, which a test changes one at a time.
using Values = std::map<std::string, std::string>;

Result RunProof(const std::string& command, const Values& values) {
  std::vector<std::string> words = {"--lang=en", "proof", command};
  for (const auto& [name, value] : values) words.push_back("--" + name + "=" + value);
  return RunWords(words);
}

Values Inclusion(const TestTree& tree, uint64_t index, uint64_t size) {
  TestTree reader = tree;
  return {{"leaf-index", std::to_string(index)},
          {"tree-size", std::to_string(size)},
          {"leaf-hash", sealed_log::ToHex(tree.leaf(index))},
          {"root", sealed_log::ToHex(tree.Root(0, size))},
          {"proof", Joined(*sealed_log::InclusionProof(reader, index, size))}};
}

Values Consistency(const TestTree& tree, uint64_t from, uint64_t to) {
  TestTree reader = tree;
  return {{"from", std::to_string(from)},
          {"to", std::to_string(to)},
          {"root-from", sealed_log::ToHex(tree.Root(0, from))},
          {"root-to", sealed_log::ToHex(tree.Root(0, to))},
          {"proof", Joined(*sealed_log::ConsistencyProof(reader, from, to))}};
}

TEST(ProofCommands, KnownProofsHold) {
  EXPECT_EQ(
      RunWords({"proof", "verify-inclusion", "--leaf-index", "5", "--tree-size", "8", "--leaf-hash",
                "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658", "--root",
                kRoot8, "--proof", kPath5of8})
          .code,
      ExitCode::kOk);
  EXPECT_EQ(RunWords({"proof", "verify-consistency", "--from", "1", "--to", "8", "--root-from",
                      kRoot1, "--root-to", kRoot8, "--proof", kFrom1to8})
                .code,
            ExitCode::kOk);
}

TEST(ProofCommands, AllProofsOfAllSizesHold) {
  const TestTree tree = KnownTree();
  for (uint64_t size = 1; size <= 8; ++size) {
    for (uint64_t first = 0; first < size; ++first) {
      EXPECT_EQ(RunProof("verify-inclusion", Inclusion(tree, first, size)).code, ExitCode::kOk);
      EXPECT_EQ(RunProof("verify-consistency", Consistency(tree, first + 1, size)).code,
                ExitCode::kOk);
    }
  }
}

TEST(ProofCommands, AnEmptyProofIsOneWhereThereIsNothingToProve) {
  const Values alone = Inclusion(KnownTree(), 0, 1);
  ASSERT_EQ(alone.at("proof"), "");
  EXPECT_EQ(RunProof("verify-inclusion", alone).code, ExitCode::kOk);
  const Values same = Consistency(KnownTree(), 7, 7);
  ASSERT_EQ(same.at("proof"), "");
  EXPECT_EQ(RunProof("verify-consistency", same).code, ExitCode::kOk);
  Values another = same;
  another["root-to"] = kRoot8;
  EXPECT_EQ(RunProof("verify-consistency", another).code, ExitCode::kNegative);
  Values grown = Consistency(KnownTree(), 4, 8);
  grown["proof"] = "";
  EXPECT_EQ(RunProof("verify-consistency", grown).code, ExitCode::kNegative);
}

TEST(ProofCommands, HexMayBeUpperCase) {
  Values values = Inclusion(KnownTree(), 5, 8);
  for (const char* name : {"leaf-hash", "root", "proof"}) {
    for (char& digit : values[name]) digit = static_cast<char>(std::toupper(digit));
  }
  EXPECT_EQ(RunProof("verify-inclusion", values).code, ExitCode::kOk);
}

TEST(ProofCommands, EveryChangedByteIsNoticed) {
  const std::vector<std::pair<std::string, Values>> proofs = {
      {"verify-inclusion", Inclusion(KnownTree(), 5, 8)},
      {"verify-inclusion", Inclusion(KnownTree(), 6, 7)},
      {"verify-consistency", Consistency(KnownTree(), 6, 8)},
      {"verify-consistency", Consistency(KnownTree(), 4, 7)}};
  for (const auto& [command, values] : proofs) {
    for (const auto& [name, value] : values) {
      for (size_t i = 0; i < value.size(); ++i) {
        for (const char other : {'0', 'f', ',', 'g', '-', ' ', '\0'}) {
          if (value[i] == other) continue;
          Values changed = values;
          changed[name][i] = other;
          EXPECT_EQ(RunProof(command, changed).code, ExitCode::kNegative)
              << command << " --" << name << "=" << changed[name];
        }
        Values shorter = values;
        shorter[name].erase(i, 1);
        EXPECT_EQ(RunProof(command, shorter).code, ExitCode::kNegative) << name << " " << i;
      }
    }
  }
}

TEST(ProofCommands, MalformedInputIsNoProof) {
  const std::string hash(kRoot8);
  const std::vector<std::string> hashes = {
      "",         "0",         hash.substr(1), hash + "0", hash + "00", "0x" + hash.substr(2),
      hash + " ", "\n" + hash, "zz",           "-1",       "…",         std::string(1 << 20, 'a')};
  const std::vector<std::string> numbers = {"",
                                            "-1",
                                            "+5",
                                            "5 ",
                                            " 5",
                                            "05",
                                            "0x5",
                                            "5.0",
                                            "5e0",
                                            "five",
                                            "9223372036854775808",
                                            "18446744073709551616",
                                            "18446744073709551621",
                                            std::string(5000, '9')};
  for (const auto& [command, values] :
       {std::pair<std::string, Values>("verify-inclusion", Inclusion(KnownTree(), 5, 8)),
        std::pair<std::string, Values>("verify-consistency", Consistency(KnownTree(), 5, 8))}) {
    for (const auto& [name, value] : values) {
      const bool is_number = value.size() < 20;
      for (const std::string& bad : is_number ? numbers : hashes) {
        Values changed = values;
        changed[name] = bad;
        const Result result = RunProof(command, changed);
        EXPECT_EQ(result.code, ExitCode::kNegative) << command << " --" << name << "=" << bad;
        EXPECT_THAT(result.output, HasSubstr("does not hold"));
        EXPECT_LT(result.output.size(), 600U);
      }
    }
    for (const std::string& bad : {values.at("proof") + ",", "," + values.at("proof"),
                                   values.at("proof") + "," + hash, std::string(",")}) {
      Values changed = values;
      changed["proof"] = bad;
      EXPECT_EQ(RunProof(command, changed).code, ExitCode::kNegative) << bad;
    }
  }
}

TEST(ProofCommands, NumbersBeyondAnyTreeAreNoProof) {
  for (const char* size : {"9223372036854775807", "0", "4611686018427387904"}) {
    Values inclusion = Inclusion(KnownTree(), 5, 8);
    inclusion["tree-size"] = size;
    EXPECT_EQ(RunProof("verify-inclusion", inclusion).code, ExitCode::kNegative) << size;
    Values consistency = Consistency(KnownTree(), 5, 8);
    consistency["to"] = size;
    EXPECT_EQ(RunProof("verify-consistency", consistency).code, ExitCode::kNegative) << size;
    consistency = Consistency(KnownTree(), 5, 8);
    consistency["from"] = size;
    EXPECT_EQ(RunProof("verify-consistency", consistency).code, ExitCode::kNegative) << size;
  }
}

TEST(ProofCommands, WrongUsageIsNoVerdict) {
  EXPECT_EQ(RunWords({"proof", "verify-inclusion", "--leaf-indx=1"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunWords({"proof", "verify-inclusion", "--leaf-index=1"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunWords({"proof", "verify-consistency", "--from=1", "--to=1"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunWords({"proof"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunWords({"proof", "verify"}).code, ExitCode::kUsage);
}

TEST(ProofCommands, ScriptsGetTheReason) {
  const auto answer = [](Values values) {
    std::vector<std::string> words = {"--json", "proof", "verify-inclusion"};
    for (const auto& [name, value] : values) words.push_back("--" + name + "=" + value);
    return nlohmann::json::parse(RunWords(words).output);
  };
  Values values = Inclusion(KnownTree(), 5, 8);
  EXPECT_EQ(answer(values), nlohmann::json({{"valid", true}}));
  values["root"] = kRoot1;
  EXPECT_EQ(answer(values)["valid"], false);
  EXPECT_EQ(answer(values)["reason"], "OTHER_ROOT");
  values["tree-size"] = "5";
  EXPECT_EQ(answer(values)["reason"], "IMPOSSIBLE");
  values["root"] = "\xff";
  EXPECT_EQ(answer(values)["reason"], "MALFORMED");
}

}  // namespace
}  // namespace qingqu::cli
