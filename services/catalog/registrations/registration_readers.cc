#include <limits>
#include <string>

#include "absl/strings/numbers.h"
#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/registrations/registration_convert.h"
#include "services/catalog/registrations/registration_handlers.h"
#include "services/catalog/registrations/registration_list.h"
#include "services/catalog/registrations/registration_store.h"

namespace qingqu::catalog {
namespace {

constexpr size_t kTextBytesMax = 4'000;

absl::StatusOr<std::optional<CivilDate>> ParseDate(std::string_view field, std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto date = CivilDate::Parse(text);
  if (!date.ok()) return InvalidField(field, ToStd(date.status().message()));
  return *date;
}

absl::StatusOr<int64_t> ParseVersion(const std::vector<std::string>& key) {
  if (key.empty()) return std::numeric_limits<int64_t>::max();
  int64_t version = 0;
  if (!absl::SimpleAtoi(key[0], &version)) return WrongPageToken();
  return version;
}

}  // namespace

absl::StatusOr<v1::Registration> RegistrationHandlers::GetRegistration(
    const CallContext& call, const v1::GetRegistrationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const RegistrationNumber number,
                          ParseRegistrationName("name", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const auto as_of, ParseDate("as_of_date", request.as_of_date()));
  if (as_of && *as_of > BusinessDay(call.received_at)) {
    return InvalidField("as_of_date", "must not be in the future");
  }
  return db::RunTransaction(
      *pool_, call, {.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        if (as_of) {
          QINGQU_ASSIGN_OR_RETURN(
              const Registration then,
              GetRegistrationAsOf(tx, number.text, BusinessDayBegins(as_of->PlusDays(1))));
          return ToProto(then);
        }
        QINGQU_ASSIGN_OR_RETURN(const Registration present,
                                catalog::GetRegistration(tx, number.text));
        return ToProto(present, FindOpenRegistrationChange(tx, number.text));
      });
}

absl::StatusOr<v1::ListRegistrationsResponse> RegistrationHandlers::ListRegistrations(
    const CallContext& call, const v1::ListRegistrationsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto state, RegistrationStateFilter(request.state()));
  QINGQU_ASSIGN_OR_RETURN(const auto expire_by,
                          ParseDate("expire_by_date", request.expire_by_date()));
  const std::string filter =
      fmt::format("registrations state={} expire_by_date={}", static_cast<int>(request.state()),
                  request.expire_by_date());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const RegistrationListOptions options{.after_number = key.empty() ? "" : key[0],
                                        .state = state,
                                        .expire_by = expire_by,
                                        .limit = page_size + 1};
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListRegistrationsResponse> {
        v1::ListRegistrationsResponse response;
        for (const Registration& registration : catalog::ListRegistrations(tx, options)) {
          if (response.registrations_size() == page_size) {
            const std::string& last = response.registrations(page_size - 1).number();
            response.set_next_page_token(EncodePageToken({last}, filter));
            break;
          }
          *response.add_registrations() = ToProto(registration);
        }
        return response;
      });
}

absl::StatusOr<v1::ListRegistrationVersionsResponse> RegistrationHandlers::ListRegistrationVersions(
    const CallContext& call, const v1::ListRegistrationVersionsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const RegistrationNumber number,
                          ParseRegistrationName("name", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  const std::string filter = fmt::format("registration versions of {}", number.text);
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  QINGQU_ASSIGN_OR_RETURN(const int64_t before, ParseVersion(key));
  return db::RunTransaction(
      *pool_, call, {.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListRegistrationVersionsResponse> {
        QINGQU_RETURN_IF_ERROR(catalog::GetRegistration(tx, number.text).status());
        v1::ListRegistrationVersionsResponse response;
        for (const Registration& version :
             catalog::ListRegistrationVersions(tx, number.text, before, page_size + 1)) {
          if (response.versions_size() == page_size) {
            const std::string& last = response.versions(page_size - 1).etag();
            response.set_next_page_token(EncodePageToken({last}, filter));
            break;
          }
          *response.add_versions() = ToProto(version);
        }
        return response;
      });
}

absl::StatusOr<v1::ParseRegistrationNumbersResponse> RegistrationHandlers::ParseRegistrationNumbers(
    const CallContext&, const v1::ParseRegistrationNumbersRequest& request) {
  if (request.text().size() > kTextBytesMax) {
    return InvalidField("text", fmt::format("must be at most {} bytes", kTextBytesMax));
  }
  const RegistrationList list = ParseRegistrationList(request.text());
  v1::ParseRegistrationNumbersResponse response;
  for (const RegistrationNumber& number : list.numbers) {
    *response.add_registrations() = ToProto(number);
  }
  for (const std::string& rest : list.not_understood) response.add_not_understood(rest);
  return response;
}

}  // namespace qingqu::catalog
