// Asks every rpc, as every role in every scope in which it is held, for what belongs to others:
// another department of the same institution, another institution of the same alliance, another
// alliance, another supplier. Who asks learns nothing, and of a name what they would learn of one
// that nobody has. The rpcs come from the descriptors: one that nobody told this test how to ask
// fails it.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/auth/role_grants.h"
#include "common/rpc/method_registry.h"
#include "common/status/status.h"
#include "tests/integration/scope_questions.h"
#include "tests/integration/scope_world.h"

namespace qingqu::testing {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = Question::Kind;
using Findings = std::vector<std::string>;

bool Reads(const MethodDescriptor& method) {
  return method.options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS;
}

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* service : rpc::AllServices()) {
    for (int index = 0; index < service->method_count(); ++index) {
      methods.push_back(service->method(index));
    }
  }
  return methods;
}

bool MayAsk(const Asker& asker, const MethodDescriptor& method) {
  const auto methods = rpc::ReadMethods(*method.service());
  return auth::IsGranted(PrincipalIn(Own(), asker), methods->at(method.name()).permission);
}

class DataScopeWalkTest : public ::testing::Test {
 protected:
  // What `asker` learns of others; and whether they learn something of their own.
  Findings AskAs(const MethodDescriptor& method, const Question& question, const Asker& asker,
                 bool& own_seen) const;
  Findings ChangeAs(const MethodDescriptor& method, const Change& change, const Asker& asker) const;
  // Of all askers, by all questions.
  Findings Walk(const MethodDescriptor& method, bool& own_seen) const;

  void AddSameAnswer(const std::string& who, const Answer& foreign, const World& world,
                     const Answer& missing, Findings& findings) const;

  const WorldHost platform_;
};

void DataScopeWalkTest::AddSameAnswer(const std::string& who, const Answer& foreign,
                                      const World& world, const Answer& missing,
                                      Findings& findings) const {
  const std::string got = platform_.Shape(foreign, world);
  const std::string expected = platform_.Shape(missing, Nobody());
  if (got == expected) return;
  findings.push_back(
      fmt::format("{}: of what is foreign {}, of what nobody has {}", who, got, expected));
}

Findings DataScopeWalkTest::AskAs(const MethodDescriptor& method, const Question& question,
                                  const Asker& asker, bool& own_seen) const {
  const std::string who = fmt::format("{} asks {}", NameOf(asker), method.name());
  const auth::Principal principal = PrincipalIn(Own(), asker);
  if (question.kind == Kind::kCountyOnly && asker.scope == auth::Scope::kCounty) {
    own_seen = true;  // some of these answers have no end
    return {};
  }
  const Answer own = platform_.Ask(method, platform_.Fill(question.request, Own()), principal);
  if (question.kind == Kind::kCountyOnly) {
    if (ErrorReason(own.status) == "COUNTY_ONLY") return {};
    return {fmt::format("{}: {} {}", who, own.status.ToString(), own.text)};
  }
  Findings findings;
  const Answer missing =
      platform_.Ask(method, platform_.Fill(question.request, Nobody()), principal);
  for (const Foreign& foreign : ForeignTo(asker)) {
    const std::string whose = fmt::format("{} of {}", who, foreign.world->hospital);
    const Answer answer =
        platform_.Ask(method, platform_.Fill(question.request, *foreign.world), principal);
    for (const std::string& mark : foreign.marks) {
      for (const std::string& text : {own.text, answer.text}) {
        if (text.find(mark) == std::string::npos) continue;
        findings.push_back(fmt::format("{} finds {} in {}", whose, mark, text));
      }
    }
    if (question.kind != Kind::kGet || !foreign.levels.contains(question.level)) continue;
    if (!absl::IsNotFound(answer.status)) {
      findings.push_back(fmt::format("{}: {} {}", whose, answer.status.ToString(), answer.text));
    }
    AddSameAnswer(whose, answer, *foreign.world, missing, findings);
  }
  const bool answers = question.kind != Kind::kGet && question.kind != Kind::kSelf;
  if (answers && !own.status.ok()) {
    findings.push_back(fmt::format("{}: {}", who, own.status.ToString()));
  }
  const bool shows_own = own.text.find(Own().ward) != std::string::npos ||
                         own.text.find(Own().hospital) != std::string::npos ||
                         own.text.find(Own().deal) != std::string::npos;
  own_seen = own_seen || question.kind == Kind::kSelf ||
             (own.status.ok() && (question.kind == Kind::kGet || shows_own));
  return findings;
}

