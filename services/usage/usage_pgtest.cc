#include <atomic>
#include <stop_token>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/auth/test_directory.h"
#include "common/base/page_token.h"
#include "common/db/core_queries.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "services/usage/queries.h"
#include "services/usage/usage_handlers.h"
#include "services/usage/use_store.h"
#include "tests/support/test_database.h"

namespace qingqu::usage {
namespace {

using ::testing::HasSubstr;

// A ledger that answers as it is told.
class FakeStock final : public StockClient {
 public:
  absl::Status Consume(const auth::Principal& user, const Use& use, std::string_view traceparent,
                       absl::Time /*deadline*/) override {
    ++calls;
    last_traceparent = traceparent;
    last_user = user.user_id;
    last_holder = user.on_behalf_of;
    last_delegation = user.delegation_id;
    last_use = use.use_id;
    return use.use_id == failing_use ? absl::UnavailableError("again") : answer;
  }
  absl::Status answer;
  std::atomic<int> calls{0};
  std::string last_user;
  std::string last_holder;
  std::string last_delegation;
  std::string last_use;
  std::string last_traceparent;
  std::string failing_use;
};

class UsageTest : public ::testing::Test {
 protected:
  UsageTest()
      : pool_(database_.NewPool("usage", {queries::kAllQueries.begin(), queries::kAllQueries.end()},
                                8)),
        posting_(pool_.get(), &stock_),
        handlers_(pool_.get(), &posting_, &pseudonyms_) {
    ReplacePublishedViews();
  }

  // What catalogue and distribution publish, with a few rows of our own.
  void ReplacePublishedViews() {
    database_.Execute(R"(
      DROP VIEW IF EXISTS catalog_pub.device_identifier CASCADE;
      DROP VIEW IF EXISTS catalog_pub.item CASCADE;
      DROP VIEW IF EXISTS distribution_pub.location CASCADE;
      CREATE VIEW catalog_pub.device_identifier AS
        SELECT * FROM (VALUES ('06901234567892', 'gauze', 10::bigint),
                              ('06901234567908', 'stent', 1::bigint))
          AS v (device_identifier, item_id, base_units);
      CREATE VIEW catalog_pub.item AS
        SELECT * FROM (VALUES ('gauze', true, false, true, false),
                              ('stent', true, true, true, true))
          AS v (item_id, lot_tracked, serial_tracked, expiry_tracked, high_value);
      CREATE VIEW distribution_pub.location AS
        SELECT * FROM (VALUES ('ward-1', 'department', 'county-hospital', 'east', 'surgery'),
                              ('store-1', 'institution_store', 'county-hospital', 'east', NULL),
                              ('central', 'central_store', 'county-hospital', 'east', NULL),
                              ('ward-9', 'department', 'other-hospital', 'east', 'medicine'))
          AS v (location_id, kind, institution_id, alliance_id, department_id);
      GRANT SELECT ON catalog_pub.device_identifier, catalog_pub.item, distribution_pub.location
        TO qingqu_services;
    )");
  }

  static v1::CreateUseRequest Request(const CallContext& call, const std::string& scan) {
    v1::CreateUseRequest request;
    request.set_request_id(call.request_id);
    request.mutable_use()->set_location("locations/ward-1");
    v1::UseLine& line = *request.mutable_use()->add_lines();
    line.set_scan(scan);
    line.set_packs(1);
    return request;
  }

  std::string State(const std::string& use_id) const {
    return database_.Value("SELECT state FROM usage.use WHERE use_id = '" + use_id + "'");
  }
  std::string Entries(const std::string& event) const {
    return database_.Value("SELECT count(*) FROM journal.entry WHERE event = '" + event + "'");
  }

