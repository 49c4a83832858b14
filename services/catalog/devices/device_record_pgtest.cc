// Records of the device database: imported, replaced by later versions, found by any of their
// identifiers.
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/devices/device_handlers.h"
#include "services/catalog/devices/device_row.h"
#include "services/catalog/devices/queries.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

using ::testing::HasSubstr;

v1::DeviceRecordRow Row(int number, int version = 1, std::string_view specification = "5mm") {
  v1::DeviceRecordRow row;
  row.set_line(10 * number);
  v1::DeviceRecord& record = *row.mutable_record();
  record.set_device_identifier(Gtin(number));
  record.set_product_name("采样器 A&B");
  record.set_specification(std::string(specification));
  record.set_registrant("某厂");
  record.set_credit_code(std::string(kCreditCode));
  record.set_version_number(fmt::format("{}", version));
  record.set_carries_lot(true);
  record.set_carries_serial(false);
  record.set_use_unit_identifier(Gtin(number + 1'000));
  v1::DevicePack& pack = *record.add_packs();
  pack.set_device_identifier(Gtin(number + 2'000));
  pack.set_contained_count("10");
  return row;
}

class DeviceRecordTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  std::string Create(bool all_or_nothing = false) {
    v1::CreateDeviceImportRequest request;
    request.set_all_or_nothing(all_or_nothing);
    return devices.CreateDeviceImport(Wang(), request)->name();
  }
  absl::StatusOr<v1::AppendDeviceRecordsResponse> Append(
      const std::string& import, const std::vector<v1::DeviceRecordRow>& rows,
      int64_t batch_number = 0) {
    v1::AppendDeviceRecordsRequest request;
    request.set_device_import(import);
    request.set_batch_number(batch_number);
    for (const auto& row : rows) *request.add_rows() = row;
    return devices.AppendDeviceRecords(Wang(), request);
  }
  absl::StatusOr<v1::DeviceImport> Finish(const std::string& import) {
    v1::FinishDeviceImportRequest request;
    request.set_device_import(import);
    return devices.FinishDeviceImport(Wang(), request);
  }
  // "read imported unchanged rejected", or the reason why not.
  std::string Import(const std::vector<v1::DeviceRecordRow>& rows) {
    const std::string import = Create();
    const auto appended = Append(import, rows);
    if (!appended.ok()) return ErrorReason(appended.status());
    const auto finished = Finish(import);
    if (!finished.ok()) return ErrorReason(finished.status());
    return fmt::format("{} {} {} {}", finished->read_count(), finished->imported_count(),
                       finished->unchanged_count(), finished->rejected_count());
  }
  // "role specification;" of each match, or the reason.
  std::string Found(const std::string& code) {
    v1::LookupDeviceRecordRequest request;
    request.set_code(code);
    const auto found = devices.LookupDeviceRecord(Li(), request);
    if (!found.ok()) return ErrorReason(found.status());
    std::string joined;
    for (const auto& match : found->matches()) {
      joined += v1::DeviceIdentifierRole_Name(match.role()).substr(23) + " " +
                match.record().specification() + (match.deleted() ? " deleted;" : ";");
    }
    return joined;
  }

  DeviceHandlers devices{pool.get()};
};

TEST_F(DeviceRecordTest, IsFoundByEachOfItsIdentifiers) {
  EXPECT_EQ(Import({Row(1), Row(2)}), "2 2 0 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT 5mm;");
  EXPECT_EQ(Found(Gtin(1'001)), "USE_UNIT 5mm;");
  EXPECT_EQ(Found(Gtin(2'001)), "PACK 5mm;");
  EXPECT_EQ(Found(Gtin(3'001)), "DEVICE_RECORD_UNKNOWN");
  EXPECT_EQ(Found("1"), "INVALID_FIELD");
  EXPECT_EQ(Found(""), "INVALID_FIELD");
  v1::LookupDeviceRecordRequest request;
  request.set_code(Gtin(1));
  const auto found = devices.LookupDeviceRecord(Li(), request);
  v1::DeviceRecord expected = Row(1).record();
  EXPECT_EQ(found->matches(0).record().SerializeAsString(), expected.SerializeAsString());
  EXPECT_EQ(database.Value("SELECT carries_lot || ' ' || carries_serial || ' ' || "
                           "coalesce(carries_expiry_date::text, 'unknown') FROM "
                           "catalog_pub.device_record WHERE identifier = '" +
                           Gtin(1) + "'"),
            "true false unknown");
  EXPECT_EQ(database.Value("SELECT details ->> 'imported' FROM journal.entry WHERE event = "
                           "'device_records.imported'"),
            "2");
}

TEST_F(DeviceRecordTest, IsFoundByWhatAScannerDelivers) {
  v1::DeviceRecordRow other = Row(2);
  other.mutable_record()->set_device_identifier("MA.156.M0.100011.2cscp023");
  EXPECT_EQ(Import({Row(1), other}), "2 2 0 0");
  const std::string pack = Gtin(2'001);
  EXPECT_EQ(Found("]C101" + Gtin(1) + "17301231" + "10LOT1"), "SALE_UNIT 5mm;");
  EXPECT_EQ(Found("(01)" + pack + "(10)LOT1"), "PACK 5mm;");
  EXPECT_EQ(Found("MA.156.M0.100011.2cscp023.LA1.SB2"), "SALE_UNIT 5mm;");
  EXPECT_EQ(Found(Gtin(1).substr(1)), "SALE_UNIT 5mm;") << "a GTIN-13";
  EXPECT_EQ(Found("(10)LOT1"), "INVALID_FIELD") << "without a product";
}

// "reason or specification/count;" of each code.
std::string Summary(const v1::BatchLookupDeviceRecordsResponse& response) {
  std::string joined;
  for (const v1::DeviceLookup& lookup : response.lookups()) {
    joined +=
        (lookup.reason().empty()
             ? fmt::format("{}/{}", lookup.match().record().specification(), lookup.match_count())
             : lookup.reason()) +
        ";";
  }
  return joined;
}

TEST_F(DeviceRecordTest, ManyAreFoundAtOnceInTheOrderAsked) {
  v1::DeviceRecordRow other = Row(2, 1, "of the same pack");
  other.mutable_record()->mutable_packs(0)->set_device_identifier(Gtin(2'001));
  EXPECT_EQ(Import({Row(1), other}), "2 2 0 0");
  v1::BatchLookupDeviceRecordsRequest request;
  for (const std::string& code :
       {Gtin(2), std::string("1"), "(01)" + Gtin(1) + "(10)A", Gtin(2'001), Gtin(7), Gtin(2)}) {
    request.add_codes(code);
  }
  const auto found = devices.BatchLookupDeviceRecords(Li(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(Summary(*found),
            "of the same pack/1;INVALID_FIELD;5mm/1;5mm/2;DEVICE_RECORD_UNKNOWN;"
            "of the same pack/1;");
  EXPECT_EQ(found->lookups(2).device_identifier(), Gtin(1));
  EXPECT_THAT(found->lookups(1).message(), HasSubstr("GTIN"));
  EXPECT_EQ(ErrorReason(devices.BatchLookupDeviceRecords(Li(), {}).status()), "INVALID_FIELD");
  request.clear_codes();
  for (int count = 0; count <= 1'000; ++count) request.add_codes(Gtin(1));
  EXPECT_EQ(ErrorReason(devices.BatchLookupDeviceRecords(Li(), request).status()), "INVALID_FIELD");
}

TEST_F(DeviceRecordTest, AnAnswerHasALimit) {
  v1::DeviceRecordRow large = Row(1);
  large.mutable_record()->set_description(std::string(60'000, 'x'));
  EXPECT_EQ(Import({large, Row(2)}), "2 2 0 0");
  v1::BatchLookupDeviceRecordsRequest request;
  for (int count = 0; count < 100; ++count) request.add_codes(Gtin(1));
  const auto found = devices.BatchLookupDeviceRecords(Li(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->lookups(0).match_count(), 1);
  EXPECT_EQ(found->lookups(99).reason(), "RESPONSE_FULL");
  EXPECT_LT(found->ByteSizeLong(), size_t{3} << 20);
}

TEST_F(DeviceRecordTest, StandsThereOnceInTheStrongestRole) {
  v1::DeviceRecordRow row = Row(1);
  v1::DeviceRecord& record = *row.mutable_record();
  record.set_use_unit_identifier(Gtin(1));
  record.set_direct_mark_identifier(Gtin(4'001));
  record.set_registered_identifier(Gtin(2'001).substr(1));
  v1::DeviceRecordRow sold_as_pack = Row(2, 1, "box");
  sold_as_pack.mutable_record()->set_registered_identifier(Gtin(1));
  sold_as_pack.mutable_record()->set_direct_mark_identifier("/");
  EXPECT_EQ(Import({row, sold_as_pack}), "2 2 0 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT 5mm;REGISTERED box;");
  EXPECT_EQ(Found(Gtin(2'001)), "PACK 5mm;");
  EXPECT_EQ(Found(Gtin(4'001)), "DIRECT_MARK 5mm;");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.device_record_identifier"), "7");
}

TEST_F(DeviceRecordTest, TheLatestVersionCounts) {
  EXPECT_EQ(Import({Row(1, 2, "two")}), "1 1 0 0");
  EXPECT_EQ(Import({Row(1, 2, "two")}), "1 0 1 0") << "the same again changes nothing";
  EXPECT_EQ(Import({Row(1, 1, "one")}), "1 0 1 0") << "an earlier version does not come back";
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT two;");
  v1::DeviceRecordRow later = Row(1, 10, "ten");
  later.mutable_record()->clear_packs();
  EXPECT_EQ(Import({Row(1, 3, "three"), later, Row(1, 4, "four")}), "3 1 2 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT ten;");
  EXPECT_EQ(Found(Gtin(2'001)), "DEVICE_RECORD_UNKNOWN") << "it has no pack any more";
}

TEST_F(DeviceRecordTest, WithinAVersionTheLatestCorrectionCounts) {
  const auto corrected = [](int correction, std::string_view specification) {
    v1::DeviceRecordRow row = Row(1, 2, specification);
    row.mutable_record()->set_correction_number(fmt::format("{}", correction));
    return row;
  };
  EXPECT_EQ(Import({corrected(0, "typo"), corrected(2, "right"), corrected(1, "nearly")}),
            "3 1 2 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT right;");
  EXPECT_EQ(Import({corrected(1, "nearly")}), "1 0 1 0");
  EXPECT_EQ(Import({Row(1, 2, "typo")}), "1 0 1 0") << "without a correction it is the first";
  EXPECT_EQ(Import({corrected(3, "better")}), "1 1 0 0");
  EXPECT_EQ(Import({corrected(3, "as published again")}), "1 1 0 0")
      << "of one version and correction the last file counts";
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT as published again;");
}

// A whole release after daily files, in whatever order they come.
TEST_F(DeviceRecordTest, WholeReleasesAndDailyFilesComeInAnyOrder) {
  const std::vector<v1::DeviceRecordRow> whole = {Row(1, 1, "one"), Row(2, 3, "two"), Row(3)};
  const std::vector<v1::DeviceRecordRow> day = {Row(1, 2, "one later"), Row(4)};
  EXPECT_EQ(Import(day), "2 2 0 0");
  EXPECT_EQ(Import(whole), "3 2 1 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT one later;");
  EXPECT_EQ(Found(Gtin(2)), "SALE_UNIT two;");
  EXPECT_EQ(Found(Gtin(4)), "SALE_UNIT 5mm;") << "what a whole release leaves out stays";
  EXPECT_EQ(Import(day), "2 0 2 0");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.device_import_row"), "0");
}

TEST_F(DeviceRecordTest, WhatIsDeletedIsKeptAndSaidSo) {
  EXPECT_EQ(Import({Row(1, 1, "old"), Row(2)}), "2 2 0 0");
  v1::DeviceRecordRow end = Row(1, 2, "old");
  end.mutable_record()->set_version_state("注销");
  EXPECT_EQ(Import({end}), "1 1 0 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT old deleted;");
  EXPECT_EQ(Found(Gtin(2'001)), "PACK old deleted;");
  const std::string published =
      "SELECT count(*) FROM catalog_pub.device_record WHERE identifier = '" + Gtin(1) + "'";
  EXPECT_EQ(database.Value(published), "0") << "it declares nothing any more";
  v1::DeviceRecordRow heir = Row(3, 1, "new");
  heir.mutable_record()->mutable_packs(0)->set_device_identifier(Gtin(2'001));
  EXPECT_EQ(Import({heir}), "1 1 0 0");
  EXPECT_EQ(Found(Gtin(2'001)), "PACK new;PACK old deleted;");
  EXPECT_EQ(Import({Row(1, 1, "old")}), "1 0 1 0") << "an old file does not bring it back";
  EXPECT_EQ(Import({Row(1, 3, "again")}), "1 1 0 0");
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT again;");
}

TEST_F(DeviceRecordTest, TheDatabaseRefusesWhatTheCodeWouldNot) {
  EXPECT_EQ(Import({Row(1)}), "1 1 0 0");
  const std::vector<std::pair<std::string, std::string>> kRefused = {
      {"UPDATE catalog.device_record_identifier SET role = 'other'",
       "device_record_identifier_role_check"},
      {"UPDATE catalog.device_record_identifier SET identifier = ''",
       "device_record_identifier_check"},
      {"UPDATE catalog.device_record SET version_number = -1", "device_record_version_check"},
      {"UPDATE catalog.device_record SET correction_number = -1", "device_record_version_check"},
      {"UPDATE catalog.device_record SET device_identifier = '1'",
       "device_record_identifier_check"},
      {"DELETE FROM catalog.device_record", "device_record_identifier_record_fkey"},
      {"UPDATE catalog.device_record SET product_name = 'silently'", "journal"}};
  for (const auto& [statement, constraint] : kRefused) {
    std::string refusal = "taken";
    try {
      database.Execute(statement);
    } catch (const std::exception& error) {
      refusal = error.what();
    }
    EXPECT_THAT(refusal, HasSubstr(constraint)) << statement;
  }
}

// Two files at once: each is whole, and the later version stays whichever ends first.
TEST_F(DeviceRecordTest, FilesAtOnceKeepTheLaterVersion) {
  for (int round = 0; round < 5; ++round) {
    const std::string earlier = Create();
    const std::string later = Create();
    std::vector<v1::DeviceRecordRow> rows;
    std::vector<v1::DeviceRecordRow> later_rows;
    for (int number = 1; number <= 50; ++number) {
      rows.push_back(Row(number, 2 * round + 1, "earlier"));
      later_rows.push_back(Row(number, 2 * round + 2, "later"));
    }
    ASSERT_TRUE(Append(earlier, rows).ok());
    ASSERT_TRUE(Append(later, later_rows).ok());
    {
      const std::jthread other([&] { EXPECT_TRUE(Finish(earlier).ok()); });
      EXPECT_TRUE(Finish(later).ok());
    }
    EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.device_record WHERE specification = "
                             "'later'"),
              "50");
    EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.device_record_identifier"), "150");
  }
}

TEST_F(DeviceRecordTest, BadRecordsAreNamedAndTheOthersTaken) {
  v1::DeviceRecordRow bad = Row(2);
  bad.mutable_record()->set_device_identifier("06901234567890");
  v1::DeviceRecordRow other = Row(1, 1, "other");
  other.set_line(30);
  const std::string import = Create();
  const auto appended = Append(import, {Row(1), bad, other});
  ASSERT_EQ(appended->errors_size(), 2);
  EXPECT_EQ(appended->errors(0).line(), 20);
  EXPECT_EQ(appended->errors(0).reason(), "DEVICE_IDENTIFIER_INVALID");
  EXPECT_EQ(appended->errors(1).reason(), "DEVICE_CONFLICT");
  EXPECT_THAT(appended->errors(1).message(), HasSubstr("line 10 says otherwise"));
  const auto across = Append(import, {other, Row(1), Row(1, 2, "later")}, 1);
  EXPECT_EQ(across->errors_size(), 1) << "beside the one before it";
  const auto finished = Finish(import);
  EXPECT_EQ(finished->rejected_count(), 3);
  EXPECT_EQ(Found(Gtin(1)), "SALE_UNIT later;");
}

TEST_F(DeviceRecordTest, ARecordHasALimit) {
  v1::DeviceRecordRow row = Row(1);
  row.mutable_record()->set_description(std::string(kDeviceRecordBytesMax, 'x'));
  const std::string import = Create();
  const auto appended = Append(import, {row, Row(2)});
  ASSERT_EQ(appended->errors_size(), 1);
  EXPECT_EQ(appended->errors(0).reason(), "RECORD_TOO_LONG");
  EXPECT_EQ(Finish(import)->imported_count(), 1);
}

TEST_F(DeviceRecordTest, AllOrNothingAppliesNothing) {
  v1::DeviceRecordRow bad = Row(2);
  bad.mutable_record()->clear_device_identifier();
  const std::string import = Create(/*all_or_nothing=*/true);
  ASSERT_TRUE(Append(import, {Row(1), bad}).ok());
  EXPECT_EQ(ErrorReason(Finish(import).status()), "IMPORT_HAS_REJECTS");
  EXPECT_EQ(Found(Gtin(1)), "DEVICE_RECORD_UNKNOWN");
}

TEST_F(DeviceRecordTest, ValidatingTellsWhatFinishingThenDoes) {
  EXPECT_EQ(Import({Row(1, 2), Row(2)}), "2 2 0 0");
  const std::string import = Create();
  ASSERT_TRUE(Append(import, {Row(1), Row(2, 2, "later"), Row(3)}).ok());
  v1::FinishDeviceImportRequest request;
  request.set_device_import(import);
  request.set_validate_only(true);
  const auto validated = devices.FinishDeviceImport(Wang(), request);
  ASSERT_TRUE(validated.ok()) << validated.status();
  EXPECT_FALSE(validated->finished());
  EXPECT_EQ(Found(Gtin(2)), "SALE_UNIT 5mm;");
  EXPECT_EQ(Found(Gtin(3)), "DEVICE_RECORD_UNKNOWN");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.device_import_row"), "3");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry"), "1");
  const auto finished = Finish(import);
  EXPECT_EQ(finished->imported_count(), 2);
  EXPECT_EQ(finished->imported_count(), validated->imported_count());
  EXPECT_EQ(finished->unchanged_count(), validated->unchanged_count());
  EXPECT_EQ(Found(Gtin(2)), "SALE_UNIT later;");
}

TEST_F(DeviceRecordTest, TheSameBatchTwiceIsStagedOnce) {
  const std::string import = Create();
  EXPECT_TRUE(Append(import, {Row(1)}).ok());
  EXPECT_TRUE(Append(import, {Row(1)}).ok());
  EXPECT_EQ(ErrorReason(Append(import, {Row(2)}).status()), "BATCH_OUT_OF_ORDER");
  EXPECT_EQ(Finish(import)->read_count(), 1);
  EXPECT_EQ(Finish(import)->read_count(), 1);
  EXPECT_EQ(ErrorReason(Append("deviceImports/none", {Row(1)}).status()), "IMPORT_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Append(import, {}).status()), "INVALID_FIELD");
}

TEST(DeviceFaceTest, EachMethodIsWiredAndGuarded) {
  const testing::TestHost host{{CatalogSpec()}};
  const auto& service = *v1::LookupDeviceRecordRequest::descriptor()->file()->service(0);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    EXPECT_EQ(host.AnswerToEmpty(method, host.Authorization(Wang().principal)), "INVALID_FIELD")
        << method.name();
  }
}

TEST(DeviceQueriesTest, EachIsExecuted) {
  CatalogDatabase catalog(1);
  DeviceHandlers devices(catalog.pool.get());
  v1::AppendDeviceRecordsRequest append;
  append.set_device_import(devices.CreateDeviceImport(Wang(), {})->name());
  *append.add_rows() = Row(1);
  EXPECT_TRUE(devices.AppendDeviceRecords(Wang(), append).ok());
  v1::FinishDeviceImportRequest finish;
  finish.set_device_import(append.device_import());
  EXPECT_TRUE(devices.FinishDeviceImport(Wang(), finish).ok());
  v1::LookupDeviceRecordRequest lookup;
  lookup.set_code(Gtin(1));
  EXPECT_TRUE(devices.LookupDeviceRecord(Li(), lookup).ok());
  v1::BatchLookupDeviceRecordsRequest lookups;
  lookups.add_codes(Gtin(1));
  EXPECT_TRUE(devices.BatchLookupDeviceRecords(Li(), lookups).ok());
  const std::set<std::string> executed = catalog.ExecutedStatements();
  for (const db::Query* query : devices::queries::kAllQueries) {
    EXPECT_TRUE(executed.contains(query->name)) << query->name;
  }
}

TEST(DeviceQueriesTest, EachCanBePrepared) {
  const testing::TestDatabase database;
  EXPECT_EQ(database.PrepareAll("catalog", {devices::queries::kAllQueries.begin(),
                                            devices::queries::kAllQueries.end()}),
            "");
}

}  // namespace
}  // namespace qingqu::catalog
