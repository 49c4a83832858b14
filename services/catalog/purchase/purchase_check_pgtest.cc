#include <string>
#include <vector>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/purchase/purchase_check_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

CallContext Pharmacist() { return testing::CallBy("zhao", "hospital_pharmacist"); }
CallContext Bureau() { return testing::CallBy("chen", "bureau_administrator"); }

v1::MayBuyRequest Question(const std::string& supplier = "kangda",
                           const std::string& item = "screw") {
  v1::MayBuyRequest request;
  request.set_institution("institutions/county-hospital");
  request.set_supplier("suppliers/" + supplier);
  request.set_item("items/" + item);
  return request;
}

std::vector<std::string> ReasonsOf(const v1::PurchaseVerdict& verdict) {
  std::vector<std::string> reasons;
  for (const auto& obstacle : verdict.obstacles()) reasons.push_back(obstacle.reason());
  return reasons;
}

class PurchaseCheckTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  PurchaseCheckTest() {
    AddBuyers(database);
    ApprovedSupplier("kangda", kCreditCode);
    ApprovedItem("screw", 1);
    ApprovedItem("plate", 2);
  }

  v1::PurchaseVerdict Ask(const v1::MayBuyRequest& request,
                          const CallContext& call = Pharmacist()) {
    const auto verdict = handlers_.MayBuy(call, request);
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    if (!verdict.ok()) return {};
    EXPECT_EQ(verdict->allowed(), verdict->obstacles_size() == 0);
    EXPECT_EQ(WhatADocumentHears(*verdict), WhatIsSaid(*verdict));
    return *verdict;
  }
  static std::string WhatIsSaid(const v1::PurchaseVerdict& verdict) {
    std::string said;
    for (const auto& obstacle : verdict.obstacles()) {
      said +=
          fmt::format("2 {} {} {};", obstacle.reason(), obstacle.resource(), obstacle.message());
    }
    return said;
  }
  // The same question, as the second line of a document whose first one has no buyer.
  std::string WhatADocumentHears(const v1::PurchaseVerdict& verdict) {
    const auto id = [](const std::string& name) { return name.substr(name.find('/') + 1); };
    return database.Value(fmt::format(
        "SELECT coalesce(string_agg(concat_ws(' ', line, reason, resource, detail) || ';', ''"
        " ORDER BY reason, resource), '') FROM catalog_pub.document_obstacles(ARRAY['', '{}'],"
        " ARRAY['', '{}'], ARRAY['no-item', '{}'], '{}', '{}') WHERE line = 2",
        id(verdict.institution()), id(verdict.department()), id(verdict.item()),
        id(verdict.supplier()), verdict.day()));
  }
  std::vector<std::string> Reasons(const v1::MayBuyRequest& request) {
    return ReasonsOf(Ask(request));
  }
  std::string Refusal(const v1::MayBuyRequest& request, const CallContext& call = Pharmacist()) {
    return ErrorReason(handlers_.MayBuy(call, request).status());
  }
  void Set(const std::string& sql) { Put(database, sql); }
  void PutPrice(std::string_view id, std::string_view kind, std::string_view owner,
                int64_t amount) {
    Set(fmt::format(
        "INSERT INTO catalog.price (price_id, kind, item_id, supplier_id, alliance_id, amount, "
        "start_date, reason, setter_id, created_at) VALUES ('{}', '{}', 'screw', {}, {}, "
        "'2020-01-01', 'r', 'wang', now())",
        id, kind, owner, amount));
  }

  PurchaseCheckHandlers handlers_{pool.get()};
};

TEST_F(PurchaseCheckTest, WhatIsInOrderMayBeBought) {
  const v1::PurchaseVerdict verdict =
      Ask(Question(), At(Pharmacist(), "2026-11-22T15:59:59+00:00"));
  EXPECT_TRUE(verdict.allowed());
  EXPECT_EQ(verdict.institution(), "institutions/county-hospital");
  EXPECT_EQ(verdict.department(), "");
  EXPECT_EQ(verdict.supplier(), "suppliers/kangda");
  EXPECT_EQ(verdict.item(), "items/screw");
  EXPECT_EQ(verdict.day(), "2026-11-22");
}

