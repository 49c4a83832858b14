#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/catalog/catalog_test_support.h"
#include "services/catalog/device_identifier.h"

// What the database refuses by itself when the checks before it are skipped.

namespace qingqu::catalog {
namespace {

class SchemaTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  // As the service's role with the whole county in sight: the constraint or right that refuses the
  // statement, "" when it is committed.
  std::string Refusal(const std::string& sql, bool with_entry = true) {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
    try {
      tx.exec(sql);
      if (with_entry) {
        tx.exec(
            "SELECT journal.append('test.done', '', '', 'tests/t', '{}', '', '', '', '', '{}', "
            "'{}')");
      }
      tx.commit();
    } catch (const std::exception& failure) {
      const std::string text = failure.what();
      for (const char* mark : {"constraint \"", "permission denied", "journal entry", "packs of",
                               "row-level security"}) {
        const size_t found = text.find(mark);
        if (found == std::string::npos) continue;
        if (std::string(mark) != "constraint \"") return mark;
        const size_t begin = found + std::string(mark).size();
        return text.substr(begin, text.find('"', begin) - begin);
      }
      return text;
    }
    return "";
  }

  static std::string Supplier(const std::string& columns_changed) {
    return "INSERT INTO supplier SELECT (jsonb_populate_record(NULL::supplier, "
           "'{\"supplier_id\": \"s\", \"display_name\": \"x\", \"credit_code\": "
           "\"91350100M000100Y43\", \"licence_number\": \"鲁济食药监械经营许20190001号\", "
           "\"licence_class\": 3, \"licence_expire_date\": \"2099-01-01\", \"state\": "
           "\"proposed\", "
           "\"proposer_id\": \"wang\", \"created_at\": \"2026-01-01\", \"updated_at\": "
           "\"2026-01-01\", \"version\": 1}'::jsonb || '" +
           columns_changed + "')).*";
  }
};

TEST_F(SchemaTest, SuppliersKeepTheRules) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"supplier_id": "S"})", "supplier_id_check"},
      {R"({"display_name": ""})", "supplier_display_name_check"},
      {R"({"credit_code": "91110108MA00ABC123"})", "supplier_credit_code_check"},
      {R"({"credit_code": "9135"})", "supplier_credit_code_check"},
      {R"({"licence_class": 2})", "supplier_licence_check"},
      {R"({"licence_number": "鲁济食药监械经营备20190001号"})", "supplier_licence_check"},
      {R"({"licence_number": "x"})", "supplier_licence_check"},
      {R"({"state": "new", "approver_id": "li"})", "supplier_state_check"},
      {R"({"state": "approved"})", "supplier_approver_check"},
      {R"({"approver_id": "li"})", "supplier_approver_check"},
      {R"({"state": "approved", "approver_id": "wang"})", "supplier_same_person_check"},
      {R"({"version": 0})", "supplier_version_check"},
      {R"({"licence_class": 3})", ""}};
  for (const auto& [changed, refusal] : cases) {
    EXPECT_EQ(Refusal(Supplier(changed)), refusal) << changed;
  }
  EXPECT_EQ(Refusal(Supplier(R"({"supplier_id": "t"})")), "supplier_credit_code_key");
}

TEST_F(SchemaTest, ChangesNeedAJournalEntry) {
  EXPECT_EQ(Refusal(Supplier("{}"), false), "journal entry");
  ApprovedItem("screw", 1);
  EXPECT_EQ(Refusal("UPDATE item SET version = 9", false), "journal entry");
  EXPECT_EQ(Refusal("INSERT INTO class VALUES (1, 'C01', 'x', '')", false), "journal entry");
  EXPECT_EQ(Refusal("INSERT INTO class VALUES (1, 'C01', 'x', '')"), "");
  const std::string open =
      "INSERT INTO import (import_id, kind, source, owner_id, all_or_nothing) "
      "VALUES ('i', 'class', '', 'wang', false)";
  const std::string user = "SELECT set_config('qingqu.user', 'wang', true);";
  EXPECT_EQ(Refusal(user + open, false), "") << "nothing of the catalogue has changed yet";
  EXPECT_EQ(Refusal(user + "UPDATE import SET finished_at = now()", false), "journal entry");
}

