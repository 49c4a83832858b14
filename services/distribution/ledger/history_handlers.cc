#include <algorithm>
#include <charconv>
#include <optional>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/history_store.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/stored_movement.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr std::string_view kMovementPrefix = "movements/";
constexpr absl::Duration kClockSkewMax = absl::Minutes(5);
constexpr int64_t kSecondsMax = 253402300799;  // the end of the year 9999
constexpr size_t kTokenParts = 5;

absl::StatusOr<std::string> ReadMovementId(const std::string& name) {
  const bool is_movement = name.rfind(kMovementPrefix, 0) == 0;
  const absl::StatusOr<Uuid> uuid =
      Uuid::Parse(is_movement ? std::string_view(name).substr(kMovementPrefix.size()) : "");
  if (!uuid.ok()) return InvalidField("name", "must be movements/ and a UUID");
  return uuid->ToString();
}

bool ReadNumber(std::string_view text, int64_t& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && rest == text.data() + text.size() && number >= 0;
}

// What a page token says: the instant and the end of the history that all pages share, and the last
// movement that was told.
struct Pages {
  absl::Time as_of;
  HistoryKey newest;
  HistoryKey told;
};

struct Question {
  int64_t account_id = 0;
  bool by_effect = false;
  std::optional<absl::Time> as_of;
  int rows_max = 0;
  std::string filter;
  std::optional<Pages> pages;  // not of the first page
};

absl::StatusOr<absl::Time> ReadInstantKey(const std::string& part) {
  const absl::StatusOr<int64_t> microseconds = ParseMicrosecondsKey(part);
  if (!microseconds.ok() || *microseconds < 0) return WrongPageToken();
  return absl::FromUnixMicros(*microseconds);
}

absl::StatusOr<std::optional<Pages>> ReadPages(const std::string& token,
                                               const std::string& filter) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                          ParsePageToken(token, filter, kTokenParts));
  if (parts.empty()) return std::optional<Pages>();
  Pages pages;
  QINGQU_ASSIGN_OR_RETURN(pages.as_of, ReadInstantKey(parts[0]));
  QINGQU_ASSIGN_OR_RETURN(pages.newest.posted_at, ReadInstantKey(parts[1]));
  QINGQU_ASSIGN_OR_RETURN(pages.told.posted_at, ReadInstantKey(parts[3]));
  if (!ReadNumber(parts[2], pages.newest.posting_number) ||
      !ReadNumber(parts[4], pages.told.posting_number)) {
    return WrongPageToken();
  }
  return std::optional(pages);
}

std::string WritePages(const Pages& pages, const std::string& filter) {
  const auto micros = [](absl::Time time) { return std::to_string(absl::ToUnixMicros(time)); };
  return EncodePageToken({micros(pages.as_of), micros(pages.newest.posted_at),
                          std::to_string(pages.newest.posting_number), micros(pages.told.posted_at),
                          std::to_string(pages.told.posting_number)},
                         filter);
}

void ReadAsOf(const CallContext& call, const v1::ExplainBalanceRequest& request, Question& question,
              FieldViolations& violations) {
  if (!request.has_as_of()) return;
  const google::protobuf::Timestamp& asked = request.as_of();
  if (asked.seconds() < 0 || asked.seconds() > kSecondsMax || asked.nanos() < 0 ||
      asked.nanos() > 999'999'999) {
    violations.Add("as_of", "is no instant since 1970");
    return;
  }
  question.as_of =
      ToMicroseconds(absl::FromUnixSeconds(asked.seconds()) + absl::Nanoseconds(asked.nanos()));
  if (*question.as_of > call.received_at + kClockSkewMax) {
    violations.Add("as_of", "must not lie in the future");
  }
}

