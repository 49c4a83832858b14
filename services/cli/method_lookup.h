#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

#include "services/cli/messages.h"

namespace qingqu::cli {

// All methods of the platform, in the order of the services and of their protos.
std::vector<const google::protobuf::MethodDescriptor*> AllMethods();

// The method that people mean by "qingqu.catalog.v1.CatalogService/GetItem",
// "CatalogService/GetItem", "catalog.GetItem", "catalog/GetItem" or, when only one service has it,
// "GetItem". A usage error names the nearest method, or those that it could be.
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(std::string_view name,
                                                                     const Catalogue& catalogue);

// "qingqu.catalog.v1.CatalogService/GetItem".
std::string FullName(const google::protobuf::MethodDescriptor& method);
// "CatalogService/GetItem": what people type.
std::string ShortName(const google::protobuf::MethodDescriptor& method);
// As declared in the proto: "catalog.item.read", "public", "authenticated".
std::string PermissionOf(const google::protobuf::MethodDescriptor& method);
// False for methods that promise NO_SIDE_EFFECTS.
bool ChangesSomething(const google::protobuf::MethodDescriptor& method);
// True when the same request may be sent twice: it changes nothing, or is told apart by its ids.
bool IsRepeatable(const google::protobuf::MethodDescriptor& method);

}  // namespace qingqu::cli
