#include "common/rpc/certificate_file.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu::rpc {
namespace {

constexpr mode_t kNotOwner = 0077;
constexpr std::string_view kPemBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kPemEnd = "-----END CERTIFICATE-----";

template <auto kFree>
struct Freer {
  template <typename Object>
  void operator()(Object* object) const {
    kFree(object);
  }
};
void FreeNames(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }

using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<FreeNames>>;

absl::Status Wrong(const std::string& path, std::string_view problem) {
  ERR_clear_error();
  return absl::FailedPreconditionError(fmt::format("{}: {}", path, problem));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) return Wrong(path, "cannot be read, or is empty");
  return text.str();
}

Certificate ParseCertificate(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  QINGQU_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  Certificate certificate = ParseCertificate(pem);
  if (certificate == nullptr) return Wrong(path, "holds no PEM certificate");
  return certificate;
}

absl::StatusOr<Key> ReadKey(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return Wrong(path, "cannot be read");
  if ((facts.st_mode & kNotOwner) != 0) {
    return Wrong(path, "a private key must be closed to others: chmod 600");
  }
  QINGQU_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An empty passphrase in place of a question on the terminal.
  std::string none;
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, none.data()));
  if (key == nullptr) return Wrong(path, "holds no PEM private key without a passphrase");
  return key;
}

absl::Status CheckChain(const std::string& path, X509* certificate,
                        const std::string& authority_path) {
  QINGQU_ASSIGN_OR_RETURN(const Certificate first, ReadCertificate(authority_path));
  const Store store(X509_STORE_new());
  if (X509_STORE_load_file(store.get(), authority_path.c_str()) != 1) {
    return Wrong(authority_path, "holds something that is no PEM certificate");
  }
  const StoreContext context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) != 1) {
    return Wrong(path, "cannot be checked");
  }
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  const int error = X509_STORE_CTX_get_error(context.get());
  return Wrong(path, fmt::format("is not valid by {}: {}", authority_path,
                                 X509_verify_cert_error_string(error)));
}

std::vector<std::string> DnsNames(const X509* certificate) {
  std::vector<std::string> dns_names;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int index = 0; names != nullptr && index < sk_GENERAL_NAME_num(names.get()); ++index) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), index);
    if (name->type != GEN_DNS) continue;
    const ASN1_STRING* text = name->d.dNSName;
    dns_names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                           static_cast<size_t>(ASN1_STRING_length(text)));
  }
  return dns_names;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckCertificateFiles(const std::string& certificate_path,
                                                               const std::string& key_path,
                                                               const std::string& authority_path) {
  QINGQU_ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(certificate_path));
  QINGQU_ASSIGN_OR_RETURN(const Key key, ReadKey(key_path));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Wrong(key_path, fmt::format("is not the key of {}", certificate_path));
  }
  QINGQU_RETURN_IF_ERROR(CheckChain(certificate_path, certificate.get(), authority_path));
  return DnsNames(certificate.get());
}

std::string CertificateSha256(std::string_view pem) {
  const size_t begin = pem.find(kPemBegin);
  const size_t end = pem.find(kPemEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
  std::string der;
  const size_t body = begin + kPemBegin.size();
  if (!absl::Base64Unescape(ToAbsl(pem.substr(body, end - body)), &der)) return "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(der.data(), der.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return "";
  }
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace qingqu::rpc
