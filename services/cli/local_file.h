#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/cli/messages.h"

namespace qingqu::cli {

// All of a file. A local-file error when it cannot be read or is longer than `bytes_max`; the code
// is NOT_FOUND when it does not exist.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t bytes_max,
                                          const Catalogue& catalogue);

// Replaces a file by one that only its owner may read (0600): written beside it, made durable,
// renamed. A reader sees the old or the new text, never a part.
absl::Status ReplacePrivateFile(const std::string& path, std::string_view text,
                                const Catalogue& catalogue);

// A local-file error with the text of errno.
absl::Status FileError(Message message, const std::string& path, int error_number,
                       const Catalogue& catalogue);

}  // namespace qingqu::cli
