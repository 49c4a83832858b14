#pragma once

#include <cstdint>

#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "qingqu/catalog/v1/device_record_service.pb.h"

namespace qingqu::catalog {

// Checks the records of a batch, by themselves and against what the import staged before, and
// stages of each device the latest version.
db::StagedBatch<v1::AppendDeviceRecordsResponse> StageDeviceBatch(
    pqxx::transaction_base& tx, int64_t import_number,
    const v1::AppendDeviceRecordsRequest& request);

}  // namespace qingqu::catalog
