#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace qingqu::rpc {

// What the proto declares about one method.
struct MethodInfo {
  std::string full_name;   // "qingqu.catalog.v1.CatalogService/CreateItem"
  std::string permission;  // never empty
  bool audited = false;
  // The request's field `request_id`, or null.
  const google::protobuf::FieldDescriptor* request_id_field = nullptr;
  // Permissions named by read_permission options anywhere in the response.
  std::vector<std::string> read_permissions;
  // The response has fields that name patients or doctors (people.proto).
  bool names_people = false;
  // How many askings a call counts for; 0: it is not declared doctor_level.
  int doctor_level = 0;
  // The request's field `purpose`, or null.
  const google::protobuf::FieldDescriptor* purpose_field = nullptr;
};

// Reads the declarations of all methods of a service. FAILED_PRECONDITION, naming the method, when
// one has no permission, a method with side effects has no request_id or batch_number (sign-in and
// other "public" methods apart), a method's permission is held by nobody, a method that reads names
// people without doctor_level, one with it has no purpose or is not audited, or a message names
// people and not their institution.
absl::StatusOr<std::map<std::string, MethodInfo, std::less<>>> ReadMethods(
    const google::protobuf::ServiceDescriptor& service);

// The services of all areas, with their descriptors linked in.
const std::vector<const google::protobuf::ServiceDescriptor*>& AllServices();

// "catalog" for "qingqu.catalog.v1.CatalogService".
std::string AreaOf(std::string_view service_full_name);

}  // namespace qingqu::rpc
