#include "services/gateway/log_files.h"

#include <fmt/format.h>

#include <optional>

#include "spdlog/spdlog.h"

#include "common/base/durable_file.h"
#include "common/sealed_log/hash.h"
#include "common/sealed_log/note.h"
#include "common/sealed_log/tile.h"

namespace qingqu::gateway {
namespace {

constexpr std::string_view kPrefix = "/journal";
constexpr std::string_view kCheckpoint = "checkpoint";
constexpr size_t kTileBytesMax = sealed_log::kTileWidth * sealed_log::kHashBytes;

std::string_view PathWithoutQuery(std::string_view target) {
  return target.substr(0, target.find('?'));
}

HttpResponse Refused(int status, HttpHeaders headers = {}) {
  headers.emplace_back("cache-control", "no-store");
  return {.status = status, .headers = std::move(headers), .body = ""};
}

}  // namespace

bool LogFiles::Owns(std::string_view target) {
  const std::string_view path = PathWithoutQuery(target);
  return path == kPrefix || (path.starts_with(kPrefix) && path[kPrefix.size()] == '/');
}

HttpResponse LogFiles::Serve(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return Refused(405, {{"allow", "GET, HEAD"}});
  }
  const std::string_view path = PathWithoutQuery(request.target);
  if (path.size() <= kPrefix.size() + 1) return Refused(404);
  const std::string_view name = path.substr(kPrefix.size() + 1);
  const bool is_checkpoint = name == kCheckpoint;
  if (!is_checkpoint && !sealed_log::ParseTilePath(name).ok()) return Refused(404);
  const auto content = ReadFileIfThere(fmt::format("{}/{}", folder_, name),
                                       is_checkpoint ? sealed_log::kNoteBytesMax : kTileBytesMax);
  if (!content.ok()) {
    spdlog::error("the journal's file cannot be served: {}", content.status().ToString());
    return Refused(503);
  }
  if (!content->has_value()) return Refused(404);
  HttpResponse response;
  const std::string etag = fmt::format("\"{}\"", sealed_log::ToHex(sealed_log::Sha256(**content)));
  response.headers = {
      {"etag", etag},
      {"cache-control", is_checkpoint ? "no-cache" : "public, max-age=31536000, immutable"},
      {"access-control-allow-origin", "*"}};
  if (const std::string* known = request.FindHeader("if-none-match");
      known != nullptr && *known == etag) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back(
      "content-type", is_checkpoint ? "text/plain; charset=utf-8" : "application/octet-stream");
  response.body = **content;
  return response;
}

}  // namespace qingqu::gateway
