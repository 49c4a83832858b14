#include "absl/strings/numbers.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/period_store.h"
#include "services/distribution/ledger/stored_movement.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

struct Closing {
  Holder holder;
  PeriodKey key;
};

absl::StatusOr<Closing> ReadClosing(const v1::ClosePeriodRequest& request) {
  FieldViolations violations;
  const absl::StatusOr<Holder> holder = ParseHolder(request.holder());
  violations.AddIfError("holder", holder.status());
  const absl::StatusOr<CivilDate> month = ParseMonth(request.month());
  violations.AddIfError("month", month.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return Closing{.holder = *holder, .key = {.holder = request.holder(), .month = *month}};
}

v1::Period ToProto(const ClosedPeriod& period) {
  v1::Period proto;
  proto.set_name(PeriodName(period.key));
  proto.set_holder(period.key.holder);
  proto.set_month(MonthText(period.key.month));
  *proto.mutable_close_time() = rpc::ToTimestamp(period.closed_at);
  proto.set_closer("users/" + period.closed_by);
  return proto;
}

v1::PeriodBalance ToProto(const PeriodBalanceRow& row) {
  v1::PeriodBalance proto;
  *proto.mutable_balance() = ToProto(row.account);
  proto.set_opening(row.opening);
  proto.set_received(row.received);
  proto.set_issued(row.issued);
  proto.set_closing(row.closing);
  return proto;
}

absl::StatusOr<PeriodSide> FindSide(pqxx::transaction_base& tx, const Holder& holder) {
  if (holder.is_alliance) {
    if (tx.exec_prepared(queries::kReadAlliance.name, holder.id).empty()) {
      return HolderNotFound(HolderName(holder));
    }
    return PeriodSide{.alliance_id = holder.id};
  }
  const pqxx::result found = tx.exec_prepared(queries::kReadInstitution.name, holder.id);
  if (found.empty()) return HolderNotFound(HolderName(holder));
  return PeriodSide{.alliance_id = found[0]["alliance_id"].as<std::string>(),
                    .institution_id = holder.id};
}

absl::Status WriteBalances(db::ConnectionPool& pool, const CallContext& call,
                           const PeriodKey& key) {
  return db::RunTransaction(pool, call, {.beyond_scope = true}, [&](pqxx::transaction_base& tx) {
    WriteMissingBalances(tx, key);
    return absl::OkStatus();
  });
}

}  // namespace

// Whoever posts waits only until the month is marked as closed. What it held is reckoned
// afterwards: nothing that takes effect in it comes any more.
absl::StatusOr<v1::Period> LedgerHandlers::ClosePeriod(const CallContext& call,
                                                       const v1::ClosePeriodRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Closing closing, ReadClosing(request));
  if (!MayClose(call.principal, closing.holder)) return HolderNotFound(closing.key.holder);
  const ClosedPeriod period{.key = closing.key,
                            .closed_at = ToMicroseconds(call.received_at),
                            .closed_by = call.principal.user_id};
  const absl::StatusOr<v1::Period> closed = db::RunIdempotent<v1::Period>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Period> {
        QINGQU_ASSIGN_OR_RETURN(const PeriodSide side, FindSide(tx, closing.holder));
        LockLedger(tx);
        QINGQU_RETURN_IF_ERROR(
            CheckClosable(period.key, ReadLastClosed(tx, period.key.holder), call.received_at));
        const absl::Time archived_until = ReadArchivedUntil(tx);
        if (BusinessDayBegins(period.key.month) <= archived_until) {
          return PeriodArchived(MonthText(period.key.month), archived_until);
        }
        InsertPeriod(tx, period, side);
        const v1::Period made = ToProto(period);
        db::AppendJournal(tx, call,
                          {.event = "period.closed",
                           .resource = made.name(),
                           .subjects = {made.holder()},
                           .institution_id = side.institution_id,
                           .alliance_id = side.alliance_id,
                           .details_json = ToJson(made)});
        return made;
      });
  if (!closed.ok()) return closed.status();
  // The month is closed whatever comes of this; who asks for balances that are missing writes them.
  WriteBalances(*pool_, call, period.key).IgnoreError();
  return closed;
}

absl::StatusOr<v1::ListPeriodsResponse> LedgerHandlers::ListPeriods(
    const CallContext& call, const v1::ListPeriodsRequest& request) {
  const std::string filter = "periods " + request.holder();
  FieldViolations violations;
  if (!request.holder().empty()) {
    violations.AddIfError("holder", ParseHolder(request.holder()).status());
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(const int rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> token,
                          ParsePageToken(request.page_token(), filter, 2));
  const absl::StatusOr<CivilDate> month = CivilDate::Parse(token.empty() ? "9999-12-31" : token[0]);
  if (!month.ok()) return WrongPageToken();
  const PeriodKey before{.holder = token.empty() ? "" : token[1], .month = *month};
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListPeriodsResponse> {
                       v1::ListPeriodsResponse response;
                       std::vector<std::string> last;
                       for (const ClosedPeriod& period :
                            distribution::ListPeriods(tx, before, request.holder(), rows + 1)) {
                         if (response.periods_size() == rows) {
                           response.set_next_page_token(EncodePageToken(last, filter));
                           break;
                         }
                         last = {period.key.month.ToString(), period.key.holder};
                         *response.add_periods() = ToProto(period);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::ListPeriodBalancesResponse> LedgerHandlers::ListPeriodBalances(
    const CallContext& call, const v1::ListPeriodBalancesRequest& request) {
  const std::string filter = "period balances " + request.name();
  const absl::StatusOr<PeriodKey> key = ParsePeriodName(request.name());
  FieldViolations violations;
  violations.AddIfError("name", key.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(const int rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> token,
                          ParsePageToken(request.page_token(), filter, 1));
  int64_t after = 0;
  if (!token.empty() && !absl::SimpleAtoi(token[0], &after)) return WrongPageToken();
  const auto list = [&] {
    return db::RunTransaction(
        *pool_, call, {.snapshot_read = true},
        [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListPeriodBalancesResponse> {
          if (!FindPeriod(tx, *key).has_value())
            return PeriodNotFound(request.name().substr(request.name().find('/') + 1));
          v1::ListPeriodBalancesResponse response;
          std::string last;
          for (const PeriodBalanceRow& row :
               distribution::ListPeriodBalances(tx, *key, after, rows + 1)) {
            if (response.balances_size() == rows) {
              response.set_next_page_token(EncodePageToken({last}, filter));
              break;
            }
            last = std::to_string(row.account.account_id);
            *response.add_balances() = ToProto(row);
          }
          return response;
        });
  };
  const absl::StatusOr<v1::ListPeriodBalancesResponse> listed = list();
  // Nothing on the first page: nothing was held, or who closed the month got no further.
  if (!listed.ok() || listed->balances_size() > 0 || !token.empty()) return listed;
  QINGQU_RETURN_IF_ERROR(WriteBalances(*pool_, call, *key));
  return list();
}

}  // namespace qingqu::distribution