  testing::TestDatabase database_;
  std::unique_ptr<db::ConnectionPool> pool_;
  FakeStock stock_;
  Posting posting_;
  auth::TestDirectory directory_;
  privacy::PseudonymKey pseudonyms_ = *privacy::PseudonymKey::LoadOrCreate(directory_.path());
  UsageHandlers handlers_;
  const CallContext nurse_ = testing::CallBy("nurse-li", "department_nurse");
  const std::string gauze_ = "01069012345678921740123110A1";
  const std::string stent_ =
      "01069012345679081740123110B1\x1d"
      "21S7";
};

TEST_F(UsageTest, UseIsRecordedConsumedAndPosted) {
  const auto use = handlers_.CreateUse(nurse_, Request(nurse_, gauze_));
  ASSERT_TRUE(use.ok()) << use.status();
  EXPECT_EQ(use->state(), v1::USE_STATE_POSTED);
  EXPECT_EQ(use->institution(), "institutions/county-hospital");
  EXPECT_EQ(use->lines(0).item(), "items/gauze");
  EXPECT_EQ(use->lines(0).lot(), "A1");
  EXPECT_EQ(use->lines(0).quantity(), 10);
  EXPECT_EQ(stock_.calls, 1);
  EXPECT_EQ(stock_.last_user, "nurse-li");
  EXPECT_EQ(Entries("use.recorded"), "1");
  EXPECT_EQ(Entries("use.posted"), "1");
}

TEST_F(UsageTest, TheLedgerIsAskedWithinTheCallersTrace) {
  CallContext call = nurse_;
  call.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ASSERT_TRUE(handlers_.CreateUse(call, Request(call, gauze_)).ok());
  EXPECT_EQ(stock_.last_traceparent, call.traceparent);
}

TEST_F(UsageTest, TheSameRequestTwiceIsOneUse) {
  const auto request = Request(nurse_, gauze_);
  const auto first = handlers_.CreateUse(nurse_, request);
  const auto second = handlers_.CreateUse(nurse_, request);
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(stock_.calls, 1);
  EXPECT_EQ(database_.Value("SELECT count(*) FROM usage.use"), "1");
  auto other = request;
  other.mutable_use()->mutable_lines(0)->set_packs(2);
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(nurse_, other).status()), "REQUEST_ID_REUSED");
}

TEST_F(UsageTest, WhatTheLedgerRefusesIsRefusedForGood) {
  stock_.answer =
      MakeError(absl::StatusCode::kFailedPrecondition, "INSUFFICIENT_STOCK", "3 are here");
  const auto request = Request(nurse_, gauze_);
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(nurse_, request).status()), "INSUFFICIENT_STOCK");
  stock_.answer = absl::OkStatus();
  const auto again = handlers_.CreateUse(nurse_, request);
  EXPECT_EQ(ErrorReason(again.status()), "INSUFFICIENT_STOCK");
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("3 are here"));
  EXPECT_EQ(stock_.calls, 1) << "a refused use must not be consumed later";
  EXPECT_EQ(Entries("use.refused"), "1");
}

TEST_F(UsageTest, ARefusedUseNamesItsBadLinesEachTime) {
  FieldViolations lines;
  lines.Add("lines[0].quantity", "INSUFFICIENT_STOCK: 3 are here");
  stock_.answer = lines.ToStatus(absl::StatusCode::kFailedPrecondition, "INSUFFICIENT_STOCK");
  const auto request = Request(nurse_, gauze_);
  const absl::Status first = handlers_.CreateUse(nurse_, request).status();
  stock_.answer = absl::OkStatus();
  const absl::Status again = handlers_.CreateUse(nurse_, request).status();
  EXPECT_TRUE(again.GetPayload("type.googleapis.com/google.rpc.BadRequest").has_value());
  EXPECT_EQ(again, first);
}

TEST_F(UsageTest, ANameTakenInTheLedgerIsNoRefusal) {
  for (const char* reason : {"REQUEST_ID_REUSED", "CONSUMPTION_EXISTS"}) {
    const CallContext call = testing::CallBy("nurse-li", "department_nurse");
    stock_.answer = MakeError(absl::StatusCode::kAlreadyExists, reason, "taken");
    const auto request = Request(call, gauze_);
    EXPECT_EQ(ErrorReason(handlers_.CreateUse(call, request).status()), "STOCK_UNAVAILABLE");
    EXPECT_EQ(State(call.request_id), "pending");
    stock_.answer = absl::OkStatus();
    EXPECT_TRUE(handlers_.CreateUse(call, request).ok());
    EXPECT_EQ(State(call.request_id), "posted");
  }
}

