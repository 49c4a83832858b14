#include "common/auth/principal.h"

#include "common/base/check.h"

namespace qingqu::auth {

std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kInstitution:
      return "institution";
    case Scope::kAlliance:
      return "alliance";
    case Scope::kCounty:
      return "county";
    case Scope::kSupplier:
      return "supplier";
    case Scope::kDepartment:
      return "department";
    case Scope::kSystem:
      return "system";
  }
  QINGQU_CHECK(false);
}

Actor ActorOf(const Principal& principal) {
  return {.user_id = principal.user_id, .on_behalf_of = principal.on_behalf_of};
}

bool ShareAPerson(const Actor& first, const Actor& second) {
  const auto is_in_second = [&](const std::string& user_id) {
    return !user_id.empty() && (user_id == second.user_id || user_id == second.on_behalf_of);
  };
  return is_in_second(first.user_id) || is_in_second(first.on_behalf_of);
}

Principal SystemPrincipal(std::string_view service) {
  Principal principal;
  principal.scope = Scope::kSystem;
  principal.acting_service = std::string(service);
  return principal;
}

}  // namespace qingqu::auth
