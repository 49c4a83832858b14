#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

namespace qingqu::rpc {

// A certificate authority for tests.
class TestAuthority {
 public:
  struct Wish {
    std::vector<std::string> names;  // "gateway" for gateway.qingqu.internal
    long begins_in_seconds = -3600;
    long ends_in_seconds = 3600;
  };

  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Files certificate.pem, key.pem (closed to others) and ca.pem in `folder`, whose files of these
  // names are replaced.
  void Issue(const std::string& folder, const Wish& wish);

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  long serial_ = 1;
};

}  // namespace qingqu::rpc