absl::StatusOr<Question> ReadQuestion(const CallContext& call,
                                      const v1::ExplainBalanceRequest& request) {
  FieldViolations violations;
  Question question{.by_effect = request.time() == v1::BALANCE_TIME_EFFECTIVE};
  const std::string account_id =
      ReadId("accounts/{account}", "account", request.account(), violations);
  if (!account_id.empty() && !ReadNumber(account_id, question.account_id)) {
    violations.Add("account", "must be accounts/ and a number");
  }
  if (!v1::BalanceTime_IsValid(request.time())) violations.Add("time", "is not known");
  ReadAsOf(call, request, question, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(question.rows_max, ParsePageSize(request.page_size()));
  question.filter =
      fmt::format("history {} {} {}", question.account_id, question.by_effect,
                  question.as_of.has_value() ? absl::ToUnixMicros(*question.as_of) : -1);
  QINGQU_ASSIGN_OR_RETURN(question.pages, ReadPages(request.page_token(), question.filter));
  return question;
}

// The account as it was, and one page of what made it so.
struct Explanation {
  BalanceRow balance;
  absl::Time archived_until;
  std::vector<HistoryRow> history;  // one row more than the page when there is another page
  Pages pages;
};

// The first page fixes the moment: nothing is in the future of the account, so that what is posted
// from now on comes after `newest`.
Pages FirstPage(pqxx::transaction_base& tx, const CallContext& call, const Question& question,
                const AccountState& account) {
  const absl::Time now = std::max(ToMicroseconds(call.received_at), account.changed_at);
  Pages pages{.as_of = std::min(question.as_of.value_or(now), now)};
  pages.newest.posted_at = now;
  const std::vector<HistoryRow> newest =
      ListHistory(tx, question.account_id, {.posted_at = absl::FromUnixSeconds(kSecondsMax)}, 1);
  if (!newest.empty()) pages.newest = newest.front().key;
  pages.told = pages.newest;
  return pages;
}

HistoryKey Before(HistoryKey key) {
  --key.posting_number;
  return key;
}

// What took effect in time but was posted later is newer than all that was posted in time.
std::vector<HistoryRow> ListPage(pqxx::transaction_base& tx, const Question& question,
                                 const Pages& pages) {
  const HistoryKey until = question.pages.has_value() ? Before(pages.told) : pages.newest;
  const int rows_max = question.rows_max + 1;
  std::vector<HistoryRow> history;
  if (question.by_effect) {
    history = ListBackdated(tx, question.account_id, pages.as_of, until, rows_max);
  }
  const int rest = rows_max - static_cast<int>(history.size());
  if (rest == 0) return history;
  for (HistoryRow& row :
       ListHistory(tx, question.account_id, std::min(until, {.posted_at = pages.as_of}), rest)) {
    history.push_back(std::move(row));
  }
  return history;
}

absl::StatusOr<Explanation> Explain(pqxx::transaction_base& tx, const CallContext& call,
                                    const Question& question) {
  const std::optional<AccountState> account = ReadAccount(tx, question.account_id);
  if (!account.has_value()) return AccountNotFound(std::to_string(question.account_id));
  Explanation explanation{.balance = account->balance, .archived_until = account->archived_until};
  explanation.pages =
      question.pages.has_value() ? *question.pages : FirstPage(tx, call, question, *account);
  const Pages& pages = explanation.pages;
  if (pages.as_of < account->archived_until) return HistoryArchived(account->archived_until);
  const PastBalance past =
      ReadPastBalance(tx, *account, std::min(pages.newest, {.posted_at = pages.as_of}));
  explanation.balance.on_hand = past.on_hand;
  explanation.balance.reserved = past.reserved;
  if (question.by_effect) {
    explanation.balance.on_hand += SumBackdated(tx, question.account_id, pages.as_of, pages.newest);
  }
  explanation.history = ListPage(tx, question, pages);
  return explanation;
}

}  // namespace

absl::StatusOr<v1::Movement> LedgerHandlers::GetMovement(const CallContext& call,
                                                         const v1::GetMovementRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string movement_id, ReadMovementId(request.name()));
  return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Movement> {
    const std::map<std::string, StoredMovement> found = FindMovements(tx, {movement_id});
    if (found.empty() && !FindArchived(tx, {movement_id}).empty()) {
      return MovementArchived(movement_id);
    }
    if (found.empty() || !found.begin()->second.refusal_json.empty()) {
      return MovementNotFound(movement_id);
    }
    return ToProto(found.begin()->second);
  });
}

// The balance counts every movement, and the page tells those that the caller may see: of what an
// alliance's central store gave to another institution, the balance is the caller's to know.
absl::StatusOr<v1::ExplainBalanceResponse> LedgerHandlers::ExplainBalance(
    const CallContext& call, const v1::ExplainBalanceRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Question question, ReadQuestion(call, request));
  QINGQU_RETURN_IF_ERROR(db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
    if (ReadAccount(tx, question.account_id).has_value()) return absl::OkStatus();
    return AccountNotFound(std::to_string(question.account_id));
  }));
  QINGQU_ASSIGN_OR_RETURN(
      Explanation explanation,
      db::RunTransaction(*pool_, call, {.snapshot_read = true, .beyond_scope = true},
                         [&](pqxx::transaction_base& tx) { return Explain(tx, call, question); }));
  v1::ExplainBalanceResponse response;
  *response.mutable_balance() = ToProto(explanation.balance);
  if (explanation.archived_until > absl::UnixEpoch()) {
    *response.mutable_archived_until_time() = rpc::ToTimestamp(explanation.archived_until);
  }
  std::vector<HistoryRow>& history = explanation.history;
  if (history.size() > static_cast<size_t>(question.rows_max)) {
    history.pop_back();
    explanation.pages.told = history.back().key;
    response.set_next_page_token(WritePages(explanation.pages, question.filter));
  }
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ExplainBalanceResponse> {
                       v1::ExplainBalanceResponse told = response;
                       for (const StoredMovement& movement : FindInOrder(tx, history)) {
                         *told.add_movements() = ToProto(movement);
                       }
                       return told;
                     });
}

}  // namespace qingqu::distribution
