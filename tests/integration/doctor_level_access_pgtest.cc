// The list that the discipline inspectors read, and the limit, over real gRPC.
#include <set>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "qingqu/supervision/v1/journal_service.grpc.pb.h"
#include "qingqu/usage/v1/usage_service.pb.h"
#include "services/supervision/supervision_service.h"
#include "services/usage/usage_service.h"
#include "tests/support/test_host.h"

namespace qingqu {
namespace {

using supervision::v1::DoctorLevelAccess;
using supervision::v1::ListDoctorLevelAccessesRequest;
using supervision::v1::ListDoctorLevelAccessesResponse;
using ::testing::ElementsAre;

class DoctorLevelAccessTest : public ::testing::Test {
 protected:
  static auth::Principal By(const std::string& user, const std::string& role,
                            const std::string& institution = "hospital") {
    return testing::PrincipalOf(user, role, institution, "east");
  }
  std::string ListUses(const auth::Principal& principal, const std::string& purpose) {
    usage::v1::ListUsesRequest request;
    request.set_purpose(purpose);
    request.set_location("locations/ward");
    usage::v1::ListUsesResponse response;
    last_ = host_.Call("qingqu.usage.v1.UsageService/ListUses", request, response,
                       host_.Authorization(principal));
    return ErrorReason(last_);
  }
  std::string Resolve(const auth::Principal& principal, const std::string& pseudonym) {
    usage::v1::ResolvePseudonymRequest request;
    request.set_pseudonym(pseudonym);
    request.set_purpose("a complaint");
    usage::v1::ResolvePseudonymResponse response;
    return ErrorReason(host_.Call("qingqu.usage.v1.UsageService/ResolvePseudonym", request,
                                  response, host_.Authorization(principal)));
  }
  absl::StatusOr<ListDoctorLevelAccessesResponse> List(
      const ListDoctorLevelAccessesRequest& request,
      const auth::Principal& principal = By("ji", "discipline_inspector")) {
    ListDoctorLevelAccessesResponse response;
    const absl::Status status =
        host_.Call("qingqu.supervision.v1.SupervisionService/ListDoctorLevelAccesses", request,
                   response, host_.Authorization(principal));
    if (!status.ok()) return status;
    return response;
  }
  static std::string Line(const DoctorLevelAccess& access) {
    return access.user() + " " + access.method().substr(access.method().find('/') + 1) + " " +
           access.purpose() + " " + (access.has_rows() ? std::to_string(access.rows()) : "-") +
           (access.refused() ? " refused " : " ") + access.reason();
  }
  std::vector<std::string> Lines(const ListDoctorLevelAccessesRequest& request) {
    std::vector<std::string> lines;
    const auto response = List(request);
    EXPECT_TRUE(response.ok()) << response.status();
    for (const DoctorLevelAccess& access : response->accesses()) lines.push_back(Line(access));
    return lines;
  }

