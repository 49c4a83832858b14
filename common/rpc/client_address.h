#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu::rpc {

// The metadata key in which a proxy (the gateway, the edge) says whom it calls for.
inline constexpr char kClientAddressKey[] = "x-qingqu-client-address";

// IP addresses of those whose word on the client's address is believed.
using AddressProxies = std::vector<std::string>;
AddressProxies LoopbackProxies();
// INVALID_ARGUMENT when one of a list separated by commas is no IP address. "" is nobody.
absl::StatusOr<AddressProxies> ParseAddressProxies(std::string_view text);

// An IP address as budgets count it: "192.0.2.7", or "2001:db8:1:2::/64" because one subscriber
// gets that many IPv6 addresses. "" for what is no address.
std::string BudgetAddress(std::string_view text);

// Whether a peer, as gRPC writes it, is one of these.
bool IsAddressProxy(std::string_view peer, const AddressProxies& proxies);

// Where a call comes from, as BudgetAddress says it. `peer` is gRPC's ("ipv4:192.0.2.7:51934",
// "ipv6:%5B::1%5D:51934"); `forwarded` counts only when the peer is a proxy. "" for a call within
// the process.
std::string ClientAddress(std::string_view peer, std::string_view forwarded,
                          const AddressProxies& proxies);

}  // namespace qingqu::rpc
