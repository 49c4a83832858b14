#include "services/catalog/organisations/expiry_warning.h"

#include "absl/strings/str_split.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "services/catalog/organisations/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

Ending ReadEnding(const pqxx::row& row) {
  return {.kind = row["kind"].as<std::string>(),
          .resource = row["resource"].as<std::string>(),
          .organisation_id = row["organisation_id"].as<std::string>(""),
          .number = row["number"].as<std::string>(),
          .expire_date = ReadDate(row["expire_date"])};
}

}  // namespace

LastDays LastDaysOf(ExpiryWindow window, CivilDate day) {
  switch (window) {
    case ExpiryWindow::kExpired:
      return {*CivilDate::FromYearMonthDay(1, 1, 1), day.PlusDays(-1)};
    case ExpiryWindow::kWithin7Days:
      return {day, day.PlusDays(7)};
    case ExpiryWindow::kWithin30Days:
      return {day.PlusDays(8), day.PlusDays(30)};
    case ExpiryWindow::kWithin90Days:
      return {day.PlusDays(31), day.PlusDays(90)};
  }
  QINGQU_CHECK(false);
}

std::vector<Ending> ListEndings(pqxx::transaction_base& tx, const EndingListOptions& options) {
  std::vector<Ending> endings;
  for (const auto& row : tx.exec_prepared(
           organisation_queries::kListEndings.name, options.days.first.ToString(),
           options.days.last.ToString(), options.after_date.ToString(), options.after_resource,
           options.kind, options.organisation_id, options.limit)) {
    endings.push_back(ReadEnding(row));
  }
  return endings;
}

std::vector<Ending> RaiseExpiryWarnings(pqxx::transaction_base& tx, CivilDate day, absl::Time now,
                                        int limit) {
  std::vector<Ending> endings;
  for (const auto& row : tx.exec_prepared(organisation_queries::kRaiseExpiryWarnings.name,
                                          day.ToString(), TimestampText(now), limit)) {
    endings.push_back(ReadEnding(row));
    endings.back().days_before = row["days_before"].as<int>();
    endings.back().item_ids =
        absl::StrSplit(row["item_ids"].as<std::string>(""), ' ', absl::SkipEmpty());
  }
  return endings;
}

}  // namespace qingqu::catalog
