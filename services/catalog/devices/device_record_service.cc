#include "services/catalog/devices/device_record_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "common/status/status_macros.h"
#include "qingqu/catalog/v1/device_record_service.grpc.pb.h"
#include "services/catalog/devices/device_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// One line a method.
class DeviceRecordService final : public v1::DeviceRecordService::CallbackService {
 public:
  DeviceRecordService(rpc::CallRunner* runner, db::ConnectionPool* pool)
      : runner_(runner), handlers_(pool) {}

  ServerUnaryReactor* CreateDeviceImport(CallbackServerContext* context,
                                         const v1::CreateDeviceImportRequest* request,
                                         v1::DeviceImport* response) override {
    return rpc::RunUnary(*runner_, "CreateDeviceImport", context, request, response, handlers_,
                         &DeviceHandlers::CreateDeviceImport);
  }
  ServerUnaryReactor* AppendDeviceRecords(CallbackServerContext* context,
                                          const v1::AppendDeviceRecordsRequest* request,
                                          v1::AppendDeviceRecordsResponse* response) override {
    return rpc::RunUnary(*runner_, "AppendDeviceRecords", context, request, response, handlers_,
                         &DeviceHandlers::AppendDeviceRecords);
  }
  ServerUnaryReactor* FinishDeviceImport(CallbackServerContext* context,
                                         const v1::FinishDeviceImportRequest* request,
                                         v1::DeviceImport* response) override {
    return rpc::RunUnary(*runner_, "FinishDeviceImport", context, request, response, handlers_,
                         &DeviceHandlers::FinishDeviceImport);
  }
  ServerUnaryReactor* LookupDeviceRecord(CallbackServerContext* context,
                                         const v1::LookupDeviceRecordRequest* request,
                                         v1::LookupDeviceRecordResponse* response) override {
    return rpc::RunUnary(*runner_, "LookupDeviceRecord", context, request, response, handlers_,
                         &DeviceHandlers::LookupDeviceRecord);
  }
  ServerUnaryReactor* BatchLookupDeviceRecords(
      CallbackServerContext* context, const v1::BatchLookupDeviceRecordsRequest* request,
      v1::BatchLookupDeviceRecordsResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchLookupDeviceRecords", context, request, response,
                         handlers_, &DeviceHandlers::BatchLookupDeviceRecords);
  }

 private:
  rpc::CallRunner* runner_;
  DeviceHandlers handlers_;
};

class Face final : public CatalogFace {
 public:
  Face(std::unique_ptr<rpc::CallRunner> runner, const rpc::ServiceDependencies& dependencies)
      : runner_(std::move(runner)), service_(runner_.get(), dependencies.pool) {}

  grpc::Service& grpc_service() override { return service_; }
  void Drain() override { runner_->Drain(); }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  DeviceRecordService service_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CatalogFace>> MakeDeviceRecordFace(
    const rpc::ServiceDependencies& dependencies) {
  QINGQU_ASSIGN_OR_RETURN(
      auto runner,
      rpc::CreateRunner(dependencies,
                        *v1::LookupDeviceRecordRequest::descriptor()->file()->service(0)));
  return std::make_unique<Face>(std::move(runner), dependencies);
}

}  // namespace qingqu::catalog