TEST_F(UsageTest, AUseThatKeepsFailingKeepsNoOtherWaiting) {
  std::vector<std::string> ids;
  stock_.answer = absl::UnavailableError("away");
  for (int use = 0; use < 3; ++use) {
    const CallContext call = testing::CallBy("nurse-li", "department_nurse");
    ASSERT_FALSE(handlers_.CreateUse(call, Request(call, gauze_)).ok());
    ids.push_back(call.request_id);
  }
  const auto next = [&] {
    return *db::RunRead(*pool_, nurse_,
                        [](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<std::string>> {
                          return ListPending(tx, absl::ZeroDuration(), 1);
                        });
  };
  EXPECT_THAT(next(), ::testing::ElementsAre(ids[0]));
  EXPECT_FALSE(posting_.Finish(nurse_, ids[0]).ok());
  EXPECT_THAT(next(), ::testing::ElementsAre(ids[1])) << "tried last, comes last";
  stock_.answer = absl::OkStatus();
  stock_.failing_use = ids[0];
  EXPECT_EQ(posting_.FinishPending(absl::ZeroDuration()), 2);
  EXPECT_THAT(next(), ::testing::ElementsAre(ids[0]));
}

TEST_F(UsageTest, ARoundEndsWhenTheServiceStops) {
  stock_.answer = absl::UnavailableError("away");
  for (int use = 0; use < 2; ++use) {
    const CallContext call = testing::CallBy("nurse-li", "department_nurse");
    ASSERT_FALSE(handlers_.CreateUse(call, Request(call, gauze_)).ok());
  }
  stock_.answer = absl::OkStatus();
  stock_.calls = 0;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(posting_.FinishPending(absl::ZeroDuration(), stop.get_token()), 0);
  EXPECT_EQ(stock_.calls, 0);
  EXPECT_EQ(posting_.FinishPending(absl::ZeroDuration()), 2);
}

TEST_F(UsageTest, TheSameRequestIdOfAnotherNurseIsAnotherRequest) {
  auto request = Request(nurse_, gauze_);
  request.set_use_id("mine");
  ASSERT_TRUE(handlers_.CreateUse(nurse_, request).ok());
  const CallContext other =
      testing::WithRequestId(testing::CallBy("nurse-wu", "department_nurse"), nurse_.request_id);
  request.set_use_id("hers");
  const auto use = handlers_.CreateUse(other, request);
  ASSERT_TRUE(use.ok()) << use.status();
  EXPECT_EQ(use->name(), "uses/hers");
  EXPECT_EQ(handlers_.CreateUse(nurse_, Request(nurse_, gauze_)).status().code(),
            absl::StatusCode::kAlreadyExists)
      << "her own id with another content";
}

TEST_F(UsageTest, WhenTheLedgerIsAwayTheUseStaysOpenAndIsFinishedLater) {
  stock_.answer = absl::UnavailableError("connection refused");
  const auto request = Request(nurse_, gauze_);
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(nurse_, request).status()), "STOCK_UNAVAILABLE");
  EXPECT_EQ(State(nurse_.request_id), "pending");
  stock_.answer = absl::OkStatus();
  EXPECT_EQ(posting_.FinishPending(absl::ZeroDuration()), 1);
  EXPECT_EQ(State(nurse_.request_id), "posted");
  EXPECT_EQ(stock_.last_user, "nurse-li") << "on behalf of who scanned";
  EXPECT_TRUE(handlers_.CreateUse(nurse_, request).ok());
  EXPECT_EQ(posting_.FinishPending(absl::ZeroDuration()), 0);
  EXPECT_EQ(Entries("use.posted"), "1");
}

