#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "services/gateway/http_message.h"
#include "services/gateway/transcoder.h"

namespace qingqu::gateway {

// An error on its way to the client. https://connectrpc.com/docs/protocol, "Error codes" and "Error
// end-stream".
struct ConnectError {
  absl::Status status;
  // 0: the one that belongs to the code. Others only where HTTP has a better word (405, 413, 415,
  // …).
  int http_status = 0;
  HttpHeaders headers = {};
};

// "not_found"; note that Connect writes "canceled". "unknown" for what is no code.
std::string_view ConnectCode(absl::StatusCode code);

// The fixed HTTP status of a code: canceled 499, invalid_argument 400, …
int HttpStatusOf(absl::StatusCode code);

// {"code", "message", "details"} with the payloads of the status as details, in the order of their
// types; Retry-After when one of them is a google.rpc.RetryInfo. With `transcoder` details also
// carry "debug", their JSON.
HttpResponse ToResponse(const ConnectError& error, const Transcoder* transcoder = nullptr);

}  // namespace qingqu::gateway
