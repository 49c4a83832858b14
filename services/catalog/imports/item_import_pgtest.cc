#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/imports/item_import_handlers.h"
#include "services/catalog/item_search.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;

v1::ItemRow Row(const std::string& id, int number) {
  v1::ItemRow row;
  row.set_line(number + 1);
  row.set_item_id(id);
  row.set_display_name("一次性使用注射器");
  row.set_specification(fmt::format("{}ml", number));
  row.set_registration_number("国械注准20193140001");
  row.set_registration_expire_date("2099-12-31");
  row.set_national_code(fmt::format("C14010100100001{:012}", number));
  row.set_device_identifier(Gtin(int64_t{10} * number));
  row.set_base_unit("支");
  row.set_manufacturer("某厂");
  row.set_lot_tracked(true);
  row.set_pack_device_identifier(Gtin(int64_t{10} * number + 1));
  row.set_pack_unit("盒");
  row.set_pack_base_units(10);
  return row;
}

class ItemImportTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  std::string Open(bool all_or_nothing = false) {
    v1::CreateItemImportRequest request;
    request.set_all_or_nothing(all_or_nothing);
    const auto opened = imports_.CreateItemImport(Wang(), request);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened->name();
  }
  absl::StatusOr<v1::AppendItemRowsResponse> Append(const std::string& import, int64_t batch,
                                                    const std::vector<v1::ItemRow>& rows) {
    v1::AppendItemRowsRequest request;
    request.set_item_import(import);
    request.set_batch_number(batch);
    for (const v1::ItemRow& row : rows) *request.add_rows() = row;
    return imports_.AppendItemRows(Wang(), request);
  }
  absl::StatusOr<v1::ItemImport> Finish(const std::string& import, bool validate_only = false) {
    v1::FinishItemImportRequest request;
    request.set_item_import(import);
    request.set_validate_only(validate_only);
    return imports_.FinishItemImport(Wang(), request);
  }
  // "line column reason" of each error.
  std::vector<std::string> Errors(const std::string& import, int64_t batch,
                                  const std::vector<v1::ItemRow>& rows) {
    const auto appended = Append(import, batch, rows);
    EXPECT_TRUE(appended.ok()) << appended.status();
    std::vector<std::string> errors;
    for (const v1::RowError& error : appended->errors()) {
      errors.push_back(fmt::format("{} {} {}", error.line(), error.column(), error.reason()));
    }
    return errors;
  }
  static std::string Counts(const v1::ItemImport& import) {
    return fmt::format("{} read, {} imported, {} unchanged, {} rejected", import.read_count(),
                       import.imported_count(), import.unchanged_count(), import.rejected_count());
  }

  ItemImportHandlers imports_{pool.get()};
};

TEST_F(ItemImportTest, ItemsAreProposedTogetherAndThenApprovedAsAny) {
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2)}), ElementsAre());
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item"), "0") << "not yet";
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2)}), ElementsAre()) << "sent again";
  EXPECT_THAT(Errors(import, 1, {Row("c", 3)}), ElementsAre());
  const auto finished = Finish(import);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(Counts(*finished), "3 read, 3 imported, 0 unchanged, 0 rejected");
  EXPECT_EQ(Counts(*Finish(import)), Counts(*finished));
  v1::GetItemRequest get;
  get.set_name("items/b");
  const auto item = items.GetItem(Li(), get);
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->state(), v1::APPROVAL_STATE_PROPOSED);
  EXPECT_EQ(item->proposer(), "users/wang");
  ASSERT_EQ(item->packs_size(), 1);
  EXPECT_EQ(item->packs(0).base_units(), 10);
  EXPECT_EQ(item->device_class(), v1::DEVICE_CLASS_III) << "what the number says";
  v1::ApproveItemRequest approve;
  approve.set_name("items/b");
  EXPECT_EQ(ErrorReason(items.ApproveItem(AllianceApprover("wang"), approve).status()),
            "SAME_PERSON");
  EXPECT_TRUE(items.ApproveItem(Li(), approve).ok());
  EXPECT_EQ(database.Value("SELECT details->>'imported' FROM journal.entry "
                           "WHERE event = 'item.imported'"),
            "3");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item_import_row"), "0");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item_import_identifier"), "0");
}