TEST_F(UsageTest, TheLedgerIsToldForWhomTheRecorderStandsInAlsoLater) {
  stock_.answer = absl::UnavailableError("connection refused");
  CallContext call = nurse_;
  call.principal.on_behalf_of = "nurse-wang";
  call.principal.delegation_id = "d1";
  EXPECT_FALSE(handlers_.CreateUse(call, Request(call, gauze_)).ok());
  EXPECT_EQ(stock_.last_holder + " " + stock_.last_delegation, "nurse-wang d1");
  stock_.last_holder.clear();
  stock_.answer = absl::OkStatus();
  EXPECT_EQ(posting_.FinishPending(absl::ZeroDuration()), 1);
  EXPECT_EQ(stock_.last_user, "nurse-li");
  EXPECT_EQ(stock_.last_holder + " " + stock_.last_delegation, "nurse-wang d1");
}

TEST_F(UsageTest, AfterATimeoutNobodyAsksUntilTheLeaseRunsOut) {
  stock_.answer = absl::DeadlineExceededError("slow");
  const auto request = Request(nurse_, gauze_);
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(nurse_, request).status()), "STOCK_UNAVAILABLE");
  stock_.answer = absl::OkStatus();
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(nurse_, request).status()), "USE_IN_PROGRESS");
  EXPECT_EQ(stock_.calls, 1);
  database_.Execute("UPDATE usage.use_lease SET expires_at = now() - interval '1 second'");
  EXPECT_TRUE(handlers_.CreateUse(nurse_, request).ok());
}

TEST_F(UsageTest, ManyCallersWithOneRequestConsumeOnce) {
  const auto request = Request(nurse_, gauze_);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 16; ++caller) {
    callers.emplace_back([&] {
      const auto use = handlers_.CreateUse(nurse_, request);
      if (!use.ok() && ErrorReason(use.status()) != "USE_IN_PROGRESS") ++wrong;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(stock_.calls, 1);
  EXPECT_EQ(State(nurse_.request_id), "posted");
}

TEST_F(UsageTest, HighValuePieceIsBoundToPatientAndProcedure) {
  auto request = Request(nurse_, stent_);
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(nurse_, request).status()), "PATIENT_REQUIRED");
  request.mutable_use()->set_patient_pseudonym("P-2026-000071");
  request.mutable_use()->set_procedure("PCI");
  request.mutable_use()->set_doctor("D7");
  const auto use = handlers_.CreateUse(nurse_, request);
  ASSERT_TRUE(use.ok()) << use.status();
  EXPECT_EQ(use->lines(0).serial(), "S7");
  EXPECT_EQ(database_.Value("SELECT count(*) FROM usage.idempotency WHERE "
                            "encode(response, 'escape') ~ 'P-2026|PCI|D7'"),
            "0");
  EXPECT_EQ(use->patient_pseudonym(), "P-2026-000071");
  EXPECT_EQ(
      database_.Value("SELECT count(*) FROM journal.entry WHERE details::text LIKE '%P-2026%'"),
      "0");
  EXPECT_EQ(
      database_.Value("SELECT count(*) FROM journal.entry WHERE restricted::text LIKE '%P-2026%'"),
      "2");
}

TEST_F(UsageTest, APseudonymIsResolvedWithinTheCallersScope) {
  auto request = Request(nurse_, stent_);
  request.mutable_use()->set_patient_pseudonym("P-2026-000071");
  request.mutable_use()->set_procedure("PCI");
  request.mutable_use()->set_doctor("D7");
  ASSERT_TRUE(handlers_.CreateUse(nurse_, request).ok());
  const std::string pseudonym = pseudonyms_.PseudonymOf(
      {.kind = privacy::PersonKind::kDoctor, .institution_id = "county-hospital", .id = "D7"});
  v1::ResolvePseudonymRequest resolve;
  const auto ask = [&](const std::string& name, const CallContext& call) {
    resolve.set_pseudonym(name);
    const auto answer = handlers_.ResolvePseudonym(call, resolve);
    return answer.ok() ? answer->person() + " of " + answer->institution()
                       : ErrorReason(answer.status());
  };
  const CallContext inspector = testing::CallBy("ji", "discipline_inspector");
  EXPECT_EQ(ask("doctors/" + pseudonym, inspector), "doctors/D7 of institutions/county-hospital");
  EXPECT_EQ(ask("patients/" + pseudonym, inspector), "PSEUDONYM_NOT_FOUND");
  EXPECT_EQ(ask("doctors/~" + std::string(32, '0'), inspector), "PSEUDONYM_NOT_FOUND");
  EXPECT_EQ(ask("doctors/" + pseudonym,
                testing::CallBy("nurse-wu", "department_nurse", "other-hospital")),
            "PSEUDONYM_NOT_FOUND");
  for (const char* name : {"", "doctors/D7", "doctors/", "doctors/~", "users/x"}) {
    EXPECT_EQ(ask(name, inspector), "INVALID_FIELD") << name;
  }
  EXPECT_EQ(database_.Value("SELECT count(*) FROM usage.person"), "2");
  const CallContext again = testing::CallBy("nurse-li", "department_nurse");
  request.set_request_id(again.request_id);
  ASSERT_TRUE(handlers_.CreateUse(again, request).ok());
  EXPECT_EQ(database_.Value("SELECT count(*) FROM usage.person"), "2") << "known already";
}

