#include "services/gateway/static_files.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"

#include "common/base/sodium.h"
#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::gateway {
namespace {

namespace filesystem = std::filesystem;

constexpr std::string_view kIndex = "index.html";
constexpr size_t kEtagBytes = 16;
constexpr std::string_view kContentPolicy =
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

std::string_view ContentTypeOfFile(const filesystem::path& path) {
  static const std::map<std::string, std::string_view> kTypes = {
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"}};
  const auto found = kTypes.find(path.extension().string());
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

std::string EtagOf(const std::string& content) {
  InitializeSodium();
  std::array<unsigned char, kEtagBytes> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(content.data()), content.size(),
                     nullptr, 0);
  const absl::string_view bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
  return fmt::format("\"{}\"", absl::BytesToHexString(bytes));
}

absl::StatusOr<std::string> ReadFile(const filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file && !file.bad()) return content;
  return MakeError(absl::StatusCode::kUnavailable, "STATIC_FILE_UNREADABLE",
                   fmt::format("{} cannot be read", path.string()));
}

// If-None-Match compares weakly: W/ does not count.
bool Matches(const std::string* if_none_match, const std::string& etag) {
  return if_none_match != nullptr &&
         (*if_none_match == "*" || if_none_match->find(etag) != std::string::npos);
}

}  // namespace

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& folder) {
  std::error_code error;
  if (!filesystem::is_directory(folder, error)) {
    return MakeError(absl::StatusCode::kNotFound, "STATIC_FOLDER_MISSING",
                     fmt::format("--static_dir: {} is not a folder", folder));
  }
  StaticFiles files;
  size_t bytes = 0;
  for (auto entry = filesystem::recursive_directory_iterator(folder, error);
       !error && entry != filesystem::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) {
      if (entry->is_directory(error)) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_symlink(error) || !entry->is_regular_file(error)) continue;
    bytes += entry->file_size(error);
    if (files.files_.size() == kFilesMax || bytes > kBytesMax) {
      return MakeError(absl::StatusCode::kResourceExhausted, "STATIC_FOLDER_TOO_LARGE",
                       fmt::format("--static_dir: {} holds more than {} files or {} bytes", folder,
                                   kFilesMax, kBytesMax));
    }
    absl::StatusOr<std::string> content = ReadFile(entry->path());
    if (!content.ok()) return content.status();
    const std::string name = "/" + entry->path().lexically_relative(folder).generic_string();
    std::string etag = EtagOf(*content);
    files.files_.emplace(name, File{.content = *std::move(content),
                                    .content_type = std::string(ContentTypeOfFile(entry->path())),
                                    .etag = std::move(etag)});
  }
  if (!error) return files;
  return MakeError(absl::StatusCode::kUnavailable, "STATIC_FILE_UNREADABLE",
                   fmt::format("--static_dir: {}: {}", folder, error.message()));
}

const StaticFiles::File* StaticFiles::Find(std::string_view target) const {
  std::string path(target.substr(0, target.find('?')));
  if (path.ends_with('/')) path += kIndex;
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

bool StaticFiles::Has(std::string_view target) const { return Find(target) != nullptr; }

HttpResponse StaticFiles::Serve(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return {.status = 405, .headers = {{"allow", "GET, HEAD"}}, .body = ""};
  }
  const File* file = Find(request.target);
  if (file == nullptr) return {.status = 404, .headers = {}, .body = ""};
  HttpResponse response;
  response.headers = {{"etag", file->etag},
                      {"cache-control", "no-cache"},
                      {"content-security-policy", std::string(kContentPolicy)},
                      {"referrer-policy", "no-referrer"}};
  if (Matches(request.FindHeader("if-none-match"), file->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("content-type", file->content_type);
  response.body = file->content;
  return response;
}

}  // namespace qingqu::gateway
