#include "common/base/base64_url.h"

#include "common/base/sodium.h"

namespace qingqu {

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  InitializeSodium();
  std::string bytes(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace qingqu
