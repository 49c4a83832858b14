#include "services/catalog/devices/device_handlers.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/devices/device_batch.h"
#include "services/catalog/devices/device_code.h"
#include "services/catalog/devices/device_store.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/import_rpcs.h"

namespace qingqu::catalog {
namespace {

constexpr ImportRpcs<v1::DeviceImport> kImport{.kind = "device_records",
                                               .field = "device_import",
                                               .collection = "deviceImports",
                                               .event = "device_records.imported",
                                               .forget = DeleteStagedDevices};

constexpr int kCodesMax = 1'000;
// Of records in JSON, which is longer than the answer that is made of it.
constexpr size_t kBatchBytesMax = size_t{3} << 20;

absl::Status DeviceRecordUnknown(std::string_view identifier) {
  return MakeError(
      absl::StatusCode::kNotFound, "DEVICE_RECORD_UNKNOWN",
      fmt::format("no record of the device database has the identifier {}", identifier),
      {{"device_identifier", std::string(identifier)}});
}

v1::DeviceIdentifierRole RoleOf(std::string_view name) {
  if (name == "sale_unit") return v1::DEVICE_IDENTIFIER_ROLE_SALE_UNIT;
  if (name == "pack") return v1::DEVICE_IDENTIFIER_ROLE_PACK;
  if (name == "use_unit") return v1::DEVICE_IDENTIFIER_ROLE_USE_UNIT;
  if (name == "direct_mark") return v1::DEVICE_IDENTIFIER_ROLE_DIRECT_MARK;
  QINGQU_CHECK(name == "registered");
  return v1::DEVICE_IDENTIFIER_ROLE_REGISTERED;
}

void SetMatch(const FoundDeviceRecord& found, v1::DeviceRecordMatch& match) {
  match.set_role(RoleOf(found.role));
  match.set_deleted(found.deleted);
  // What was written by a later version may have fields that this one does not know.
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  QINGQU_CHECK(
      google::protobuf::util::JsonStringToMessage(found.json, match.mutable_record(), options)
          .ok());
}

// Reads the codes into lookups; those that are none have their reason.
v1::BatchLookupDeviceRecordsResponse ReadCodes(const v1::BatchLookupDeviceRecordsRequest& request,
                                               absl::Time now) {
  v1::BatchLookupDeviceRecordsResponse response;
  for (const std::string& code : request.codes()) {
    v1::DeviceLookup& lookup = *response.add_lookups();
    absl::StatusOr<std::string> identifier = DeviceIdentifierOfCode(code, now);
    if (identifier.ok()) {
      lookup.set_device_identifier(*std::move(identifier));
    } else {
      lookup.set_reason("INVALID_FIELD");
      lookup.set_message(std::string(ToStd(identifier.status().message())));
    }
  }
  return response;
}

// Gives each code its record, as long as they fit into the answer.
void SetMatches(const std::map<std::string, BestDeviceRecord>& found,
                v1::BatchLookupDeviceRecordsResponse& response) {
  size_t bytes = 0;
  for (v1::DeviceLookup& lookup : *response.mutable_lookups()) {
    if (!lookup.reason().empty()) continue;
    const auto best = found.find(lookup.device_identifier());
    if (best == found.end()) {
      lookup.set_reason("DEVICE_RECORD_UNKNOWN");
    } else if (bytes += best->second.record.json.size(); bytes > kBatchBytesMax) {
      lookup.set_reason("RESPONSE_FULL");
    } else {
      lookup.set_match_count(best->second.count);
      SetMatch(best->second.record, *lookup.mutable_match());
    }
  }
}

}  // namespace

absl::StatusOr<v1::DeviceImport> DeviceHandlers::CreateDeviceImport(
    const CallContext& call, const v1::CreateDeviceImportRequest& request) {
  return CreateImport(*pool_, call, kImport, request);
}

absl::StatusOr<v1::AppendDeviceRecordsResponse> DeviceHandlers::AppendDeviceRecords(
    const CallContext& call, const v1::AppendDeviceRecordsRequest& request) {
  return AppendToImport<v1::AppendDeviceRecordsResponse>(
      *pool_, call, kImport, request.device_import(), request,
      [&](pqxx::transaction_base& tx, const db::ImportSession& session) {
        return StageDeviceBatch(tx, session.number, request);
      });
}

absl::StatusOr<v1::DeviceImport> DeviceHandlers::FinishDeviceImport(
    const CallContext& call, const v1::FinishDeviceImportRequest& request) {
  return FinishImport(*pool_, call, kImport, request.device_import(), request,
                      [](pqxx::transaction_base& tx, const db::ImportSession& open) {
                        return MergeStagedDevices(tx, open.number,
                                                  open.read_count - open.rejected_count);
                      });
}

absl::StatusOr<v1::LookupDeviceRecordResponse> DeviceHandlers::LookupDeviceRecord(
    const CallContext& call, const v1::LookupDeviceRecordRequest& request) {
  FieldViolations violations;
  const std::string identifier =
      CheckParsed("code", DeviceIdentifierOfCode(request.code(), call.received_at), violations);
  if (!violations.empty()) return violations.ToStatus();
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::LookupDeviceRecordResponse> {
        v1::LookupDeviceRecordResponse response;
        response.set_device_identifier(identifier);
        for (const FoundDeviceRecord& found : LookupDeviceRecords(tx, identifier)) {
          SetMatch(found, *response.add_matches());
        }
        if (response.matches().empty()) return DeviceRecordUnknown(identifier);
        return response;
      });
}

absl::StatusOr<v1::BatchLookupDeviceRecordsResponse> DeviceHandlers::BatchLookupDeviceRecords(
    const CallContext& call, const v1::BatchLookupDeviceRecordsRequest& request) {
  if (request.codes().empty() || request.codes_size() > kCodesMax) {
    return InvalidField("codes", fmt::format("must be 1 to {}", kCodesMax));
  }
  v1::BatchLookupDeviceRecordsResponse response = ReadCodes(request, call.received_at);
  std::set<std::string> identifiers;
  for (const v1::DeviceLookup& lookup : response.lookups()) {
    if (lookup.reason().empty()) identifiers.insert(lookup.device_identifier());
  }
  using Found = std::map<std::string, BestDeviceRecord>;
  QINGQU_ASSIGN_OR_RETURN(
      const Found found,
      db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Found> {
        return catalog::BatchLookupDeviceRecords(tx, {identifiers.begin(), identifiers.end()});
      }));
  SetMatches(found, response);
  return response;
}

}  // namespace qingqu::catalog
