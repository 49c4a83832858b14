#include "common/rpc/tls_peer.h"

#include <algorithm>

namespace qingqu::rpc {
namespace {

constexpr size_t kDigits = 64;

bool IsLowerHex(char character) {
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
}

}  // namespace

bool IsIntermediary(const TlsPeer& peer) {
  return std::ranges::any_of(
      peer.names, [](const std::string& name) { return name == "gateway" || name == "edge"; });
}

bool IsCertificateSha256(std::string_view text) {
  return text.size() == kDigits && std::ranges::all_of(text, IsLowerHex);
}

}  // namespace qingqu::rpc
