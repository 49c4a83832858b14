#include "common/rpc/service_main.h"
#include "services/catalog/catalog_service.h"
#include "services/distribution/distribution_service.h"
#include "services/identity/identity_service.h"
#include "services/procurement/procurement_service.h"
#include "services/supervision/supervision_service.h"
#include "services/usage/usage_service.h"

int main(int argc, char** argv) {
  return qingqu::rpc::RunServiceMain(
      argc, argv,
      {qingqu::identity::IdentitySpec(), qingqu::catalog::CatalogSpec(),
       qingqu::procurement::ProcurementSpec(), qingqu::distribution::DistributionSpec(),
       qingqu::usage::UsageSpec(), qingqu::supervision::SupervisionSpec()});
}
