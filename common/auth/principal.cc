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
    case Scope::kSystem:
      return "system";
  }
  QINGQU_CHECK(false);
}

Principal SystemPrincipal(std::string_view service) {
  Principal principal;
  principal.scope = Scope::kSystem;
  principal.acting_service = std::string(service);
  return principal;
}

}  // namespace qingqu::auth
