#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/prices/price_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kMorning = "2026-11-22T09:00:00+08:00";

CallContext Officer(std::string_view instant = kMorning) {
  CallContext call = testing::CallBy("wang", "procurement_officer", "", "east");
  call.principal.institution_id.clear();
  return At(call, instant);
}
CallContext WestOfficer() {
  return At(testing::CallBy("xi", "procurement_officer", "", "west"), kMorning);
}
CallContext Bureau(std::string_view instant = kMorning) {
  return At(testing::CallBy("chen", "bureau_administrator"), instant);
}
CallContext Pharmacist() { return At(testing::CallBy("zhao", "hospital_pharmacist"), kMorning); }

struct Wanted {
  v1::PriceKind kind = v1::PRICE_KIND_AGREED;
  std::string amount = "12.5000";
  std::string start_date;
  std::string end_date;
  std::string item = "screw";
  std::string supplier = "kangda";
  std::string alliance = "east";
  std::string institution;
};

v1::Price Message(const Wanted& wanted) {
  v1::Price price;
  price.set_kind(wanted.kind);
  price.set_item("items/" + wanted.item);
  if (!wanted.supplier.empty()) price.set_supplier("suppliers/" + wanted.supplier);
  if (!wanted.alliance.empty()) price.set_alliance("alliances/" + wanted.alliance);
  if (!wanted.institution.empty()) price.set_institution("institutions/" + wanted.institution);
  price.set_amount(wanted.amount);
  price.set_start_date(wanted.start_date);
  price.set_end_date(wanted.end_date);
  return price;
}

v1::BatchSetPricesRequest Request(const std::vector<Wanted>& prices) {
  v1::BatchSetPricesRequest request;
  request.set_reason("年度谈判");
  for (const Wanted& wanted : prices) *request.add_prices() = Message(wanted);
  return request;
}

class PriceTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  PriceTest() : CatalogDatabase(8) {
    AddBuyers(database);
    ApprovedSupplier("kangda", kCreditCode);
    ApprovedSupplier("other", kOtherCreditCode);
    ApprovedItem("screw", 1);
    ApprovedItem("plate", 2);
  }

  v1::BatchSetPricesResponse Set(const CallContext& call, const std::vector<Wanted>& prices) {
    const auto set = handlers_.BatchSetPrices(call, Request(prices));
    EXPECT_TRUE(set.ok()) << set.status();
    return set.value_or(v1::BatchSetPricesResponse{});
  }
  // The reason of the only result; "" when it was set.
  std::string SetOne(const CallContext& call, const Wanted& wanted) {
    const v1::BatchSetPricesResponse set = Set(call, {wanted});
    return set.results_size() == 1 ? set.results(0).reason() : "no result";
  }
  std::vector<std::string> Amounts(const CallContext& call, const std::string& day) {
    v1::ListPricesRequest request;
    request.set_day(day);
    const auto listed = handlers_.ListPrices(call, request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> amounts;
    for (const v1::Price& price : listed->prices()) amounts.push_back(price.amount());
    return amounts;
  }
  std::string Refusal(const std::string& sql) {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
    try {
      tx.exec(sql);
      tx.commit();
      return "";
    } catch (const std::exception& failure) {
      const std::string text = failure.what();
      for (const char* mark :
           {"constraint \"", "permission denied", "journal entry", "closed once"}) {
        const size_t found = text.find(mark);
        if (found == std::string::npos) continue;
        if (std::string(mark) != "constraint \"") return mark;
        const size_t begin = found + std::string(mark).size();
        return text.substr(begin, text.find('"', begin) - begin);
      }
      return text;
    }
  }

  PriceHandlers handlers_{pool.get()};
};

