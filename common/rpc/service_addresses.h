#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu {

// The platform's services. The area `catalog` is the proto package qingqu.catalog.v1 and the
// service CatalogService.
inline constexpr std::array<std::string_view, 6> kServiceAreas = {
    "identity", "catalog", "procurement", "distribution", "usage", "supervision"};

// Area → gRPC target, "127.0.0.1:7101" or "unix:/run/qingqu/catalog".
using ServiceAddresses = std::map<std::string, std::string, std::less<>>;

// Parses the flag that tells where the services listen. One address alone, "127.0.0.1:7100", stands
// for all of them (standalone); else a list "identity=127.0.0.1:7101,catalog=127.0.0.1:7102", in
// which an area may be left out. Fails with INVALID_ARGUMENT, which names the part that is wrong.
absl::StatusOr<ServiceAddresses> ParseServiceAddresses(std::string_view text);

// Whether only this machine reaches who listens there: 127.0.0.0/8, [::1], localhost or unix:/path.
bool IsLoopbackAddress(std::string_view address);

}  // namespace qingqu
