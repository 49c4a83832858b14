#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "gtest/gtest.h"

#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/test_tree.h"
#include "common/sealed_log/tile.h"
#include "services/cli/journal/log_source.h"

namespace qingqu::cli {

// A published log in a folder, for tests, and the key that signs it.
class TestLog {
 public:
  static constexpr const char* kOrigin = "qingqu.test/journal";

  explicit TestLog(const std::string& name)
      : folder_(::testing::TempDir() + name + "_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
  }
  ~TestLog() { std::filesystem::remove_all(folder_); }
  TestLog(const TestLog&) = delete;
  TestLog& operator=(const TestLog&) = delete;

  // The first `size` leaves of the tree.
  void Publish(const sealed_log::TestTree& tree, uint64_t size) {
    for (const sealed_log::Tile& tile : sealed_log::NewTiles(0, size)) {
      std::string content;
      for (uint64_t i = 0; i < static_cast<uint64_t>(tile.width); ++i) {
        const uint64_t number = tile.index * sealed_log::kTileWidth + i;
        const int bits = tile.level * sealed_log::kTileHeight;
        content += sealed_log::BytesOf(tree.Root(number << bits, (number + 1) << bits));
      }
      Write(TilePath(tile), content);
    }
    Write("checkpoint", Note(tree, size));
  }
  std::string Note(const sealed_log::TestTree& tree, uint64_t size) const {
    return SignedNote(size, tree.Root(0, size));
  }
  std::string SignedNote(uint64_t size, const sealed_log::Hash& root) const {
    return *sealed_log::SignCheckpoint({.origin = kOrigin, .size = size, .root = root}, key_);
  }
  void Write(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    // At once, for those who read meanwhile.
    std::ofstream(path.string() + ".new", std::ios::binary) << content;
    std::filesystem::rename(path.string() + ".new", path);
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void Remove(const std::string& name) const { std::filesystem::remove_all(folder_ + "/" + name); }

  const std::string& folder() const { return folder_; }
  sealed_log::VerifierKey key() const { return {.name = kOrigin, .public_key = key_.public_key()}; }
  std::unique_ptr<LogSource> Open() const { return *OpenLogSource(folder_, absl::Seconds(5)); }

 private:
  const std::string folder_;
  const sealed_log::PrivateKey key_ = *sealed_log::PrivateKey::Generate();
};

// Leaves 0 … size - 1, of which those from `fork` on are others than in TestTree::Of.
inline sealed_log::TestTree ForkedTree(size_t size, size_t fork) {
  std::vector<sealed_log::Hash> leaves;
  for (size_t i = 0; i < size; ++i) {
    leaves.push_back(
        sealed_log::LeafHash((i < fork ? "leaf " : "forked leaf ") + std::to_string(i)));
  }
  return sealed_log::TestTree(std::move(leaves));
}

}  // namespace qingqu::cli
