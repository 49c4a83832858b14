#include "tests/support/test_platform.h"

#include "services/catalog/catalog_service.h"
#include "services/distribution/distribution_service.h"
#include "services/identity/identity_service.h"
#include "services/procurement/procurement_service.h"
#include "services/supervision/supervision_service.h"
#include "services/usage/usage_service.h"

namespace qingqu::testing {

std::vector<rpc::ServiceSpec> AllSpecs() {
  return {identity::IdentitySpec(),         catalog::CatalogSpec(), procurement::ProcurementSpec(),
          distribution::DistributionSpec(), usage::UsageSpec(),     supervision::SupervisionSpec()};
}

}  // namespace qingqu::testing
