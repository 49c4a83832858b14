#include "services/catalog/organisations/expiry_watch.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

#include "common/base/business_day.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/organisations/expiry_warning.h"
#include "services/catalog/organisations/qualification.h"

namespace qingqu::catalog {
namespace {

constexpr int kWarningsAtOnce = 200;
constexpr absl::Duration kTimeMax = absl::Seconds(30);

void Tell(pqxx::transaction_base& tx, const CallContext& call, const Ending& ending) {
  const bool is_registration = ending.organisation_id.empty();
  db::JournalEntry entry{
      .event = is_registration ? "registration.expiry_announced" : "qualification.expiry_announced",
      .resource = ending.resource,
      .supplier_id = ending.organisation_id,
      .details_json = nlohmann::json{{"kind", ending.kind},
                                     {"number", ending.number},
                                     {"expire_date", ending.expire_date.ToString()},
                                     {"days_before", ending.days_before}}
                          .dump()};
  if (!is_registration) entry.subjects.push_back(OrganisationName(ending.organisation_id));
  for (const std::string& id : ending.item_ids) entry.subjects.push_back("items/" + id);
  db::AppendJournal(tx, call, entry);
}

}  // namespace

CallContext ExpiryWatch::NewCall() const {
  return {.principal = auth::SystemPrincipal("catalog"),
          .method = "catalog/expiry_watch",
          .client = "catalog",
          .received_at = clock_->Now(),
          .deadline = absl::Now() + kTimeMax};
}

absl::Status ExpiryWatch::Look() {
  for (bool more = true; more;) {
    const CallContext call = NewCall();
    QINGQU_ASSIGN_OR_RETURN(
        const int told,
        db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<int> {
          const std::vector<Ending> raised = RaiseExpiryWarnings(tx, BusinessDay(call.received_at),
                                                                 call.received_at, kWarningsAtOnce);
          for (const Ending& ending : raised) Tell(tx, call, ending);
          return static_cast<int>(raised.size());
        }));
    more = told == kWarningsAtOnce;
  }
  return absl::OkStatus();
}

void ExpiryWatch::Start() {
  loop_.Start([this](const std::stop_token&) {
    const absl::Status looked = Look();
    if (!looked.ok()) spdlog::warn("expiries are not told: {}", looked.ToString());
    return options_.look_every;
  });
}

}  // namespace qingqu::catalog
