#include "services/supervision/access_list.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/privacy/pseudonym.h"
#include "common/rpc/timestamp.h"
#include "common/sealed_log/encoding.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/supervision/queries.h"
#include "services/supervision/time_range.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;

constexpr int kMethodCharactersMax = 200;

struct AccessFilter {
  std::string user_id;
  std::string institution_id;
  std::string method;
  bool refused_only = false;
  TimeRange time;
};

absl::StatusOr<AccessFilter> ReadFilter(const v1::ListDoctorLevelAccessesRequest& request) {
  AccessFilter filter{.method = request.method(), .refused_only = request.refused_only()};
  FieldViolations violations;
  if (!request.user().empty()) {
    const auto id = ParseResourceId("users/{user}", request.user());
    violations.AddIfError("user", id.status());
    filter.user_id = id.value_or("");
  }
  if (!request.institution().empty()) {
    const auto id = ParseResourceId("institutions/{institution}", request.institution());
    violations.AddIfError("institution", id.status());
    filter.institution_id = id.value_or("");
  }
  if (CodePointCount(filter.method) > kMethodCharactersMax) {
    violations.Add("method", "must have at most 200 characters");
  }
  filter.time = ReadTimeRange(request, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return filter;
}

// A pseudonym that was to be resolved; whatever else names people is left out.
void AddPseudonym(const Json& restricted, Json& question) {
  const auto asked = restricted.find("question");
  if (asked == restricted.end() || !asked->is_object()) return;
  const std::string name = asked->value("pseudonym", "");
  const size_t slash = name.find('/');
  const bool fits = privacy::IsPersonName(name) && privacy::IsPseudonym(name.substr(slash + 1));
  if (fits) question["pseudonym"] = name;
}

v1::DoctorLevelAccess AccessOf(const pqxx::row& row) {
  const Json details = Json::parse(row["details"].c_str());
  v1::DoctorLevelAccess access;
  access.set_entry(fmt::format("entries/{}", row["sequence"].as<int64_t>()));
  *access.mutable_access_time() =
      rpc::ToTimestamp(absl::FromUnixMicros(row["written_us"].as<int64_t>()));
  access.set_user(fmt::format("users/{}", row["actor_user_id"].as<std::string>()));
  const auto institution_id = row["actor_institution_id"].as<std::string>();
  if (!institution_id.empty()) access.set_institution("institutions/" + institution_id);
  for (const Json& role : Json::parse(row["actor_roles"].c_str())) {
    access.add_roles(role.get<std::string>());
  }
  access.set_method(row["method"].as<std::string>());
  access.set_purpose(row["purpose"].as<std::string>());
  access.set_client(row["client"].as<std::string>());
  access.set_refused(row["event"].as<std::string>() == "question.people_refused");
  access.set_reason(details.value("reason", ""));
  if (details.contains("rows")) access.set_rows(details["rows"].get<int64_t>());
  if (!row["rows_sent"].is_null()) access.set_rows(row["rows_sent"].as<int64_t>());
  Json question = details.value("question", Json::object());
  if (!question.is_object()) question = {{"text", question}};
  question.erase("purpose");
  AddPseudonym(Json::parse(row["restricted"].c_str()), question);
  QINGQU_CHECK(
      google::protobuf::util::JsonStringToMessage(question.dump(), access.mutable_question()).ok());
  return access;
}

struct AccessPage {
  std::vector<v1::DoctorLevelAccess> accesses;
  std::vector<std::string> last_key;
};

AccessPage ReadPage(pqxx::transaction_base& tx, const AccessFilter& filter,
                    const std::vector<std::string>& after, int rows_max) {
  const pqxx::result rows = tx.exec_prepared(
      queries::kListAccesses.name, filter.user_id, filter.institution_id, filter.method,
      filter.refused_only, filter.time.from_us, filter.time.before_us,
      after.empty() ? "" : after[0], after.empty() ? "0" : after[1], rows_max + 1);
  AccessPage page;
  for (const auto& row : rows) {
    if (static_cast<int>(page.accesses.size()) == rows_max) return page;
    page.accesses.push_back(AccessOf(row));
    page.last_key = {row["transaction_id"].as<std::string>(), row["sequence"].as<std::string>()};
  }
  page.last_key.clear();
  return page;
}

}  // namespace

absl::StatusOr<v1::ListDoctorLevelAccessesResponse> ListAccesses(
    db::ConnectionPool& pool, const CallContext& call,
    const v1::ListDoctorLevelAccessesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const AccessFilter filter, ReadFilter(request));
  QINGQU_ASSIGN_OR_RETURN(const int rows_max, ParsePageSize(request.page_size()));
  const std::string token_filter =
      fmt::format("accesses\n{}\n{}\n{}\n{}\n{}\n{}", filter.user_id, filter.institution_id,
                  filter.method, filter.refused_only, filter.time.from_us, filter.time.before_us);
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> after,
                          ParsePageToken(request.page_token(), token_filter, 2));
  for (const std::string& number : after) {
    if (!sealed_log::ParseDecimal(number).ok()) return WrongPageToken();
  }
  QINGQU_ASSIGN_OR_RETURN(
      const AccessPage page,
      db::RunRead(pool, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<AccessPage> {
        return ReadPage(tx, filter, after, rows_max);
      }));
  v1::ListDoctorLevelAccessesResponse response;
  for (const v1::DoctorLevelAccess& access : page.accesses) *response.add_accesses() = access;
  if (!page.last_key.empty()) {
    response.set_next_page_token(EncodePageToken(page.last_key, token_filter));
  }
  return response;
}

}  // namespace qingqu::supervision
