#include "services/procurement/requests.h"

#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/procurement/errors.h"
#include "services/procurement/field_reader.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

constexpr int kReasonMax = 500;

}  // namespace

std::vector<LineReduction> ParseReductions(const v1::ApproveRequisitionRequest& request) {
  std::vector<LineReduction> reductions;
  for (const v1::LineApproval& approval : request.reductions()) {
    reductions.push_back({approval.line_number(), approval.quantity_approved()});
  }
  return reductions;
}

absl::StatusOr<std::vector<LineAnswer>> ParseAnswers(const v1::RespondToOrderRequest& request) {
  if (request.accept_all() && request.lines_size() > 0) {
    return InvalidField("lines", "must be empty when accept_all is set");
  }
  if (!request.accept_all() && (request.lines_size() == 0 || request.lines_size() > kLinesMax)) {
    return InvalidField("lines", "must answer every line of the order, unless accept_all is set");
  }
  std::vector<LineAnswer> answers;
  for (const v1::OrderLineResponse& line : request.lines()) {
    answers.push_back(
        {line.line_number(), line.quantity_accepted(), std::string(TrimAsciiSpace(line.reason()))});
  }
  return answers;
}

absl::StatusOr<std::string> ParseReason(std::string_view given) {
  FieldReader reader;
  std::string reason = reader.RequiredText("reason", given, kReasonMax);
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  return reason;
}

absl::StatusOr<std::string> ParseId(std::string_view pattern, std::string_view name,
                                    std::string_view field) {
  absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  if (!id.ok()) return InvalidField(field, ToStd(id.status().message()));
  return id;
}

absl::StatusOr<std::string> ParseOptionalId(std::string_view pattern, std::string_view name,
                                            std::string_view field) {
  if (name.empty()) return std::string();
  return ParseId(pattern, name, field);
}

absl::Status CheckEtag(std::string_view etag, int64_t version) {
  if (etag.empty() || etag == fmt::format("{}", version)) return absl::OkStatus();
  return EtagMismatch(version);
}

absl::StatusOr<NewestFirstPage> ParseNewestFirstPage(int page_size, std::string_view page_token,
                                                     std::string_view filter) {
  NewestFirstPage page{.filter = std::string(filter)};
  QINGQU_ASSIGN_OR_RETURN(const int size, ParsePageSize(page_size));
  page.limit = size + 1;
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(page_token, filter, 2));
  if (key.empty()) return page;
  const absl::StatusOr<int64_t> microseconds = ParseMicrosecondsKey(key[0]);
  if (!microseconds.ok()) return WrongPageToken();
  page.before = absl::FromUnixMicros(*microseconds);
  page.before_id = key[1];
  return page;
}

std::string NewestFirstToken(absl::Time created_at, const std::string& id,
                             std::string_view filter) {
  return EncodePageToken({fmt::format("{}", absl::ToUnixMicros(created_at)), id}, filter);
}

}  // namespace qingqu::procurement
