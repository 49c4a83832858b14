#include "common/rpc/service_main.h"
#include "services/procurement/procurement_service.h"

int main(int argc, char** argv) {
  return qingqu::rpc::RunServiceMain(argc, argv, {qingqu::procurement::ProcurementSpec()});
}
