#include "common/rpc/tls_flags.h"

#include "absl/flags/flag.h"

ABSL_FLAG(std::string, tls_cert_file, "",
          "certificate (PEM) of this process, for mutual TLS with the others; given with "
          "--tls_key_file and --tls_ca_file, or none of them: plain connections");
ABSL_FLAG(std::string, tls_key_file, "", "its private key (PEM), closed to others");
ABSL_FLAG(std::string, tls_ca_file, "", "certificates (PEM) of the authority that is believed");
ABSL_FLAG(uint32_t, tls_reload_seconds, 60, "how often the three files are read again");

namespace qingqu::rpc {

TlsFiles TlsFilesFromFlags() {
  return {.certificate = absl::GetFlag(FLAGS_tls_cert_file),
          .key = absl::GetFlag(FLAGS_tls_key_file),
          .authority = absl::GetFlag(FLAGS_tls_ca_file),
          .reload_seconds = absl::GetFlag(FLAGS_tls_reload_seconds)};
}

}  // namespace qingqu::rpc
