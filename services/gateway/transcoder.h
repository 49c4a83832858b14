#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace google::protobuf {
class MethodDescriptor;
class ServiceDescriptor;
namespace util {
class TypeResolver;
}
}  // namespace google::protobuf

namespace qingqu::gateway {

// One method that the gateway offers.
struct Method {
  std::string
      path;  // "/qingqu.catalog.v1.CatalogService/GetItem": its URL path, and its name in gRPC
  std::string area;  // "catalog"
  const google::protobuf::MethodDescriptor* descriptor;
  bool by_get;  // may be called by GET, too
  bool streaming;
};

// All methods of the services, found in their descriptors, and the translation of their messages.
// Thread-safe once made.
class Transcoder {
 public:
  // `areas` are names of kServiceAreas. Fails with INVALID_ARGUMENT for others.
  template <typename Areas>
  static absl::StatusOr<Transcoder> Create(const Areas& areas) {
    Transcoder transcoder;
    for (const auto& area : areas) {
      if (absl::Status status = transcoder.AddArea(area); !status.ok()) return status;
    }
    return transcoder;
  }

  Transcoder(Transcoder&&) noexcept;
  Transcoder& operator=(Transcoder&&) noexcept;
  ~Transcoder();

  // nullptr when there is no such method.
  const Method* Find(std::string_view path) const;
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }

  // The request in protobuf's binary form. Fails as CheckJson does, and with INVALID_ARGUMENT
  // INVALID_JSON_VALUE.
  absl::StatusOr<std::string> RequestFromJson(const Method& method, std::string_view json) const;
  // Fails with INVALID_ARGUMENT MALFORMED_PROTOBUF: a service would answer INTERNAL to such bytes.
  absl::Status CheckRequest(const Method& method, std::string_view binary) const;
  // proto3 JSON: lowerCamelCase, fields that have their default are left out, int64 as strings.
  absl::StatusOr<std::string> ResponseToJson(const Method& method, const std::string& binary) const;
  // The JSON of an error detail, for people who read the error; "" when its type is not known here.
  std::string DetailToJson(std::string_view type_name, const std::string& binary) const;

 private:
  Transcoder();
  absl::Status AddArea(std::string_view area);
  void AddService(std::string_view area, const google::protobuf::ServiceDescriptor& service);

  std::map<std::string, Method, std::less<>> methods_;
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
};

}  // namespace qingqu::gateway