TEST_F(SchemaTest, WhatIsFixedCannotBeChangedOrDeleted) {
  ApprovedItem("screw", 1);
  ApprovedSupplier("kangda", kCreditCode);
  for (const char* sql :
       {"UPDATE item_pack SET base_units = 20", "DELETE FROM item_pack", "DELETE FROM item",
        "UPDATE item SET device_identifier = 'x'", "UPDATE item SET proposer_id = 'x'",
        "UPDATE device_identifier SET item_id = 'x'", "DELETE FROM device_identifier",
        "UPDATE supplier SET credit_code = 'x'", "DELETE FROM supplier", "DELETE FROM class",
        "DELETE FROM import", "TRUNCATE class", "INSERT INTO class_revision VALUES ('1')"}) {
    EXPECT_EQ(Refusal(sql), "permission denied") << sql;
  }
}

TEST_F(SchemaTest, PacksInForceStayAsTheyAre) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("plate", 2)).ok());
  const auto add = [](const char* item, int version, int position, const std::string& identifier) {
    return fmt::format(
        "INSERT INTO device_identifier VALUES ('{}', '{}'); INSERT INTO item_pack "
        "VALUES ('{}', {}, {}, '{}', '箱', 100)",
        identifier, item, item, version, position, identifier);
  };
  EXPECT_EQ(Refusal(add("screw", 1, 2, Gtin(500))), "packs of");
  EXPECT_EQ(Refusal(add("screw", 2, 1, Gtin(500))), "") << "a version to come";
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog_pub.device_identifier WHERE item_id = "
                           "'screw'"),
            "2")
      << "which is not in force";
  EXPECT_EQ(Refusal(add("plate", 1, 2, Gtin(501))), "") << "still only proposed";
  EXPECT_EQ(Refusal(add("plate", 1, 11, Gtin(502))), "item_pack_position_check");
}

TEST_F(SchemaTest, ItemsAndPacksKeepTheRules) {
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("screw", 1)).ok());
  const auto copy = [](const std::string& changed) {
    return "INSERT INTO item SELECT (jsonb_populate_record(item, '{\"item_id\": \"copy\"}'::jsonb "
           "|| '" +
           changed + "')).* FROM item";
  };
  const std::pair<const char*, const char*> cases[] = {
      {R"({"item_id": "Copy"})", "item_id_check"},
      {R"({"display_name": ""})", "item_display_name_check"},
      {R"({"registration_number": ""})", "item_registration_number_check"},
      {R"({"device_class": 4})", "item_device_class_check"},
      {R"({"registration_expire_date": null})", "item_registration_expire_date_check"},
      {R"({"registration_number": "鲁济械备20190001号"})", "item_filing_check"},
      {R"({"national_code": "C18050107901001000000000001"})", "item_national_code_check"},
      {R"({"national_code": "C0305"})", "item_national_code_check"},
      {R"({"base_unit": ""})", "item_base_unit_check"},
      {R"({"manufacturer": ""})", "item_manufacturer_check"},
      {R"({"state": "approved"})", "item_approver_check"},
      {R"({"state": "approved", "approver_id": "wang"})", "item_same_person_check"},
      {R"({"state": "odd", "approver_id": "li"})", "item_state_check"},
      {"{}", "item_device_identifier_fkey"}};
  for (const auto& [changed, refusal] : cases) {
    EXPECT_EQ(Refusal(copy(changed)), refusal) << changed;
  }
  EXPECT_EQ(Refusal("INSERT INTO device_identifier VALUES ('06901234567893', 'screw')"),
            "device_identifier_check");
  EXPECT_EQ(Refusal("INSERT INTO device_identifier VALUES ('+A999', 'screw')"),
            "device_identifier_check");
  EXPECT_EQ(Refusal("INSERT INTO device_identifier VALUES ('" + Gtin(10) + "', 'screw')"),
            "device_identifier_pkey");
  const auto pack = [](const std::string& unit, int64_t base_units) {
    return fmt::format(
        "INSERT INTO device_identifier VALUES ('{}', 'screw'); INSERT INTO item_pack "
        "VALUES ('screw', 1, 2, '{}', '{}', {})",
        Gtin(700), Gtin(700), unit, base_units);
  };
  EXPECT_EQ(Refusal(pack("盒", 1)), "item_pack_base_units_check");
  EXPECT_EQ(Refusal(pack("盒", 1'000'001)), "item_pack_base_units_check");
  EXPECT_EQ(Refusal(pack("", 2)), "item_pack_unit_check");
  EXPECT_EQ(Refusal(pack("盒", 2)), "");
}

