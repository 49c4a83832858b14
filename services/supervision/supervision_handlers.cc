#include "services/supervision/supervision_handlers.h"

#include <charconv>
#include <string>

#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/supervision/access_list.h"
#include "services/supervision/convert.h"
#include "services/supervision/entry_people.h"
#include "services/supervision/entry_store.h"
#include "services/supervision/errors.h"
#include "services/supervision/supplier_view.h"

namespace qingqu::supervision {
namespace {

constexpr int kLotCharactersMax = 100;
constexpr int kNameCharactersMax = 300;
// Of a trace most lines are left out before they are sent.
constexpr int64_t kTraceBytesMax = 16 * 1024 * 1024;
constexpr int64_t kListBytesMax = 1024 * 1024;

template <typename Number>
bool ReadNumber(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

template <typename Request>
absl::StatusOr<PageOf> ReadPage(const Request& request, const std::string& filter) {
  PageOf page;
  QINGQU_ASSIGN_OR_RETURN(page.rows_max, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 2));
  if (key.empty()) return page;
  uint64_t transaction_id = 0;
  if (!ReadNumber(key[0], transaction_id) || !ReadNumber(key[1], page.sequence)) {
    return WrongPageToken();
  }
  page.transaction_id = key[0];
  return page;
}

std::string NextPageToken(const EntryPage& page, const std::string& filter) {
  if (!page.more) return "";
  const Entry& last = page.entries.back();
  return EncodePageToken({last.transaction_id, std::to_string(last.sequence)}, filter);
}

// What everyone gets by their permissions, and a supplier by what it is.
void ApplyRights(const auth::Principal& principal, const privacy::PseudonymKey* pseudonyms,
                 Entry& entry) {
  ShowPeople(privacy::PeopleView(principal, pseudonyms), entry);
  if (principal.scope == auth::Scope::kSupplier) KeepSupplierPart(principal.supplier_id, entry);
}

// From outside, asking about a patient or a doctor would tell whether there is one.
bool MayAskAbout(const auth::Principal& principal, const std::string& subject) {
  return !privacy::IsPersonName(subject) ||
         privacy::SightOf(principal, principal.institution_id) == privacy::Sight::kName;
}

}  // namespace

absl::StatusOr<v1::TraceLotResponse> SupervisionHandlers::TraceLot(
    const CallContext& call, const v1::TraceLotRequest& request) {
  const absl::StatusOr<std::string> item_id = ParseResourceId("items/{item}", request.item());
  FieldViolations violations;
  violations.AddIfError("item", item_id.status());
  if (request.lot().empty() || CodePointCount(request.lot()) > kLotCharactersMax) {
    violations.Add("lot", "must have 1 to 100 characters");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  const Lot lot{.item_id = *item_id, .lot_number = request.lot()};
  const std::string filter = fmt::format("trace {} {}", lot.item_id, lot.lot_number);
  QINGQU_ASSIGN_OR_RETURN(PageOf page, ReadPage(request, filter));
  page.bytes_max = kTraceBytesMax;
  QINGQU_ASSIGN_OR_RETURN(
      EntryPage found,
      db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<EntryPage> {
        return supervision::TraceLot(tx, lot, page);
      }));
  if (found.entries.empty()) return LotNotFound(lot.item_id, lot.lot_number);
  v1::TraceLotResponse response;
  response.set_next_page_token(NextPageToken(found, filter));
  for (Entry& entry : found.entries) {
    KeepLot(lot, entry);
    ApplyRights(call.principal, pseudonyms_, entry);
    *response.add_entries() = ToProto(entry);
  }
  return response;
}

absl::StatusOr<v1::ListEntriesResponse> SupervisionHandlers::ListEntries(
    const CallContext& call, const v1::ListEntriesRequest& request) {
  EntryFilter wanted{.subject = request.subject(), .event = request.event()};
  FieldViolations violations;
  for (const auto& [field, text] :
       {std::pair<std::string_view, const std::string&>("subject", wanted.subject),
        {"event", wanted.event}}) {
    if (CodePointCount(text) > kNameCharactersMax) {
      violations.Add(field, "must have at most 300 characters");
    }
  }
  if (!MayAskAbout(call.principal, wanted.subject)) {
    violations.Add("subject",
                   "must not be a patient or a doctor of an institution that is not yours");
  }
  if (!request.actor().empty()) {
    const absl::StatusOr<std::string> actor = ParseResourceId("users/{user}", request.actor());
    violations.AddIfError("actor", actor.status());
    wanted.actor_user_id = actor.value_or("");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  const std::string filter =
      fmt::format("entries\n{}\n{}\n{}", wanted.subject, wanted.actor_user_id, wanted.event);
  QINGQU_ASSIGN_OR_RETURN(PageOf page, ReadPage(request, filter));
  page.bytes_max = kListBytesMax;
  QINGQU_ASSIGN_OR_RETURN(
      EntryPage found,
      db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<EntryPage> {
        return supervision::ListEntries(tx, wanted, page);
      }));
  v1::ListEntriesResponse response;
  response.set_next_page_token(NextPageToken(found, filter));
  for (Entry& entry : found.entries) {
    ApplyRights(call.principal, pseudonyms_, entry);
    *response.add_entries() = ToProto(entry);
  }
  return response;
}

absl::StatusOr<v1::ListDoctorLevelAccessesResponse> SupervisionHandlers::ListDoctorLevelAccesses(
    const CallContext& call, const v1::ListDoctorLevelAccessesRequest& request) {
  return ListAccesses(*pool_, call, request);
}

}  // namespace qingqu::supervision
