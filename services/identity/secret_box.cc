#include "services/identity/secret_box.h"

#include <utility>

#include "common/base/check.h"
#include "common/base/sodium.h"

namespace qingqu::identity {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SecretBox::SecretBox(std::string key) : key_(std::move(key)) {
  InitializeSodium();
  QINGQU_CHECK(key_.size() == crypto_secretbox_KEYBYTES);
}

std::string SecretBox::Seal(std::string_view owner, std::string_view secret) const {
  std::string plain(owner);
  plain += '\0';
  plain += secret;
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(),
                        Bytes(sealed), Bytes(key_));
  std::string text(sodium_base64_encoded_len(sealed.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), Bytes(sealed), sealed.size(), kBase64);
  text.pop_back();
  return text;
}

std::optional<std::string> SecretBox::Open(std::string_view owner, std::string_view sealed) const {
  std::string bytes(sealed.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(Bytes(bytes), bytes.size(), sealed.data(), sealed.size(), nullptr, &size,
                        nullptr, kBase64) != 0 ||
      size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) {
    return std::nullopt;
  }
  std::string plain(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(Bytes(plain), Bytes(bytes) + crypto_secretbox_NONCEBYTES,
                                 size - crypto_secretbox_NONCEBYTES, Bytes(bytes),
                                 Bytes(key_)) != 0) {
    return std::nullopt;
  }
  const std::string prefix = std::string(owner) + '\0';
  if (!plain.starts_with(prefix)) return std::nullopt;
  return plain.substr(prefix.size());
}

}  // namespace qingqu::identity
