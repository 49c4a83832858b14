#include "services/catalog/devices/device_store.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/devices/queries.h"

namespace qingqu::catalog {
namespace {

namespace queries = devices::queries;

// '{"sale_unit 06901234567892",…}': neither roles nor identifiers have spaces.
std::string IdentifiersOf(const DeviceRow& row) {
  db::ArrayBuilder identifiers;
  for (const DeviceRowIdentifier& each : row.identifiers) {
    identifiers.AddText(fmt::format("{} {}", each.role, each.identifier));
  }
  return identifiers.Build();
}

FoundDeviceRecord ReadFound(const pqxx::row& row) {
  return {.role = row["role"].as<std::string>(),
          .deleted = row["deleted"].as<bool>(),
          .json = row["record"].as<std::string>()};
}

}  // namespace

std::vector<DeviceStagedBefore> StageDeviceRows(pqxx::transaction_base& tx, int64_t import_number,
                                                std::span<const DeviceRow* const> rows) {
  db::ArrayBuilder identifiers;
  db::ArrayBuilder lines;
  db::ArrayBuilder versions;
  db::ArrayBuilder corrections;
  db::ArrayBuilder deletions;
  db::ArrayBuilder named;
  db::ArrayBuilder records;
  for (const DeviceRow* row : rows) {
    identifiers.AddText(row->device_identifier);
    lines.AddInteger(row->line);
    versions.AddInteger(row->version.number);
    corrections.AddInteger(row->version.correction);
    deletions.AddText(row->deleted ? "true" : "false");
    named.AddText(IdentifiersOf(*row));
    records.AddText(row->json);
  }
  std::vector<DeviceStagedBefore> before;
  for (const auto& row :
       tx.exec_prepared(queries::kStageDeviceRecords.name, import_number, identifiers.Build(),
                        lines.Build(), versions.Build(), corrections.Build(), deletions.Build(),
                        named.Build(), records.Build())) {
    before.push_back({.device_identifier = row["device_identifier"].as<std::string>(),
                      .first_line = row["first_line"].as<int64_t>(),
                      .same = row["same"].as<bool>()});
  }
  return before;
}

void DeleteStagedDevices(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers) {
  if (import_numbers.empty()) return;
  tx.exec_prepared(queries::kDeleteStagedDeviceRecords.name, db::IntegerArray(import_numbers));
}

db::ImportMerge MergeStagedDevices(pqxx::transaction_base& tx, int64_t import_number,
                                   int64_t accepted_count) {
  tx.exec_prepared(queries::kLimitDeviceMerge.name);
  tx.exec_prepared(queries::kLockDeviceRecords.name);
  // Only what changes something is left, so that a file that is imported again costs no writing.
  tx.exec_prepared(queries::kDropStagedDevicesThatAreKnown.name, import_number);
  const auto changed = static_cast<int64_t>(
      tx.exec_prepared(queries::kMergeDeviceRecords.name, import_number).affected_rows());
  tx.exec_prepared(queries::kForgetDeviceIdentifiers.name, import_number);
  tx.exec_prepared(queries::kInsertDeviceIdentifiersOfRecords.name, import_number);
  DeleteStagedDevices(tx, {import_number});
  return {.imported_count = changed, .unchanged_count = accepted_count - changed};
}

std::vector<FoundDeviceRecord> LookupDeviceRecords(pqxx::transaction_base& tx,
                                                   const std::string& identifier) {
  std::vector<FoundDeviceRecord> found;
  for (const auto& row : tx.exec_prepared(queries::kLookupDeviceRecord.name, identifier)) {
    found.push_back(ReadFound(row));
  }
  return found;
}

std::map<std::string, BestDeviceRecord> BatchLookupDeviceRecords(
    pqxx::transaction_base& tx, const std::vector<std::string>& identifiers) {
  std::map<std::string, BestDeviceRecord> found;
  for (const auto& row :
       tx.exec_prepared(queries::kBatchLookupDeviceRecords.name, db::TextArray(identifiers))) {
    found.emplace(
        row["identifier"].as<std::string>(),
        BestDeviceRecord{.record = ReadFound(row), .count = row["match_count"].as<int>()});
  }
  return found;
}

}  // namespace qingqu::catalog