Findings DataScopeWalkTest::ChangeAs(const MethodDescriptor& method, const Change& change,
                                     const Asker& asker) const {
  Findings findings;
  const auth::Principal principal = PrincipalIn(Own(), asker);
  const Answer missing = platform_.Ask(method, platform_.Fill(change.request, Nobody()), principal);
  for (const Foreign& foreign : ForeignTo(asker)) {
    if (!foreign.levels.contains(change.level)) continue;
    const std::string who =
        fmt::format("{} asks {} of {}", NameOf(asker), method.name(), foreign.world->hospital);
    const Answer answer =
        platform_.Ask(method, platform_.Fill(change.request, *foreign.world), principal);
    // Who may not do it at all, for want of scope or of the kind's own permission, is told so
    // before anything is looked up.
    const std::string reason = ErrorReason(answer.status);
    const bool refused = absl::IsNotFound(answer.status) || reason == "SCOPE_TOO_NARROW" ||
                         reason == "PERMISSION_MISSING" ||
                         answer.text.find(R"("error":{"code":5,)") != std::string::npos ||
                         answer.text.find("PERMISSION_MISSING") != std::string::npos;
    if (!refused) {
      findings.push_back(fmt::format("{}: {} {}", who, answer.status.ToString(), answer.text));
    }
    AddSameAnswer(who, answer, *foreign.world, missing, findings);
  }
  return findings;
}

Findings DataScopeWalkTest::Walk(const MethodDescriptor& method, bool& own_seen) const {
  Findings findings;
  const auto [first, last] = Questions().equal_range(method.name());
  for (const Asker& asker : Askers()) {
    if (!MayAsk(asker, method)) continue;
    for (auto question = first; question != last; ++question) {
      const Kind kind = question->second.kind;
      if (kind == Kind::kShared || kind == Kind::kPeople) {
        own_seen = true;
        continue;
      }
      for (std::string& finding : AskAs(method, question->second, asker, own_seen)) {
        findings.push_back(std::move(finding));
      }
    }
  }
  return findings;
}

TEST_F(DataScopeWalkTest, EveryAnswerIsWithinTheAskersScope) {
  int methods_asked = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    if (!Reads(*method)) continue;
    if (!Questions().contains(method->name())) {
      ADD_FAILURE() << method->full_name() << ": this test does not know how to ask it";
      continue;
    }
    ++methods_asked;
    bool own_seen = false;
    EXPECT_THAT(Walk(*method, own_seen), IsEmpty());
    EXPECT_TRUE(own_seen) << method->name() << " shows nobody anything: the test is blind for it";
  }
  EXPECT_GE(methods_asked, 50);
}

TEST_F(DataScopeWalkTest, WhoSeesOneDepartmentSeesAllOfIt) {
  const Asker nurse{"department_nurse", auth::Scope::kDepartment};
  int asked = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    if (!Reads(*method) || !MayAsk(nurse, *method)) continue;
    const auto [first, last] = Questions().equal_range(method->name());
    for (auto question = first; question != last; ++question) {
      if (question->second.level != Level::kDepartment) continue;
      const std::string request = platform_.Fill(question->second.request, Own());
      const Answer answer = platform_.Ask(*method, request, PrincipalIn(Own(), nurse));
      EXPECT_NE(answer.text.find(Own().ward), std::string::npos)
          << method->name() << " " << request << ": " << answer.status << answer.text;
      ++asked;
    }
  }
  EXPECT_GE(asked, 8);
}