  absl::Status last_;
  testing::TestHost host_{{usage::UsageSpec(), supervision::SupervisionSpec()},
                          "",
                          {.per_user = 25, .per_institution = 30}};
};

TEST_F(DoctorLevelAccessTest, TheInspectorsSeeWhoAskedAndWhy) {
  const auto nurse = By("li", "department_nurse");
  EXPECT_EQ(ListUses(nurse, "morning round"), "");
  EXPECT_EQ(ListUses(nurse, ""), "PURPOSE_REQUIRED");
  EXPECT_EQ(ListUses(By("op", "operator"), "to sell more"), "PERMISSION_MISSING");
  EXPECT_EQ(ListUses(By("fang", "hospital_pharmacist"), ""), "") << "sees nobody";
  const std::string pseudonym = "doctors/~" + std::string(32, '0');
  EXPECT_EQ(Resolve(By("ji", "discipline_inspector"), pseudonym), "PSEUDONYM_NOT_FOUND");
  EXPECT_EQ(Resolve(By("ji", "discipline_inspector"), "doctors/D7"), "INVALID_FIELD");
  EXPECT_THAT(Lines({}), ElementsAre("users/ji ResolvePseudonym a complaint - INVALID_FIELD",
                                     "users/ji ResolvePseudonym a complaint - PSEUDONYM_NOT_FOUND",
                                     "users/op ListUses to sell more - refused PERMISSION_MISSING",
                                     "users/li ListUses  - refused PURPOSE_REQUIRED",
                                     "users/li ListUses morning round 0 "));
  const auto all = List({});
  const DoctorLevelAccess& first = all->accesses(4);
  EXPECT_EQ(first.institution(), "institutions/hospital");
  EXPECT_THAT(first.roles(), ElementsAre("department_nurse"));
  EXPECT_EQ(first.client(), "grpc");
  EXPECT_GT(first.access_time().seconds(), 0);
  EXPECT_EQ(first.question().fields().at("location").string_value(), "locations/ward");
  EXPECT_FALSE(first.question().fields().contains("purpose"));
  EXPECT_EQ(all->accesses(1).question().fields().at("pseudonym").string_value(), pseudonym);
  EXPECT_FALSE(all->accesses(0).question().fields().contains("pseudonym")) << "a name";
  EXPECT_EQ(host_.database().Value("SELECT event FROM journal.entry WHERE sequence = " +
                                   first.entry().substr(first.entry().find('/') + 1)),
            "question.people_asked");
}

TEST_F(DoctorLevelAccessTest, TheListIsTheInspectorsAlone) {
  EXPECT_EQ(ListUses(By("li", "department_nurse"), "morning round"), "");
  for (const char* role : {"department_nurse", "operator", "bureau_administrator",
                           "insurance_bureau", "market_supervision", "hospital_pharmacist"}) {
    EXPECT_EQ(ErrorReason(List({}, By("someone", role)).status()), "PERMISSION_MISSING") << role;
  }
  auth::Principal own = By("ji", "discipline_inspector");
  own.scope = auth::Scope::kInstitution;
  own.institution_id = "hospital";
  EXPECT_EQ(List({}, own)->accesses_size(), 1);
  own.institution_id = "clinic";
  EXPECT_EQ(List({}, own)->accesses_size(), 0) << "another institution's";
}

TEST_F(DoctorLevelAccessTest, PagesAndFilters) {
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(ListUses(By("li", "department_nurse"), "round " + std::to_string(round)), "");
    EXPECT_EQ(ListUses(By("wu", "department_nurse", "clinic"), ""), "PURPOSE_REQUIRED");
  }
  ListDoctorLevelAccessesRequest request;
  request.set_page_size(3);
  std::vector<std::string> joined;
  do {
    const auto page = List(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const DoctorLevelAccess& access : page->accesses()) joined.push_back(access.entry());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(joined.size(), 10u);
  EXPECT_EQ(std::set<std::string>(joined.begin(), joined.end()).size(), 10u);
  const auto count = [&](const auto& change) {
    ListDoctorLevelAccessesRequest filtered;
    change(filtered);
    return List(filtered)->accesses_size();
  };
  EXPECT_EQ(count([](auto& filter) { filter.set_user("users/li"); }), 5);
  EXPECT_EQ(count([](auto& filter) { filter.set_institution("institutions/clinic"); }), 5);
  EXPECT_EQ(count([](auto& filter) { filter.set_refused_only(true); }), 5);
  EXPECT_EQ(count([](auto& filter) { filter.set_method("qingqu.usage.v1.UsageService/GetUse"); }),
            0);
  EXPECT_EQ(count([](auto& filter) { filter.mutable_to_time()->set_seconds(1'000'000); }), 0);
  EXPECT_EQ(count([](auto& filter) { filter.mutable_from_time()->set_seconds(1'000'000); }), 10);
  ListDoctorLevelAccessesRequest bad;
  bad.set_user("li");
  EXPECT_EQ(ErrorReason(List(bad).status()), "INVALID_FIELD");
  bad.clear_user();
  bad.set_page_token("forged");
  EXPECT_EQ(ErrorReason(List(bad).status()), "INVALID_FIELD");
}

TEST_F(DoctorLevelAccessTest, TooManyAskingsAreRefusedAndListed) {
  const auto inspector = By("ji", "discipline_inspector");
  const std::string pseudonym = "doctors/~" + std::string(32, '0');
  EXPECT_EQ(Resolve(inspector, pseudonym), "PSEUDONYM_NOT_FOUND");
  EXPECT_EQ(Resolve(inspector, pseudonym), "PSEUDONYM_NOT_FOUND");
  EXPECT_EQ(Resolve(inspector, pseudonym), "DOCTOR_LEVEL_LIMIT") << "each counts for ten";
  for (int asking = 0; asking < 5; ++asking) EXPECT_EQ(ListUses(inspector, "a complaint"), "");
  EXPECT_EQ(ListUses(inspector, "a complaint"), "DOCTOR_LEVEL_LIMIT");
  EXPECT_EQ(last_.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(last_.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  ListDoctorLevelAccessesRequest refused;
  refused.set_refused_only(true);
  EXPECT_THAT(Lines(refused),
              ElementsAre("users/ji ListUses a complaint - refused DOCTOR_LEVEL_LIMIT",
                          "users/ji ResolvePseudonym a complaint - refused DOCTOR_LEVEL_LIMIT"));
  EXPECT_EQ(ListUses(By("li", "department_nurse"), "morning round"), "") << "a hospital's own";
}

TEST_F(DoctorLevelAccessTest, AnExportsRowsAreCountedAtItsEnd) {
  EXPECT_EQ(ListUses(By("li", "department_nurse"), "morning round"), "");
  host_.database().WaitForJournalHorizon();
  const auto stub = supervision::v1::JournalService::NewStub(host_.channel());
  supervision::v1::ExportEntriesRequest request;
  request.set_purpose("a complaint");
  request.set_to_index(1);
  absl::Status status = absl::NotFoundError("");
  for (int attempt = 0; attempt < 300 && !status.ok(); ++attempt) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", host_.Authorization(By("ji", "discipline_inspector")));
    const auto reader = stub->ExportEntries(&context, request);
    supervision::v1::LogChunk chunk;
    while (reader->Read(&chunk)) continue;
    status = rpc::FromGrpcStatus(reader->Finish());
    if (!status.ok())
      host_.database().Execute("UPDATE journal.doctor_level_budget SET spent_until = now()");
    if (!status.ok()) absl::SleepFor(absl::Milliseconds(50));
  }
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Lines({}).front(), "users/ji ExportEntries a complaint 1 ");
}

}  // namespace
}  // namespace qingqu
