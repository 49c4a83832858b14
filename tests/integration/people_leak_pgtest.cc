// Against the leak of doctor-level use (防统方): who finds patients and doctors where, over real
// gRPC, after uses whose people have distinctive names. The same search finds them where they may
// be.
#include "gmock/gmock.h"
#include "spdlog/spdlog.h"

#include "common/auth/role_grants.h"
#include "common/privacy/people_view.h"
#include "common/rpc/method_registry.h"
#include "common/status/status.h"
#include "qingqu/supervision/v1/journal_service.pb.h"
#include "tests/integration/people_leak_test_support.h"

namespace qingqu {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using LeakTest = testing::PeopleLeakTest;

TEST_F(LeakTest, OperatorAndSupplierFindNobodyAnywhere) {
  auth::Principal inside = By("operator");
  inside.institution_id = "hospital";
  for (const auth::Principal& principal : {By("operator"), By("supplier"), inside}) {
    const Walked walked = Walk(principal);
    EXPECT_GT(walked.answered, 30) << principal.user_id << " has been answered";
    EXPECT_THAT(walked.text, HasSubstr("items/gauze"));
    EXPECT_THAT(walked.with_names, IsEmpty()) << principal.user_id;
    EXPECT_THAT(walked.with_pseudonyms, IsEmpty()) << principal.user_id;
    EXPECT_THAT(walked.with_procedures, IsEmpty()) << principal.user_id;
    const std::string exported = Export(principal);
    EXPECT_THAT(exported, HasSubstr("PERMISSION_MISSING"));
    EXPECT_THAT(NamesIn(exported), IsEmpty());
    EXPECT_THAT(PseudonymsIn(exported), IsEmpty());
  }
}

TEST_F(LeakTest, FromOutsideEverybodySeesPseudonymsOrNobody) {
  const auto inspector = By("discipline_inspector");
  const std::string exported = Export(inspector);  // all is sealed after it
  EXPECT_THAT(NamesIn(exported), IsEmpty());
  EXPECT_EQ(PseudonymsIn(exported), pseudonyms_);
  const Walked inspected = Walk(inspector);
  EXPECT_THAT(inspected.with_names, IsEmpty());
  EXPECT_THAT(inspected.with_pseudonyms, UnorderedElementsAre("GetUse", "ListUses", "TraceLot",
                                                              "ListEntries", "SearchEntries"));

  const Walked insured = Walk(By("insurance_bureau"));
  EXPECT_THAT(insured.with_names, IsEmpty());
  EXPECT_THAT(insured.with_pseudonyms, UnorderedElementsAre("GetUse", "ListUses"));
  EXPECT_THAT(insured.with_procedures, IsEmpty());

  for (const char* role : {"bureau_administrator", "market_supervision", "procurement_officer"}) {
    const Walked walked = Walk(By(role));
    EXPECT_THAT(walked.with_names, IsEmpty()) << role;
    EXPECT_THAT(walked.with_pseudonyms, IsEmpty()) << role;
  }
  const std::string administered = Export(By("bureau_administrator"));
  EXPECT_THAT(administered, HasSubstr("use.noted"));
  EXPECT_THAT(NamesIn(administered), IsEmpty());
  EXPECT_THAT(PseudonymsIn(administered), IsEmpty());
}

TEST_F(LeakTest, WithinTheInstitutionWhoTreatsSeesThem) {
  const Walked treating = Walk(By("department_nurse"));
  EXPECT_THAT(treating.with_names, UnorderedElementsAre("GetUse", "ListUses"));
  EXPECT_THAT(treating.with_pseudonyms, IsEmpty());
  const Walked elsewhere = Walk(By("department_nurse", "elsewhere"));
  EXPECT_THAT(elsewhere.with_names, IsEmpty());
  EXPECT_THAT(elsewhere.with_pseudonyms, IsEmpty());
  for (const char* role : {"hospital_pharmacist", "approver"}) {
    const Walked walked = Walk(By(role));
    EXPECT_GT(walked.answered, 30) << role;
    EXPECT_THAT(walked.with_names, IsEmpty()) << role;
  }
  auth::Principal inspector = By("discipline_inspector");
  inspector.scope = auth::Scope::kInstitution;
  inspector.institution_id = "hospital";
  EXPECT_THAT(Walk(inspector).with_names,
              UnorderedElementsAre("GetUse", "ListUses", "TraceLot", "ListEntries"));
}

TEST_F(LeakTest, NobodyStandsInALogOrAMetric) {
  Walk(By("department_nurse"));
  Walk(By("discipline_inspector"));
  // An error of the database's that quotes the row.
  host_.database().Execute(
      "ALTER TABLE usage.use ADD CONSTRAINT use_broken_check CHECK (use_id <> 'broken')");
  const absl::Status broken = Use(By("department_nurse"), "broken", 1);
  EXPECT_TRUE(absl::IsInternal(broken)) << broken;
  const std::string refused = broken.ToString(absl::StatusToStringMode::kWithEverything);
  const std::string log = ServiceLog();
  const std::string database_log = DatabaseLog();
  const std::string metrics = Metrics();
  ASSERT_THAT(log, HasSubstr("UsageService/GetUse")) << "the log has been read";
  ASSERT_THAT(log, HasSubstr("use_broken_check"));
  ASSERT_THAT(database_log, HasSubstr("use_broken_check")) << "run through tests/run";
  ASSERT_THAT(metrics, HasSubstr("GetUse"));
  for (const std::string& text : {refused, log, database_log, metrics}) {
    EXPECT_THAT(NamesIn(text), IsEmpty());
    EXPECT_THAT(PseudonymsIn(text), IsEmpty());
    EXPECT_FALSE(TellsProcedure(text));
  }
}

// What an inspector looks for may be a name, which the journal keeps for inspectors.
TEST_F(LeakTest, NobodyElseReadsWhatAnInspectorLookedFor) {
  const std::string doctor = kDoctor;
  const std::string authorization = host_.Authorization(By("discipline_inspector"));
  std::vector<supervision::v1::SearchEntriesRequest> questions(4);
  questions[0].set_text(doctor);
  questions[1].set_text("uses/posted doctors/" + doctor);
  questions[2].set_piece(doctor);
  questions[3].set_resource("uses/posted doctors/" + doctor);
  for (supervision::v1::SearchEntriesRequest& question : questions) {
    question.set_purpose("a test");
    question.set_event("use.posted");
    supervision::v1::SearchEntriesResponse answer;
    const absl::Status asked = host_.Call("qingqu.supervision.v1.JournalService/SearchEntries",
                                          question, answer, authorization);
    ASSERT_TRUE(asked.ok()) << asked;
  }
  // A purpose is open, so it names nobody.
  supervision::v1::SearchEntriesRequest naming = questions[0];
  naming.set_purpose("about doctors/" + doctor);
  supervision::v1::SearchEntriesResponse none;
  EXPECT_EQ(ErrorReason(host_.Call("qingqu.supervision.v1.JournalService/SearchEntries", naming,
                                   none, authorization)),
            "PURPOSE_REQUIRED");
  EXPECT_EQ(
      host_.database().Value("SELECT count(*) FROM journal.entry"
                             " WHERE event = 'question.people_refused' AND reason IS NOT NULL"),
      "0");
  const std::string of_questions =
      " FROM journal.entry WHERE method LIKE '%/SearchEntries' AND event = 'question.people_asked'";
  EXPECT_THAT(NamesIn(host_.database().Value("SELECT string_agg(concat(details, subjects), ' ')" +
                                             of_questions)),
              IsEmpty());
  EXPECT_EQ(
      host_.database().Value("SELECT count(*) FILTER (WHERE restricted::text LIKE '%" + doctor +
                             "%') || details::text" + of_questions + " GROUP BY details::text"),
      R"(4{"rows": 0, "outcome": "OK", "question": {"event": "use.posted", )"
      R"("purpose": "a test"}})");
  const auto administrator = By("bureau_administrator");
  const Walked walked = Walk(administrator);
  EXPECT_THAT(walked.text, HasSubstr("question.people_asked"));
  EXPECT_THAT(walked.with_names, IsEmpty());
  EXPECT_THAT(NamesIn(Export(administrator)), IsEmpty());
}

// What the search would find, had somebody told a name.
TEST_F(LeakTest, TheSearchFindsWhatIsThere) {
  const std::string doctor = kDoctor;
  EXPECT_THAT(NamesIn("Key (doctor)=(" + doctor + ")"), UnorderedElementsAre(doctor));
  EXPECT_TRUE(TellsProcedure("{\"text\":\"canary\\ procedure ibex\"}"));
  EXPECT_THAT(PseudonymsIn("doctors/" + *pseudonyms_.begin()), Not(IsEmpty()));
  spdlog::info("a use by {}", doctor);
  EXPECT_THAT(NamesIn(ServiceLog()), UnorderedElementsAre(doctor));
  try {
    host_.database().Execute("SELECT '" + doctor + "'::int");
  } catch (const std::exception&) {
    EXPECT_THAT(NamesIn(DatabaseLog()), UnorderedElementsAre(doctor));
  }
  // A walk meets what the walker may see, and what a mistaken grant would show.
  EXPECT_THAT(Walk(By("department_nurse")).with_names, Not(IsEmpty()));
  auth::Principal mistaken = By("operator");
  mistaken.roles.emplace_back("discipline_inspector");
  EXPECT_THAT(Walk(mistaken).with_pseudonyms, Not(IsEmpty()));
}

TEST_F(LeakTest, WhoSeesPeopleStatesAPurposeInEveryMethodThatTellsOfThem) {
  int asked = 0;
  for (const auto* service : rpc::AllServices()) {
    const auto methods = rpc::ReadMethods(*service);
    ASSERT_TRUE(methods.ok()) << methods.status();
    for (int index = 0; index < service->method_count(); ++index) {
      const auto& method = *service->method(index);
      const rpc::MethodInfo& info = methods->at(method.name());
      for (const std::string_view role : auth::AllRoles()) {
        const auth::Principal principal = By(role);
        const std::string reason =
            ErrorReason(host_.CallEmpty(method, host_.Authorization(principal)));
        if (info.doctor_level == 0) {
          EXPECT_NE(reason, "PURPOSE_REQUIRED") << method.full_name();
          continue;
        }
        if (!auth::IsGranted(principal, info.permission)) {
          EXPECT_EQ(reason, "PERMISSION_MISSING") << method.full_name() << " by " << role;
        } else if (privacy::MaySeePeople(principal)) {
          EXPECT_EQ(reason, "PURPOSE_REQUIRED") << method.full_name() << " by " << role;
        }
        ++asked;
      }
    }
  }
  EXPECT_EQ(asked, 9 * 10);
  // Refused askings are on the list: those of who sees people, and those who may not ask at all.
  EXPECT_EQ(
      host_.database().Value(
          "SELECT string_agg(DISTINCT details ->> 'reason', ' ' ORDER BY details ->> 'reason') "
          "FROM journal.entry WHERE event = 'question.people_refused'"),
      "PERMISSION_MISSING PURPOSE_REQUIRED");
}

}  // namespace
}  // namespace qingqu