TEST_F(PurchaseCheckTest, EachObstacleIsTold) {
  const auto reasons_after = [&](const std::string& sql) {
    Set(sql);
    return Reasons(Question());
  };
  EXPECT_THAT(Reasons(Question("nobody", "nothing")),
              ElementsAre("ITEM_UNKNOWN", "SUPPLIER_UNKNOWN"));
  EXPECT_THAT(reasons_after("UPDATE catalog.supplier SET state = 'suspended'"),
              ElementsAre("SUPPLIER_SUSPENDED"));
  EXPECT_THAT(reasons_after("UPDATE catalog.supplier SET state = 'proposed', approver_id = NULL"),
              ElementsAre("SUPPLIER_NOT_APPROVED"));
  Set("UPDATE catalog.supplier SET state = 'approved', approver_id = 'li'");
  EXPECT_THAT(reasons_after("UPDATE catalog.qualification SET number = "
                            "'鲁济食药监械经营备20190001号', device_class = 2 WHERE founding"),
              ElementsAre("LICENCE_SCOPE_TOO_NARROW"));
  EXPECT_THAT(
      reasons_after("UPDATE catalog.qualification SET expire_date = '2020-01-01' WHERE founding"),
      ElementsAre("LICENCE_EXPIRED"));
  EXPECT_THAT(reasons_after("UPDATE catalog.item SET state = 'suspended'; "
                            "UPDATE catalog.registration SET expire_date = '2020-01-01'"),
              ElementsAre("ITEM_SUSPENDED", "LICENCE_EXPIRED", "REGISTRATION_EXPIRED"));
  EXPECT_THAT(reasons_after("UPDATE catalog.item SET state = 'proposed', approver_id = NULL; "
                            "UPDATE catalog.registration SET expire_date = '2099-01-01'"),
              ElementsAre("ITEM_NOT_APPROVED", "LICENCE_EXPIRED"));
  const v1::PurchaseVerdict verdict = Ask(Question());
  for (const auto& obstacle : verdict.obstacles()) {
    EXPECT_THAT(obstacle.resource(), HasSubstr("/")) << obstacle.reason();
    EXPECT_THAT(obstacle.message(), Not(IsEmpty())) << obstacle.reason();
  }
}

TEST_F(PurchaseCheckTest, ExpiryBlocksFromTheCountysMidnight) {
  Set("UPDATE catalog.qualification SET expire_date = '2026-11-22' WHERE founding");
  EXPECT_TRUE(Ask(Question(), At(Pharmacist(), "2026-11-22T15:59:59+00:00")).allowed());
  EXPECT_THAT(ReasonsOf(Ask(Question(), At(Pharmacist(), "2026-11-22T16:00:00+00:00"))),
              ElementsAre("LICENCE_EXPIRED"));
}

TEST_F(PurchaseCheckTest, DaysThatHavePassedAreNotAnswered) {
  const CallContext call = At(Pharmacist(), "2026-11-22T16:00:00+00:00");
  v1::MayBuyRequest asked = Question();
  asked.set_day("2026-11-22");
  EXPECT_EQ(Refusal(asked, call), "INVALID_FIELD") << "it is the 23rd in the county";
  EXPECT_THAT(handlers_.MayBuy(call, asked).status().ToString(), HasSubstr("passed"));
  v1::BatchMayBuyRequest batch;
  batch.set_institution(asked.institution());
  batch.set_day(asked.day());
  batch.add_pairs()->set_supplier(asked.supplier());
  batch.mutable_pairs(0)->set_item(asked.item());
  EXPECT_EQ(ErrorReason(handlers_.BatchMayBuy(call, batch).status()), "INVALID_FIELD");
  asked.set_day("2026-11-23");
  EXPECT_TRUE(Ask(asked, call).allowed());
  asked.set_day("2099-12-31");
  EXPECT_TRUE(Ask(asked, call).allowed());
}