TEST_F(ItemImportTest, TheRequestIdOfSomebodyElseIsNobodysObstacle) {
  const CallContext first = Wang();
  const auto opened = imports_.CreateItemImport(first, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  CallContext other = Wang();
  other.principal.user_id = "zhou";
  other.request_id = first.request_id;
  const auto another = imports_.CreateItemImport(other, {});
  ASSERT_TRUE(another.ok()) << another.status();
  EXPECT_NE(another->name(), opened->name());
  EXPECT_EQ(imports_.CreateItemImport(first, {})->name(), opened->name()) << "tried again";
}

TEST_F(ItemImportTest, EachBadRowIsNamed) {
  ApprovedItem("screw", 50);
  v1::ItemRow wrong = Row("wrong", 1);
  wrong.set_registration_number("国械注准2019");
  wrong.set_national_code("C99");
  v1::ItemRow wrong_pack = Row("wrong-pack", 2);
  wrong_pack.set_pack_base_units(1);
  v1::ItemRow wrong_class = Row("wrong-class", 3);
  wrong_class.set_device_class(2);
  v1::ItemRow there = Row("screw", 4);
  v1::ItemRow taken = Row("taken", 5);
  taken.set_device_identifier(Gtin(500));
  v1::ItemRow taken_before = Row("taken-before", 6);
  taken_before.set_pack_device_identifier(Gtin(70));
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0,
                     {wrong, wrong_pack, wrong_class, there, taken, Row("good", 7), Row("good", 8),
                      taken_before}),
              ::testing::UnorderedElementsAre(
                  "2 registration_number INVALID_FIELD", "2 national_code INVALID_FIELD",
                  "3 pack_base_units INVALID_FIELD", "4 device_class INVALID_FIELD",
                  "5 item_id ITEM_EXISTS", "6 device_identifier DEVICE_IDENTIFIER_TAKEN",
                  "9 item_id ITEM_TWICE", "7 pack_device_identifier DEVICE_IDENTIFIER_TAKEN"));
  v1::ItemRow later = Row("later", 9);
  later.set_device_identifier(Gtin(71));
  EXPECT_THAT(Errors(import, 1, {later, Row("good", 10)}),
              ElementsAre("10 device_identifier DEVICE_IDENTIFIER_TAKEN", "11 item_id ITEM_TWICE"))
      << "by an earlier batch";
  EXPECT_EQ(Counts(*Finish(import)), "10 read, 1 imported, 0 unchanged, 9 rejected");
}

TEST_F(ItemImportTest, WhatIsThereAsTheRowSaysIsUnchanged) {
  std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2)}), ElementsAre());
  ASSERT_TRUE(Finish(import).ok());
  import = Open(true);
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2), Row("c", 3)}), ElementsAre());
  EXPECT_EQ(Counts(*Finish(import)), "3 read, 1 imported, 2 unchanged, 0 rejected");
}

TEST_F(ItemImportTest, WhatDiffersInAnythingIsNotUnchanged) {
  std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("a", 1)}), ElementsAre());
  ASSERT_TRUE(Finish(import).ok());
  v1::ItemRow other_flag = Row("a", 1);
  other_flag.set_high_value(true);
  v1::ItemRow other_pack = Row("a", 1);
  other_pack.set_pack_base_units(20);
  import = Open();
  EXPECT_THAT(Errors(import, 0, {other_flag}), ElementsAre("2 item_id ITEM_EXISTS"));
  EXPECT_THAT(Errors(import, 1, {other_pack}), ElementsAre("2 item_id ITEM_EXISTS"));
}

