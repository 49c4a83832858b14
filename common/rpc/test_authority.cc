#include "common/rpc/test_authority.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "common/rpc/process_tls.h"

namespace qingqu::rpc {
namespace {

constexpr long kDaySeconds = 86'400;
constexpr mode_t kPrivateMode = 0600;

X509* NewCertificate(long serial, EVP_PKEY* key, long begins_in_seconds, long ends_in_seconds) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), begins_in_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), ends_in_seconds);
  X509_set_pubkey(certificate, key);
  const std::string text = "test " + std::to_string(serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
  return certificate;
}

void AddExtension(X509* certificate, int id, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Under another name first, as processes may be watching.
template <typename Write>
void Replace(const std::string& path, Write write) {
  const std::string fresh = path + ".new";
  FILE* file = std::fopen(fresh.c_str(), "w");
  ::fchmod(::fileno(file), kPrivateMode);
  write(file);
  std::fclose(file);
  std::filesystem::rename(fresh, path);
}

}  // namespace

TestAuthority::TestAuthority() : key_(EVP_EC_gen("P-256")) {
  certificate_ = NewCertificate(serial_, key_, -kDaySeconds, kDaySeconds);
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  AddExtension(certificate_, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_, key_, EVP_sha256());
}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

void TestAuthority::Issue(const std::string& folder, const Wish& wish) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = NewCertificate(++serial_, key, wish.begins_in_seconds, wish.ends_in_seconds);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
  std::string names = "DNS:localhost";
  for (const std::string& name : wish.names) {
    names += ",DNS:" + name + std::string(kProcessDomain);
  }
  AddExtension(certificate, NID_subject_alt_name, names);
  X509_sign(certificate, key_, EVP_sha256());
  std::filesystem::create_directories(folder);
  Replace(folder + "/ca.pem", [&](FILE* file) { PEM_write_X509(file, certificate_); });
  Replace(folder + "/key.pem", [&](FILE* file) {
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  Replace(folder + "/certificate.pem", [&](FILE* file) { PEM_write_X509(file, certificate); });
  X509_free(certificate);
  EVP_PKEY_free(key);
}

}  // namespace qingqu::rpc
