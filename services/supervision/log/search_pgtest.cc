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

// Out of ten thousand tiles a question reads only those that its terms name.
TEST_F(SearchTest, TermsAreFoundByTheirIndex) {
  database_.Execute(
      "INSERT INTO supervision.log_terms (tile_index, terms) SELECT n, (SELECT "
      "array_agg(hashtext(n::text || '/' || m)) FROM generate_series(1, 20) AS m) FROM "
      "generate_series(1, 10000) AS n; ANALYZE supervision.log_terms");
  pqxx::connection connection(database_.superuser_conninfo());
  pqxx::nontransaction tx(connection);
  for (const char* order : {"DESC", "ASC"}) {
    std::string plan;
    for (const auto& row : tx.exec(fmt::format(
             "EXPLAIN SELECT tile_index FROM supervision.log_terms WHERE terms @> "
             "ARRAY[hashtext('77/3'), hashtext('77/4')] AND tile_index BETWEEN 0 AND 9999 ORDER BY "
             "tile_index {} LIMIT 64",
             order))) {
      plan += row[0].as<std::string>() + "\n";
    }
    EXPECT_NE(plan.find("log_terms_terms"), std::string::npos) << plan;
  }
}

}  // namespace
}  // namespace qingqu::supervision