TEST_F(ItemImportTest, ARegistrationHasOneLastDayWhoeverTellsIt) {
  v1::ItemRow other = Row("other", 2);
  other.set_registration_expire_date("2098-12-31");
  const auto differs = ElementsAre("3 registration_expire_date REGISTRATION_DATE_DIFFERS");
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("told", 1), other}), differs);
  EXPECT_THAT(Errors(import, 1, {other}), differs) << "by an earlier batch";
  ASSERT_TRUE(Finish(import).ok());
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.registration"), "0")
      << "one person's rows tell none";
  v1::ItemRow told = Row("told", 1);
  told.set_registration_expire_date("2098-12-31");
  EXPECT_THAT(Errors(Open(), 0, {told}), ElementsAre("2 item_id ITEM_EXISTS"));
  v1::ApproveItemRequest approve;
  approve.set_name("items/told");
  ASSERT_TRUE(items.ApproveItem(Li(), approve).ok());
  EXPECT_EQ(database.Value("SELECT expire_date || ' ' || as_told || ' ' || proposer_id || ' ' || "
                           "approver_id FROM catalog.registration"),
            "2099-12-31 true wang li");
  const std::string later = Open();
  told.set_line(3);
  EXPECT_THAT(Errors(later, 0, {other, told}),
              ElementsAre("3 registration_expire_date REGISTRATION_DATE_DIFFERS",
                          "3 registration_expire_date REGISTRATION_DATE_DIFFERS"))
      << "by the catalogue, whether the item is there or not";
  database.Execute(
      "SET LOCAL session_replication_role = replica; UPDATE catalog.registration "
      "SET state = 'cancelled', state_reason = 'r', state_date = '2026-01-01'");
  EXPECT_THAT(Errors(later, 1, {Row("third", 3)}),
              ElementsAre("4 registration_number REGISTRATION_CANCELLED"));
}

TEST_F(ItemImportTest, AnItemComesWithAllThatIsKnownOfIt) {
  v1::ItemRow row = Row("cold", 1);
  row.set_model("A-1");
  row.set_storage_conditions("冷藏");
  row.set_storage_celsius_min(2);
  row.set_storage_celsius_max(8);
  row.set_sterile(true);
  row.set_single_use(true);
  row.set_implant(true);
  row.set_procurement_group("冠脉支架");
  row.set_charge_code("33080101");
  row.set_packs(" ;箱=100=" + Gtin(12) + ";托=1000=" + Gtin(13));
  v1::ItemRow without = Row("warm", 2);
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {row, without}), ElementsAre());
  ASSERT_TRUE(Finish(import).ok());
  v1::GetItemRequest get;
  get.set_name("items/cold");
  const auto item = items.GetItem(Li(), get);
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->model(), "A-1");
  EXPECT_EQ(item->storage_conditions(), "冷藏");
  EXPECT_EQ(item->storage_celsius_min(), 2);
  EXPECT_EQ(item->storage_celsius_max(), 8);
  EXPECT_TRUE(item->sterile() && item->single_use() && item->implant());
  EXPECT_EQ(item->procurement_group(), "冠脉支架");
  EXPECT_EQ(item->charge_code(), "33080101");
  ASSERT_EQ(item->packs_size(), 3);
  EXPECT_EQ(item->packs(0).unit(), "盒");
  EXPECT_EQ(item->packs(2).unit(), "托");
  EXPECT_EQ(item->packs(2).base_units(), 1000);
  EXPECT_EQ(item->packs(2).device_identifier(), Gtin(13));
  get.set_name("items/warm");
  EXPECT_FALSE(items.GetItem(Li(), get)->has_storage_celsius_min());
  // The same again is known; any of it otherwise is another item.
  const std::string again = Open();
  EXPECT_THAT(Errors(again, 0, {row}), ElementsAre());
  EXPECT_EQ(Finish(again)->unchanged_count(), 1);
  v1::ItemRow warmer = row;
  warmer.set_storage_celsius_max(25);
  v1::ItemRow fewer = row;
  fewer.clear_packs();
  EXPECT_THAT(Errors(Open(), 0, {warmer}), ElementsAre("2 item_id ITEM_EXISTS"));
  EXPECT_THAT(Errors(Open(), 0, {fewer}), ElementsAre("2 item_id ITEM_EXISTS"));
  v1::ItemRow odd = Row("odd", 4);
  odd.set_packs("箱=x=" + Gtin(42));
  v1::ItemRow short_pack = Row("short", 5);
  short_pack.set_packs("箱");
  v1::ItemRow frozen = Row("frozen", 6);
  frozen.set_storage_celsius_min(-100'000'000'000);
  v1::ItemRow taken = Row("taken", 7);
  taken.set_packs("箱=100=" + Gtin(12));
  EXPECT_THAT(
      Errors(Open(), 0, {odd, short_pack, frozen, taken}),
      ElementsAre("5 packs INVALID_FIELD", "6 packs INVALID_FIELD", "6 packs INVALID_FIELD",
                  "7 storage_celsius_min INVALID_FIELD", "8 packs DEVICE_IDENTIFIER_TAKEN"));
}

