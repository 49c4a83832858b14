#include "services/catalog/organisations/organisation.h"

#include "common/base/check.h"
#include "services/catalog/errors.h"
#include "services/catalog/organisations/organisation_errors.h"

namespace qingqu::catalog {
namespace {

Organisation Next(const Organisation& organisation, Standing standing, absl::Time now) {
  Organisation next = organisation;
  next.standing = standing;
  next.updated_at = absl::FromUnixMicros(absl::ToUnixMicros(now));
  ++next.version;
  return next;
}

Organisation Barred(const Organisation& organisation, Standing standing, std::string_view reason,
                    absl::Time now) {
  Organisation next = Next(organisation, standing, now);
  next.standing_reason = reason;
  next.reinstatement_proposer = {};
  next.reinstater = {};
  return next;
}

bool IsAskedBack(const Organisation& organisation) {
  return organisation.standing != Standing::kGood &&
         !organisation.reinstatement_proposer.user_id.empty();
}

}  // namespace

std::string_view OrganisationKindName(OrganisationKind kind) {
  switch (kind) {
    case OrganisationKind::kManufacturer:
      return "manufacturer";
    case OrganisationKind::kAgent:
      return "agent";
    case OrganisationKind::kDistributor:
      return "distributor";
  }
  QINGQU_CHECK(false);
}

OrganisationKind OrganisationKindFromName(std::string_view name) {
  if (name == "manufacturer") return OrganisationKind::kManufacturer;
  if (name == "agent") return OrganisationKind::kAgent;
  QINGQU_CHECK(name == "distributor");
  return OrganisationKind::kDistributor;
}

std::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kGood:
      return "good";
    case Standing::kSuspended:
      return "suspended";
    case Standing::kBlacklisted:
      return "blacklisted";
  }
  QINGQU_CHECK(false);
}

Standing StandingFromName(std::string_view name) {
  if (name == "good") return Standing::kGood;
  if (name == "suspended") return Standing::kSuspended;
  QINGQU_CHECK(name == "blacklisted");
  return Standing::kBlacklisted;
}

absl::StatusOr<Organisation> SuspendedOrganisation(const Organisation& organisation,
                                                   std::string_view reason, absl::Time now) {
  const bool may = organisation.standing == Standing::kGood
                       ? organisation.admitted
                       : organisation.standing == Standing::kSuspended && IsAskedBack(organisation);
  if (!may) return OrganisationNotApproved(OrganisationName(organisation.id));
  return Barred(organisation, Standing::kSuspended, reason, now);
}

absl::StatusOr<Organisation> BlacklistedOrganisation(const Organisation& organisation,
                                                     std::string_view reason, absl::Time now) {
  if (organisation.standing == Standing::kBlacklisted && !IsAskedBack(organisation)) {
    return OrganisationBlacklisted(OrganisationName(organisation.id));
  }
  return Barred(organisation, Standing::kBlacklisted, reason, now);
}

absl::StatusOr<Organisation> ProposedForReinstatement(const Organisation& organisation,
                                                      const auth::Actor& proposer, absl::Time now) {
  const std::string name = OrganisationName(organisation.id);
  if (organisation.standing == Standing::kGood) return OrganisationNotSuspended(name);
  if (IsAskedBack(organisation)) return ReinstatementAlreadyProposed(name);
  Organisation next = Next(organisation, organisation.standing, now);
  next.reinstatement_proposer = proposer;
  return next;
}

absl::StatusOr<Organisation> ReinstatedOrganisation(const Organisation& organisation,
                                                    const auth::Actor& reinstater, absl::Time now) {
  const std::string name = OrganisationName(organisation.id);
  if (organisation.standing == Standing::kGood) return OrganisationNotSuspended(name);
  if (!IsAskedBack(organisation)) return ReinstatementNotProposed(name);
  if (auth::ShareAPerson(reinstater, organisation.reinstatement_proposer)) return SamePerson(name);
  Organisation next = Next(organisation, Standing::kGood, now);
  next.reinstater = reinstater;
  return next;
}

}  // namespace qingqu::catalog
