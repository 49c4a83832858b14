#include "services/catalog/lists/list_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

}  // namespace

absl::Status ListNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "LIST_NOT_FOUND",
                   fmt::format("there is no list {}", name), ResourceMetadata(name));
}

absl::Status ListExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "LIST_EXISTS",
                   fmt::format("{} is there already", name), ResourceMetadata(name));
}

absl::Status ListNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "LIST_NOT_PROPOSED",
                   fmt::format("{} does not wait for an approval", name), ResourceMetadata(name));
}

absl::Status ListEnded(std::string_view name, CivilDate last_day) {
  return MakeError(StatusCode::kFailedPrecondition, "LIST_ENDED",
                   fmt::format("the end of {} is {} already and stays; propose another list", name,
                               last_day.ToString()),
                   ResourceMetadata(name));
}

absl::Status HolderHasList(std::string_view name, std::string_view other) {
  return MakeError(
      StatusCode::kFailedPrecondition, "HOLDER_HAS_LIST",
      fmt::format("{} governs whom {} would govern; change that one, or end it first", other, name),
      ResourceMetadata(other));
}

absl::Status ListChangeNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "LIST_CHANGE_NOT_FOUND",
                   fmt::format("there is no change {}", name), ResourceMetadata(name));
}

absl::Status ListChangeExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "LIST_CHANGE_EXISTS",
                   fmt::format("{} is there already", name), ResourceMetadata(name));
}

absl::Status ListChangeNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "LIST_CHANGE_NOT_PROPOSED",
                   fmt::format("{} does not wait for a decision", name), ResourceMetadata(name));
}

absl::Status NotProposer(std::string_view name) {
  return MakeError(StatusCode::kPermissionDenied, "NOT_PROPOSER",
                   fmt::format("somebody else proposed {}, who alone takes it back", name),
                   ResourceMetadata(name));
}

}  // namespace qingqu::catalog