TEST_F(ItemImportTest, AllOrNothing) {
  const std::string import = Open(true);
  v1::ItemRow wrong = Row("wrong", 1);
  wrong.clear_manufacturer();
  EXPECT_THAT(Errors(import, 0, {Row("a", 2), wrong}), ElementsAre("2 manufacturer INVALID_FIELD"));
  EXPECT_EQ(ErrorReason(Finish(import).status()), "IMPORT_HAS_REJECTS");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item"), "0");
}

TEST_F(ItemImportTest, WhatSomebodyTakesMeanwhileIsTheirs) {
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2)}), ElementsAre());
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("other", 1)).ok());
  EXPECT_EQ(Counts(*Finish(import)), "2 read, 1 imported, 0 unchanged, 1 rejected");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item_pack"), "2");
}

TEST_F(ItemImportTest, ValidatingSeesWhatSomebodyTookMeanwhile) {
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2)}), ElementsAre());
  EXPECT_EQ(Counts(*Finish(import, true)), "2 read, 2 imported, 0 unchanged, 0 rejected");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item"), "0");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.device_identifier"), "0");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item_import_row"), "2");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry"), "0");
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("other", 1)).ok());
  const auto validated = Finish(import, true);
  ASSERT_TRUE(validated.ok()) << validated.status();
  EXPECT_EQ(Counts(*validated), "2 read, 1 imported, 0 unchanged, 1 rejected");
  EXPECT_EQ(Counts(*Finish(import)), Counts(*validated));
  EXPECT_EQ(database.Value("SELECT string_agg(item_id, ' ' ORDER BY item_id) FROM catalog.item"),
            "b other");
}

TEST_F(ItemImportTest, WhoActsForOneInstitutionImportsNothing) {
  const CallContext approver = testing::CallBy("zhang", "approver");
  EXPECT_EQ(ErrorReason(imports_.CreateItemImport(approver, {}).status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(Append(Open(), 0, {}).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Append("itemImports/none", 0, {Row("a", 1)}).status()), "IMPORT_NOT_FOUND");
}

TEST_F(ItemImportTest, TheSearchReadsWhatWasImported) {
  const SystemClock clock;
  ItemSearch search(pool.get(), &clock, {});
  ASSERT_TRUE(search.Look().ok());
  const std::string import = Open();
  EXPECT_THAT(Errors(import, 0, {Row("a", 1), Row("b", 2)}), ElementsAre());
  ASSERT_TRUE(Finish(import).ok());
  database.WaitForJournalHorizon();
  ASSERT_TRUE(search.Look().ok());
  EXPECT_EQ(search.index().size(), 2);
}

TEST_F(ItemImportTest, EachMethodIsWiredAndGuarded) {
  testing::TestHost host{{CatalogSpec()}};
  const auto& service = *v1::ItemImport::descriptor()->file()->service(0);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    EXPECT_EQ(host.AnswerToEmpty(method, host.Authorization(Wang().principal)), "INVALID_FIELD")
        << method.name();
  }
}

}  // namespace
}  // namespace qingqu::catalog
