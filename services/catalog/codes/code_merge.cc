#include <limits>

#include "pqxx/pqxx"

#include "common/auth/alliance_scope.h"
#include "common/base/check.h"
#include "common/db/array.h"
#include "common/status/status_macros.h"
#include "services/catalog/codes/code_cancellation.h"
#include "services/catalog/codes/code_errors.h"
#include "services/catalog/codes/code_store.h"
#include "services/catalog/codes/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

namespace queries = codes::queries;

int64_t Affected(const pqxx::result& result) {
  return static_cast<int64_t>(result.affected_rows());
}

// One list of a release on its way into force.
class Merger {
 public:
  Merger(pqxx::transaction_base& tx, const CallContext& call, const CodeMerge& merge,
         int64_t release_number)
      : tx_(tx),
        call_(call),
        merge_(merge),
        release_number_(release_number),
        day_(merge.part.effective_date.ToString()) {}

  // How many codes are new or changed.
  absl::StatusOr<int64_t> Specifications() {
    tx_.exec_prepared(queries::kInsertNationalProducts.name, merge_.import_number);
    const pqxx::row restored = Change(queries::kRestoreNationalCodes.name, "item_code.restored");
    const auto restored_count = restored["changed_count"].as<int64_t>();
    if (restored_count > 0 && !auth::RequireCountyScope(call_.principal).ok()) {
      return RestorationIsTheCountys(restored_count);
    }
    // Described before they come to be, so that new ones are not looked at twice.
    const int64_t described = Affected(tx_.exec_prepared(
        queries::kDescribeNationalCodesAnew.name, merge_.import_number, release_number_, day_));
    const int64_t inserted = Affected(tx_.exec_prepared(
        queries::kInsertNationalCodes.name, merge_.import_number, release_number_, day_));
    return restored["unchanged_count"].as<int64_t>() + described + inserted;
  }

  int64_t Withdrawals() {
    return Change(queries::kWithdrawNationalCodes.name, "item_code.withdrawn")["changed_count"]
        .as<int64_t>();
  }

  absl::StatusOr<int64_t> Transcodings() {
    const pqxx::result other = tx_.exec_prepared(queries::kFindContradictedTranscoding.name,
                                                 merge_.import_number, release_number_);
    if (!other.empty()) {
      return CodeTranscodedOtherwise({.line = other[0]["line"].as<int64_t>(),
                                      .code = other[0]["code"].as<std::string>(),
                                      .present_new_code = other[0]["new_code"].as<std::string>()});
    }
    return Change(queries::kTranscodeNationalCodes.name, "item_code.transcoded")["changed_count"]
        .as<int64_t>();
  }

 private:
  pqxx::row Change(const char* query, const char* event) {
    return tx_.exec_prepared1(query, event, call_.method, call_.request_id, merge_.part.release_id,
                              day_, merge_.import_number, release_number_);
  }

  pqxx::transaction_base& tx_;
  const CallContext& call_;
  const CodeMerge& merge_;
  const int64_t release_number_;
  const std::string day_;
};

pqxx::row ReadReleaseOrder(pqxx::transaction_base& tx, const ReleasePart& part) {
  return tx.exec_prepared1(queries::kReadReleaseOrder.name, part.release_id,
                           part.effective_date.ToString());
}

// The number of the release, which begins here when it is not there.
int64_t ReleaseNumber(pqxx::transaction_base& tx, const ReleasePart& part, absl::Time now) {
  const pqxx::row order = ReadReleaseOrder(tx, part);
  if (!order["release_number"].is_null()) return order["release_number"].as<int64_t>();
  return tx
      .exec_prepared1(queries::kInsertCodeRelease.name, part.release_id,
                      part.effective_date.ToString(), TimestampText(now))[0]
      .as<int64_t>();
}

}  // namespace

absl::Status CheckReleaseOrder(pqxx::transaction_base& tx, const ReleasePart& part) {
  const pqxx::row order = ReadReleaseOrder(tx, part);
  QINGQU_RETURN_IF_ERROR(CheckTakesLists(part.release_id, order["cancelled"].as<bool>(),
                                         order["cancellation_proposed"].as<bool>()));
  const std::optional<CivilDate> present = ReadOptionalDate(order["effective_date"]);
  if (present.has_value() && *present != part.effective_date) {
    return ReleaseDateDiffers(part.release_id, *present);
  }
  const std::optional<CivilDate> latest = ReadOptionalDate(order["latest_date"]);
  if (latest.has_value()) return ReleaseOutOfOrder(part.release_id, *latest);
  return absl::OkStatus();
}

absl::StatusOr<db::ImportMerge> MergeStagedCodes(pqxx::transaction_base& tx,
                                                 const CallContext& call, const CodeMerge& merge) {
  tx.exec_prepared(queries::kLimitCodeMerge.name);
  tx.exec_prepared(queries::kLockNationalCodes.name);
  QINGQU_RETURN_IF_ERROR(CheckReleaseOrder(tx, merge.part));
  const int64_t release_number = ReleaseNumber(tx, merge.part, call.received_at);
  Merger merger(tx, call, merge, release_number);
  int64_t specifications = 0;
  int64_t withdrawals = 0;
  int64_t transcodings = 0;
  switch (merge.part.list) {
    case CodeList::kSpecifications: {
      QINGQU_ASSIGN_OR_RETURN(specifications, merger.Specifications());
      break;
    }
    case CodeList::kWithdrawals:
      withdrawals = merger.Withdrawals();
      break;
    case CodeList::kTranscodings: {
      QINGQU_ASSIGN_OR_RETURN(transcodings, merger.Transcodings());
      break;
    }
  }
  tx.exec_prepared(queries::kCountReleaseChanges.name, release_number, specifications, withdrawals,
                   transcodings, TimestampText(call.received_at));
  DeleteStagedCodes(tx, {merge.import_number});
  const int64_t changed = specifications + withdrawals + transcodings;
  return db::ImportMerge{.imported_count = changed,
                         .unchanged_count = merge.accepted_count - changed};
}

}  // namespace qingqu::catalog
