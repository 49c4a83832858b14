#include "common/rpc/service_addresses.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr int kPortMax = 65535;

absl::Status BadAddresses(std::string_view part, std::string_view problem) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_SERVICE_ADDRESSES",
                   fmt::format("service addresses: \"{}\" {}", part, problem));
}

bool IsHostCharacter(char character) {
  constexpr std::string_view kOthers = ".-_:[]";
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
         (character >= 'A' && character <= 'Z') || kOthers.find(character) != kOthers.npos;
}

absl::Status CheckAddress(std::string_view address) {
  if (address.starts_with(kUnixPrefix)) {
    if (address.size() > kUnixPrefix.size()) return absl::OkStatus();
    return BadAddresses(address, "has no path");
  }
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return BadAddresses(address, "is neither host:port nor unix:/path");
  }
  const std::string_view host = address.substr(0, colon);
  if (!std::ranges::all_of(host, IsHostCharacter)) {
    return BadAddresses(address, "has a host with characters that no host has");
  }
  const std::string_view port_text = address.substr(colon + 1);
  int port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size() || port < 1 ||
      port > kPortMax) {
    return BadAddresses(address, "needs a port from 1 to 65535");
  }
  return absl::OkStatus();
}

absl::Status AddPart(std::string_view part, ServiceAddresses& addresses) {
  const size_t equals = part.find('=');
  if (equals == std::string_view::npos) return BadAddresses(part, "is not area=address");
  const std::string_view area = TrimAsciiSpace(part.substr(0, equals));
  const std::string_view address = TrimAsciiSpace(part.substr(equals + 1));
  if (std::ranges::find(kServiceAreas, area) == kServiceAreas.end()) {
    return BadAddresses(area, fmt::format("is not a service: {}", fmt::join(kServiceAreas, ", ")));
  }
  QINGQU_RETURN_IF_ERROR(CheckAddress(address));
  if (!addresses.emplace(area, address).second) return BadAddresses(area, "is given twice");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ServiceAddresses> ParseServiceAddresses(std::string_view text) {
  text = TrimAsciiSpace(text);
  ServiceAddresses addresses;
  if (text.find('=') == std::string_view::npos) {
    QINGQU_RETURN_IF_ERROR(CheckAddress(text));
    for (const std::string_view area : kServiceAreas) addresses.emplace(area, text);
    return addresses;
  }
  while (true) {
    const size_t comma = text.find(',');
    QINGQU_RETURN_IF_ERROR(AddPart(text.substr(0, comma), addresses));
    if (comma == std::string_view::npos) return addresses;
    text.remove_prefix(comma + 1);
  }
}

bool IsLoopbackAddress(std::string_view address) {
  if (address.starts_with(kUnixPrefix)) return true;
  const std::string host(address.substr(0, address.rfind(':')));
  if (host == "localhost" || host == "[::1]") return true;
  in_addr parsed;
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1 && ntohl(parsed.s_addr) >> 24 == 127;
}

}  // namespace qingqu
