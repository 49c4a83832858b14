#include <algorithm>
#include <functional>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "services/supervision/log/log_test_support.h"
#include "services/supervision/log/search.h"
#include "services/supervision/log/term_writer.h"

namespace qingqu::supervision {
namespace {

class SearchTest : public LogTest {
 protected:
  // 1,100 entries, each eleventh of which is about lot L1; sealed, and the first four tiles with
  // terms.
  void Fill() {
    database_.Execute(
        "SELECT set_config('qingqu.user', 'op' || n % 3, false), journal.append(CASE n % 5 WHEN 0 "
        "THEN "
        "'use.recorded' ELSE 'receipt.posted' END, 't', '', 'things/' || n, CASE n % 11 WHEN 0 "
        "THEN "
        "ARRAY['items/x/lots/L1'] ELSE '{}' END, 'i' || n % 7, 'east', '', CASE n WHEN 600 THEN "
        "'温度超标' ELSE "
        "'' END, jsonb_build_object('n', n), '{}') FROM generate_series(0, 1099) AS n");
    Sealer sealer = NewSealer();
    SealAll(sealer);
    TermWriter writer(pool_.get(), &clock_);
    EXPECT_EQ(*writer.Write(3), 3);
    EXPECT_EQ(*writer.Write(3), 1);
    EXPECT_EQ(*writer.Write(3), 0);
  }

