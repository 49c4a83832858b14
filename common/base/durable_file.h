#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu {

// Files that appear under their name with all of their content or not at all, also after a power
// cut. Errors are FAILED_PRECONDITION (RESOURCE_EXHAUSTED: the disk is full) with the path and what
// the system said.

// std::nullopt when there is no such file. An error when it is longer than `bytes_max`, is no plain
// file, or has one of the `forbidden` mode bits.
absl::StatusOr<std::optional<std::string>> ReadFileIfThere(const std::string& path,
                                                           size_t bytes_max, mode_t forbidden = 0);

enum class IfPresent { kKeep, kReplace };

struct DurableFile {
  std::string path;  // its folder exists
  std::string_view content;
  mode_t mode = 0644;
  // kKeep: whoever comes first wins, and no one else's content is lost.
  IfPresent if_present = IfPresent::kReplace;
  // False: the name is on disk only once the caller called SyncFolder, once for many files.
  bool sync_folder = true;
};
absl::Status WriteDurableFile(const DurableFile& file);

absl::Status SyncFolder(const std::string& folder);

// Makes the folder with those above it, so that they are there after a power cut.
absl::Status MakeDurableFolder(const std::string& path);

}  // namespace qingqu