TEST_F(UsageTest, BadInputIsNamed) {
  struct Case {
    std::string reason;
    std::function<void(v1::Use&)> spoil;
  };
  const std::vector<Case> cases{
      {"UDI_INVALID", [](v1::Use& use) { use.mutable_lines(0)->set_scan("0106901234567893"); }},
      {"WRONG_ITEM", [](v1::Use& use) { use.mutable_lines(0)->set_scan("0104006381333931"); }},
      {"LOT_EXPIRED",
       [](v1::Use& use) { use.mutable_lines(0)->set_scan("01069012345678921720013110A1"); }},
      {"LOT_MISSING",
       [](v1::Use& use) { use.mutable_lines(0)->set_scan("010690123456789217401231"); }},
      {"EXPIRY_MISSING",
       [](v1::Use& use) { use.mutable_lines(0)->set_scan("010690123456789210A1"); }},
      {"SERIAL_MISSING",
       [](v1::Use& use) { use.mutable_lines(0)->set_scan("01069012345679081740123110B1"); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.mutable_lines(0)->set_packs(0); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.mutable_lines(0)->set_packs(-5); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.clear_lines(); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.set_location("ward-1"); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.set_patient_pseudonym("110101199001011234"); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.set_doctor("~" + std::string(32, '0')); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.set_doctor("doctors/D7"); }},
      {"INVALID_FIELD", [](v1::Use& use) { use.mutable_use_time()->set_seconds(32503680000); }},
      {"LOCATION_NOT_FOUND", [](v1::Use& use) { use.set_location("locations/nowhere"); }},
      {"LOCATION_NOT_FOUND", [](v1::Use& use) { use.set_location("locations/ward-9"); }},
      {"LOCATION_NOT_FOUND", [](v1::Use& use) { use.set_location("locations/central"); }},
  };
  for (const Case& bad : cases) {
    const CallContext call = testing::CallBy("nurse-li", "department_nurse");
    auto request = Request(call, gauze_);
    bad.spoil(*request.mutable_use());
    EXPECT_EQ(ErrorReason(handlers_.CreateUse(call, request).status()), bad.reason)
        << request.DebugString();
  }
  EXPECT_EQ(database_.Value("SELECT count(*) FROM usage.use"), "0");
  EXPECT_EQ(stock_.calls, 0);
}

TEST_F(UsageTest, AnIdIsTakenOnce) {
  auto request = Request(nurse_, gauze_);
  request.set_use_id("use-1");
  ASSERT_TRUE(handlers_.CreateUse(nurse_, request).ok());
  const CallContext second = testing::CallBy("nurse-li", "department_nurse");
  request.set_request_id(second.request_id);
  EXPECT_EQ(ErrorReason(handlers_.CreateUse(second, request).status()), "USE_EXISTS");
}

