#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/device_record_service.pb.h"

namespace qingqu::catalog {

// The rpcs on records of the device database; their contract is in the proto. Thread-safe. `pool`
// outlives it.
class DeviceHandlers {
 public:
  explicit DeviceHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::DeviceImport> CreateDeviceImport(const CallContext& call,
                                                      const v1::CreateDeviceImportRequest& request);
  absl::StatusOr<v1::AppendDeviceRecordsResponse> AppendDeviceRecords(
      const CallContext& call, const v1::AppendDeviceRecordsRequest& request);
  absl::StatusOr<v1::DeviceImport> FinishDeviceImport(const CallContext& call,
                                                      const v1::FinishDeviceImportRequest& request);
  absl::StatusOr<v1::LookupDeviceRecordResponse> LookupDeviceRecord(
      const CallContext& call, const v1::LookupDeviceRecordRequest& request);
  absl::StatusOr<v1::BatchLookupDeviceRecordsResponse> BatchLookupDeviceRecords(
      const CallContext& call, const v1::BatchLookupDeviceRecordsRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