TEST_F(PriceTest, APriceFollowsAnother) {
  EXPECT_EQ(SetOne(Officer("2026-11-01T09:00:00+08:00"), {.amount = "12.5000"}), "");
  const v1::BatchSetPricesResponse second =
      Set(Officer(), {{.amount = "11.9000", .start_date = "2026-12-01"}});
  ASSERT_EQ(second.results(0).reason(), "");
  EXPECT_THAT(Amounts(Officer(), "2026-10-31"), IsEmpty());
  EXPECT_THAT(Amounts(Officer(), "2026-11-01"), ElementsAre("12.5000"));
  EXPECT_THAT(Amounts(Officer(), "2026-11-30"), ElementsAre("12.5000"));
  EXPECT_THAT(Amounts(Officer(), "2026-12-01"), ElementsAre("11.9000"));
  v1::ListPricesRequest all;
  all.set_item("items/screw");
  const auto history = handlers_.ListPrices(Officer(), all);
  ASSERT_TRUE(history.ok());
  ASSERT_THAT(history->prices(), SizeIs(2));
  EXPECT_EQ(history->prices(0).end_date(), "2026-11-30");
  EXPECT_EQ(history->prices(0).closer(), "users/wang");
  EXPECT_EQ(history->prices(0).close_reason(), "年度谈判");
  EXPECT_EQ(history->prices(0).successor(), second.results(0).price().name());
  EXPECT_EQ(history->prices(1).end_date(), "");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry WHERE event = 'prices.changed' AND "
                           "reason = '年度谈判' AND 'items/screw' = ANY (subjects)"),
            "2");
}

TEST_F(PriceTest, ThePastIsNotChanged) {
  EXPECT_EQ(SetOne(Officer("2026-11-01T09:00:00+08:00"), {}), "");
  EXPECT_EQ(SetOne(Officer(), {.start_date = "2026-11-21"}), "PRICE_OVERLAPS");
  EXPECT_EQ(SetOne(Officer(), {.start_date = "2026-10-01"}), "PRICE_OVERLAPS");
  EXPECT_EQ(SetOne(Officer(), {.start_date = "2026-10-01", .end_date = "2026-10-31"}), "")
      << "nothing was there";
  EXPECT_EQ(
      SetOne(Officer("2026-11-22T00:00:00+08:00"), {.amount = "9", .start_date = "2026-11-22"}),
      "");
  EXPECT_THAT(Amounts(Officer(), "2026-11-21"), ElementsAre("12.5000"));
}

TEST_F(PriceTest, TheFirstAndTheLastDayOfTheCalendarHarmNobody) {
  const Wanted paid{.kind = v1::PRICE_KIND_HISTORICAL,
                    .supplier = "",
                    .alliance = "",
                    .institution = "county-hospital"};
  for (const char* day : {"0001-01-01", "1899-12-31"}) {
    EXPECT_EQ(SetOne(Officer(), {.start_date = day}), "INVALID_FIELD") << day;
    Wanted early = paid;
    early.start_date = day;
    EXPECT_EQ(SetOne(Officer(), early), "INVALID_FIELD") << day;
    early.end_date = day;
    EXPECT_EQ(SetOne(Officer(), early), "INVALID_FIELD") << day;
  }
  v1::ClosePriceRequest close;
  close.set_reason("误录");
  for (const char* day : {"1900-01-01", "9999-12-31"}) {
    const v1::BatchSetPricesResponse set = Set(Officer(), {{.start_date = day}});
    ASSERT_EQ(set.results(0).reason(), "") << day;
    close.set_name(set.results(0).price().name());
    close.set_end_date("0001-01-01");
    EXPECT_EQ(ErrorReason(handlers_.ClosePrice(Officer(), close).status()), "INVALID_FIELD");
    close.set_end_date("");
    const auto closed = handlers_.ClosePrice(Officer(), close);
    ASSERT_TRUE(closed.ok()) << closed.status();
    Wanted first = paid;
    first.start_date = day;
    EXPECT_EQ(SetOne(Officer(), first), "") << day << " follows what was paid before";
  }
  EXPECT_EQ(SetOne(Officer(), {.start_date = "9999-12-31", .end_date = "9999-12-31"}), "");
  EXPECT_THAT(Amounts(Officer(), "9999-12-31"), SizeIs(2));
}

TEST_F(PriceTest, TheCountysMidnightBeginsTheDay) {
  EXPECT_EQ(SetOne(Officer("2026-11-01T09:00:00+08:00"), {}), "");
  const Wanted yesterday{.start_date = "2026-11-21"};
  EXPECT_EQ(SetOne(Officer("2026-11-21T16:00:00+00:00"), yesterday), "PRICE_OVERLAPS");
  EXPECT_EQ(SetOne(Officer("2026-11-21T15:59:59+00:00"), yesterday), "");
}