// A question names what was asked for, and its entry with it; who asked why is none of the ward's
// business, also when its people may read the journal.
TEST_F(DataScopeWalkTest, NoWardLearnsWhoAskedAboutIt) {
  const std::vector<const MethodDescriptor*> methods = AllMethods();
  const MethodDescriptor& list =
      **std::find_if(methods.begin(), methods.end(),
                     [](const auto* method) { return method->name() == "ListEntries"; });
  const std::string of_ward =
      platform_.Fill(R"({"subject": "departments/$X-ward", "purpose": "canary purpose"})", Own());
  const auth::Principal inspector =
      PrincipalIn(Own(), {"discipline_inspector", auth::Scope::kCounty});
  ASSERT_TRUE(platform_.Ask(list, of_ward, inspector).status.ok());
  const std::string asked = platform_.Ask(list, of_ward, inspector).text;
  ASSERT_THAT(asked, HasSubstr("canary purpose")) << "the inspector's own question is there";
  platform_.database().Execute(
      "ALTER TABLE identity.role_permission DISABLE TRIGGER journal_entry_required;"
      "INSERT INTO identity.role_permission (role_id, permission)"
      " SELECT role, 'supervision.journal.read'"
      " FROM unnest('{department_nurse,hospital_pharmacist}'::text[]) AS role");
  for (const char* role : {"department_nurse", "hospital_pharmacist", "discipline_inspector"}) {
    const auth::Principal ward = PrincipalIn(Own(), {role, auth::Scope::kDepartment});
    Answer answer = platform_.Ask(list, of_ward, ward);
    for (int wait = 0; wait < 100 && absl::IsPermissionDenied(answer.status); ++wait) {
      absl::SleepFor(absl::Milliseconds(200));  // until the table of roles is read again
      answer = platform_.Ask(list, of_ward, ward);
    }
    ASSERT_TRUE(answer.status.ok()) << answer.status;
    EXPECT_THAT(answer.text, HasSubstr("transfers/xown-transfer")) << role;
    EXPECT_THAT(answer.text, Not(HasSubstr(inspector.user_id))) << role;
  }
}

TEST_F(DataScopeWalkTest, WhatIsForeignIsNotChangedAndIsNotThere) {
  for (const MethodDescriptor* method : AllMethods()) {
    if (Reads(*method)) continue;
    if (!Changes().contains(method->name())) {
      ADD_FAILURE() << method->full_name() << ": this test does not know what it names";
      continue;
    }
    const auto [first, last] = Changes().equal_range(method->name());
    for (auto change = first; change != last; ++change) {
      if (!change->second.names_nothing.empty()) continue;
      for (const Asker& asker : Askers()) {
        if (!MayAsk(asker, *method)) continue;
        EXPECT_THAT(ChangeAs(*method, change->second, asker), IsEmpty());
      }
    }
  }
}

// A clock would tell of the machine, so statements are counted: for something foreign the service
// asks the database just what it asks for something that nobody has, each the same number of times.
// What is left to tell the two apart is one row that an index finds and a policy hides.
class SameWorkTest : public DataScopeWalkTest {
 protected:
  using Statements = std::map<std::string, int>;  // by the id that PostgreSQL gives them

  SameWorkTest() {
    const std::string database = platform_.database().Value("SELECT current_database()");
    platform_.database().Execute("CREATE EXTENSION pg_stat_statements");
    platform_.database().Execute(
        fmt::format("ALTER DATABASE {} SET pg_stat_statements.track = 'top'", database));
    // Connections that are open go by the setting from their next beginning on.
    platform_.database().Execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }

  // How often each statement is run for one call. What runs in the background meanwhile runs less
  // often than the calls.
  Statements Of(const MethodDescriptor& method, const std::string& json,
                const auth::Principal& principal) const {
    constexpr int kCalls = 40;
    platform_.Ask(method, json, principal);
    platform_.database().Execute("SELECT pg_stat_statements_reset()");
    for (int call = 0; call < kCalls; ++call) platform_.Ask(method, json, principal);
    pqxx::connection connection(platform_.database().superuser_conninfo());
    pqxx::nontransaction tx(connection);
    Statements statements;
    for (const auto& row :
         tx.exec("SELECT queryid::text AS id, sum(calls)::int AS calls FROM pg_stat_statements"
                 " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
                 " GROUP BY queryid")) {
      const int per_call = row["calls"].as<int>() / kCalls;
      if (per_call > 0) statements[row["id"].as<std::string>()] = per_call;
    }
    return statements;
  }
};

TEST_F(SameWorkTest, ForWhatIsForeignAsForWhatNobodyHas) {
  int compared = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    const auto question = Questions().find(method->name());
    if (question == Questions().end() || question->second.kind != Kind::kGet) continue;
    for (const Asker& asker : Askers()) {
      const std::vector<Foreign> foreign = ForeignTo(asker);
      if (!MayAsk(asker, *method) || foreign.empty()) continue;
      const auth::Principal principal = PrincipalIn(Own(), asker);
      const std::string& request = question->second.request;
      const Statements missing = Of(*method, platform_.Fill(request, Nobody()), principal);
      EXPECT_THAT(missing, Not(IsEmpty())) << method->name();
      EXPECT_EQ(Of(*method, platform_.Fill(request, *foreign.back().world), principal), missing)
          << NameOf(asker) << " asks " << method->name();
      ++compared;
      break;
    }
  }
  EXPECT_GE(compared, 10);
}

