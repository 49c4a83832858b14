#include "common/db/idempotency.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/uuid.h"
#include "common/db/call_id.h"
#include "common/db/core_queries.h"
#include "common/db/message_hash.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

// Names hold no line break.
std::string CallerOf(const CallContext& call) {
  const auth::Principal& principal = call.principal;
  return fmt::format("{}/{}\n{}\n{}\n{}\n{}\n{}\n{}", principal.acting_service, principal.user_id,
                     principal.on_behalf_of, auth::ScopeName(principal.scope),
                     principal.institution_id, principal.department_id, principal.alliance_id,
                     principal.supplier_id);
}

// OK with `replayed` set when the kept response was parsed into `response`.
absl::Status Claim(pqxx::transaction_base& tx, const CallContext& call,
                   const std::string& request_hash, google::protobuf::Message& response,
                   bool& replayed) {
  const pqxx::result claimed = tx.exec_prepared(kClaimRequest.name, call.request_id, CallerOf(call),
                                                call.method, request_hash);
  replayed = claimed.affected_rows() == 0;
  if (!replayed) return absl::OkStatus();
  const pqxx::result kept = tx.exec_prepared(kReadRequest.name, call.request_id, CallerOf(call));
  if (kept.empty() || kept[0]["method"].as<std::string>() != call.method ||
      kept[0]["request_hash"].as<std::string>() != request_hash) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
        "this request_id was used for another request; make a new one for each request");
  }
  const pqxx::binarystring bytes(kept[0]["response"]);
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InternalError("a kept response cannot be parsed");
  }
  return absl::OkStatus();
}

}  // namespace

std::string IdOfCall(const CallContext& call, std::string_view part) {
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", CallerOf(call), call.request_id, call.method, part);
  return UuidV7FromText(call.received_at, text).ToString();
}

namespace internal {

absl::Status RunIdempotentBody(ConnectionPool& pool, const CallContext& call,
                               const google::protobuf::Message& request,
                               const TransactionOptions& options,
                               google::protobuf::Message& response,
                               absl::FunctionRef<absl::Status(pqxx::transaction_base&)> body) {
  if (!Uuid::Parse(call.request_id).ok()) {
    return InvalidField(
        "request_id",
        "must be a UUID made by the client, new for each request and the same for its retries");
  }
  const std::string request_hash = MessageHash(request);
  return RunTransactionBody(pool, call, options, [&](pqxx::transaction_base& tx) -> absl::Status {
    bool replayed = false;
    QINGQU_RETURN_IF_ERROR(Claim(tx, call, request_hash, response, replayed));
    if (replayed) return absl::OkStatus();
    QINGQU_RETURN_IF_ERROR(body(tx));
    const std::string bytes = SerializeDeterministically(response);
    tx.exec_prepared(kKeepResponse.name, call.request_id, CallerOf(call),
                     pqxx::binarystring(bytes.data(), bytes.size()));
    return absl::OkStatus();
  });
}

}  // namespace internal
}  // namespace qingqu::db
