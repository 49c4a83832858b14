#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/gateway/http_message.h"

namespace qingqu::gateway {

// Files of a folder, read once at start and served from memory: no request ever reaches the file
// system, so none can leave the folder or wait for a disk. Links and names that begin with a dot
// are left out.
class StaticFiles {
 public:
  static constexpr size_t kFilesMax = 5'000;
  static constexpr size_t kBytesMax = 64 << 20;

  // Fails with NOT_FOUND (no such folder), RESOURCE_EXHAUSTED (above the limits), UNAVAILABLE
  // (unreadable).
  static absl::StatusOr<StaticFiles> Load(const std::string& folder);

  // True when the path of `target` is a file, or a folder with an index.html. Paths are compared as
  // they are: no escapes, no "..".
  bool Has(std::string_view target) const;
  // The response to GET or HEAD of a target that Has(): 200, 304 (If-None-Match), or 405.
  HttpResponse Serve(const HttpRequest& request) const;

 private:
  struct File {
    std::string content;
    std::string content_type;
    std::string etag;
  };

  const File* Find(std::string_view target) const;

  std::map<std::string, File, std::less<>> files_;
};

}  // namespace qingqu::gateway
