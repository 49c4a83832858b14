#include "common/rpc/client_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::rpc {
namespace {

constexpr size_t kSubscriberBytes = 8;  // a /64
constexpr std::array<unsigned char, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string TextOf(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr ? "" : text.data();
}

// An address in the one way in which it is written; an IPv4 address within IPv6 as IPv4.
std::string Canonical(std::string_view text) {
  const std::string copy(text);
  in_addr v4{};
  if (::inet_pton(AF_INET, copy.c_str(), &v4) == 1) return TextOf(AF_INET, &v4);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, copy.c_str(), &v6) != 1) return "";
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), v6.s6_addr)) {
    return TextOf(AF_INET, v6.s6_addr + kMappedPrefix.size());
  }
  return TextOf(AF_INET6, &v6);
}

// "::1" of "ipv6:%5B::1%5D:51934".
std::string_view HostOfPeer(std::string_view peer) {
  const size_t scheme = peer.find(':');
  const size_t port = peer.rfind(':');
  if (scheme == std::string_view::npos || port <= scheme) return "";
  std::string_view host = peer.substr(scheme + 1, port - scheme - 1);
  for (const std::string_view open : {"%5B", "["}) {
    if (host.starts_with(open)) host.remove_prefix(open.size());
  }
  for (const std::string_view close : {"%5D", "]"}) {
    if (host.ends_with(close)) host.remove_suffix(close.size());
  }
  return host.substr(0, host.find('%'));
}

}  // namespace

AddressProxies LoopbackProxies() { return {"127.0.0.1", "::1"}; }

absl::StatusOr<AddressProxies> ParseAddressProxies(std::string_view text) {
  AddressProxies proxies;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    const std::string_view one = TrimAsciiSpace(text.substr(0, end));
    proxies.push_back(Canonical(one));
    if (proxies.back().empty()) {
      return InvalidField("address_proxies", fmt::format("'{}' is no IP address", one));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return proxies;
}

std::string BudgetAddress(std::string_view text) {
  const std::string canonical = Canonical(text);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, canonical.c_str(), &v6) != 1) return canonical;
  std::memset(v6.s6_addr + kSubscriberBytes, 0, sizeof(v6.s6_addr) - kSubscriberBytes);
  return TextOf(AF_INET6, &v6) + "/64";
}

bool IsAddressProxy(std::string_view peer, const AddressProxies& proxies) {
  return std::find(proxies.begin(), proxies.end(), Canonical(HostOfPeer(peer))) != proxies.end();
}

std::string ClientAddress(std::string_view peer, std::string_view forwarded,
                          const AddressProxies& proxies) {
  const std::string_view host = HostOfPeer(peer);
  if (IsAddressProxy(peer, proxies)) {
    if (std::string client = BudgetAddress(forwarded); !client.empty()) return client;
  }
  return BudgetAddress(host);
}

}  // namespace qingqu::rpc