// With the policy of any table taken away the walk finds something: so it would find a policy that
// is missing, or wrong.
class WithoutAPolicyTest : public DataScopeWalkTest {
 protected:
  Findings WalkAll(const std::vector<std::string>& method_names) const {
    Findings findings;
    for (const MethodDescriptor* method : AllMethods()) {
      const bool wanted =
          std::find(method_names.begin(), method_names.end(), method->name()) != method_names.end();
      bool own_seen = false;
      if (!wanted) continue;
      for (std::string& finding : Walk(*method, own_seen)) findings.push_back(std::move(finding));
    }
    return findings;
  }

  // "procurement.requisition" and so on.
  std::set<std::string> ProtectedTables() const {
    pqxx::connection connection(platform_.database().superuser_conninfo());
    pqxx::nontransaction tx(connection);
    std::set<std::string> tables;
    for (const auto& row :
         tx.exec("SELECT oid::regclass::text FROM pg_class"
                 " WHERE relrowsecurity AND relkind IN ('r', 'p') AND NOT relispartition")) {
      tables.insert(row[0].as<std::string>());
    }
    return tables;
  }
};

using Methods = std::vector<std::string>;

// By which rpcs each table is seen. Empty: only behind the head of its document, which is hidden
// itself, or by no rpc that names what is in it.
const std::map<std::string, Methods>& ShownBy() {
  static const std::map<std::string, Methods> shown_by{
      {"procurement.agreement", {"GetAgreement", "ListAgreements"}},
      {"procurement.requisition", {"GetRequisition", "ListRequisitions", "GetOrder"}},
      {"procurement.requisition_line", {}},
      {"procurement.purchase_order", {"GetOrder", "ListOrders"}},
      {"procurement.order_line", {}},
      {"procurement.order_actor", {}},
      {"procurement.lot_expiry", {}},
      {"procurement.despatch", {"GetDespatch", "ListDespatches"}},
      {"procurement.despatch_line", {}},
      {"procurement.despatch_serial", {}},
      {"procurement.import", {}},
      {"procurement.history_line", {}},
      {"procurement.history_vendor", {}},
      {"procurement.history_item", {}},
      {"procurement.history_manufacturer", {}},
      {"distribution.account", {"ListBalances", "ExplainBalance"}},
      {"distribution.movement", {"GetMovement"}},
      {"distribution.reservation", {}},  // only with its account
      {"distribution.period_balance", {}},
      {"distribution.despatch_line_progress", {}},
      {"distribution.receipt", {"GetReceipt"}},
      {"distribution.receipt_line", {}},
      {"distribution.transfer", {"GetTransfer", "ListTransfers"}},
      {"distribution.transfer_line", {}},
      {"distribution.transfer_allocation", {}},
      {"distribution.consumption", {}},
      {"distribution.consumption_line", {}},
      {"usage.use", {"GetUse", "ListUses"}},
      {"usage.use_line", {}},
      {"usage.person", {"ResolvePseudonym"}},
      {"catalog.supplier", {}},
      {"catalog.approved_list", {"GetApprovedList", "ListApprovedLists"}},
      {"catalog.application", {"GetApplication"}},
      {"catalog.application_round", {}},
      {"catalog.application_step", {}},
      {"catalog.approved_list_entry", {}},
      {"catalog.list_change", {}},
      {"catalog.list_change_line", {}},
      {"catalog.price", {"GetPrice", "ListPrices"}},
      {"catalog.organisation", {}},
      {"catalog.qualification", {}},
      {"catalog.authorisation_scope", {}},
      {"catalog.import", {}},
      {"catalog.local_code", {}},  // only behind their institution
      {"catalog.local_row", {}},
      {"catalog.mapping", {}},
      {"journal.entry", {}},
  };
  return shown_by;
}

TEST_F(WithoutAPolicyTest, TheWalkFindsSomething) {
  for (const std::string& table : ProtectedTables()) {
    const auto methods = ShownBy().find(table);
    ASSERT_NE(methods, ShownBy().end()) << table << ": this test does not know what shows it";
    if (methods->second.empty()) continue;
    platform_.database().Execute("ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY");
    EXPECT_THAT(WalkAll(methods->second), Not(IsEmpty())) << table;
    platform_.database().Execute("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
    platform_.database().Execute("CREATE POLICY too_much ON " + table + " USING (true)");
    EXPECT_THAT(WalkAll(methods->second), Not(IsEmpty())) << table;
    platform_.database().Execute("DROP POLICY too_much ON " + table);
  }
}

}  // namespace
}  // namespace qingqu::testing
