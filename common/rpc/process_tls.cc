#include "common/rpc/process_tls.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"

#include "common/base/strings.h"
#include "common/rpc/certificate_file.h"
#include "common/status/status_macros.h"

namespace qingqu::rpc {
namespace {

namespace tls = grpc::experimental;

bool IsPlain(const TlsFiles& files) {
  return files.certificate.empty() && files.key.empty() && files.authority.empty();
}

std::string NameOf(std::string_view dns_name) {
  if (!dns_name.ends_with(kProcessDomain)) return "";
  return std::string(dns_name.substr(0, dns_name.size() - kProcessDomain.size()));
}

// The chain of certificates is checked before, against the authority; this checks whose it is.
class NameVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit NameVerifier(std::vector<std::string> names) : names_(std::move(names)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* status) override {
    std::string seen;
    for (const grpc::string_ref& dns_name : request->dns_names()) {
      const std::string name = NameOf({dns_name.data(), dns_name.size()});
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) return true;
      seen += (seen.empty() ? "" : ",") + name;
    }
    *status = grpc::Status(
        grpc::StatusCode::UNAUTHENTICATED,
        fmt::format("the peer is '{}' and not one of {}", seen, fmt::join(names_, ",")));
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::vector<std::string> names_;
};

void Configure(tls::TlsCredentialsOptions& options, const std::vector<std::string>& peers) {
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(NameVerifier::Create<NameVerifier>(peers));
  options.set_check_call_host(false);
}

std::shared_ptr<tls::FileWatcherCertificateProvider> Watch(const TlsFiles& files) {
  return std::make_shared<tls::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.authority, files.reload_seconds);
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files, const std::vector<std::string>& names) {
  if (IsPlain(files)) return absl::OkStatus();
  if (files.certificate.empty() || files.key.empty() || files.authority.empty()) {
    return absl::FailedPreconditionError(
        "--tls_cert_file, --tls_key_file and --tls_ca_file are given all or none");
  }
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> dns_names,
                          CheckCertificateFiles(files.certificate, files.key, files.authority));
  for (const std::string& name : names) {
    const std::string wanted = name + std::string(kProcessDomain);
    if (std::find(dns_names.begin(), dns_names.end(), wanted) == dns_names.end()) {
      return absl::FailedPreconditionError(fmt::format("the certificate in {} is not for {}: {}",
                                                       files.certificate, wanted,
                                                       fmt::join(dns_names, ", ")));
    }
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const TlsFiles& files, const std::vector<std::string>& peers) {
  if (IsPlain(files)) return grpc::InsecureServerCredentials();
  tls::TlsServerCredentialsOptions options(Watch(files));
  Configure(options, peers);
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, std::string_view name,
                                           const TlsFiles& files,
                                           grpc::ChannelArguments arguments) {
  if (IsPlain(files)) {
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  Configure(options, {std::string(name)});
  arguments.SetSslTargetNameOverride(std::string(name) + std::string(kProcessDomain));
  return grpc::CreateCustomChannel(address, tls::TlsCredentials(options), arguments);
}

TlsPeer ReadTlsPeer(const grpc::AuthContext* context) {
  TlsPeer peer;
  if (context == nullptr || !context->IsPeerAuthenticated()) return peer;
  peer.secured = true;
  for (const grpc::string_ref& value : context->FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME)) {
    std::string name = NameOf({value.data(), value.size()});
    if (!name.empty()) peer.names.push_back(std::move(name));
  }
  for (const grpc::string_ref& pem :
       context->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME)) {
    peer.certificate_sha256 = CertificateSha256({pem.data(), pem.size()});
  }
  return peer;
}

}  // namespace qingqu::rpc
