#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "services/gateway/http_message.h"

namespace qingqu::gateway {

// The published journal (c2sp.org/tlog-tiles) at /journal: /journal/checkpoint and
// /journal/tile/…, read from the folder that supervision writes. A path is read only when it is the
// one spelling of a tile's path, so no request leaves the folder. Entries are not among them.
class LogFiles {
 public:
  explicit LogFiles(std::string folder) : folder_(std::move(folder)) {}

  // True when the path of `target` is /journal or below it.
  static bool Owns(std::string_view target);
  // The response to a target that it Owns(): 200, 304 (If-None-Match), 404, 405, or 503 when the
  // disk fails.
  HttpResponse Serve(const HttpRequest& request) const;

 private:
  std::string folder_;
};

}  // namespace qingqu::gateway
