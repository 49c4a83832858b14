#include "services/cli/method_lookup.h"

#include "fmt/format.h"
#include "google/protobuf/descriptor.pb.h"

#include "common/rpc/method_registry.h"
#include "common/status/status.h"
#include "qingqu/common/v1/options.pb.h"
#include "services/cli/arguments.h"
#include "services/cli/exit_code.h"

namespace qingqu::cli {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;

bool IsService(const MethodDescriptor& method, std::string_view name) {
  return name == method.service()->full_name() || name == method.service()->name() ||
         name == rpc::AreaOf(method.service()->full_name());
}

absl::Status UnknownMethod(std::string_view name, const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const MethodDescriptor* method : AllMethods()) {
    names.push_back(ShortName(*method));
    names.push_back(
        fmt::format("{}.{}", rpc::AreaOf(method->service()->full_name()), method->name()));
    names.push_back(FullName(*method));
    names.push_back(method->name());
  }
  const std::string nearest = Nearest(name, names);
  const std::string message = nearest.empty()
                                  ? catalogue.Format(Message::kUnknownMethod, name)
                                  : catalogue.Format(Message::kUnknownMethodMeant, name, nearest);
  return UsageError(MakeError(absl::StatusCode::kNotFound, "UNKNOWN_METHOD", message));
}

}  // namespace

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* service : rpc::AllServices()) {
    for (int index = 0; index < service->method_count(); ++index) {
      methods.push_back(service->method(index));
    }
  }
  return methods;
}

absl::StatusOr<const MethodDescriptor*> FindMethod(std::string_view name,
                                                   const Catalogue& catalogue) {
  std::string_view path = name;
  if (path.starts_with('/')) path.remove_prefix(1);
  const size_t slash = path.rfind('/');
  const size_t separator = slash == std::string_view::npos ? path.rfind('.') : slash;
  const bool with_service = separator != std::string_view::npos;
  const std::string_view service = with_service ? path.substr(0, separator) : "";
  const std::string_view method_name = with_service ? path.substr(separator + 1) : path;
  std::vector<const MethodDescriptor*> found;
  std::string names;
  for (const MethodDescriptor* method : AllMethods()) {
    if (method->name() != method_name || (with_service && !IsService(*method, service))) continue;
    found.push_back(method);
    names += fmt::format("{}{}", names.empty() ? "" : ", ", ShortName(*method));
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return UnknownMethod(name, catalogue);
  return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "AMBIGUOUS_METHOD",
                              catalogue.Format(Message::kAmbiguousMethod, name, names)));
}

std::string FullName(const MethodDescriptor& method) {
  return fmt::format("{}/{}", method.service()->full_name(), method.name());
}

std::string ShortName(const MethodDescriptor& method) {
  return fmt::format("{}/{}", method.service()->name(), method.name());
}

std::string PermissionOf(const MethodDescriptor& method) {
  return method.options().GetExtension(common::v1::permission);
}

bool ChangesSomething(const MethodDescriptor& method) {
  return method.options().idempotency_level() != MethodOptions::NO_SIDE_EFFECTS;
}

bool IsRepeatable(const MethodDescriptor& method) {
  return method.options().idempotency_level() != MethodOptions::IDEMPOTENCY_UNKNOWN;
}

}  // namespace qingqu::cli
