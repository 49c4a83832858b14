#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/civil_date.h"
#include "common/base/page_token.h"
#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/ledger/faults.h"
#include "services/distribution/ledger/history_store.h"
#include "services/distribution/stock_reports.h"

namespace qingqu::distribution {
namespace {

// A forged token may hold anything.
absl::StatusOr<int64_t> ReadNumber(const std::string& text) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return WrongPageToken();
  return number;
}

absl::StatusOr<BalancePage> ReadBalancePage(const v1::ListBalancesRequest& request,
                                            const std::string& filter) {
  BalancePage page;
  QINGQU_ASSIGN_OR_RETURN(page.rows_max, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 5));
  if (key.empty()) return page;
  if (key[2] != "infinity" && !CivilDate::Parse(key[2]).ok()) return WrongPageToken();
  page.location_id = key[0];
  page.item_id = key[1];
  page.sort_date = key[2];
  page.lot_number = key[3];
  QINGQU_ASSIGN_OR_RETURN(page.account_id, ReadNumber(key[4]));
  return page;
}

absl::StatusOr<BalanceFilter> ReadBalanceFilter(const v1::ListBalancesRequest& request) {
  FieldViolations violations;
  BalanceFilter filter;
  if (!request.location().empty()) {
    filter.location_id = ReadId("locations/{location}", "location", request.location(), violations);
  }
  if (!request.item().empty()) {
    filter.item_id = ReadId("items/{item}", "item", request.item(), violations);
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return filter;
}

// Of one page of CheckLedger, beyond which no further step begins.
constexpr absl::Duration kProofPageTime = absl::Seconds(10);
constexpr int kFindingsMax = 100;
constexpr int64_t kAccountIdsMax = int64_t{1} << 48;
constexpr std::string_view kProofFilter = "ledger";

std::string ProofToken(const ProofMark& mark) {
  return EncodePageToken({std::to_string(mark.account_id), mark.accounts_proved ? "yes" : "no",
                          mark.movement_id, std::to_string(mark.accounts_wanted)},
                         kProofFilter);
}

absl::StatusOr<ProofMark> ReadProofMark(const std::string& token) {
  ProofMark mark;
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(token, kProofFilter, 4));
  if (key.empty()) return mark;
  QINGQU_ASSIGN_OR_RETURN(mark.account_id, ReadNumber(key[0]));
  QINGQU_ASSIGN_OR_RETURN(mark.accounts_wanted, ReadNumber(key[3]));
  mark.accounts_proved = key[1] == "yes";
  const bool in_reach = mark.account_id >= 0 &&
                        (mark.accounts_proved || mark.account_id <= kAccountIdsMax) &&
                        mark.accounts_wanted >= 0 && mark.accounts_wanted <= kProofAccountsMax;
  if (!in_reach || !Uuid::Parse(key[2]).ok()) return WrongPageToken();
  mark.movement_id = key[2];
  return mark;
}

absl::StatusOr<MovementPage> ReadMovementPage(const v1::ListMovementsRequest& request,
                                              const std::string& filter) {
  FieldViolations violations;
  MovementPage page{.item_id = ReadId("items/{item}", "item", request.item(), violations),
                    .lot_number = request.lot()};
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(page.rows_max, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 2));
  if (key.empty()) return page;
  const absl::StatusOr<int64_t> microseconds = ParseMicrosecondsKey(key[0]);
  if (!microseconds.ok()) return WrongPageToken();
  page.after_time = absl::FromUnixMicros(*microseconds);
  QINGQU_ASSIGN_OR_RETURN(page.after, ReadNumber(key[1]));
  return page;
}

}  // namespace

absl::StatusOr<v1::ListBalancesResponse> DistributionHandlers::ListBalances(
    const CallContext& call, const v1::ListBalancesRequest& request) {
  const std::string filter_text = fmt::format("balances {} {}", request.location(), request.item());
  QINGQU_ASSIGN_OR_RETURN(const BalanceFilter filter, ReadBalanceFilter(request));
  QINGQU_ASSIGN_OR_RETURN(BalancePage page, ReadBalancePage(request, filter_text));
  const int rows = page.rows_max++;
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListBalancesResponse> {
                       v1::ListBalancesResponse response;
                       std::vector<std::string> last_key;
                       for (const BalanceRow& row : distribution::ListBalances(tx, page, filter)) {
                         if (response.balances_size() == rows) {
                           response.set_next_page_token(EncodePageToken(last_key, filter_text));
                           break;
                         }
                         last_key = {row.location_id, row.item_id, row.sort_date, row.lot_number,
                                     std::to_string(row.account_id)};
                         *response.add_balances() = ToProto(row);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::ListMovementsResponse> DistributionHandlers::ListMovements(
    const CallContext& call, const v1::ListMovementsRequest& request) {
  const std::string filter = fmt::format("movements {} {}", request.item(), request.lot());
  QINGQU_ASSIGN_OR_RETURN(MovementPage page, ReadMovementPage(request, filter));
  const int rows = page.rows_max++;
  return db::RunTransaction(
      *pool_, call, {.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListMovementsResponse> {
        v1::ListMovementsResponse response;
        const absl::Time archived_until = ReadArchivedUntil(tx);
        if (archived_until > absl::UnixEpoch()) {
          *response.mutable_archived_until_time() = rpc::ToTimestamp(archived_until);
        }
        std::vector<HistoryRow> listed = distribution::ListMovements(tx, page);
        if (listed.size() > static_cast<size_t>(rows)) {
          listed.pop_back();
          const HistoryKey& last = listed.back().key;
          response.set_next_page_token(
              EncodePageToken({std::to_string(absl::ToUnixMicros(last.posted_at)),
                               std::to_string(last.posting_number)},
                              filter));
        }
        for (const StoredMovement& movement : FindInOrder(tx, listed)) {
          *response.add_movements() = ToProto(movement);
        }
        return response;
      });
}

absl::StatusOr<v1::CheckLedgerResponse> DistributionHandlers::CheckLedger(
    const CallContext& call, const v1::CheckLedgerRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ProofMark begin, ReadProofMark(request.page_token()));
  return db::RunTransaction(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CheckLedgerResponse> {
        const absl::Time began = absl::Now();
        AllowLongStatements(tx, call.deadline - began);
        const absl::Time page_end = began + std::min(kProofPageTime, (call.deadline - began) / 3);
        v1::CheckLedgerResponse response;
        ProofMark mark = begin;
        do {
          ProofStep step = ProveNext(tx, call.received_at, mark);
          response.set_account_count(response.account_count() + step.accounts);
          response.set_movement_count(response.movement_count() + step.movements);
          for (std::string& finding : step.findings) response.add_findings(std::move(finding));
        } while (!mark.done && response.findings_size() < kFindingsMax && absl::Now() < page_end);
        if (!mark.done) response.set_next_page_token(ProofToken(mark));
        return response;
      });
}

}  // namespace qingqu::distribution
