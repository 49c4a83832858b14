#include "common/sealed_log/tile.h"

#include <map>

#include "gtest/gtest.h"

#include "common/sealed_log/proof.h"
#include "common/sealed_log/test_tree.h"

namespace qingqu::sealed_log {
namespace {

// Tiles by their paths, as a folder has them.
class TestTiles final : public TileSource {
 public:
  void Write(const TestTree& tree, uint64_t from, uint64_t to) {
    for (const Tile& tile : NewTiles(from, to)) {
      std::string content;
      for (uint64_t i = 0; i < static_cast<uint64_t>(tile.width); ++i) {
        const uint64_t number = tile.index * kTileWidth + i;
        const int bits = tile.level * kTileHeight;
        content += BytesOf(tree.Root(number << bits, (number + 1) << bits));
      }
      contents_[TilePath(tile)] = content;
    }
  }
  absl::StatusOr<std::vector<std::string>> ReadTiles(const std::vector<Tile>& tiles) override {
    std::vector<std::string> contents;
    for (const Tile& tile : tiles) {
      const auto found = contents_.find(TilePath(tile));
      if (found == contents_.end()) return absl::NotFoundError(TilePath(tile));
      contents.push_back(found->second);
    }
    return contents;
  }
  std::map<std::string, std::string> contents_;
};

TEST(TileTest, PathsOfTheSpecification) {
  EXPECT_EQ(TilePath({.level = 0, .index = 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({.level = 1, .index = 0, .width = 17}), "tile/1/000.p/17");
  EXPECT_EQ(TilePath({.level = 2, .index = 1000}), "tile/2/x001/000");
  EXPECT_EQ(TilePath({.level = 0, .index = 999}), "tile/0/999");
}

TEST(TileTest, PathsAreReadAsTheyAreWritten) {
  for (const uint64_t index :
       {uint64_t{0}, uint64_t{7}, uint64_t{999}, uint64_t{1000}, uint64_t{1000000},
        uint64_t{1234067}, HashesAtLevel(kTreeSizeMax, 1)}) {
    for (const int width : {1, 255, 256}) {
      const Tile tile{.level = 0, .index = index, .width = width};
      EXPECT_EQ(*ParseTilePath(TilePath(tile)), tile);
    }
  }
  EXPECT_EQ(ParseTilePath("tile/7/000.p/127")->level, 7);
}

TEST(TileTest, OtherPathsAreRefused) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000/000",
                           "tile/0/x001",
                           "tile/0/x001/",
                           "tile/0/001/000",
                           "tile/0/x01/000",
                           "tile/00/000",
                           "tile/8/000",
                           "tile/63/000",
                           "tile/-1/000",
                           "tile/0/-01",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/",
                           "tile/0/000.p/-1",
                           "tile/0/000.p",
                           "tile/0/000/",
                           "tile/0/000 ",
                           "/tile/0/000",
                           "tile//000",
                           "tile/0/../000",
                           "tile/0/000.p/1/",
                           "tile/entries/000",
                           "tile/7/001",
                           "tile/0/x999/x999/x999/x999/x999/x999/999",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(ParseTilePath(path).ok()) << path;
  }
}

TEST(TileTest, TilesOfTheSpecificationsExample) {
  size_t full0 = 0;
  std::vector<std::string> others;
  for (const Tile& tile : NewTiles(0, 70000)) {
    if (tile.level == 0 && tile.width == kTileWidth) {
      ++full0;
    } else {
      others.push_back(TilePath(tile));
    }
  }
  EXPECT_EQ(full0, 273);
  EXPECT_EQ(others, (std::vector<std::string>{"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17",
                                              "tile/2/000.p/1"}));
  EXPECT_EQ(NewTiles(0, 256).size(), 2);
  EXPECT_TRUE(NewTiles(300, 300).empty());
  EXPECT_EQ(NewTiles(256, 257), (std::vector<Tile>{{.level = 0, .index = 1, .width = 1}}));
  EXPECT_EQ(NewTiles(250, 258), (std::vector<Tile>{{.level = 0, .index = 0},
                                                   {.level = 0, .index = 1, .width = 2},
                                                   {.level = 1, .index = 0, .width = 1}}));
}

TEST(TileTest, ProofsComeOutOfTiles) {
  const TestTree tree = TestTree::Of(1300);
  TestTiles tiles;
  uint64_t before = 0;
  for (const uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 700u, 1024u, 1300u}) {
    tiles.Write(tree, before, size);
    before = size;
    TileReader reader(size, &tiles);
    const Hash root = tree.Root(0, size);
    ASSERT_EQ(*ReadRoot(reader, size), root);
    for (uint64_t index = size % 7; index < size; index += 7) {
      const absl::StatusOr<Proof> inclusion = InclusionProof(reader, index, size);
      ASSERT_TRUE(inclusion.ok()) << inclusion.status();
      EXPECT_TRUE(VerifyInclusion(index, size, tree.leaf(index), *inclusion, root).ok());
      const absl::StatusOr<Proof> consistency = ConsistencyProof(reader, index + 1, size);
      ASSERT_TRUE(consistency.ok()) << consistency.status();
      EXPECT_TRUE(
          VerifyConsistency(index + 1, size, tree.Root(0, index + 1), root, *consistency).ok());
    }
  }
}

TEST(TileTest, AShortTileAndAForeignNodeAreErrors) {
  const TestTree tree = TestTree::Of(300);
  TestTiles tiles;
  tiles.Write(tree, 0, 300);
  TileReader reader(300, &tiles);
  EXPECT_FALSE(reader.ReadNodes({{.level = 0, .index = 300}}).ok());
  EXPECT_FALSE(reader.ReadNodes({{.level = -1, .index = 0}}).ok());
  EXPECT_FALSE(reader.ReadNodes({{.level = 63, .index = 0}}).ok());
  EXPECT_TRUE(reader.ReadNodes({})->empty());
  tiles.contents_["tile/0/000"].resize(256 * 32 - 1);
  EXPECT_EQ(reader.ReadNodes({{.level = 0, .index = 3}}).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace qingqu::sealed_log
