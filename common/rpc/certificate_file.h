#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu::rpc {

// Reads a certificate, its key and the authority's certificates from PEM files, and returns the DNS
// names in the certificate. FAILED_PRECONDITION with one line that names the file and what is wrong
// with it: see CheckTlsFiles.
absl::StatusOr<std::vector<std::string>> CheckCertificateFiles(const std::string& certificate_path,
                                                               const std::string& key_path,
                                                               const std::string& authority_path);

// SHA-256 of a PEM certificate's DER form, 64 lower-case digits; "" when it is none.
std::string CertificateSha256(std::string_view pem);

}  // namespace qingqu::rpc
