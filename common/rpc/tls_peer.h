#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qingqu::rpc {

// The metadata key in which the gateway or the edge says which certificate the client that it calls
// for has shown: SHA-256 of its DER form.
inline constexpr char kClientCertificateKey[] = "x-qingqu-client-certificate";

// Who is at the other end of a connection.
struct TlsPeer {
  bool secured = false;            // the connection is TLS
  std::vector<std::string> names;  // "gateway" of gateway.qingqu.internal
  std::string certificate_sha256;  // of its DER form, 64 lower-case digits
};

// Whether this is a process that stands between clients and services: the gateway or the edge.
bool IsIntermediary(const TlsPeer& peer);

// 64 lower-case hexadecimal digits.
bool IsCertificateSha256(std::string_view text);

}  // namespace qingqu::rpc
