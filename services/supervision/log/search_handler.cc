#include "services/supervision/log/search_handler.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/rpc/doctor_level.h"
#include "common/sealed_log/encoding.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/supervision/convert.h"
#include "services/supervision/entry_people.h"
#include "services/supervision/errors.h"
#include "services/supervision/log/journal_handlers.h"
#include "services/supervision/log/log_store.h"
#include "services/supervision/log/search.h"
#include "services/supervision/time_range.h"

namespace qingqu::supervision {
namespace {

constexpr int kNameCharactersMax = 300;
constexpr int kTextCharactersMax = 100;
void ReadTexts(const v1::SearchEntriesRequest& request, SearchQuestion& question,
               FieldViolations& violations) {
  for (const auto& [field, text] :
       {std::pair<std::string_view, const std::string&>("text", request.text()),
        {"piece", request.piece()}}) {
    if (CodePointCount(text) > kTextCharactersMax) {
      violations.Add(field, "must have at most 100 characters");
    } else if (!text.empty()) {
      question.texts.emplace_back(text);
      if (question.texts.back().empty()) violations.Add(field, "holds no letter and no digit");
    }
  }
}

absl::StatusOr<SearchQuestion> ReadQuestion(const CallContext& call,
                                            const v1::SearchEntriesRequest& request) {
  QINGQU_RETURN_IF_ERROR(rpc::CheckPurpose(request.purpose()));
  SearchQuestion question{.event = request.event(),
                          .resource = request.resource(),
                          .subject = request.subject(),
                          .newest_first = request.order() != v1::ENTRY_ORDER_OLDEST_FIRST};
  FieldViolations violations;
  for (const auto& [field, text] :
       {std::pair<std::string_view, const std::string&>("event", question.event),
        {"resource", question.resource},
        {"subject", question.subject}}) {
    if (CodePointCount(text) > kNameCharactersMax) {
      violations.Add(field, "must have at most 300 characters");
    }
  }
  if (!request.actor().empty()) {
    const auto id = ParseResourceId("users/{user}", request.actor());
    violations.AddIfError("actor", id.status());
    question.actor_user_id = id.value_or("");
  }
  if (!request.institution().empty()) {
    const auto id = ParseResourceId("institutions/{institution}", request.institution());
    violations.AddIfError("institution", id.status());
    question.institution_id = id.value_or("");
  }
  // Tiles have no terms of patients and doctors; those that are not done yet must not tell, either.
  if (sealed_log::IsRestrictedName(question.subject)) {
    violations.Add("subject", "must not be a patient or a doctor");
  }
  const TimeRange time = ReadTimeRange(request, violations);
  question.written_from_us = time.from_us;
  question.written_before_us = time.before_us;
  ReadTexts(request, question, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_RETURN_IF_ERROR(CheckSeesCounty(call));
  return question;
}

std::string FilterOf(const v1::SearchEntriesRequest& request) {
  v1::SearchEntriesRequest filter = request;
  filter.clear_purpose();
  filter.clear_page_size();
  filter.clear_page_token();
  return "search\n" + sealed_log::HexOf(filter.SerializeAsString());
}

// What is left of the log, and how long it was when the first page was asked for.
struct Rest {
  SearchRange range;
  uint64_t size = 0;
};

absl::StatusOr<Rest> ReadRest(const std::vector<std::string>& key, uint64_t head_size) {
  if (key.empty()) return Rest{.range = {.begin = 0, .end = head_size}, .size = head_size};
  const auto begin = sealed_log::ParseDecimal(key[0]);
  const auto end = sealed_log::ParseDecimal(key[1]);
  const auto size = sealed_log::ParseDecimal(key[2]);
  if (!begin.ok() || !end.ok() || !size.ok() || *begin > *end || *end > *size ||
      *size > head_size) {
    return WrongPageToken();
  }
  return Rest{.range = {.begin = *begin, .end = *end}, .size = *size};
}

Entry EntryOf(const sealed_log::JournalRow& row) {
  const auto json = [](std::string_view text) {
    nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
    return parsed.is_object() ? parsed : nlohmann::json{{"value", std::move(parsed)}};
  };
  return {.transaction_id = std::to_string(row.transaction_id),
          .sequence = row.sequence,
          .written_at = absl::FromUnixMicros(row.written_us),
          .event = std::string(row.event),
          .method = std::string(row.method),
          .resource = std::string(row.resource),
          .subjects = sealed_log::ParseTextArray(row.subjects).value_or(std::vector<std::string>()),
          .actor_user_id = std::string(row.actor_user_id),
          .actor_institution_id = std::string(row.actor_institution_id.value_or("")),
          .actor_roles =
              sealed_log::ParseTextArray(row.actor_roles).value_or(std::vector<std::string>()),
          .client = std::string(row.client),
          .request_id = std::string(row.request_id.value_or("")),
          .reason = std::string(row.reason.value_or("")),
          .institution_id = std::string(row.institution_id.value_or("")),
          .details = json(row.details),
          .restricted = json(row.restricted)};
}

void AddFound(uint64_t index, const sealed_log::JournalRow& row, const privacy::PeopleView& view,
              v1::SearchEntriesResponse& response) {
  v1::FoundEntry& found = *response.add_entries();
  found.set_index(static_cast<int64_t>(index));
  found.set_leaf(sealed_log::LeafOf(row));
  Entry entry = EntryOf(row);
  ShowPeople(view, entry);
  *found.mutable_entry() = ToProto(entry);
}

}  // namespace

absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(db::ConnectionPool& pool,
                                                        const privacy::PseudonymKey* pseudonyms,
                                                        const CallContext& call,
                                                        const v1::SearchEntriesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const SearchQuestion question, ReadQuestion(call, request));
  const std::string filter = FilterOf(request);
  SearchLimits limits;
  QINGQU_ASSIGN_OR_RETURN(const int rows_max, ParsePageSize(request.page_size()));
  limits.rows_max = static_cast<size_t>(rows_max);
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 3));
  const privacy::PeopleView view(call.principal, pseudonyms);
  return db::RunTransaction(
      pool, call, db::TransactionOptions{.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::SearchEntriesResponse> {
        QINGQU_ASSIGN_OR_RETURN(Rest rest, ReadRest(key, ReadLogHead(tx).size));
        v1::SearchEntriesResponse response;
        QINGQU_RETURN_IF_ERROR(Search(tx, question, limits, rest.range,
                                      [&](uint64_t index, const sealed_log::JournalRow& row) {
                                        AddFound(index, row, view, response);
                                      }));
        response.set_tree_size(static_cast<int64_t>(rest.size));
        if (!rest.range.done()) {
          response.set_next_page_token(
              EncodePageToken({std::to_string(rest.range.begin), std::to_string(rest.range.end),
                               std::to_string(rest.size)},
                              filter));
        }
        return response;
      });
}

}  // namespace qingqu::supervision