  // All pages of the answer.
  std::vector<uint64_t> Find(const SearchQuestion& question, size_t rows_max = 50,
                             int tiles_max = 64) {
    std::vector<uint64_t> found;
    SearchRange range{.begin = 0, .end = Head().size};
    int pages = 0;
    while (!range.done() && ++pages < 2000) {
      const absl::Status status = db::RunRead(
          *pool_, LogCall(clock_, "test", absl::Seconds(30)),
          [&](pqxx::transaction_base& tx) -> absl::Status {
            return Search(tx, question, {.rows_max = rows_max, .tiles_max = tiles_max}, range,
                          [&](uint64_t index, const sealed_log::JournalRow& row) {
                            EXPECT_EQ(row.resource, fmt::format("things/{}", index));
                            found.push_back(index);
                          });
          });
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) break;
    }
    return found;
  }
  static std::vector<uint64_t> Where(const std::function<bool(uint64_t)>& fits, bool newest_first) {
    std::vector<uint64_t> wanted;
    for (uint64_t n = 0; n < 1100; ++n) {
      if (fits(n)) wanted.push_back(n);
    }
    if (newest_first) std::reverse(wanted.begin(), wanted.end());
    return wanted;
  }
};

TEST_F(SearchTest, EachConditionAndAllTogether) {
  Fill();
  for (const bool newest : {true, false}) {
    EXPECT_EQ(Find({.newest_first = newest}), Where([](uint64_t) { return true; }, newest));
    EXPECT_EQ(Find({.actor_user_id = "op1", .newest_first = newest}),
              Where([](uint64_t n) { return n % 3 == 1; }, newest));
    EXPECT_EQ(Find({.institution_id = "i3", .newest_first = newest}),
              Where([](uint64_t n) { return n % 7 == 3; }, newest));
    EXPECT_EQ(Find({.event = "use.recorded", .newest_first = newest}),
              Where([](uint64_t n) { return n % 5 == 0; }, newest));
    EXPECT_EQ(Find({.resource = "things/777", .newest_first = newest}),
              Where([](uint64_t n) { return n == 777; }, newest));
    EXPECT_EQ(Find({.subject = "items/x/lots/L1", .newest_first = newest}),
              Where([](uint64_t n) { return n % 11 == 0; }, newest));
    EXPECT_EQ(Find({.texts = {TextQuestion("超标")}, .newest_first = newest}),
              Where([](uint64_t n) { return n == 600; }, newest));
    EXPECT_EQ(Find({.texts = {TextQuestion("n 1050")}, .newest_first = newest}),
              Where([](uint64_t n) { return n == 1050; }, newest));
    EXPECT_EQ(Find({.actor_user_id = "op0",
                    .event = "use.recorded",
                    .subject = "items/x/lots/L1",
                    .newest_first = newest}),
              Where([](uint64_t n) { return n % 3 == 0 && n % 5 == 0 && n % 11 == 0; }, newest));
    EXPECT_EQ(Find({.resource = "things/9999", .newest_first = newest}), std::vector<uint64_t>());
    EXPECT_EQ(Find({.texts = {TextQuestion("THINGS 7")}, .newest_first = newest}),
              Where([](uint64_t n) { return n == 7; }, newest));
  }
}

TEST_F(SearchTest, PagesOfAnySizeTellTheSame) {
  Fill();
  for (const bool newest : {true, false}) {
    const SearchQuestion question{.institution_id = "i3", .newest_first = newest};
    const std::vector<uint64_t> wanted = Where([](uint64_t n) { return n % 7 == 3; }, newest);
    for (const size_t rows : {size_t{1}, size_t{7}, size_t{157}, size_t{1000}}) {
      EXPECT_EQ(Find(question, rows), wanted);
    }
    EXPECT_EQ(Find(question, 50, 1), wanted);
  }
}

TEST_F(SearchTest, TimesBoundTheAnswer) {
  Fill();
  const auto written = [&](int n) {
    return std::stoll(database_.Value(
        fmt::format("SELECT (extract(epoch FROM written_at) * 1000000)::bigint FROM journal.entry "
                    "WHERE resource = 'things/{}'",
                    n)));
  };
  const int64_t from = written(300);
  const int64_t before = written(900);
  const std::vector<uint64_t> found =
      Find({.written_from_us = from, .written_before_us = before, .newest_first = false});
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(
      std::to_string(found.size()),
      database_.Value(fmt::format(
          "SELECT count(*) FROM journal.entry WHERE (extract(epoch FROM written_at) * "
          "1000000)::bigint >= {} AND (extract(epoch FROM written_at) * 1000000)::bigint < {}",
          from, before)));
  EXPECT_LE(found.front(), 300);
  EXPECT_TRUE(Find({.written_from_us = written(1099) + 1}).empty());
  EXPECT_TRUE(Find({.written_before_us = written(0)}).empty());
}

// Whether few tiles have the terms or all, and whatever the planner knows of them.
TEST_F(SearchTest, TilesAreFoundByTheIndexOfTermsAlone) {
  database_.Execute(
      "INSERT INTO supervision.log_terms (tile_index, terms) SELECT n, array_append((SELECT "
      "array_agg(hashtext(n::text || '/' || m)) FROM generate_series(1, 20) AS m), 7) FROM "
      "generate_series(0, 9999) AS n");
  pqxx::connection connection(database_.superuser_conninfo());
  for (const bool analyzed : {false, true}) {
    if (analyzed) database_.Execute("ANALYZE supervision.log_terms");
    pqxx::work tx(connection);
    const auto found = [&](const std::string& terms, const std::string& range) {
      std::string indexes;
      for (const auto& row :
           tx.exec(fmt::format("SELECT supervision.find_tiles(ARRAY[{}], {})", terms, range))) {
        indexes += row[0].as<std::string>() + " ";
      }
      return indexes;
    };
    EXPECT_EQ(found("7", "0, 9999, true, 3"), "9999 9998 9997 ");
    EXPECT_EQ(found("7", "5, 9999, false, 3"), "5 6 7 ");
    EXPECT_EQ(found("7, hashtext('77/3'), hashtext('77/4')", "0, 9999, true, 64"), "77 ");
    EXPECT_EQ(found("hashtext('77/3')", "78, 9999, false, 64"), "");
    const auto scans = [&](const std::string& relation) {
      return tx
          .exec(fmt::format("SELECT pg_stat_get_xact_numscans('supervision.{}'::regclass)",
                            relation))[0][0]
          .as<int>();
    };
    EXPECT_EQ(scans("log_terms"), 0);
    EXPECT_EQ(scans("log_terms_pkey"), 0);
    EXPECT_GT(scans("log_terms_terms"), 0);
  }
}

}  // namespace
}  // namespace qingqu::supervision
