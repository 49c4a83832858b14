#pragma once

#include "common/rpc/process_tls.h"

namespace qingqu::rpc {

// --tls_cert_file, --tls_key_file, --tls_ca_file.
TlsFiles TlsFilesFromFlags();

}  // namespace qingqu::rpc
