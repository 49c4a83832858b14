#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "common/auth/call_context.h"
#include "common/db/transaction.h"

namespace qingqu::db {

// Runs a mutation at most once for each request id of a principal. In one transaction: the id is
// claimed in the schema's table `idempotency`, `body` runs, and its response is kept. The same id
// from the same principal with the same content and method gives the kept response and runs
// nothing, however often and from how many callers at once; with another content or method
// ALREADY_EXISTS REQUEST_ID_REUSED. The id of another principal is another request: nobody can
// claim an id that somebody else is going to use. A principal is a user in one post, for themselves
// or for one other, in whatever session; a service that acts for the user is another. An error from
// `body` rolls the claim back.
//
// INVALID_ARGUMENT when call.request_id is not a UUID. Other failures as for RunTransaction.
template <typename Response, typename Body>
absl::StatusOr<Response> RunIdempotent(ConnectionPool& pool, const CallContext& call,
                                       const google::protobuf::Message& request,
                                       const TransactionOptions& options, Body&& body);

template <typename Response, typename Body>
absl::StatusOr<Response> RunIdempotent(ConnectionPool& pool, const CallContext& call,
                                       const google::protobuf::Message& request, Body&& body) {
  return RunIdempotent<Response>(pool, call, request, TransactionOptions{},
                                 std::forward<Body>(body));
}

namespace internal {
// `body` fills `response`; a replay parses into it.
absl::Status RunIdempotentBody(ConnectionPool& pool, const CallContext& call,
                               const google::protobuf::Message& request,
                               const TransactionOptions& options,
                               google::protobuf::Message& response,
                               absl::FunctionRef<absl::Status(pqxx::transaction_base&)> body);
}  // namespace internal

template <typename Response, typename Body>
absl::StatusOr<Response> RunIdempotent(ConnectionPool& pool, const CallContext& call,
                                       const google::protobuf::Message& request,
                                       const TransactionOptions& options, Body&& body) {
  Response response;
  const absl::Status status = internal::RunIdempotentBody(
      pool, call, request, options, response, [&](pqxx::transaction_base& tx) -> absl::Status {
        absl::StatusOr<Response> result = body(tx);
        if (!result.ok()) return result.status();
        response = *std::move(result);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return response;
}

}  // namespace qingqu::db
