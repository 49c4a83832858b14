#include <algorithm>
#include <limits>
#include <optional>
#include <ostream>
#include <vector>

#include "absl/time/time.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "qingqu/supervision/v1/journal_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/journal_options.h"
#include "services/cli/message_view.h"
#include "services/cli/method_lookup.h"
#include "services/cli/table.h"
#include "services/cli/trace_view.h"

namespace qingqu::cli {
namespace {

using supervision::v1::FoundEntry;
using supervision::v1::SearchEntriesRequest;
using supervision::v1::SearchEntriesResponse;

constexpr int64_t kFoundDefault = 50;
constexpr int64_t kPageSizeMax = 1000;

std::string Named(std::string_view collection, const std::string& id) {
  return id.empty() || id.starts_with(collection) ? id : fmt::format("{}{}", collection, id);
}

// An instant as RFC 3339 writes it, or the beginning of a day of the county (UTC+8), or of the day
// after it.
absl::StatusOr<std::optional<absl::Time>> TimeOption(const CommandContext& context,
                                                     std::string_view name, int days_later) {
  const std::string text = context.arguments.Get(name);
  if (text.empty()) return std::nullopt;
  absl::Time time;
  std::string ignored;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &ignored)) return time;
  const absl::TimeZone county = absl::FixedTimeZone(8 * 60 * 60);
  if (absl::ParseTime("%Y-%m-%d", text, county, &time, &ignored)) {
    return absl::FromCivil(absl::ToCivilDay(time, county) + days_later, county);
  }
  return BadOptionValue(context, name, "2026-01-31, 2026-01-31T08:00:00+08:00");
}

void SetTime(const std::optional<absl::Time>& time, google::protobuf::Timestamp& field) {
  field.set_seconds(absl::ToUnixSeconds(*time));
  field.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(*time - absl::FromUnixSeconds(field.seconds()))));
}

// What is traced in the details of an entry, when the question is about a lot.
TracedLot LotOption(const CommandContext& context) {
  return {.item = Named("items/", context.arguments.Get("item")),
          .lot = context.arguments.Get("lot")};
}

absl::StatusOr<SearchEntriesRequest> ReadQuestion(const CommandContext& context) {
  const Arguments& arguments = context.arguments;
  QINGQU_RETURN_IF_ERROR(NeedOption(context, "purpose"));
  if (arguments.Has("lot")) QINGQU_RETURN_IF_ERROR(NeedOption(context, "item"));
  SearchEntriesRequest request;
  request.set_purpose(arguments.Get("purpose"));
  request.set_actor(Named("users/", arguments.Get("actor")));
  request.set_institution(Named("institutions/", arguments.Get("institution")));
  request.set_event(arguments.Get("event"));
  request.set_resource(arguments.Get("resource"));
  const TracedLot lot = LotOption(context);
  request.set_subject(lot.lot.empty() ? lot.item : fmt::format("{}/lots/{}", lot.item, lot.lot));
  request.set_piece(arguments.Get("piece"));
  request.set_text(arguments.Get("text"));
  QINGQU_ASSIGN_OR_RETURN(const auto since, TimeOption(context, "since", 0));
  if (since) SetTime(since, *request.mutable_from_time());
  QINGQU_ASSIGN_OR_RETURN(const auto until, TimeOption(context, "until", 1));
  if (until) SetTime(until, *request.mutable_to_time());
  request.set_order(arguments.Has("oldest-first") ? supervision::v1::ENTRY_ORDER_OLDEST_FIRST
                                                  : supervision::v1::ENTRY_ORDER_NEWEST_FIRST);
  request.set_page_token(arguments.Get("page-token"));
  return request;
}

// Asks for page after page until `limit` entries are found, and shows each page as it comes.
class Searching {
 public:
  Searching(CommandContext& context, SearchEntriesRequest request, int64_t limit)
      : context_(context), request_(std::move(request)), limit_(limit) {}

  absl::Status Run() {
    QINGQU_ASSIGN_OR_RETURN(const auto connection, context_.Connect());
    QINGQU_ASSIGN_OR_RETURN(const auto* method,
                            FindMethod("JournalService/SearchEntries", context_.catalogue));
    do {
      request_.set_page_size(static_cast<int32_t>(std::min(limit_ - count_, kPageSizeMax)));
      QINGQU_ASSIGN_OR_RETURN(const auto answer,
                              connection->caller.Call(*method, request_, context_.Policy()));
      SearchEntriesResponse page;
      page.CopyFrom(*answer);
      for (const FoundEntry& found : page.entries()) Add(found);
      size_ = page.tree_size();
      request_.set_page_token(page.next_page_token());
    } while (!request_.page_token().empty() && count_ < limit_);
    return absl::OkStatus();
  }

  void Finish() const {
    if (!context_.json) context_.environment.output << RenderTable(Columns(), rows_);
    context_.Note(context_.catalogue.Format(Message::kSearchFound, count_, size_));
    if (request_.page_token().empty()) return;
    context_.Note(context_.catalogue.Format(Message::kSearchMore, request_.page_token()));
  }

 private:
  void Add(const FoundEntry& found) {
    ++count_;
    if (context_.json) {
      context_.environment.output << MessageAsJson(found) << '\n';
      return;
    }
    std::vector<std::string> row = TraceRow(found.entry(), LotOption(context_), context_.catalogue);
    row.insert(row.begin(), fmt::format("{}", found.index()));
    rows_.push_back(std::move(row));
  }

  std::vector<TableColumn> Columns() const {
    const auto column = [this](Message heading, bool right_aligned) {
      return TableColumn{.heading = std::string(context_.catalogue.Text(heading)),
                         .right_aligned = right_aligned};
    };
    return {column(Message::kIndexHeading, true),     column(Message::kTimeHeading, false),
            column(Message::kEventHeading, false),    column(Message::kWhoHeading, false),
            column(Message::kDocumentHeading, false), column(Message::kQuantityHeading, true),
            column(Message::kDetailsHeading, false)};
  }

  CommandContext& context_;
  SearchEntriesRequest request_;
  const int64_t limit_;
  int64_t count_ = 0;
  int64_t size_ = 0;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

ExitCode RunSearch(CommandContext& context) {
  auto request = ReadQuestion(context);
  if (!request.ok()) return context.Fail(request.status());
  const auto limit = NumberOption(
      context, "limit", {.min = 1, .max = std::numeric_limits<int32_t>::max()}, kFoundDefault);
  if (!limit.ok()) return context.Fail(limit.status());
  Searching searching(context, *std::move(request), *limit);
  const absl::Status status = searching.Run();
  if (!status.ok()) return context.Fail(status);
  searching.Finish();
  return ExitCode::kOk;
}

}  // namespace qingqu::cli
