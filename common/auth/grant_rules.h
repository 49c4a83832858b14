#pragma once

#include <span>
#include <string_view>

namespace qingqu::auth {

// What no administrator can grant, however the table of roles is edited. The database holds the
// same rules (services/identity/migrations), and a test holds the two against each other.

// Two permissions that one person must not hold at the same time: what the first brings about, the
// second confirms.
struct Separation {
  std::string_view proposing;
  std::string_view approving;
};
std::span<const Separation> Separations();

// Why this role may never hold this permission, completing "because …"; "" when it may.
//
//   防统方: operator and supplier learn nothing of use, nor of what the journal tells of it; a
//   supplier nothing of stock. Patients are for those who treat them and for the inspectors;
//   who stands behind a pseudonym, and who asked about people, for the inspectors alone. Regulators
//   read. People, roles and credentials are the bureau administrator's. What only a service does in
//   its own name is for no role.
std::string_view WhyForbidden(std::string_view role, std::string_view permission);

// What the role bureau_administrator cannot lose: without it nobody could put things right again.
std::span<const std::string_view> AdministratorPermissions();

}  // namespace qingqu::auth