TEST_F(PriceTest, EachLineHasItsResult) {
  const v1::BatchSetPricesResponse set =
      Set(Officer(),
          {{},
           {.item = "nothing"},
           {.supplier = "nobody"},
           {.alliance = "west"},
           {.alliance = ""},
           {.amount = "0"},
           {.start_date = "2027-01-01"},
           {.supplier = "other"},
           {.kind = v1::PRICE_KIND_HISTORICAL, .alliance = "", .institution = "town-hospital"},
           {.kind = v1::PRICE_KIND_HISTORICAL, .alliance = "", .institution = "west-hospital"}});
  std::vector<std::string> reasons;
  for (const v1::PriceResult& result : set.results()) {
    reasons.push_back(result.reason());
    EXPECT_EQ(result.has_price(), result.reason().empty());
    EXPECT_EQ(result.message().empty(), result.reason().empty());
  }
  EXPECT_THAT(reasons, ElementsAre("", "ITEM_NOT_FOUND", "SUPPLIER_NOT_FOUND", "HOLDER_NOT_FOUND",
                                   "SCOPE_TOO_NARROW", "INVALID_FIELD", "PRICE_TWICE_IN_REQUEST",
                                   "", "", "HOLDER_NOT_FOUND"));
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.price"), "3");
  EXPECT_EQ(database.Value("SELECT alliance_id FROM catalog.price WHERE kind = 'historical'"),
            "east");
}

TEST_F(PriceTest, ABatchNeedsAReasonAndAWidePost) {
  v1::BatchSetPricesRequest request = Request({{}});
  request.clear_reason();
  EXPECT_EQ(ErrorReason(handlers_.BatchSetPrices(Officer(), request).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(handlers_.BatchSetPrices(Officer(), Request({})).status()),
            "INVALID_FIELD");
  EXPECT_EQ(
      ErrorReason(handlers_.BatchSetPrices(Officer(), Request(std::vector<Wanted>(1001))).status()),
      "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(handlers_.BatchSetPrices(Pharmacist(), Request({{}})).status()),
            "SCOPE_TOO_NARROW");
}

TEST_F(PriceTest, CeilingsHoldInTheirPeriod) {
  const Wanted county{.kind = v1::PRICE_KIND_CEILING,
                      .amount = "12",
                      .start_date = "2027-01-01",
                      .end_date = "2027-01-31",
                      .supplier = "",
                      .alliance = ""};
  EXPECT_EQ(SetOne(Officer(), county), "SCOPE_TOO_NARROW");
  EXPECT_EQ(SetOne(Bureau(), county), "");
  EXPECT_EQ(SetOne(Officer(), {}), "PRICE_ABOVE_CEILING") << "it would hold in January, too";
  EXPECT_EQ(SetOne(Officer(), {.end_date = "2026-12-31"}), "");
  EXPECT_EQ(SetOne(Officer(), {.amount = "12", .start_date = "2027-01-01"}), "");
}

TEST_F(PriceTest, TheSameRequestIsAnsweredOnce) {
  const CallContext call = Officer();
  const auto first = handlers_.BatchSetPrices(call, Request({{}}));
  const auto again = handlers_.BatchSetPrices(call, Request({{}}));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.price"), "1");
  EXPECT_EQ(ErrorReason(handlers_.BatchSetPrices(call, Request({{.amount = "1"}})).status()),
            "REQUEST_ID_REUSED");
}

TEST_F(PriceTest, TheRequestIdOfSomebodyElseIsNobodysObstacle) {
  const CallContext first = Officer();
  ASSERT_TRUE(handlers_.BatchSetPrices(first, Request({{}})).ok());
  CallContext other = Officer();
  other.principal.user_id = "zhou";
  other.request_id = first.request_id;
  const auto set =
      handlers_.BatchSetPrices(other, Request({{.item = "plate"}, {.supplier = "other"}}));
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->results(0).reason(), "");
  EXPECT_NE(set->results(0).price().name(), set->results(1).price().name());
  CallContext post = Bureau();
  post.principal.user_id = first.principal.user_id;
  post.request_id = first.request_id;
  EXPECT_TRUE(handlers_.BatchSetPrices(post, Request({{.alliance = ""}})).ok())
      << "in another post";
  EXPECT_EQ(handlers_.BatchSetPrices(other, Request({{.item = "plate"}, {.supplier = "other"}}))
                ->SerializeAsString(),
            set->SerializeAsString());
}

