#include "common/rpc/service_main.h"
#include "services/usage/usage_service.h"

int main(int argc, char** argv) {
  return qingqu::rpc::RunServiceMain(argc, argv, {qingqu::usage::UsageSpec()});
}
