#include "services/catalog/lists/list_errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

ErrorMetadata Resource(std::string_view name) { return {{"resource", std::string(name)}}; }

}  // namespace

absl::Status ListNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "LIST_NOT_FOUND",
                   fmt::format("there is no list {}", name), Resource(name));
}

absl::Status ListExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "LIST_EXISTS",
                   fmt::format("{} is there already", name), Resource(name));
}

absl::Status ListNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "LIST_NOT_PROPOSED",
                   fmt::format("{} does not wait for an approval", name), Resource(name));
}

absl::Status ListEnded(std::string_view name, CivilDate last_day) {
  return MakeError(StatusCode::kFailedPrecondition, "LIST_ENDED",
                   fmt::format("the end of {} is {} already and stays; propose another list", name,
                               last_day.ToString()),
                   Resource(name));
}

absl::Status HolderHasList(std::string_view name, std::string_view other) {
  return MakeError(
      StatusCode::kFailedPrecondition, "HOLDER_HAS_LIST",
      fmt::format("{} governs whom {} would govern; change that one, or end it first", other, name),
      Resource(other));
}

absl::Status ListChangeNotFound(std::string_view name) {
  return MakeError(StatusCode::kNotFound, "LIST_CHANGE_NOT_FOUND",
                   fmt::format("there is no change {}", name), Resource(name));
}

absl::Status ListChangeExists(std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, "LIST_CHANGE_EXISTS",
                   fmt::format("{} is there already", name), Resource(name));
}

absl::Status ListChangeNotProposed(std::string_view name) {
  return MakeError(StatusCode::kFailedPrecondition, "LIST_CHANGE_NOT_PROPOSED",
                   fmt::format("{} does not wait for a decision", name), Resource(name));
}

absl::Status NotProposer(std::string_view name) {
  return MakeError(StatusCode::kPermissionDenied, "NOT_PROPOSER",
                   fmt::format("somebody else proposed {}, who alone takes it back", name),
                   Resource(name));
}

}  // namespace qingqu::catalog