TEST_F(PurchaseCheckTest, AnItemMustBeOnEveryListThatGoverns) {
  v1::MayBuyRequest ward = Question();
  ward.set_department("departments/ward-a");
  EXPECT_TRUE(Ask(ward).allowed()) << "no list, no restriction";
  PutList(database, {"county", "county", "'screw', 'plate'"});
  PutList(database, {"east", "east", "'screw'"});
  EXPECT_TRUE(Ask(ward).allowed());
  PutList(database, {"hospital", "county-hospital", "'plate'"});
  PutList(database, {"ward", "ward-a", "'plate'"});
  const v1::PurchaseVerdict verdict = Ask(ward);
  ASSERT_THAT(ReasonsOf(verdict), ElementsAre("NOT_ON_APPROVED_LIST", "NOT_ON_APPROVED_LIST"));
  EXPECT_EQ(verdict.obstacles(0).resource(), "approvedLists/hospital");
  EXPECT_EQ(verdict.obstacles(1).resource(), "approvedLists/ward");
  v1::MayBuyRequest plate = ward;
  plate.set_item("items/plate");
  EXPECT_EQ(Ask(plate).obstacles(0).resource(), "approvedLists/east")
      << "a narrower list does not let in what a wider one keeps out";
  v1::MayBuyRequest other_ward = Question();
  other_ward.set_department("departments/ward-c");
  EXPECT_THAT(Ask(other_ward).obstacles(), SizeIs(1)) << "only its hospital's";
}

TEST_F(PurchaseCheckTest, ListsHoldByTheirDays) {
  PutList(database, {"county", "county", "'screw'"});
  Set("UPDATE catalog.approved_list_entry SET start_date = '2026-11-10', end_date = '2026-11-20', "
      "removed_by = 'listChanges/x'");
  const auto reasons_on = [&](const std::string& day) {
    v1::MayBuyRequest asked = Question();
    asked.set_day(day);
    return ReasonsOf(Ask(asked, At(Pharmacist(), "2019-01-01T00:00:00+00:00")));
  };
  EXPECT_THAT(reasons_on("2026-11-09"), ElementsAre("NOT_ON_APPROVED_LIST"));
  EXPECT_THAT(reasons_on("2026-11-10"), IsEmpty());
  EXPECT_THAT(reasons_on("2026-11-20"), IsEmpty());
  EXPECT_THAT(reasons_on("2026-11-21"), ElementsAre("NOT_ON_APPROVED_LIST"));
  Set("UPDATE catalog.approved_list SET end_date = '2026-11-30'");
  EXPECT_THAT(reasons_on("2026-12-01"), IsEmpty()) << "the list itself has ended";
  EXPECT_THAT(reasons_on("2019-12-31"), IsEmpty()) << "or has not begun";
  Set("UPDATE catalog.approved_list SET state = 'proposed', approver_id = NULL");
  EXPECT_THAT(reasons_on("2026-11-09"), IsEmpty()) << "a proposal governs nobody";
}

TEST_F(PurchaseCheckTest, WhoIsClosedBuysNothing) {
  v1::MayBuyRequest ward = Question();
  ward.set_department("departments/ward-a");
  Set("UPDATE identity.department SET closed_at = now() WHERE department_id = 'ward-a'");
  EXPECT_EQ(Ask(ward).obstacles(0).resource(), "departments/ward-a");
  EXPECT_TRUE(Ask(Question()).allowed());
  Set("UPDATE identity.institution SET lead = false, closed_at = now() "
      "WHERE institution_id = 'county-hospital'");
  EXPECT_THAT(Reasons(ward), ElementsAre("BUYER_CLOSED", "BUYER_CLOSED"));
}

