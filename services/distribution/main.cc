#include "common/rpc/service_main.h"
#include "services/distribution/distribution_service.h"

int main(int argc, char** argv) {
  return qingqu::rpc::RunServiceMain(argc, argv, {qingqu::distribution::DistributionSpec()});
}
