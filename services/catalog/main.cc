#include "common/rpc/service_main.h"
#include "services/catalog/catalog_service.h"

int main(int argc, char** argv) {
  return qingqu::rpc::RunServiceMain(argc, argv, {qingqu::catalog::CatalogSpec()});
}