TEST_F(SchemaTest, ClassesKeepTheRules) {
  const std::pair<const char*, const char*> cases[] = {
      {"1, 'C1', 'x', ''", "class_code_check"},
      {"1, 'C0305', 'x', ''", "class_code_check"},
      {"2, 'C03', 'x', ''", "class_code_check"},
      {"1, 'X03', 'x', ''", "class_code_check"},
      {"1, 'C03', '', ''", "class_display_name_check"},
      {"1, 'C03', 'x', 'y'", "class_monitored_group_check"},
      {"6, 'C03050107901001', 'x', 'y'", ""},
      {"6, 'C03050107901001', 'x', 'y'", "class_pkey"}};
  for (const auto& [values, refusal] : cases) {
    EXPECT_EQ(Refusal(fmt::format("INSERT INTO class VALUES ({})", values)), refusal) << values;
  }
}

TEST_F(SchemaTest, CreditCodesAndGtinsAreCheckedAsInTheCode) {
  EXPECT_EQ(database.Value("SELECT catalog.is_credit_code('91350100M000100Y43')"), "t");
  EXPECT_EQ(database.Value("SELECT catalog.is_credit_code('91350100M000100Y34')"), "f");
  EXPECT_EQ(database.Value("SELECT catalog.is_device_identifier('06901234567892')"), "t");
  EXPECT_EQ(database.Value("SELECT catalog.is_device_identifier('06901234567891')"), "f");
  const auto is_device_identifier = [&](std::string_view text) {
    return database.Value(fmt::format("SELECT catalog.is_device_identifier('{}')", text)) == "t";
  };
  for (const char* text : {"MA.156.M0.100011.x", "A123BJC5D6E71", "A99912", "AHM1001/0001",
                           "A9999XYZ100T0944", "1TE123456A"}) {
    EXPECT_TRUE(is_device_identifier(text)) << text;
    EXPECT_EQ(*ParseDeviceIdentifier(text), text);
  }
  for (const char* text : {"+A123BJC5D6E71G", "a123BJC5D6E71", "A123BJC5D6E7X", "A9991",
                           "A99912345678901234567891", "=/A9999XYZ100T0944", "O9999XYZ100T094A",
                           "HELLOWORLD", "1234567890", "AHM", "0106901234567892"}) {
    EXPECT_FALSE(is_device_identifier(text)) << text;
    EXPECT_TRUE(text[0] == '+' || text[0] == '=' || !ParseDeviceIdentifier(text).ok()) << text;
  }
}

TEST_F(SchemaTest, AnImportOfAnotherIsOutOfSight) {
  ASSERT_TRUE(classes.CreateClassImport(Wang(), {}).ok());
  pqxx::connection connection(database.conninfo_as("catalog"));
  pqxx::nontransaction tx(connection);
  tx.exec("SELECT set_config('qingqu.scope', 'county', false)");
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM import")[0].as<int>(), 0);
  tx.exec("SELECT set_config('qingqu.user', 'wang', false)");
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM import")[0].as<int>(), 1);
}

}  // namespace
}  // namespace qingqu::catalog
