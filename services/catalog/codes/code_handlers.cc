#include "services/catalog/codes/code_handlers.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/codes/code_convert.h"
#include "services/catalog/codes/code_errors.h"
#include "services/catalog/codes/code_store.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/national_code.h"

namespace qingqu::catalog {
namespace {

constexpr int kBatchMax = 1'000;

absl::StatusOr<CivilDate> DayOf(const CallContext& call, const std::string& as_of) {
  if (as_of.empty()) return BusinessDay(call.received_at);
  FieldViolations violations;
  const auto day = CivilDate::Parse(as_of);
  violations.AddIfError("as_of", day.status());
  if (!violations.empty()) return violations.ToStatus();
  return *day;
}

absl::StatusOr<std::string> CodeOf(std::string_view field, const std::string& text) {
  FieldViolations violations;
  std::string code = CheckParsed(field, ParseNationalCode(text), violations);
  if (!violations.empty()) return violations.ToStatus();
  return code;
}

// A part of a page token.
absl::StatusOr<CivilDate> DateKey(const std::string& part) {
  const auto date = CivilDate::Parse(part);
  if (!date.ok()) return WrongPageToken();
  return *date;
}
absl::StatusOr<int64_t> NumberKey(const std::string& part) {
  int32_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  if (error != std::errc() || end != part.data() + part.size()) return WrongPageToken();
  return number;
}

absl::Status CheckPrefix(const std::string& prefix) {
  const bool is_start = prefix == "C" || prefix == "C0" || prefix == "C1";
  if (prefix.empty() || is_start) return absl::OkStatus();
  if (IsCodePrefix(prefix) && prefix.size() <= kNationalCodeLength) return absl::OkStatus();
  return InvalidField("prefix",
                      "must be C and up to 26 digits, of which the first two are 01 to 17");
}

absl::StatusOr<CodeEventListOptions> EventOptions(const v1::ListNationalCodeHistoryRequest& request,
                                                  std::string code, const std::string& filter) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 3));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate date, DateKey(key.empty() ? "0001-01-01" : key[0]));
  QINGQU_ASSIGN_OR_RETURN(const int64_t release, NumberKey(key.empty() ? "0" : key[1]));
  QINGQU_ASSIGN_OR_RETURN(const int64_t rank, NumberKey(key.empty() ? "0" : key[2]));
  return CodeEventListOptions{.code = std::move(code),
                              .after_date = date,
                              .after_release = release,
                              .after_rank = static_cast<int>(rank),
                              .limit = page_size + 1};
}

v1::CodePurchaseRule RecordRule(pqxx::transaction_base& tx, const CallContext& call,
                                const CodePurchaseRule& rule) {
  v1::CodePurchaseRule message = ToProto(rule);
  db::AppendJournal(tx, call,
                    {.event = "code_purchase_rule.changed",
                     .resource = fmt::format("codePurchaseRules/{}", rule.kind),
                     .reason = rule.reason,
                     .details_json = ToJson(message)});
  return message;
}

}  // namespace

absl::StatusOr<v1::ListCodeReleasesResponse> CodeHandlers::ListCodeReleases(
    const CallContext& call, const v1::ListCodeReleasesRequest& request) {
  constexpr std::string_view kFilter = "codeReleases";
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), kFilter, 2));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate date, DateKey(key.empty() ? "9999-12-31" : key[0]));
  QINGQU_ASSIGN_OR_RETURN(const int64_t number, NumberKey(key.empty() ? "2147483647" : key[1]));
  const ReleaseListOptions options{
      .before_date = date, .before_number = number, .limit = page_size + 1};
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListCodeReleasesResponse> {
        v1::ListCodeReleasesResponse response;
        std::vector<std::string> last_key;
        for (const CodeRelease& release : catalog::ListCodeReleases(tx, options)) {
          if (response.releases_size() == page_size) {
            response.set_next_page_token(EncodePageToken(last_key, kFilter));
            break;
          }
          *response.add_releases() = ToProto(release);
          last_key = {release.effective_date.ToString(), fmt::format("{}", release.number)};
        }
        return response;
      });
}

absl::StatusOr<v1::NationalCode> CodeHandlers::GetNationalCode(
    const CallContext& call, const v1::GetNationalCodeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string code, CodeOf("code", request.code()));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day, DayOf(call, request.as_of()));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::NationalCode> {
                       const std::vector<NationalCode> found = ReadNationalCodes(tx, {code}, day);
                       if (found.empty()) return NationalCodeUnknown(code, day.ToString());
                       return ToProto(found[0]);
                     });
}

absl::StatusOr<v1::BatchGetNationalCodesResponse> CodeHandlers::BatchGetNationalCodes(
    const CallContext& call, const v1::BatchGetNationalCodesRequest& request) {
  if (request.codes_size() > kBatchMax) {
    return InvalidField("codes", fmt::format("must be at most {}", kBatchMax));
  }
  FieldViolations violations;
  std::vector<std::string> codes;
  absl::flat_hash_set<std::string> seen;
  for (int index = 0; index < request.codes_size(); ++index) {
    std::string code = CheckParsed(fmt::format("codes[{}]", index),
                                   ParseNationalCode(request.codes(index)), violations);
    if (seen.insert(code).second) codes.push_back(std::move(code));
  }
  if (!violations.empty()) return violations.ToStatus();
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day, DayOf(call, request.as_of()));
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchGetNationalCodesResponse> {
        std::map<std::string, NationalCode> known;
        for (NationalCode& code : ReadNationalCodes(tx, codes, day)) {
          known.emplace(code.description.code, std::move(code));
        }
        v1::BatchGetNationalCodesResponse response;
        for (const std::string& code : codes) {
          const auto found = known.find(code);
          if (found == known.end()) {
            response.add_unknown_codes(code);
          } else {
            *response.add_codes() = ToProto(found->second);
          }
        }
        return response;
      });
}

