#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/mapping/mapping_test_support.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;

class UploadTest : public ::testing::Test, protected MappingDatabase {};

TEST_F(UploadTest, RowsBecomeVersions) {
  v1::LocalRow row = SyringeRow("0012");
  EXPECT_EQ(Upload({row, VagueRow("0013")}).new_count(), 2);
  EXPECT_EQ(Upload({row}).unchanged_count(), 1);
  row.set_price("0.40");
  const v1::LocalCode before = Read("0012");
  EXPECT_EQ(Upload({row}).changed_count(), 1);
  EXPECT_EQ(Read("0012").state(), before.state()) << "a price alone is not compared again";
  row.set_display_name("注射器 无菌");
  const auto uploaded = mappings.UploadLocalRows(Pharmacist(), Rows({row}));
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  EXPECT_EQ(Read("0012").state(), v1::LOCAL_CODE_STATE_AWAITING);
  EXPECT_EQ(Read("0012").proposals_size(), 0) << "those were for another row";
  EXPECT_EQ(Read("0012").mapping().item(), "items/syringe") << "until somebody says otherwise";
  Compare();
  EXPECT_EQ(Read("0012").row_version(), 3);
  v1::ListLocalRowVersionsRequest request;
  request.set_institution(kCountyHospital);
  request.set_local_code("0012");
  request.set_page_size(2);
  auto page = mappings.ListLocalRowVersions(Pharmacist(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->versions_size(), 2);
  EXPECT_EQ(page->versions(0).version(), 3);
  EXPECT_EQ(page->versions(1).row().price(), "0.4000");
  EXPECT_EQ(page->versions(1).uploader(), "users/yao");
  request.set_page_token(page->next_page_token());
  page = mappings.ListLocalRowVersions(Pharmacist(), request);
  ASSERT_EQ(page->versions_size(), 1);
  EXPECT_EQ(page->versions(0).row().price(), "0.3500");
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(UploadTest, BadRowsAreNamedAndTheOthersTaken) {
  v1::LocalRow bad = SyringeRow("");
  bad.set_price("free");
  const auto answer = Upload({SyringeRow("0012"), bad, VagueRow("0012")});
  EXPECT_EQ(answer.new_count(), 1);
  EXPECT_EQ(answer.rejected_count(), 2);
  std::vector<std::string> errors;
  for (const v1::RowError& error : answer.errors()) {
    errors.push_back(fmt::format("{} {} {}", error.line(), error.column(), error.reason()));
  }
  EXPECT_THAT(errors, ElementsAre("3 local_code LOCAL_CODE_INVALID", "3 price PRICE_INVALID",
                                  "4 local_code LOCAL_CODE_TWICE"));
  EXPECT_EQ(Read("0012").row().specification(), "5ML") << "the first one counts";
}

TEST_F(UploadTest, TheSameBatchTwiceIsOne) {
  const CallContext call = testing::WithRequestId(Pharmacist(), testing::NewRequestId());
  const auto request = Rows({SyringeRow("0012"), VagueRow("0013")});
  const auto first = mappings.UploadLocalRows(call, request);
  const auto second = mappings.UploadLocalRows(call, request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(second->new_count(), 2);
  EXPECT_EQ(
      database.Value("SELECT count(*) FROM journal.entry WHERE event = 'local_list.uploaded'"),
      "1");
  EXPECT_EQ(ErrorReason(mappings.UploadLocalRows(call, Rows({SyringeRow("9")})).status()),
            "REQUEST_ID_REUSED");
}

TEST_F(UploadTest, WhoMayNotSeeTheInstitutionUploadsNothing) {
  const auto reason = [&](const CallContext& call, v1::UploadLocalRowsRequest request) {
    return ErrorReason(mappings.UploadLocalRows(call, request).status());
  };
  EXPECT_EQ(reason(WestPharmacist(), Rows({SyringeRow("1")})), "INSTITUTION_NOT_FOUND");
  auto request = Rows({SyringeRow("1")});
  request.set_institution("institutions/nowhere");
  EXPECT_EQ(reason(Pharmacist(), request), "INSTITUTION_NOT_FOUND");
  request.set_institution("town");
  EXPECT_EQ(reason(Pharmacist(), request), "INVALID_FIELD");
  EXPECT_EQ(reason(Pharmacist(), Rows({})), "INVALID_FIELD");
  request = Rows({SyringeRow("1")});
  request.set_institution("institutions/town-hospital");
  EXPECT_EQ(reason(Pharmacist(), request), "INSTITUTION_NOT_FOUND") << "of the same alliance";
  EXPECT_EQ(reason(Wang(), request), "") << "an officer of the alliance";
}

TEST_F(UploadTest, TenThousandRowsInOneCall) {
  v1::UploadLocalRowsRequest request;
  request.set_institution(kCountyHospital);
  for (int i = 0; i < 10'000; ++i) {
    *request.add_rows() = SyringeRow(fmt::format("{:05}", i));
  }
  auto uploaded = mappings.UploadLocalRows(Pharmacist(), request);
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  EXPECT_EQ(uploaded->new_count(), 10'000);
  for (v1::LocalRow& row : *request.mutable_rows()) row.set_price("1");
  uploaded = mappings.UploadLocalRows(testing::WithRequestId(Pharmacist(), testing::NewRequestId()),
                                      request);
  EXPECT_EQ(uploaded->changed_count(), 10'000);
  Compare();
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.mapping WHERE item_id = 'syringe'"),
            "10000");
  EXPECT_EQ(database.Value("SELECT sum((details->>'compared')::int) FROM journal.entry "
                           "WHERE event = 'mapping.proposed'"),
            "10000");
  *request.add_rows() = SyringeRow("one-more");
  EXPECT_EQ(ErrorReason(mappings.UploadLocalRows(Pharmacist(), request).status()), "INVALID_FIELD");
}

TEST_F(UploadTest, TwoWhoUploadTheSameListMakeOneOfIt) {
  std::vector<v1::LocalRow> rows;
  for (int i = 0; i < 200; ++i) rows.push_back(SyringeRow(fmt::format("{:04}", i)));
  std::vector<std::thread> callers;
  std::vector<int64_t> fresh(4);
  std::vector<int64_t> known(4);
  for (size_t i = 0; i < fresh.size(); ++i) {
    callers.emplace_back([&, i] {
      const auto uploaded = mappings.UploadLocalRows(
          testing::WithRequestId(Pharmacist(), testing::NewRequestId()), Rows(rows));
      ASSERT_TRUE(uploaded.ok()) << uploaded.status();
      fresh[i] = uploaded->new_count();
      known[i] = uploaded->unchanged_count();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(fresh, ::testing::UnorderedElementsAre(200, 0, 0, 0));
  EXPECT_THAT(known, ::testing::UnorderedElementsAre(0, 200, 200, 200));
}

// What the database refuses by itself.
class MappingSchemaTest : public UploadTest {
 protected:
  std::string Refusal(
      const std::string& sql,
      const std::string& settings = "SELECT set_config('qingqu.scope', 'county', true)") {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    tx.exec(settings);
    try {
      tx.exec(sql);
      tx.exec(
          "SELECT journal.append('test.done', '', '', 'tests/t', '{}', '', '', '', '', '{}', "
          "'{}')");
      tx.commit();
    } catch (const std::exception& failure) {
      const std::string text = failure.what();
      const std::string mark = "constraint \"";
      const size_t found = text.find(mark);
      if (found == std::string::npos) return text.substr(0, text.find('\n'));
      const size_t begin = found + mark.size();
      return text.substr(begin, text.find('"', begin) - begin);
    }
    return "";
  }
  static std::string Mapping(const std::string& columns) {
    return "INSERT INTO mapping (institution_id, alliance_id, local_code, row_version, item_id, "
           "unit_factor, valid_from, valid_to, ended_at, score, evidence, decided_at) VALUES "
           "('county-hospital', 'east', " +
           columns + ", 0, '{}', now())";
  }
};

TEST_F(MappingSchemaTest, OneItemAtATime) {
  Upload({SyringeRow("0012"), VagueRow("0013")});
  database.Execute(
      "SET session_replication_role = replica; UPDATE catalog.mapping SET valid_from = "
      "'2026-03-01', valid_to = NULL");
  EXPECT_EQ(Refusal(Mapping("'0012', 1, 'gauze', 1, '2026-01-01', '2026-03-02', now()")),
            "mapping_one_item_at_a_time");
  EXPECT_EQ(Refusal(Mapping("'0012', 1, 'gauze', 1, '2026-04-01', NULL, NULL")),
            "mapping_one_item_at_a_time");
  EXPECT_EQ(Refusal(Mapping("'0012', 1, 'gauze', 1, '2026-01-01', '2026-03-01', now()")), "");
  EXPECT_EQ(Refusal(Mapping("'0013', 1, 'nothing', 1, '2026-01-01', NULL, NULL")),
            "mapping_item_fkey");
  EXPECT_EQ(Refusal(Mapping("'0013', 2, 'gauze', 1, '2026-01-01', NULL, NULL")),
            "mapping_row_fkey");
  EXPECT_EQ(Refusal(Mapping("'0013', 1, 'gauze', 0, '2026-01-01', NULL, NULL")),
            "mapping_unit_factor_check");
  EXPECT_EQ(Refusal(Mapping("'0013', 1, 'gauze', 1, '2026-01-02', '2026-01-01', now()")),
            "mapping_period_check");
  EXPECT_EQ(Refusal(Mapping("'0013', 1, 'gauze', 1, '2026-01-01', '2026-02-01', NULL")),
            "mapping_end_check");
}

TEST_F(MappingSchemaTest, HistoryIsNotRewritten) {
  Upload({SyringeRow("0012")});
  EXPECT_THAT(Refusal("UPDATE mapping SET item_id = 'gauze'"),
              ::testing::HasSubstr("permission denied"));
  EXPECT_THAT(Refusal("DELETE FROM mapping"), ::testing::HasSubstr("permission denied"));
  EXPECT_THAT(Refusal("UPDATE local_row SET display_name = 'x'"),
              ::testing::HasSubstr("permission denied"));
  EXPECT_EQ(Refusal("UPDATE mapping SET valid_to = valid_from + 1, ended_at = now()"), "");
  EXPECT_THAT(Refusal("UPDATE mapping SET valid_to = valid_from + 2"),
              ::testing::HasSubstr("has ended"));
  EXPECT_EQ(Refusal("UPDATE local_code SET state = 'lost'"), "local_code_state_check");
  EXPECT_EQ(Refusal("UPDATE local_code SET state = 'mapped', decided_at = NULL"),
            "local_code_decided_check");
  EXPECT_EQ(Refusal("UPDATE local_code SET proposals = '[1,2,3,4,5,6]'"),
            "local_code_proposals_check");
}

TEST_F(MappingSchemaTest, ChangesNeedAJournalEntry) {
  Upload({SyringeRow("0012")});
  pqxx::connection connection(database.conninfo_as("catalog"));
  pqxx::work tx(connection);
  tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
  tx.exec("UPDATE local_code SET reason = 'x'");
  EXPECT_THROW(tx.commit(), pqxx::sql_error);
}

TEST_F(MappingSchemaTest, AnotherInstitutionSeesNothing) {
  Upload({SyringeRow("0012"), VagueRow("0013")});
  const auto rows = [&](const std::string& area, const std::string& table,
                        const std::string& institution, const std::string& alliance) {
    pqxx::connection connection(database.conninfo_as(area));
    pqxx::nontransaction tx(connection);
    tx.exec(
        fmt::format("SELECT set_config('qingqu.scope', 'institution', false), "
                    "set_config('qingqu.institution', '{}', false), "
                    "set_config('qingqu.alliance', '{}', false)",
                    institution, alliance));
    return tx.exec1("SELECT count(*) FROM " + table)[0].as<int>();
  };
  for (const char* table : {"local_code", "local_row", "mapping"}) {
    EXPECT_GT(rows("catalog", table, "county-hospital", "east"), 0) << table;
    EXPECT_EQ(rows("catalog", table, "town-hospital", "east"), 0) << table;
    EXPECT_EQ(rows("catalog", table, "west-hospital", "west"), 0) << table;
  }
  EXPECT_EQ(rows("usage", "catalog_pub.local_code", "county-hospital", "east"), 1);
  EXPECT_EQ(rows("usage", "catalog_pub.local_code", "west-hospital", "west"), 0);
  EXPECT_THAT(
      Refusal("INSERT INTO local_code (institution_id, alliance_id, local_code, row_version, "
              "state) VALUES ('county-hospital', 'east', 'x', 0, 'awaiting')",
              "SELECT set_config('qingqu.scope', 'institution', true), "
              "set_config('qingqu.institution', 'west-hospital', true), "
              "set_config('qingqu.alliance', 'west', true)"),
      ::testing::HasSubstr("row-level security"));
}

}  // namespace
}  // namespace qingqu::catalog
