#include <limits>
#include <string>
#include <vector>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/mapping/mapping_convert.h"
#include "services/catalog/mapping/mapping_errors.h"
#include "services/catalog/mapping/mapping_handlers.h"

namespace qingqu::catalog {
namespace {

constexpr int kLookupsMax = 1'000;
constexpr db::TransactionOptions kRead{.snapshot_read = true};

// A part of a page token that counts from 1.
absl::StatusOr<int64_t> ParseNumberKey(std::string_view part) {
  const absl::StatusOr<int64_t> number = ParseMicrosecondsKey(part);
  if (!number.ok() || *number < 1) return WrongPageToken();
  return *number;
}

absl::StatusOr<MappingListOptions> ReadListOptions(const v1::ListMappingsRequest& request,
                                                   const std::string& filter) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 2));
  MappingListOptions options{
      .institution_id = id, .local_code = request.local_code(), .limit = page_size + 1};
  if (!request.item().empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.item_id, ParseName("item", "items/{item}", request.item()));
  }
  if (!request.day().empty()) {
    FieldViolations violations;
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(request.day());
    violations.AddIfError("day", day.status());
    QINGQU_RETURN_IF_ERROR(violations.ToStatus());
    options.day = *day;
  }
  if (key.empty()) return options;
  options.after_code = key[0];
  QINGQU_ASSIGN_OR_RETURN(options.after_mapping_id, ParseNumberKey(key[1]));
  return options;
}

}  // namespace

absl::StatusOr<v1::LocalCode> MappingHandlers::GetLocalCode(
    const CallContext& call, const v1::GetLocalCodeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  return db::RunTransaction(
      *pool_, call, kRead, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::LocalCode> {
        QINGQU_RETURN_IF_ERROR(FindInstitution(tx, id).status());
        const LocalCodes codes = GetLocalCodes(tx, id, {request.local_code()});
        if (codes.empty()) return LocalCodeNotFound(request.local_code());
        return ToProto(codes.begin()->second);
      });
}

absl::StatusOr<v1::ListLocalRowVersionsResponse> MappingHandlers::ListLocalRowVersions(
    const CallContext& call, const v1::ListLocalRowVersionsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  const std::string filter =
      fmt::format("local row versions {} {}", request.institution(), request.local_code());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  RowVersionOptions options{.institution_id = id,
                            .local_code = request.local_code(),
                            .before_version = std::numeric_limits<int64_t>::max(),
                            .limit = page_size + 1};
  if (!key.empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.before_version, ParseNumberKey(key[0]));
  }
  return db::RunTransaction(
      *pool_, call, kRead,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListLocalRowVersionsResponse> {
        QINGQU_RETURN_IF_ERROR(FindInstitution(tx, id).status());
        v1::ListLocalRowVersionsResponse response;
        int64_t last_version = 0;
        for (const RowVersion& version : ListRowVersions(tx, options)) {
          if (response.versions_size() == page_size) {
            response.set_next_page_token(
                EncodePageToken({fmt::format("{}", last_version)}, filter));
            break;
          }
          *response.add_versions() = ToProto(version);
          last_version = version.version;
        }
        return response;
      });
}

absl::StatusOr<v1::ListMappingsResponse> MappingHandlers::ListMappings(
    const CallContext& call, const v1::ListMappingsRequest& request) {
  const std::string filter = fmt::format("mappings {} {} {} {}", request.institution(),
                                         request.local_code(), request.item(), request.day());
  QINGQU_ASSIGN_OR_RETURN(const MappingListOptions options, ReadListOptions(request, filter));
  return db::RunTransaction(
      *pool_, call, kRead,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListMappingsResponse> {
        QINGQU_RETURN_IF_ERROR(FindInstitution(tx, options.institution_id).status());
        v1::ListMappingsResponse response;
        std::vector<std::string> last_key;
        for (const MappingRecord& record : catalog::ListMappings(tx, options)) {
          if (response.mappings_size() == options.limit - 1) {
            response.set_next_page_token(EncodePageToken(last_key, filter));
            break;
          }
          *response.add_mappings() = ToProto(record);
          last_key = {record.local_code, fmt::format("{}", record.mapping.mapping_id)};
        }
        return response;
      });
}

absl::StatusOr<v1::Mapping> MappingHandlers::LookupLocalCode(
    const CallContext& call, const v1::LookupLocalCodeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day,
                          ParseDay(request.day(), BusinessDay(call.received_at)));
  return db::RunTransaction(
      *pool_, call, kRead, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Mapping> {
        QINGQU_RETURN_IF_ERROR(FindInstitution(tx, id).status());
        const auto found = LookupLocalCodes(tx, id, {request.local_code()}, day);
        if (found.empty()) return LocalCodeNotMapped(request.local_code(), day);
        return ToProto(found.begin()->second);
      });
}

absl::StatusOr<v1::BatchLookupLocalCodesResponse> MappingHandlers::BatchLookupLocalCodes(
    const CallContext& call, const v1::BatchLookupLocalCodesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day,
                          ParseDay(request.day(), BusinessDay(call.received_at)));
  if (request.local_codes().empty() || request.local_codes_size() > kLookupsMax) {
    return InvalidField("local_codes", fmt::format("must be 1 to {}", kLookupsMax));
  }
  const std::vector<std::string> codes(request.local_codes().begin(), request.local_codes().end());
  return db::RunTransaction(
      *pool_, call, kRead,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchLookupLocalCodesResponse> {
        QINGQU_RETURN_IF_ERROR(FindInstitution(tx, id).status());
        const auto found = LookupLocalCodes(tx, id, codes, day);
        v1::BatchLookupLocalCodesResponse response;
        for (const std::string& code : codes) {
          v1::Mapping& mapping = *response.add_mappings();
          const auto record = found.find(code);
          if (record != found.end()) mapping = ToProto(record->second);
        }
        return response;
      });
}

}  // namespace qingqu::catalog
