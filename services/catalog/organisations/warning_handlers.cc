#include "services/catalog/organisations/warning_handlers.h"

#include <optional>
#include <string>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/organisations/expiry_warning.h"
#include "services/catalog/organisations/organisation_convert.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kRegistration = "registration";

absl::StatusOr<LastDays> DaysOf(v1::ExpiryWindow window, CivilDate day) {
  switch (window) {
    case v1::EXPIRY_WINDOW_UNSPECIFIED:
      return LastDays{LastDaysOf(ExpiryWindow::kExpired, day).first,
                      LastDaysOf(ExpiryWindow::kWithin90Days, day).last};
    case v1::EXPIRY_WINDOW_EXPIRED:
      return LastDaysOf(ExpiryWindow::kExpired, day);
    case v1::EXPIRY_WINDOW_7_DAYS:
      return LastDaysOf(ExpiryWindow::kWithin7Days, day);
    case v1::EXPIRY_WINDOW_30_DAYS:
      return LastDaysOf(ExpiryWindow::kWithin30Days, day);
    case v1::EXPIRY_WINDOW_90_DAYS:
      return LastDaysOf(ExpiryWindow::kWithin90Days, day);
    default:
      return InvalidField("window", "must be a known value");
  }
}

v1::ExpiryWindow WindowOf(int64_t days_left) {
  if (days_left < 0) return v1::EXPIRY_WINDOW_EXPIRED;
  if (days_left <= 7) return v1::EXPIRY_WINDOW_7_DAYS;
  if (days_left <= 30) return v1::EXPIRY_WINDOW_30_DAYS;
  return v1::EXPIRY_WINDOW_90_DAYS;
}

v1::ExpiryWarning ToProto(const Ending& ending, CivilDate day) {
  v1::ExpiryWarning warning;
  warning.set_resource(ending.resource);
  if (!ending.organisation_id.empty()) {
    warning.set_organisation(OrganisationName(ending.organisation_id));
  }
  if (ending.kind != kRegistration) {
    warning.set_kind(KindToProto(QualificationKindFromName(ending.kind)));
  }
  warning.set_number(ending.number);
  warning.set_expire_date(ending.expire_date.ToString());
  const int64_t days_left = ending.expire_date.DaysSinceEpoch() - day.DaysSinceEpoch();
  warning.set_days_left(static_cast<int32_t>(days_left));
  warning.set_window(WindowOf(days_left));
  return warning;
}

struct Asked {
  EndingListOptions options;
  int page_size = 0;
  std::string filter;
};

absl::Status ReadFilter(const v1::ListExpiryWarningsRequest& request, EndingListOptions& options) {
  QINGQU_ASSIGN_OR_RETURN(options.kind, KindFilter(request.kind()));
  if (!request.organisation().empty()) {
    QINGQU_ASSIGN_OR_RETURN(
        options.organisation_id,
        ParseName("organisation", "organisations/{organisation}", request.organisation()));
  }
  if (!request.registrations_only()) return absl::OkStatus();
  if (!options.kind.empty() || !options.organisation_id.empty()) {
    return InvalidField("registrations_only", "does not go with kind or organisation");
  }
  options.kind = kRegistration;
  return absl::OkStatus();
}

absl::StatusOr<Asked> ReadRequest(const v1::ListExpiryWarningsRequest& request, CivilDate day) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const LastDays days, DaysOf(request.window(), day));
  Asked asked{.options = {.days = days, .after_date = days.first, .limit = page_size + 1},
              .page_size = page_size};
  QINGQU_RETURN_IF_ERROR(ReadFilter(request, asked.options));
  asked.filter = fmt::format("endings of={} kind={} window={}", asked.options.organisation_id,
                             asked.options.kind, static_cast<int>(request.window()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), asked.filter, 2));
  if (key.empty()) return asked;
  const auto after_date = CivilDate::Parse(key[0]);
  if (!after_date.ok()) return WrongPageToken();
  asked.options.after_date = *after_date;
  asked.options.after_resource = key[1];
  return asked;
}

}  // namespace

absl::StatusOr<v1::ListExpiryWarningsResponse> WarningHandlers::ListExpiryWarnings(
    const CallContext& call, const v1::ListExpiryWarningsRequest& request) {
  const CivilDate day = BusinessDay(call.received_at);
  QINGQU_ASSIGN_OR_RETURN(const Asked asked, ReadRequest(request, day));
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListExpiryWarningsResponse> {
        v1::ListExpiryWarningsResponse response;
        for (const Ending& ending : ListEndings(tx, asked.options)) {
          if (response.warnings_size() == asked.page_size) {
            const v1::ExpiryWarning& last = response.warnings(asked.page_size - 1);
            response.set_next_page_token(
                EncodePageToken({last.expire_date(), last.resource()}, asked.filter));
            break;
          }
          *response.add_warnings() = ToProto(ending, day);
        }
        return response;
      });
}

}  // namespace qingqu::catalog
