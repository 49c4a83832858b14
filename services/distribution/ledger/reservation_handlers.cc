#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/reservation_convert.h"
#include "services/distribution/ledger/reservation_store.h"

namespace qingqu::distribution {
namespace {

absl::StatusOr<ReservationPage> ReadPage(const v1::ListReservationsRequest& request,
                                         const std::string& filter) {
  FieldViolations violations;
  ReservationPage page;
  if (!request.location().empty()) {
    page.location_id = ReadId("locations/{location}", "location", request.location(), violations);
  }
  if (!request.item().empty()) {
    page.item_id = ReadId("items/{item}", "item", request.item(), violations);
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(page.rows_max, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 2));
  if (key.empty()) return page;
  const absl::StatusOr<int64_t> microseconds = ParseMicrosecondsKey(key[0]);
  const absl::StatusOr<Uuid> after = Uuid::Parse(key[1]);
  if (!microseconds.ok() || !after.ok()) return WrongPageToken();
  page.after_time = absl::FromUnixMicros(*microseconds);
  page.after_id = after->ToString();
  return page;
}

}  // namespace

absl::StatusOr<v1::Reservation> LedgerHandlers::GetReservation(
    const CallContext& call, const v1::GetReservationRequest& request) {
  FieldViolations violations;
  const std::string reservation_id =
      ReadId("reservations/{reservation}", "name", request.name(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  if (!Uuid::Parse(reservation_id).ok()) return ReservationNotFound(reservation_id);
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Reservation> {
                       const auto found = FindReservation(tx, reservation_id);
                       if (!found.has_value()) return ReservationNotFound(reservation_id);
                       return ToProto(*found);
                     });
}

absl::StatusOr<v1::ListReservationsResponse> LedgerHandlers::ListReservations(
    const CallContext& call, const v1::ListReservationsRequest& request) {
  const std::string filter = fmt::format("reservations {} {}", request.location(), request.item());
  QINGQU_ASSIGN_OR_RETURN(ReservationPage page, ReadPage(request, filter));
  const int rows = page.rows_max++;
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListReservationsResponse> {
        v1::ListReservationsResponse response;
        std::vector<std::string> last_key;
        for (const ReservationRow& row : distribution::ListReservations(tx, page)) {
          if (response.reservations_size() == rows) {
            response.set_next_page_token(EncodePageToken(last_key, filter));
            break;
          }
          last_key = {std::to_string(absl::ToUnixMicros(row.expires_at)), row.reservation_id};
          *response.add_reservations() = ToProto(row);
        }
        return response;
      });
}

}  // namespace qingqu::distribution