TEST_F(PriceTest, OfTwoWhoRaceOneIsRefused) {
  const Wanted wanted{.start_date = "2026-11-01", .end_date = "2026-11-30"};
  for (int round = 0; round < 10; ++round) {
    database.Execute("SET session_replication_role = replica; TRUNCATE catalog.price");
    std::vector<std::string> reasons(4);
    {
      std::vector<std::jthread> threads;
      for (size_t index = 0; index < reasons.size(); ++index) {
        threads.emplace_back([&, index] { reasons[index] = SetOne(Officer(), wanted); });
      }
    }
    std::sort(reasons.begin(), reasons.end());
    EXPECT_THAT(reasons, ElementsAre("", "PRICE_OVERLAPS", "PRICE_OVERLAPS", "PRICE_OVERLAPS"));
  }
}

TEST_F(PriceTest, APriceIsEndedWithAReason) {
  const std::string name = Set(Officer(), {{}}).results(0).price().name();
  v1::ClosePriceRequest request;
  request.set_name(name);
  EXPECT_EQ(ErrorReason(handlers_.ClosePrice(Officer(), request).status()), "INVALID_FIELD");
  request.set_reason("停产");
  EXPECT_EQ(ErrorReason(handlers_.ClosePrice(WestOfficer(), request).status()), "PRICE_NOT_FOUND");
  EXPECT_EQ(ErrorReason(handlers_.ClosePrice(Pharmacist(), request).status()), "SCOPE_TOO_NARROW");
  const CallContext call = Officer();
  const auto closed = handlers_.ClosePrice(call, request);
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->end_date(), "2026-11-22");
  EXPECT_EQ(closed->close_reason(), "停产");
  EXPECT_EQ(handlers_.ClosePrice(call, request)->SerializeAsString(), closed->SerializeAsString());
  EXPECT_EQ(ErrorReason(handlers_.ClosePrice(Officer(), request).status()), "PRICE_CLOSED");
  EXPECT_EQ(SetOne(Officer(), {.start_date = "2026-11-22"}), "PRICE_OVERLAPS");
  EXPECT_EQ(SetOne(Officer(), {.start_date = "2026-11-23"}), "");
  v1::GetPriceRequest get;
  get.set_name(name);
  EXPECT_EQ(handlers_.GetPrice(Pharmacist(), get)->SerializeAsString(),
            closed->SerializeAsString());
}

TEST_F(PriceTest, EachSeesWhatIsTheirs) {
  Set(Officer(), {{.amount = "1"},
                  {.amount = "2", .supplier = "other"},
                  {.kind = v1::PRICE_KIND_HISTORICAL,
                   .amount = "3",
                   .alliance = "",
                   .institution = "town-hospital"},
                  {.kind = v1::PRICE_KIND_HISTORICAL,
                   .amount = "4",
                   .alliance = "",
                   .institution = "county-hospital"}});
  Set(WestOfficer(), {{.amount = "5", .alliance = "west"}});
  Set(Bureau(), {{.kind = v1::PRICE_KIND_CEILING,
                  .amount = "6",
                  .item = "plate",
                  .supplier = "",
                  .alliance = ""},
                 {.amount = "6", .item = "plate", .alliance = ""}});
  const auto sees = [&](const CallContext& call) {
    std::vector<std::string> amounts = Amounts(call, "");
    std::sort(amounts.begin(), amounts.end());
    std::string digits;
    for (const std::string& amount : amounts) digits += amount[0];
    return digits;
  };
  EXPECT_EQ(sees(Bureau()), "1234566");
  EXPECT_EQ(sees(Officer()), "123466");
  EXPECT_EQ(sees(Pharmacist()), "12466") << "not what another hospital paid";
  EXPECT_EQ(sees(WestOfficer()), "566");
  EXPECT_EQ(sees(testing::CallBySupplier("v", "kangda")), "1566");
  EXPECT_EQ(sees(testing::CallBySupplier("v", "other")), "26") << "ceilings are public";
  pqxx::connection connection(database.conninfo_as("catalog"));
  pqxx::nontransaction tx(connection);
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM price WHERE supplier_id IS NOT NULL")[0].as<int>(), 0);
}