absl::StatusOr<v1::ListNationalCodesResponse> CodeHandlers::ListNationalCodes(
    const CallContext& call, const v1::ListNationalCodesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_RETURN_IF_ERROR(CheckPrefix(request.prefix()));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day, DayOf(call, request.as_of()));
  const std::string filter =
      fmt::format("nationalCodes prefix={} as_of={}", request.prefix(), request.as_of());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const CodeListOptions options{
      .after_code = key.empty() ? "" : key[0], .prefix = request.prefix(), .limit = page_size + 1};
  return db::RunTransaction(
      *pool_, call, {.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListNationalCodesResponse> {
        v1::ListNationalCodesResponse response;
        std::vector<std::string> codes = catalog::ListNationalCodes(tx, options);
        if (codes.size() > static_cast<size_t>(page_size)) {
          codes.pop_back();
          response.set_next_page_token(EncodePageToken({codes.back()}, filter));
        }
        for (const NationalCode& code : ReadNationalCodes(tx, codes, day)) {
          *response.add_codes() = ToProto(code);
        }
        return response;
      });
}

absl::StatusOr<v1::ListNationalCodeHistoryResponse> CodeHandlers::ListNationalCodeHistory(
    const CallContext& call, const v1::ListNationalCodeHistoryRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string code, CodeOf("code", request.code()));
  const std::string filter = fmt::format("nationalCodeHistory code={}", code);
  QINGQU_ASSIGN_OR_RETURN(const CodeEventListOptions options, EventOptions(request, code, filter));
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListNationalCodeHistoryResponse> {
        v1::ListNationalCodeHistoryResponse response;
        std::vector<std::string> last_key;
        for (const CodeEvent& event : ListCodeEvents(tx, options)) {
          if (response.events_size() == options.limit - 1) {
            response.set_next_page_token(EncodePageToken(last_key, filter));
            break;
          }
          *response.add_events() = ToProto(event);
          last_key = {event.effective_date.ToString(), fmt::format("{}", event.release_number),
                      fmt::format("{}", event.rank)};
        }
        if (response.events().empty() && request.page_token().empty()) {
          return NationalCodeUnknown(code, "any day");
        }
        return response;
      });
}

absl::StatusOr<v1::ListItemsWithWithdrawnCodesResponse> CodeHandlers::ListItemsWithWithdrawnCodes(
    const CallContext& call, const v1::ListItemsWithWithdrawnCodesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day, DayOf(call, request.as_of()));
  const std::string filter = fmt::format("itemsWithWithdrawnCodes as_of={}", request.as_of());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const ItemCodeListOptions options{
      .after_id = key.empty() ? "" : key[0], .day = day, .limit = page_size + 1};
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListItemsWithWithdrawnCodesResponse> {
        v1::ListItemsWithWithdrawnCodesResponse response;
        std::string last_id;
        for (const ItemWithCode& item : catalog::ListItemsWithWithdrawnCodes(tx, options)) {
          if (response.items_size() == page_size) {
            response.set_next_page_token(EncodePageToken({last_id}, filter));
            break;
          }
          *response.add_items() = ToProto(item);
          last_id = item.item_id;
        }
        return response;
      });
}

absl::StatusOr<v1::ListCodePurchaseRulesResponse> CodeHandlers::ListCodePurchaseRules(
    const CallContext& call, const v1::ListCodePurchaseRulesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const CivilDate day, DayOf(call, request.as_of()));
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListCodePurchaseRulesResponse> {
        v1::ListCodePurchaseRulesResponse response;
        for (const CodePurchaseRule& rule : catalog::ListCodePurchaseRules(tx, day)) {
          *response.add_rules() = ToProto(rule);
        }
        return response;
      });
}

absl::StatusOr<v1::CodePurchaseRule> CodeHandlers::UpdateCodePurchaseRule(
    const CallContext& call, const v1::UpdateCodePurchaseRuleRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireCountyScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(CodePurchaseRule wanted,
                          RuleOf(request.rule(), BusinessDay(call.received_at)));
  wanted.setter_id = call.principal.user_id;
  return db::RunIdempotent<v1::CodePurchaseRule>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CodePurchaseRule> {
        const int64_t last = LastCodePurchaseRule(tx, wanted.kind).version;
        const std::string name = fmt::format("codePurchaseRules/{}", wanted.kind);
        if (!request.rule().etag().empty() && request.rule().etag() != fmt::format("{}", last)) {
          return EtagMismatch(name, fmt::format("{}", last));
        }
        CodePurchaseRule next = wanted;
        next.version = last + 1;
        if (!InsertCodePurchaseRule(tx, next, call.received_at)) {
          return EtagMismatch(name, fmt::format("{}", next.version));
        }
        return RecordRule(tx, call, next);
      });
}

}  // namespace qingqu::catalog