TEST_F(UsageTest, FiveThousandLinesAreOneCall) {
  auto request = Request(nurse_, gauze_);
  for (int line = 1; line < 5000; ++line)
    *request.mutable_use()->add_lines() = request.use().lines(0);
  const auto use = handlers_.CreateUse(nurse_, request);
  ASSERT_TRUE(use.ok()) << use.status();
  EXPECT_EQ(use->lines_size(), 5000);
  *request.mutable_use()->add_lines() = request.use().lines(0);
  EXPECT_EQ(
      ErrorReason(
          handlers_.CreateUse(testing::CallBy("nurse-li", "department_nurse"), request).status()),
      "INVALID_FIELD");
}

TEST_F(UsageTest, OtherInstitutionsSeeNothing) {
  ASSERT_TRUE(handlers_.CreateUse(nurse_, Request(nurse_, gauze_)).ok());
  v1::GetUseRequest get;
  get.set_name("uses/" + nurse_.request_id);
  EXPECT_TRUE(handlers_.GetUse(nurse_, get).ok());
  const CallContext other = testing::CallBy("nurse-wu", "department_nurse", "other-hospital");
  EXPECT_EQ(ErrorReason(handlers_.GetUse(other, get).status()), "USE_NOT_FOUND");
  EXPECT_EQ(handlers_.ListUses(other, {})->uses_size(), 0);
  const CallContext supplier = testing::CallBySupplier("sam", "medline");
  EXPECT_EQ(handlers_.ListUses(supplier, {})->uses_size(), 0);
  const CallContext inspector = testing::CallBy("ji", "discipline_inspector");
  EXPECT_EQ(handlers_.ListUses(inspector, {})->uses_size(), 1);
}

TEST_F(UsageTest, AForgottenWhereLeaksNothing) {
  ASSERT_TRUE(handlers_.CreateUse(nurse_, Request(nurse_, gauze_)).ok());
  pqxx::connection connection(database_.conninfo_as("usage"));
  pqxx::nontransaction tx(connection);
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM use")[0].as<int>(), 0)
      << "without settings nothing is visible";
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM use_line")[0].as<int>(), 0);
  tx.exec(
      "SELECT set_config('qingqu.scope', 'institution', false), set_config('qingqu.institution', "
      "'other', false)");
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM use")[0].as<int>(), 0);
  tx.exec("SELECT set_config('qingqu.institution', 'county-hospital', false)");
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM use")[0].as<int>(), 1);
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM usage_pub.use_line")[0].as<int>(), 1);
}

TEST_F(UsageTest, PagesFollowEachOtherNewestFirst) {
  for (int use = 0; use < 5; ++use) {
    const CallContext call = testing::CallBy("nurse-li", "department_nurse");
    auto request = Request(call, gauze_);
    request.set_use_id("use-" + std::to_string(use));
    ASSERT_TRUE(handlers_.CreateUse(call, request).ok());
  }
  v1::ListUsesRequest list;
  list.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page = handlers_.ListUses(nurse_, list);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Use& use : page->uses()) {
      names.push_back(use.name());
      EXPECT_EQ(use.lines_size(), 0) << "pages have no lines";
      EXPECT_EQ(use.line_count(), 1);
    }
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(names, ::testing::ElementsAre("uses/use-4", "uses/use-3", "uses/use-2", "uses/use-1",
                                            "uses/use-0"));
  const auto reason_of = [&](const std::string& token) {
    list.set_page_token(token);
    return ErrorReason(handlers_.ListUses(nurse_, list).status());
  };
  EXPECT_EQ(reason_of("forged"), "INVALID_FIELD");
  EXPECT_EQ(reason_of(EncodePageToken({"2026-11-21 08:00:00+00", "use-1"}, "uses/")), "");
  for (const char* time : {"99999-11-21 08:00:00+00", "-5-11-21 08:00:00+00", "now", "infinity"}) {
    EXPECT_EQ(reason_of(EncodePageToken({time, "use-1"}, "uses/")), "INVALID_FIELD") << time;
  }
  list.set_page_size(-1);
  EXPECT_EQ(reason_of(""), "INVALID_FIELD");
}