TEST_F(PurchaseCheckTest, AgreedPricesStayBelowTheCeilings) {
  PutPrice("county-ceiling", "ceiling", "NULL, NULL", 50000);
  PutPrice("county-price", "agreed", "'kangda', NULL", 60000);
  v1::PurchaseVerdict verdict = Ask(Question());
  ASSERT_THAT(ReasonsOf(verdict), ElementsAre("PRICE_ABOVE_CEILING"));
  EXPECT_EQ(verdict.obstacles(0).resource(), "prices/county-price");
  EXPECT_THAT(verdict.obstacles(0).message(), HasSubstr("prices/county-ceiling"));
  PutPrice("east-price", "agreed", "'kangda', 'east'", 50000);
  EXPECT_TRUE(Ask(Question()).allowed()) << "the alliance's own price comes first";
  PutPrice("east-ceiling", "ceiling", "NULL, 'east'", 49999);
  EXPECT_THAT(Reasons(Question()), ElementsAre("PRICE_ABOVE_CEILING"));
  v1::MayBuyRequest west = Question();
  west.set_institution("institutions/west-hospital");
  EXPECT_EQ(Ask(west, Bureau()).obstacles(0).resource(), "prices/county-price");
}

TEST_F(PurchaseCheckTest, RulesSayWhatMustBeThereBesides) {
  v1::SetPurchaseRuleRequest request;
  request.mutable_rule()->set_list_required(true);
  request.mutable_rule()->set_price_required(true);
  EXPECT_EQ(ErrorReason(handlers_.SetPurchaseRule(Bureau(), request).status()), "INVALID_FIELD");
  request.mutable_rule()->set_reason("县准入制度");
  EXPECT_EQ(ErrorReason(handlers_.SetPurchaseRule(Li(), request).status()), "SCOPE_TOO_NARROW");
  request.mutable_rule()->set_start_date("2020-01-01");
  EXPECT_EQ(ErrorReason(handlers_.SetPurchaseRule(Bureau(), request).status()), "INVALID_FIELD");
  request.mutable_rule()->set_start_date("2090-01-01");
  const CallContext bureau = Bureau();
  const auto set = handlers_.SetPurchaseRule(bureau, request);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->setter(), "users/chen");
  ASSERT_TRUE(handlers_.SetPurchaseRule(bureau, request).ok()) << "the same request again";
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.purchase_rule"), "1");
  v1::MayBuyRequest asked = Question();
  asked.set_day("2089-12-31");
  EXPECT_TRUE(Ask(asked).allowed());
  asked.set_day("2090-01-01");
  EXPECT_THAT(Reasons(asked), ElementsAre("NO_AGREED_PRICE", "NO_APPROVED_LIST"));
  request.mutable_rule()->set_list_required(false);
  request.mutable_rule()->set_price_required(false);
  ASSERT_TRUE(handlers_.SetPurchaseRule(Bureau(), request).ok());
  EXPECT_TRUE(Ask(asked).allowed()) << "of the same day the last one counts";
  v1::ListPurchaseRulesRequest list;
  list.set_page_size(1);
  const auto first = handlers_.ListPurchaseRules(Pharmacist(), list);
  ASSERT_TRUE(first.ok());
  ASSERT_THAT(first->rules(), SizeIs(1));
  EXPECT_FALSE(first->rules(0).list_required());
  list.set_page_token(first->next_page_token());
  const auto second = handlers_.ListPurchaseRules(Pharmacist(), list);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->rules(0).list_required());
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(PurchaseCheckTest, WhoAsksSeesTheBuyer) {
  v1::MayBuyRequest request = Question();
  request.set_institution("institutions/town-hospital");
  EXPECT_EQ(Refusal(request), "BUYER_NOT_FOUND");
  EXPECT_TRUE(Ask(request, Li()).allowed()) << "of the same alliance";
  request.set_institution("institutions/west-hospital");
  EXPECT_EQ(Refusal(request, Li()), "BUYER_NOT_FOUND");
  EXPECT_TRUE(Ask(request, Bureau()).allowed());
  request.set_institution("institutions/nowhere");
  EXPECT_EQ(Refusal(request, Bureau()), "BUYER_NOT_FOUND");
  EXPECT_EQ(Refusal(Question(), testing::CallBySupplier("v", "kangda")), "BUYER_NOT_FOUND");
  v1::MayBuyRequest ward = Question();
  ward.set_department("departments/ward-b");
  EXPECT_EQ(Refusal(ward), "BUYER_NOT_FOUND") << "of another hospital";
  CallContext nurse = testing::CallBy("sun", "department_nurse");
  nurse.principal.scope = auth::Scope::kDepartment;
  nurse.principal.department_id = "ward-a";
  EXPECT_EQ(Refusal(Question(), nurse), "BUYER_NOT_FOUND") << "a ward asks for itself";
  ward.set_department("departments/ward-c");
  EXPECT_EQ(Refusal(ward, nurse), "BUYER_NOT_FOUND");
  ward.set_department("departments/ward-a");
  EXPECT_EQ(Ask(ward, nurse).department(), "departments/ward-a");
}

