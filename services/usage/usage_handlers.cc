#include "services/usage/usage_handlers.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/usage/convert.h"
#include "services/usage/errors.h"
#include "services/usage/use_store.h"

namespace qingqu::usage {
namespace {

constexpr int kUsesPageMax = 200;

// Fills in what only the database knows, applies the rules, writes the pending use. The answer is
// kept with the request and therefore has nothing but the name: nothing of patients.
absl::StatusOr<v1::Use> Record(pqxx::transaction_base& tx, const CallContext& call,
                               ParsedUse parsed, const std::vector<scanning::ScannedPack>& packs,
                               const privacy::PseudonymKey& pseudonyms) {
  Use& use = parsed.use;
  QINGQU_ASSIGN_OR_RETURN(const UseLocation location, FindLocation(tx, use.location_id));
  // What lies in a central store is the alliance's still: nobody uses it up there.
  const bool of_another_department = call.principal.scope == auth::Scope::kDepartment &&
                                     location.department_id != call.principal.department_id;
  if (location.institution_id != call.principal.institution_id || of_another_department ||
      location.kind == "central_store") {
    return LocationNotFound(use.location_id);
  }
  use.institution_id = location.institution_id;
  use.alliance_id = location.alliance_id;
  use.department_id = location.department_id;
  const ScannedItems items = FindScannedItems(tx, packs);
  QINGQU_ASSIGN_OR_RETURN(use.lines,
                          MakeLines(parsed.inputs, packs, items, BusinessDay(call.received_at)));
  use.has_high_value =
      std::any_of(items.begin(), items.end(), [](const auto& item) { return item->high_value; });
  QINGQU_RETURN_IF_ERROR(CheckPatient(use));
  QINGQU_RETURN_IF_ERROR(InsertUse(tx, use));
  KeepPeople(tx, use, pseudonyms);
  db::AppendJournal(tx, call, MakeJournalEntry("use.recorded", use));
  v1::Use recorded;
  recorded.set_name("uses/" + use.use_id);
  return recorded;
}

}  // namespace

absl::StatusOr<v1::Use> UsageHandlers::CreateUse(const CallContext& call,
                                                 const v1::CreateUseRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ParsedUse parsed, ParseUse(call, request));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<scanning::ScannedPack> packs,
                          ReadScans(parsed.inputs, call.received_at));
  QINGQU_ASSIGN_OR_RETURN(
      const v1::Use recorded,
      db::RunIdempotent<v1::Use>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
        return Record(tx, call, parsed, packs, *pseudonyms_);
      }));
  QINGQU_ASSIGN_OR_RETURN(const std::string use_id, ParseResourceId("uses/{use}", recorded.name()));
  QINGQU_ASSIGN_OR_RETURN(const Use finished, posting_->Finish(call, use_id));
  return ToProto(finished);
}

absl::StatusOr<v1::Use> UsageHandlers::GetUse(const CallContext& call,
                                              const v1::GetUseRequest& request) {
  const absl::StatusOr<std::string> use_id = ParseResourceId("uses/{use}", request.name());
  if (!use_id.ok()) return InvalidField("name", std::string(use_id.status().message()));
  QINGQU_ASSIGN_OR_RETURN(const Use use,
                          db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) {
                            return ReadUse(tx, *use_id);
                          }));
  return ToProto(use);
}

absl::StatusOr<v1::ListUsesResponse> UsageHandlers::ListUses(const CallContext& call,
                                                             const v1::ListUsesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int requested_size, ParsePageSize(request.page_size()));
  const int size = std::min(requested_size, kUsesPageMax);
  std::string location_id;
  if (!request.location().empty()) {
    const absl::StatusOr<std::string> parsed =
        ParseResourceId("locations/{location}", request.location());
    if (!parsed.ok()) return InvalidField("location", std::string(parsed.status().message()));
    location_id = *parsed;
  }
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), "uses/" + location_id, 2));
  UsePage page{.location_id = location_id, .size = size + 1};
  if (call.principal.scope == auth::Scope::kDepartment) {
    page.department_id = call.principal.department_id;
  }
  if (!key.empty()) {
    absl::Time time;
    if (!absl::ParseTime("%Y-%m-%d %H:%M:%E*S%Ez", key[0] + ":00", &time, nullptr) ||
        !ParseMicrosecondsKey(fmt::format("{}", absl::ToUnixMicros(time))).ok() ||
        !ValidateResourceId(key[1]).ok()) {
      return WrongPageToken();
    }
    page.after_created_at = key[0];
    page.after_use_id = key[1];
  }
  QINGQU_ASSIGN_OR_RETURN(
      Uses found,
      db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Uses> {
        return usage::ListUses(tx, page);
      }));
  v1::ListUsesResponse response;
  const bool more = found.uses.size() > static_cast<size_t>(size);
  if (more) found.uses.pop_back();
  for (const Use& use : found.uses) *response.add_uses() = ToProto(use);
  if (more) {
    response.set_next_page_token(
        EncodePageToken(found.keys[found.uses.size() - 1], "uses/" + location_id));
  }
  return response;
}

absl::StatusOr<v1::ResolvePseudonymResponse> UsageHandlers::ResolvePseudonym(
    const CallContext& call, const v1::ResolvePseudonymRequest& request) {
  const std::string_view name = request.pseudonym();
  for (const auto kind : {privacy::PersonKind::kPatient, privacy::PersonKind::kDoctor}) {
    const std::string prefix = fmt::format("{}/", privacy::CollectionOf(kind));
    if (!name.starts_with(prefix)) continue;
    const std::string pseudonym(name.substr(prefix.size()));
    if (!privacy::IsPseudonym(pseudonym)) break;
    QINGQU_ASSIGN_OR_RETURN(const ResolvedPerson person,
                            db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) {
                              return FindPerson(tx, kind, pseudonym);
                            }));
    v1::ResolvePseudonymResponse response;
    response.set_person(prefix + person.person_id);
    response.set_institution("institutions/" + person.institution_id);
    return response;
  }
  return InvalidField("pseudonym", "must be doctors/~… or patients/~… with 32 hexadecimal digits");
}

}  // namespace qingqu::usage