TEST_F(UsageTest, APageOfAQuietDepartmentReadsNoOthers) {
  database_.Execute(
      "SET session_replication_role = replica;"
      "INSERT INTO usage.use (use_id, location_id, institution_id, alliance_id, department_id,"
      " state, used_at, line_count, has_high_value, recorder_id, recorder_roles, created_at)"
      " SELECT 'u' || n, 'ward-1', 'county-hospital', 'east',"
      " CASE n % 1000 WHEN 0 THEN 'quiet' ELSE 'busy' END, 'posted', now(), 1, false, 'li', '{}',"
      " now() - n * interval '1 second' FROM generate_series(1, 20000) AS n");
  database_.Execute("ANALYZE usage.use");
  CallContext ward = nurse_;
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "quiet";
  EXPECT_EQ(handlers_.ListUses(ward, {})->uses_size(), 20);
  // A statement exists on a connection once it has been used there.
  const auto plan = db::RunTransaction(
      *pool_, ward, [](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
        tx.exec("SET LOCAL plan_cache_mode = force_generic_plan");
        std::string lines;
        for (const auto& row :
             tx.exec(fmt::format("EXPLAIN (ANALYZE) EXECUTE \"{}\" ('', '', '', 51, 'quiet')",
                                 queries::kListUsesOfDepartment.name))) {
          lines += row[0].as<std::string>() + "\n";
        }
        return lines;
      });
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(*plan, HasSubstr("use_newest_of_department"));
  EXPECT_THAT(*plan, ::testing::Not(HasSubstr("Removed by Filter")));
}

TEST_F(UsageTest, TheDatabaseRefusesWhatTheRulesForbid) {
  const auto refused = [&](const std::string& sql) {
    try {
      pqxx::connection connection(database_.conninfo_as("usage"));
      pqxx::work tx(connection);
      tx.exec("SELECT set_config('qingqu.scope', 'system', false)");
      tx.exec("SELECT journal.append('use.recorded','m','','uses/x','{}','','','','','{}','{}')");
      tx.exec(sql);
      tx.commit();
      return false;
    } catch (const pqxx::sql_error&) {
      return true;
    }
  };
  const std::string columns =
      "INSERT INTO use (use_id, location_id, institution_id, alliance_id, used_at, line_count,"
      " recorder_id, recorder_roles, state, has_high_value, patient_pseudonym, doctor,"
      " recorder_for_id, delegation_id) VALUES (gen_random_uuid()::text, 'l', 'i', 'a',"
      " now(), 1, 'u', '{}', ";
  EXPECT_FALSE(refused(columns + "'pending', false, NULL, '欧阳-D.7_a', 'v', 'd')"));
  EXPECT_TRUE(refused(columns + "'pending', true, NULL, NULL, NULL, NULL)"))
      << "high value, no patient";
  EXPECT_TRUE(refused(columns + "'pending', false, 'Zhang San', NULL, NULL, NULL)")) << "a name";
  EXPECT_TRUE(refused(columns + "'refused', false, NULL, NULL, NULL, NULL)"))
      << "refused without why";
  EXPECT_TRUE(refused(columns + "'pending', false, NULL, NULL, 'v', NULL)"))
      << "for somebody by no delegation";
  for (const char* doctor : {"''", "' D7'", "'doctors/D7'", "'~0'", "'D 7'", "E'D\\n7'", "'D:7'",
                             "E'D\\u200b7'", "E'D\\u00a07'", "repeat('D', 65)"}) {
    EXPECT_TRUE(refused(columns + "'pending', false, NULL, " + doctor + ", NULL, NULL)")) << doctor;
  }
  EXPECT_TRUE(refused("UPDATE use SET doctor = 'x'")) << "what was recorded stays";
  EXPECT_TRUE(refused("DELETE FROM use"));
}

TEST_F(UsageTest, EveryStatementCanBePrepared) {
  EXPECT_EQ(
      database_.PrepareAll("usage", {queries::kAllQueries.begin(), queries::kAllQueries.end()}),
      "");
  EXPECT_EQ(database_.PrepareAll("usage", {db::kCoreQueries.begin(), db::kCoreQueries.end()}), "");
}

}  // namespace
}  // namespace qingqu::usage
