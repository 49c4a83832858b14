#include "services/supervision/log/log_test_support.h"

#include <unistd.h>

#include <fstream>
#include <iterator>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "common/sealed_log/leaf.h"
#include "services/supervision/log/journal_rows.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

using sealed_log::Tile;

const std::vector<const db::Query*> kQueries{queries::kAllQueries.begin(),
                                             queries::kAllQueries.end()};

}  // namespace

LogTest::LogTest()
    : pool_(database_.NewPool("supervision", kQueries, 8)),
      folder_(fmt::format("{}journal_{}_{}", ::testing::TempDir(), ::getpid(),
                          ::testing::UnitTest::GetInstance()->current_test_info()->name())) {}

LogTest::~LogTest() { std::filesystem::remove_all(folder_); }

Sealer LogTest::NewSealer(int entries_max) {
  return {pool_.get(), &clock_, {.origin = kOrigin, .key = key_, .entries_max = entries_max}};
}

void LogTest::Append(int count, const std::string& details) {
  database_.Execute(fmt::format(
      "SELECT journal.append('thing.done', 'test', '', 'things/' || n, ARRAY['things/' || n, "
      "'items/x y'], 'county-hospital', 'east', '', '', '{}', CASE n % 3 WHEN 0 THEN "
      "'{{\"patient\": \"p\"}}' ELSE '{{}}' END::jsonb) FROM generate_series(1, {}) AS n",
      details, count));
}

int64_t LogTest::Count(const std::string& table) const {
  return std::stoll(database_.Value("SELECT count(*) FROM " + table));
}

void LogTest::SealAll(Sealer& sealer) {
  const int64_t size = Count("journal.entry");
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (static_cast<int64_t>(Head().size) < size && absl::Now() < end) {
    const absl::StatusOr<Sealer::Round> round = sealer.Seal();
    ASSERT_TRUE(round.ok()) << round.status();
    if (round->sealed == 0) absl::SleepFor(absl::Milliseconds(5));
  }
}

LogHead LogTest::Head() {
  return *db::RunRead(
      *pool_, LogCall(clock_, "test", absl::Seconds(30)),
      [](pqxx::transaction_base& tx) -> absl::StatusOr<LogHead> { return ReadLogHead(tx); });
}

std::vector<std::string> LogTest::LeavesOfJournal() {
  std::vector<std::string> leaves;
  pqxx::connection connection(database_.superuser_conninfo());
  pqxx::nontransaction tx(connection);
  for (const auto& row : tx.exec(
           "SELECT transaction_id, sequence, (extract(epoch FROM written_at) * 1000000)::bigint, "
           "event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles, "
           "client, request_id, reason, institution_id, alliance_id, supplier_id, details, "
           "restricted, restricted_salt FROM journal.entry ORDER BY transaction_id, sequence")) {
    leaves.push_back(sealed_log::LeafOf(RowOf(row)));
  }
  return leaves;
}

sealed_log::TestTree LogTest::TreeOfJournal() {
  std::vector<sealed_log::Hash> hashes;
  for (const std::string& leaf : LeavesOfJournal()) hashes.push_back(sealed_log::LeafHash(leaf));
  return sealed_log::TestTree(std::move(hashes));
}

void LogTest::ExpectSealed() {
  const LogHead head = Head();
  const sealed_log::TestTree tree = TreeOfJournal();
  ASSERT_EQ(head.size, tree.size());
  EXPECT_EQ(head.root, tree.Root(0, tree.size()));
  const absl::StatusOr<sealed_log::SignedCheckpoint> checkpoint =
      sealed_log::OpenCheckpoint(head.note, {.name = kOrigin, .public_key = key_.public_key()});
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->checkpoint.size, head.size);
  EXPECT_EQ(checkpoint->checkpoint.root, head.root);
  const std::vector<Tile> tiles = sealed_log::NewTiles(0, head.size);
  EXPECT_EQ(Count("supervision.log_tile"), static_cast<int64_t>(tiles.size()));
  for (const Tile& tile : tiles) {
    std::string content;
    for (uint64_t i = 0; i < static_cast<uint64_t>(tile.width); ++i) {
      const uint64_t number = tile.index * sealed_log::kTileWidth + i;
      const int bits = tile.level * sealed_log::kTileHeight;
      content += sealed_log::BytesOf(tree.Root(number << bits, (number + 1) << bits));
    }
    EXPECT_EQ(database_.Value(fmt::format(
                  "SELECT encode(hashes, 'escape') = encode('\\x{}', "
                  "'escape') FROM supervision.log_tile WHERE level = {} "
                  "AND tile_index = {}",
                  [&content] {
                    std::string hex;
                    for (const char c : content) {
                      hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
                    }
                    return hex;
                  }(),
                  tile.level, tile.index)),
              "t")
        << TilePath(tile);
  }
  EXPECT_EQ(
      database_.Value(
          "SELECT count(*) FROM (SELECT transaction_id, sequence, row_number() OVER (ORDER BY "
          "transaction_id, sequence) - 1 AS place FROM journal.entry) AS entry JOIN "
          "supervision.log_mark USING (transaction_id, sequence) WHERE place = 256 * "
          "tile_index"),
      std::to_string(Count("supervision.log_mark")));
  EXPECT_EQ(Count("supervision.log_mark"), static_cast<int64_t>((head.size + 255) / 256));
}

std::string LogTest::FileText(const std::string& name) const {
  std::ifstream file(folder_ + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void LogTest::ExpectPublished() {
  const LogHead head = Head();
  EXPECT_EQ(FileText("checkpoint"), head.note);
  const sealed_log::TestTree tree = TreeOfJournal();
  for (const Tile& tile : sealed_log::NewTiles(0, head.size)) {
    std::string content;
    for (uint64_t i = 0; i < static_cast<uint64_t>(tile.width); ++i) {
      const uint64_t number = tile.index * sealed_log::kTileWidth + i;
      const int bits = tile.level * sealed_log::kTileHeight;
      content += sealed_log::BytesOf(tree.Root(number << bits, (number + 1) << bits));
    }
    EXPECT_EQ(FileText(TilePath(tile)), content) << TilePath(tile);
  }
}

}  // namespace qingqu::supervision
