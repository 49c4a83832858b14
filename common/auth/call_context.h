#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "common/auth/principal.h"

namespace qingqu {

// What a handler knows about the call that it serves. Made by RunUnary, or by hand for the
// platform's own work. Not shared between threads.
struct CallContext {
  auth::Principal principal;
  std::string method;  // "qingqu.catalog.v1.CatalogService/CreateItem"
  std::string client;  // "grpc", "gateway", or the service that acts for the user
  // "192.0.2.7" or "2001:db8:1:2::/64" (common/rpc/client_address.h); empty within the process.
  std::string client_address;
  // SHA-256 of the certificate that the client showed, 64 lower-case digits: to the edge, or to
  // this process itself when the client is no process between. Empty when it showed none.
  std::string client_certificate;
  std::string request_id;   // lower-case UUID; empty when the request has none
  std::string traceparent;  // W3C trace context as it came, for the access line and further calls
  absl::Time received_at;   // by the injected clock
  absl::Time deadline = absl::InfiniteFuture();  // by the system clock
  // Of an audited stream: the sequence of the journal's entry that says what was asked.
  int64_t question_entry = 0;

  // Added to by the database layer, for the access line.
  mutable absl::Duration database_time;
};

}  // namespace qingqu
