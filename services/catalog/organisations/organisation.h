#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "services/catalog/organisations/qualification.h"

namespace qingqu::catalog {

// A manufacturer, agent or distributor (资质档案).

enum class OrganisationKind { kManufacturer, kAgent, kDistributor };
enum class Standing { kGood, kSuspended, kBlacklisted };

// "manufacturer", "good": as in the database. The readers QINGQU_CHECK.
std::string_view OrganisationKindName(OrganisationKind kind);
OrganisationKind OrganisationKindFromName(std::string_view name);
std::string_view StandingName(Standing standing);
Standing StandingFromName(std::string_view name);

struct Organisation {
  std::string id;
  std::vector<OrganisationKind> kinds;
  std::string credit_code;  // empty abroad
  std::string country;      // "CN"
  Profile profile;          // live: of its last approved business licence
  bool admitted = false;
  Standing standing = Standing::kGood;
  std::string standing_reason;
  auth::Actor reinstatement_proposer;
  auth::Actor reinstater;
  absl::Time created_at;  // whole microseconds
  absl::Time updated_at;
  int64_t version = 1;
};

// Nothing is bought from it until it comes back; or it does not come back. FAILED_PRECONDITION
// ORGANISATION_NOT_APPROVED.
absl::StatusOr<Organisation> SuspendedOrganisation(const Organisation& organisation,
                                                   std::string_view reason, absl::Time now);

// The same for good (黑名单). FAILED_PRECONDITION ORGANISATION_BLACKLISTED.
absl::StatusOr<Organisation> BlacklistedOrganisation(const Organisation& organisation,
                                                     std::string_view reason, absl::Time now);

// Somebody asks that it come back. FAILED_PRECONDITION ORGANISATION_NOT_SUSPENDED or
// REINSTATEMENT_ALREADY_PROPOSED.
absl::StatusOr<Organisation> ProposedForReinstatement(const Organisation& organisation,
                                                      const auth::Actor& proposer, absl::Time now);

// Somebody else agrees. FAILED_PRECONDITION ORGANISATION_NOT_SUSPENDED or
// REINSTATEMENT_NOT_PROPOSED, PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Organisation> ReinstatedOrganisation(const Organisation& organisation,
                                                    const auth::Actor& reinstater, absl::Time now);

}  // namespace qingqu::catalog
