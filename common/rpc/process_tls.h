#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/support/channel_arguments.h"

#include "common/rpc/tls_peer.h"

namespace qingqu::rpc {

// What processes of one deployment are called in their certificates: "catalog.qingqu.internal".
inline constexpr std::string_view kProcessDomain = ".qingqu.internal";

// Where a process finds what it shows to the others, PEM. All empty: plain connections.
struct TlsFiles {
  std::string certificate;  // signed by the authority itself
  std::string key;          // readable by its owner only
  std::string authority;    // whose certificates are believed
  // How often the files are read again; a changed certificate counts for new connections.
  unsigned reload_seconds = 60;
};

// FAILED_PRECONDITION with one line that names the file: some are given and not all, one cannot be
// read or is no PEM, the key is open to others or not the certificate's, the certificate is not of
// the authority or not valid now, or it names none of `names` (area names; empty: any).
absl::Status CheckTlsFiles(const TlsFiles& files, const std::vector<std::string>& names);

// TLS of a server that lets in only who shows a certificate of the authority in which one of
// `peers` ("gateway") stands as peer.qingqu.internal. Without files: no TLS.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const TlsFiles& files, const std::vector<std::string>& peers);

// To a process that must be `name` ("catalog"). Without files: no TLS.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, std::string_view name,
                                           const TlsFiles& files, grpc::ChannelArguments arguments);

// Who is at the other end of a connection.
TlsPeer ReadTlsPeer(const grpc::AuthContext* context);

}  // namespace qingqu::rpc
