#include "services/catalog/devices/device_batch.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "services/catalog/class_batch.h"
#include "services/catalog/devices/device_row.h"
#include "services/catalog/devices/device_store.h"

namespace qingqu::catalog {
namespace {

// A batch on its way into staging.
struct Batch {
  std::vector<DeviceRow> rows;
  absl::flat_hash_map<std::string, const DeviceRow*> latest;  // of each device
  std::vector<DeviceRowError> errors;
  int64_t rejected_count = 0;
};

void Reject(DeviceRowError error, Batch& batch) {
  batch.errors.push_back(std::move(error));
  ++batch.rejected_count;
}

// Of records of one device the later version stays; of one version they must say the same.
void TakeRow(const DeviceRow& row, Batch& batch) {
  const auto [place, is_new] = batch.latest.emplace(row.device_identifier, &row);
  if (is_new) return;
  const DeviceRow& other = *place->second;
  if (other.version < row.version) {
    place->second = &row;
  } else if (other.version == row.version && other.json != row.json) {
    Reject(DeviceConflict(row, other.line), batch);
  }
}

void ReadRows(const v1::AppendDeviceRecordsRequest& request, Batch& batch) {
  // TakeRow keeps pointers to the rows.
  batch.rows.reserve(static_cast<size_t>(request.rows_size()));
  for (const v1::DeviceRecordRow& message : request.rows()) {
    std::variant<DeviceRow, DeviceRowError> read = ReadDeviceRow(message);
    if (auto* error = std::get_if<DeviceRowError>(&read)) {
      Reject(std::move(*error), batch);
    } else {
      batch.rows.push_back(std::get<DeviceRow>(std::move(read)));
    }
  }
  for (const DeviceRow& row : batch.rows) TakeRow(row, batch);
}

void StageLatest(pqxx::transaction_base& tx, int64_t import_number, Batch& batch) {
  std::vector<const DeviceRow*> accepted;
  accepted.reserve(batch.latest.size());
  for (const auto& [identifier, row] : batch.latest) accepted.push_back(row);
  std::ranges::sort(accepted, {}, &DeviceRow::line);
  if (accepted.empty()) return;
  for (const DeviceStagedBefore& before : StageDeviceRows(tx, import_number, accepted)) {
    if (before.same) continue;
    Reject(DeviceConflict(*batch.latest.at(before.device_identifier), before.first_line), batch);
  }
}

}  // namespace

db::StagedBatch<v1::AppendDeviceRecordsResponse> StageDeviceBatch(
    pqxx::transaction_base& tx, int64_t import_number,
    const v1::AppendDeviceRecordsRequest& request) {
  Batch batch;
  ReadRows(request, batch);
  StageLatest(tx, import_number, batch);
  db::StagedBatch<v1::AppendDeviceRecordsResponse> staged{.rejected_count = batch.rejected_count};
  std::ranges::stable_sort(batch.errors, {}, &DeviceRowError::line);
  for (const DeviceRowError& error : batch.errors) {
    if (staged.response.errors_size() == static_cast<int>(kRowErrorsMax)) break;
    v1::RowError& added = *staged.response.add_errors();
    added.set_line(error.line);
    added.set_column(std::string(error.column));
    added.set_value(error.value);
    added.set_reason(std::string(error.reason));
    added.set_message(error.message);
  }
  return staged;
}

}  // namespace qingqu::catalog
