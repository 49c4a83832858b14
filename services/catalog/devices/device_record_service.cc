#include "services/catalog/devices/device_record_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/device_record_service.grpc.pb.h"
#include "services/catalog/devices/device_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// One line a method.
class DeviceRecordFace final : public v1::DeviceRecordService::CallbackService, public CatalogFace {
 public:
  DeviceRecordFace(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), handlers_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

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
  const std::unique_ptr<rpc::CallRunner> runner_;
  DeviceHandlers handlers_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeDeviceRecordFace(std::unique_ptr<rpc::CallRunner> runner,
                                                  db::ConnectionPool* pool) {
  return std::make_unique<DeviceRecordFace>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