TEST_F(PurchaseCheckTest, AThousandPairsAreOneQuestion) {
  PutList(database, {"county", "county", "'screw'"});
  v1::BatchMayBuyRequest request;
  request.set_institution("institutions/county-hospital");
  EXPECT_EQ(ErrorReason(handlers_.BatchMayBuy(Pharmacist(), request).status()), "INVALID_FIELD");
  for (int index = 0; index < 1000; ++index) {
    v1::PurchasePair& pair = *request.add_pairs();
    pair.set_supplier("suppliers/kangda");
    pair.set_item(index % 2 == 0 ? "items/screw" : "items/plate");
  }
  const auto answer = handlers_.BatchMayBuy(Pharmacist(), request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_THAT(answer->verdicts(), SizeIs(1000));
  for (int index = 0; index < 1000; ++index) {
    EXPECT_EQ(answer->verdicts(index).item(), request.pairs(index).item());
    EXPECT_EQ(answer->verdicts(index).allowed(), index % 2 == 0);
  }
  *request.add_pairs() = request.pairs(0);
  EXPECT_EQ(ErrorReason(handlers_.BatchMayBuy(Pharmacist(), request).status()), "INVALID_FIELD");
}

TEST_F(PurchaseCheckTest, EveryWrongFieldIsNamed) {
  v1::MayBuyRequest request;
  request.set_day("22.11.2026");
  const absl::Status refused = handlers_.MayBuy(Pharmacist(), request).status();
  EXPECT_EQ(ErrorReason(refused), "INVALID_FIELD");
  EXPECT_THAT(refused.ToString(), HasSubstr("institution"));
  EXPECT_THAT(refused.ToString(), HasSubstr("and 3 more"));
}

// Items that a supplier's file does not tell apart are asked of once: none hears another's answer.
TEST_F(PurchaseCheckTest, ALongDocumentHearsOfEachLineWhatAQuestionHears) {
  for (int number = 3; number <= 8; ++number) ApprovedItem(fmt::format("item-{}", number), number);
  Set("UPDATE catalog.item SET device_class = 2 WHERE item_id IN ('plate', 'item-3', 'item-4');"
      "UPDATE catalog.item SET device_class = 3 WHERE item_id IN ('screw', 'item-5', 'item-6');"
      "UPDATE catalog.item SET manufacturer = 'other maker' WHERE item_id IN ('item-4', 'item-6');"
      "UPDATE catalog.item SET state = 'suspended' WHERE item_id = 'item-6';"
      "UPDATE catalog.qualification SET number = '鲁济食药监械经营备20190001号', device_class = 2 "
      "WHERE founding");
  PutList(database, {"ward", "ward-a", "'screw', 'plate', 'item-3', 'item-7'"});
  const std::vector<std::string> lines = {"screw",  "item-3", "no-item", "plate",  "item-4",
                                          "item-5", "item-6", "item-7",  "item-8", "screw"};
  int refused = 0;
  for (const char* const demanded : {"false", "true"}) {
    Set(fmt::format("UPDATE catalog.qualification_policy SET authorisation_demanded = {}",
                    demanded));
    std::string alone;
    for (size_t line = 0; line < lines.size(); ++line) {
      v1::MayBuyRequest request = Question("kangda", lines[line]);
      if (line % 2 == 0) request.set_department("departments/ward-a");
      const v1::PurchaseVerdict verdict = Ask(request);
      if (!verdict.allowed()) ++refused;
      for (const auto& obstacle : verdict.obstacles()) {
        alone += fmt::format("{} {} {};", line + 1, obstacle.reason(), obstacle.resource());
      }
    }
    const std::string together = database.Value(fmt::format(
        "SELECT coalesce(string_agg(concat_ws(' ', line, reason, resource) || ';', '' ORDER BY "
        "line,"
        " reason, resource), '') FROM catalog_pub.document_obstacles(array_fill('county-hospital'"
        "::text, ARRAY[10]), ARRAY['ward-a', '', 'ward-a', '', 'ward-a', '', 'ward-a', '', "
        "'ward-a',"
        " ''], ARRAY['{}'], 'kangda', current_date)",
        fmt::join(lines, "', '")));
    EXPECT_EQ(together, alone);
  }
  EXPECT_GT(refused, 5);
  EXPECT_LT(refused, 20);
}

// With 5,000 items and 10,000 prices nothing is read from beginning to end.
TEST_F(PurchaseCheckTest, ThePlanReadsByIndexes) {
  Set(R"(
    CREATE TEMPORARY TABLE made AS SELECT 'made-' || number AS item_id
      FROM generate_series(1, 5000) AS number;
    INSERT INTO catalog.item
      SELECT (jsonb_populate_record(item, jsonb_build_object('item_id', made.item_id))).*
      FROM catalog.item AS item, made WHERE item.item_id = 'screw';
    INSERT INTO catalog.price (price_id, kind, item_id, supplier_id, amount, start_date, reason,
                               setter_id, created_at)
      SELECT kind || '-' || made.item_id, kind, made.item_id,
             CASE kind WHEN 'agreed' THEN 'kangda' END, 10, '2020-01-01', 'r', 'wang', now()
      FROM made, unnest(ARRAY['agreed', 'ceiling']) AS kind;)");
  Set(R"(
    CREATE TEMPORARY TABLE made AS SELECT 'made-' || number AS id
      FROM generate_series(1, 5000) AS number;
    INSERT INTO catalog.organisation
      SELECT (jsonb_populate_record(organisation, jsonb_build_object('organisation_id', made.id,
        'credit_code', NULL, 'country', 'DE'))).*
      FROM catalog.organisation, made;
    INSERT INTO catalog.organisation_name SELECT id, id FROM made;
    INSERT INTO catalog.qualification (qualification_id, organisation_id, kind, valid_from, state,
                                       equipment_reviewer_id, infection_control_reviewer_id,
                                       submitter_id, created_at, updated_at)
      SELECT id, id, 'integrity_pledge', '2020-01-01', 'approved', 'li', 'sun', 'wang', now(), now()
      FROM made)");
  PutList(database, {"county", "county", "'screw'"});
  Set("INSERT INTO catalog.approved_list_entry (list_id, item_id, start_date, added_by) "
      "SELECT 'county', item_id, '2020-01-01', 'listChanges/x' FROM catalog.item "
      "WHERE item_id LIKE 'made-%'");
  database.Execute("ANALYZE");
  pqxx::connection connection(database.superuser_conninfo());
  pqxx::nontransaction tx(connection);
  const auto scans = [&] {
    return tx
        .exec1(
            "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE schemaname = 'catalog' AND "
            "relname IN ('item', 'price', 'approved_list_entry', 'organisation', "
            "'organisation_name', 'qualification')")[0]
        .as<int64_t>();
  };
  tx.exec("SELECT pg_stat_force_next_flush()");
  tx.exec(
      "SELECT catalog.purchase_obstacles('county-hospital', '', 'kangda', 'made-7', current_date)");
  tx.exec("SELECT pg_stat_force_next_flush()");
  const int64_t before = scans();
  for (int index = 1; index <= 20; ++index) {
    const auto found =
        tx.exec(fmt::format("SELECT * FROM catalog.purchase_obstacles('county-hospital', 'ward-a', "
                            "'kangda', 'made-{}', current_date)",
                            index));
    EXPECT_TRUE(found.empty());
  }
  tx.exec("SELECT pg_stat_force_next_flush()");
  EXPECT_EQ(scans(), before);
}

}  // namespace
}  // namespace qingqu::catalog
