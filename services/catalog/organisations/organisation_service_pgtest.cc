#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/clock.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/organisations/expiry_watch.h"
#include "services/catalog/organisations/organisation_test_support.h"
#include "services/catalog/organisations/queries.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

TEST(OrganisationFaceTest, EachMethodIsWiredAndGuarded) {
  testing::TestHost host({CatalogSpec()});
  const auto& service = *v1::CreateOrganisationRequest::descriptor()->file()->service(0);
  const CallContext chief = testing::CallBy("chief", "bureau_administrator");
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    const std::string& name = method.name();
    EXPECT_EQ(host.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << name;
    const bool submits = name.starts_with("Create") || name.starts_with("Submit") ||
                         name.starts_with("Withdraw") || name.starts_with("Propose");
    const auto& caller = name.starts_with("Update") ? chief : submits ? Wang() : Li();
    const bool may_be_empty = name.starts_with("List") || name.starts_with("BatchGet") ||
                              name == "GetQualificationPolicy";
    EXPECT_EQ(host.AnswerToEmpty(method, host.Authorization(caller.principal)),
              may_be_empty ? "OK" : "INVALID_FIELD")
        << name;
  }
}

// Walks through all there is on one connection, then asks PostgreSQL which statements it never ran.
TEST(OrganisationQueriesTest, EachIsExecuted) {
  OrganisationDatabase catalog(1);
  catalog.ApprovedSupplier("kangda", kCreditCode);
  catalog.Abroad("maker", v1::ORGANISATION_KIND_MANUFACTURER, "Maker GmbH");
  const v1::Qualification pledge = catalog.Approved(Pledge("kangda"));
  v1::Qualification renewal = Pledge("kangda");
  renewal.set_renews(pledge.name());
  catalog.Approved(renewal);
  catalog.Approved(AuthorisationOf({"kangda", "maker", "maker"}));
  catalog.Approved(Production("maker"));
  EXPECT_TRUE(catalog.Get(Li(), pledge.name()).ok());
  v1::ReviewAsInfectionControlRequest review;
  review.mutable_review()->set_name(pledge.name());
  EXPECT_FALSE(catalog.qualifications
                   .ReviewAsInfectionControl(testing::CallBy("zhao", "hospital_pharmacist"), review)
                   .ok())
      << "of a hospital that leads none";
  EXPECT_TRUE(catalog.qualifications.ListQualifications(Li(), {}).ok());
  EXPECT_TRUE(catalog.organisations.ListOrganisations(Li(), {}).ok());
  EXPECT_TRUE(catalog.warnings.ListExpiryWarnings(Li(), {}).ok());
  v1::SuspendOrganisationRequest suspend;
  suspend.set_name("organisations/kangda");
  suspend.set_reason("x");
  EXPECT_TRUE(catalog.organisations.SuspendOrganisation(Li(), suspend).ok());
  const CallContext chief = testing::CallBy("chief", "bureau_administrator");
  EXPECT_TRUE(catalog.organisations.GetQualificationPolicy(chief, {}).ok());
  v1::UpdateQualificationPolicyRequest update;
  update.set_reason("x");
  EXPECT_TRUE(catalog.organisations.UpdateQualificationPolicy(chief, update).ok());
  const SystemClock clock;
  EXPECT_TRUE(ExpiryWatch(catalog.pool.get(), &clock, {}).Look().ok());
  const std::set<std::string> executed = catalog.ExecutedStatements();
  for (const db::Query* query : organisation_queries::kAllQueries) {
    EXPECT_TRUE(executed.contains(query->name)) << query->name;
  }
}

}  // namespace
}  // namespace qingqu::catalog