TEST_F(PriceTest, ListsGoOnWhereTheyStopped) {
  Set(Officer(), {{}, {.supplier = "other"}, {.item = "plate"}});
  v1::ListPricesRequest request;
  request.set_page_size(2);
  const auto first = handlers_.ListPrices(Officer(), request);
  ASSERT_TRUE(first.ok());
  ASSERT_THAT(first->prices(), SizeIs(2));
  request.set_page_token(first->next_page_token());
  const auto second = handlers_.ListPrices(Officer(), request);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_THAT(second->prices(), SizeIs(1));
  EXPECT_EQ(second->next_page_token(), "");
  request.set_supplier("suppliers/other");
  EXPECT_EQ(ErrorReason(handlers_.ListPrices(Officer(), request).status()), "INVALID_FIELD");
  request.clear_page_token();
  EXPECT_THAT(handlers_.ListPrices(Officer(), request)->prices(), SizeIs(1));
  request.set_kind(v1::PRICE_KIND_CEILING);
  EXPECT_THAT(handlers_.ListPrices(Officer(), request)->prices(), IsEmpty());
}

TEST_F(PriceTest, AThousandAreSetAtOnce) {
  Put(database, R"(INSERT INTO catalog.item
    SELECT (jsonb_populate_record(item, jsonb_build_object('item_id', 'made-' || number))).*
    FROM catalog.item AS item, generate_series(1, 1000) AS number WHERE item.item_id = 'screw')");
  std::vector<Wanted> wanted;
  for (int index = 1; index <= 1000; ++index)
    wanted.push_back({.item = fmt::format("made-{}", index)});
  for (const int round : {1, 2}) {
    const v1::BatchSetPricesResponse set = Set(Officer(), wanted);
    for (const v1::PriceResult& result : set.results()) {
      ASSERT_EQ(result.reason(), "") << round << result.message();
    }
  }
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.price"), "2000");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.price WHERE end_date < start_date"),
            "1000");
}

TEST_F(PriceTest, TheDatabaseRefusesWhatTheCodeWould) {
  const auto insert = [](const std::string& changed) {
    return "INSERT INTO price (price_id, kind, item_id, supplier_id, alliance_id, institution_id, "
           "amount, "
           "start_date, end_date, reason, setter_id, created_at) SELECT price_id, kind, item_id, "
           "supplier_id, alliance_id, institution_id, amount, start_date, end_date, reason, "
           "setter_id, "
           "created_at FROM jsonb_populate_record(NULL::price, '{\"price_id\": \"p\", \"kind\": "
           "\"agreed\", \"item_id\": \"screw\", \"supplier_id\": \"kangda\", \"alliance_id\": "
           "\"east\", "
           "\"amount\": 1, \"start_date\": \"2026-01-01\", \"reason\": \"r\", \"setter_id\": "
           "\"wang\", "
           "\"created_at\": \"2026-01-01\"}'::jsonb || '" +
           changed + "')";
  };
  const std::pair<const char*, const char*> cases[] = {
      {R"({"price_id": "P"})", "price_id_check"},
      {R"({"kind": "odd"})", "price_kind_check"},
      {R"({"amount": 0})", "price_amount_check"},
      {R"({"supplier_id": null})", "price_supplier_check"},
      {R"({"kind": "ceiling"})", "price_supplier_check"},
      {R"({"kind": "historical"})", "price_holder_check"},
      {R"({"institution_id": "x"})", "price_holder_check"},
      {R"({"end_date": "2025-12-30"})", "price_period_check"},
      {R"({"start_date": "1899-12-31"})", "price_begin_check"},
      {R"({"reason": ""})", "price_reason_check"},
      {R"({"item_id": "nothing"})", "price_item_fkey"},
      {R"({"supplier_id": "nobody"})", "price_supplier_fkey"},
      {"{}", "journal entry"}};
  for (const auto& [changed, refusal] : cases)
    EXPECT_EQ(Refusal(insert(changed)), refusal) << changed;
  ASSERT_EQ(SetOne(Officer(), {.start_date = "2026-01-01"}), "");
  EXPECT_EQ(Refusal(insert(R"({"start_date": "2026-06-01"})")), "price_overlap_excl");
  EXPECT_EQ(Refusal("UPDATE price SET amount = 2"), "permission denied");
  EXPECT_EQ(Refusal("DELETE FROM price"), "permission denied");
  EXPECT_EQ(Refusal("UPDATE price SET end_date = '2026-12-31'"), "closed once");
  const std::string close =
      "UPDATE price SET closed_at = now(), closer_id = 'x', close_reason = 'r'";
  EXPECT_EQ(Refusal(close), "price_close_check");
  EXPECT_EQ(Refusal(close + ", end_date = '2026-12-31'"), "journal entry");
}

}  // namespace
}  // namespace qingqu::catalog
