#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "services/catalog/devices/device_row.h"

namespace qingqu::catalog {

// What an earlier batch of the import staged of a device, of the same version.
struct DeviceStagedBefore {
  std::string device_identifier;
  int64_t first_line = 0;
  bool same = false;  // it says the same
};

// Stages rows, each of another device. Where an earlier batch staged the device too, the later
// version stays; what was staged of the same version is returned.
std::vector<DeviceStagedBefore> StageDeviceRows(pqxx::transaction_base& tx, int64_t import_number,
                                                std::span<const DeviceRow* const> rows);
void DeleteStagedDevices(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers);

// Applies what was staged and deletes it from staging; one file at a time, others wait.
db::ImportMerge MergeStagedDevices(pqxx::transaction_base& tx, int64_t import_number,
                                   int64_t accepted_count);

struct FoundDeviceRecord {
  std::string role;  // "sale_unit", "pack", "use_unit", "direct_mark", "registered"
  bool deleted = false;
  std::string json;  // of v1::DeviceRecord
};
// At most 20; each record once, those that are not deleted first.
std::vector<FoundDeviceRecord> LookupDeviceRecords(pqxx::transaction_base& tx,
                                                   const std::string& identifier);

struct BestDeviceRecord {
  FoundDeviceRecord record;
  int count = 0;  // up to 20
};
// The first of what LookupDeviceRecords finds for each, by identifier.
std::map<std::string, BestDeviceRecord> BatchLookupDeviceRecords(
    pqxx::transaction_base& tx, const std::vector<std::string>& identifiers);

}  // namespace qingqu::catalog
