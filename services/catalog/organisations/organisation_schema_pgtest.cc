#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/catalog/organisations/organisation_test_support.h"

// What the database refuses when the handlers are passed by.

namespace qingqu::catalog {
namespace {

class OrganisationSchemaTest : public ::testing::Test, protected OrganisationDatabase {
 protected:
  OrganisationSchemaTest() { ApprovedSupplier("kangda", kCreditCode); }

  // What refuses `sql` as the service's role in a scope: a part of the message, "" when nothing.
  std::string Refusal(const std::string& sql, const std::string& scope = "alliance",
                      bool with_entry = true) {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    try {
      tx.exec(
          fmt::format("SELECT set_config('qingqu.scope', '{}', true), "
                      "set_config('qingqu.supplier', 'kangda', true)",
                      scope));
      if (with_entry) {
        tx.exec(
            "SELECT journal.append('test.done', 'm', '', 'r', '{}', '', '', '', '', '{}', '{}')");
      }
      tx.exec(sql);
      tx.exec("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (const pqxx::sql_error& error) {
      return error.what();
    }
    return "";
  }
  static std::string Document(const std::string& changed, const std::string& table = "") {
    return "INSERT INTO qualification (qualification_id, organisation_id, kind, number, valid_from,"
           " expire_date, profile, device_class, reagents, cold_chain, giver_id, manufacturer_id,"
           " exclusive, person_name, person_phone, founding, renews_id, state, reason,"
           " superseded_from, suspended_from, submitter_id, equipment_reviewer_id,"
           " infection_control_reviewer_id, created_at, updated_at)"
           " SELECT qualification_id, organisation_id, kind, number, valid_from,"
           " expire_date, profile, device_class, reagents, cold_chain, giver_id, manufacturer_id,"
           " exclusive, person_name, person_phone, founding, renews_id, state, reason,"
           " superseded_from, suspended_from, submitter_id, equipment_reviewer_id,"
           " infection_control_reviewer_id, created_at, updated_at"
           " FROM jsonb_populate_record(NULL::qualification,"
           R"('{"qualification_id": "q", "organisation_id": "kangda", "kind": "integrity_pledge",)"
           R"( "number": "", "valid_from": "2026-01-01", "founding": false, "state": "submitted",)"
           R"( "submitter_id": "wang", "created_at": "2026-01-01", "updated_at": "2026-01-01"}')"
           "::jsonb || '" +
           changed + "')" + table;
  }
};

TEST_F(OrganisationSchemaTest, DocumentsKeepTheRules) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", ""},
      {R"({"qualification_id": "Q"})", "qualification_id_check"},
      {R"({"kind": "odd", "expire_date": "2027-01-01"})", "qualification_kind_check"},
      {R"({"expire_date": "2025-01-01"})", "qualification_period_check"},
      {R"({"kind": "mandate", "person_name": "x", "person_phone": ""})",
       "qualification_expire_date_check"},
      {R"({"kind": "mandate", "person_phone": "", "expire_date": "2027-01-01"})",
       "qualification_kind_check"},
      {R"({"kind": "business_licence"})", "qualification_kind_check"},
      {R"({"person_name": "x"})", "qualification_columns_check"},
      {R"({"device_class": 3})", "qualification_columns_check"},
      {R"({"kind": "distributor_licence", "number": "x", "device_class": 3, "reagents": true,)"
       R"( "cold_chain": true, "expire_date": "2027-01-01"})",
       "qualification_kind_check"},
      {R"({"kind": "distributor_licence", "number": "鲁济药监械经营备20190001号", "device_class": 3,)"
       R"( "reagents": true, "cold_chain": true, "expire_date": "2027-01-01"})",
       "qualification_kind_check"},
      {R"({"kind": "production_licence", "number": "鲁济药监械生产备20190001号",)"
       R"( "device_class": 1})",
       ""},
      {R"({"kind": "authorisation", "giver_id": "kangda", "manufacturer_id": "kangda",)"
       R"( "exclusive": false, "expire_date": "2027-01-01"})",
       "qualification_kind_check"},
      {R"({"organisation_id": "none"})", "qualification_organisation_fkey"},
      {R"({"state": "approved"})", "was not submitted"},
      {R"({"state": "approved", "equipment_reviewer_id": "li",)"
       R"( "infection_control_reviewer_id": "sun"})",
       "was not submitted"},
      {R"({"equipment_reviewer_id": "li"})", "was not submitted"},
      {R"({"founding": true, "kind": "distributor_licence",)"
       R"( "number": "鲁济药监械经营许20190001号", "device_class": 3, "state": "approved",)"
       R"( "expire_date": "2099-12-31"})",
       "was not submitted"}};
  for (const auto& [changed, refusal] : cases) {
    const std::string found = Refusal(Document(changed));
    EXPECT_NE(found.find(refusal), std::string::npos) << changed << ": " << found;
    EXPECT_EQ(found.empty(), std::string_view(refusal).empty()) << changed << ": " << found;
  }
}

TEST_F(OrganisationSchemaTest, NothingIsApprovedButByThreePeople) {
  const auto review = [](const std::string& columns) {
    return Document("{}") + "; UPDATE qualification SET " + columns +
           " WHERE qualification_id = 'q'";
  };
  const std::pair<const char*, const char*> cases[] = {
      {"state = 'approved'", "qualification_reviewed_check"},
      {"state = 'approved', equipment_reviewer_id = 'li'", "qualification_reviewed_check"},
      {"equipment_reviewer_id = 'li', infection_control_reviewer_id = 'sun'",
       "qualification_reviewed_check"},
      {"equipment_reviewer_id = 'wang'", "qualification_same_person_check"},
      {"equipment_reviewer_id = 'li', equipment_reviewer_for_id = 'wang'",
       "qualification_same_person_check"},
      {"state = 'approved', equipment_reviewer_id = 'li', infection_control_reviewer_id = 'li'",
       "qualification_same_person_check"},
      {"state = 'approved', equipment_reviewer_id = 'li', infection_control_reviewer_id = 'sun', "
       "infection_control_reviewer_for_id = 'li'",
       "qualification_same_person_check"},
      {"state = 'rejected'", "qualification_reason_check"},
      {"state = 'suspended', suspended_from = '2026-01-01', reason = 'x'", "cannot become"},
      {"superseded_from = '2026-01-01'", "qualification_superseded_check"},
      {"number = 'x'", "permission denied"},
      {"expire_date = '2099-01-01'", "permission denied"},
      {"organisation_id = 'x'", "permission denied"}};
  for (const auto& [columns, refusal] : cases) {
    EXPECT_NE(Refusal(review(columns)).find(refusal), std::string::npos)
        << columns << ": " << Refusal(review(columns));
  }
  EXPECT_EQ(Refusal(review("state = 'approved', equipment_reviewer_id = 'li', "
                           "infection_control_reviewer_id = 'sun'")),
            "");
  EXPECT_NE(Refusal(review("state = 'rejected', reason = 'x', equipment_reviewer_id = 'li'") +
                    "; UPDATE qualification SET state = 'submitted' WHERE qualification_id = 'q'")
                .find("cannot become"),
            std::string::npos);
}

TEST_F(OrganisationSchemaTest, ASupplierApprovesNothing) {
  EXPECT_EQ(Refusal(Document("{}"), "supplier"), "");
  EXPECT_NE(Refusal(Document("{}") + "; UPDATE qualification SET equipment_reviewer_id = 'li'",
                    "supplier")
                .find("row-level security"),
            std::string::npos);
  EXPECT_NE(Refusal("UPDATE organisation SET standing_reason = 'x'", "supplier")
                .find("row-level security"),
            std::string::npos);
  ApprovedSupplier("other", kOtherCreditCode);
  EXPECT_NE(
      Refusal(Document(R"({"organisation_id": "other"})"), "supplier").find("row-level security"),
      std::string::npos);
}

TEST_F(OrganisationSchemaTest, TablesLeakNothingToASupplier) {
  ApprovedSupplier("other", kOtherCreditCode);
  pqxx::connection connection(database.conninfo_as("catalog"));
  pqxx::nontransaction tx(connection);
  const auto count = [&](const std::string& table) {
    return tx.exec1("SELECT count(*) FROM " + table)[0].as<int>();
  };
  for (const char* table : {"organisation", "qualification"}) {
    EXPECT_EQ(count(table), 0) << "without a scope";
  }
  tx.exec(
      "SELECT set_config('qingqu.scope', 'supplier', false), "
      "set_config('qingqu.supplier', 'other', false)");
  for (const char* table : {"organisation", "qualification"}) EXPECT_EQ(count(table), 1);
  EXPECT_EQ(count("endings()"), 1) << "and no registrations";
}

TEST_F(OrganisationSchemaTest, OrganisationsKeepTheRules) {
  const auto make = [](const std::string& values) {
    return "INSERT INTO organisation (organisation_id, display_name, kinds, credit_code, country, "
           "standing, created_at, updated_at) VALUES (" +
           values + ", now(), now())";
  };
  const std::pair<const char*, const char*> cases[] = {
      {"'m', 'Maker', '{manufacturer}', NULL, 'DE', 'good'", ""},
      {"'m', 'Maker', '{manufacturer}', NULL, 'CN', 'good'", "organisation_country_check"},
      {"'m', 'Maker', '{manufacturer}', '91110000000000001H', 'DE', 'good'",
       "organisation_country_check"},
      {"'m', 'Maker', '{manufacturer}', '91350100M000100Y43', 'CN', 'good'",
       "organisation_credit_code_key"},
      {"'m', 'Maker', '{manufacturer}', '91110108MA00ABC123', 'CN', 'good'",
       "organisation_credit_code_check"},
      {"'m', 'Maker', '{seller}', NULL, 'DE', 'good'", "organisation_kinds_check"},
      {"'m', 'Maker', '{}', NULL, 'DE', 'good'", "organisation_kinds_check"},
      {"'m', 'Maker', '{agent}', NULL, 'DE', 'blacklisted'", "organisation_standing_reason_check"},
      {"'M', 'Maker', '{agent}', NULL, 'DE', 'good'", "organisation_id_check"}};
  for (const auto& [values, refusal] : cases) {
    const std::string found = Refusal(make(values));
    EXPECT_NE(found.find(refusal), std::string::npos) << values << ": " << found;
    EXPECT_EQ(found.empty(), std::string_view(refusal).empty()) << values << ": " << found;
  }
  EXPECT_NE(Refusal("UPDATE organisation SET standing = 'suspended', standing_reason = 'x', "
                    "reinstatement_proposer_id = 'a'; UPDATE organisation SET standing = 'good', "
                    "reinstater_id = 'b', reinstater_for_id = 'a'")
                .find("organisation_reinstatement_same_person_check"),
            std::string::npos);
  EXPECT_NE(Refusal("UPDATE organisation SET credit_code = 'x'").find("permission denied"),
            std::string::npos);
}

TEST_F(OrganisationSchemaTest, ChangesNeedAJournalEntry) {
  for (const std::string& sql :
       {std::string("UPDATE organisation SET version = 9"), Document("{}"),
        std::string("UPDATE qualification_policy SET version = 9"),
        std::string("INSERT INTO expiry_warning VALUES ('items/x', '2026-01-01', 7, now())")}) {
    EXPECT_NE(Refusal(sql, "alliance", false).find("journal entry"), std::string::npos) << sql;
    EXPECT_EQ(Refusal(sql), "") << sql;
  }
}

TEST_F(OrganisationSchemaTest, ASupplierWithoutItsOrganisationIsRefused) {
  EXPECT_THROW(database.Execute("UPDATE catalog.supplier SET credit_code = '91110000000000001H'"),
               pqxx::foreign_key_violation);
  EXPECT_THROW(database.Execute("UPDATE catalog.organisation SET credit_code = "
                                "'91110000000000001H'"),
               pqxx::foreign_key_violation);
}

}  // namespace
}  // namespace qingqu::catalog
