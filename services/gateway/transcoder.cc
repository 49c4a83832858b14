#include "services/gateway/transcoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "google/protobuf/arena.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver.h"
#include "google/protobuf/util/type_resolver_util.h"

#include "common/rpc/method_registry.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "qingqu/common/v1/people.pb.h"
#include "services/gateway/strict_json.h"

namespace qingqu::gateway {
namespace {

namespace protobuf = google::protobuf;

constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com";

std::string TypeUrl(std::string_view type_name) {
  return fmt::format("{}/{}", kTypeUrlPrefix, type_name);
}

}  // namespace

Transcoder::Transcoder()
    : resolver_(protobuf::util::NewTypeResolverForDescriptorPool(
          std::string(kTypeUrlPrefix), protobuf::DescriptorPool::generated_pool())) {}
Transcoder::Transcoder(Transcoder&&) noexcept = default;
Transcoder& Transcoder::operator=(Transcoder&&) noexcept = default;
Transcoder::~Transcoder() = default;

absl::Status Transcoder::AddArea(std::string_view area) {
  bool any = false;
  for (const protobuf::ServiceDescriptor* service : rpc::AllServices()) {
    if (rpc::AreaOf(service->full_name()) != area) continue;
    AddService(area, *service);
    any = true;
  }
  if (any) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_SERVICE",
                   fmt::format("there is no service {}", area));
}

void Transcoder::AddService(std::string_view area, const protobuf::ServiceDescriptor& service) {
  for (int index = 0; index < service.method_count(); ++index) {
    const protobuf::MethodDescriptor& method = *service.method(index);
    const std::string path = fmt::format("/{}/{}", service.full_name(), method.name());
    const protobuf::MethodOptions& options = method.options();
    // What tells of patients and doctors stands in no address, which others log and keep.
    const bool by_get = options.idempotency_level() == protobuf::MethodOptions::NO_SIDE_EFFECTS &&
                        options.GetExtension(common::v1::doctor_level) == 0;
    methods_.emplace(path,
                     Method{.path = path,
                            .area = std::string(area),
                            .descriptor = &method,
                            .by_get = by_get,
                            .streaming = method.client_streaming() || method.server_streaming()});
  }
}

const Method* Transcoder::Find(std::string_view path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : &found->second;
}

absl::StatusOr<std::string> Transcoder::RequestFromJson(const Method& method,
                                                        std::string_view json) const {
  const protobuf::Descriptor& type = *method.descriptor->input_type();
  QINGQU_RETURN_IF_ERROR(CheckJson(json, type));
  std::string binary;
  const auto status = protobuf::util::JsonToBinaryString(resolver_.get(), TypeUrl(type.full_name()),
                                                         {json.data(), json.size()}, &binary);
  if (status.ok()) return binary;
  return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_JSON_VALUE",
                   std::string(status.message().data(), status.message().size()));
}

absl::Status Transcoder::CheckRequest(const Method& method, std::string_view binary) const {
  protobuf::Arena arena;
  const protobuf::Descriptor* type = method.descriptor->input_type();
  protobuf::Message* message =
      protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New(&arena);
  if (binary.size() <= static_cast<size_t>(std::numeric_limits<int>::max()) &&
      message->ParseFromArray(binary.data(), static_cast<int>(binary.size()))) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_PROTOBUF",
                   fmt::format("the body is not a {} in protobuf's binary form", type->name()));
}

absl::StatusOr<std::string> Transcoder::ResponseToJson(const Method& method,
                                                       const std::string& binary) const {
  std::string json;
  const auto status = protobuf::util::BinaryToJsonString(
      resolver_.get(), TypeUrl(method.descriptor->output_type()->full_name()), binary, &json);
  if (status.ok()) return json;
  return MakeError(absl::StatusCode::kInternal, "RESPONSE_NOT_TRANSLATABLE",
                   "the service's answer could not be translated to JSON");
}

std::string Transcoder::DetailToJson(std::string_view type_name, const std::string& binary) const {
  std::string json;
  const auto status =
      protobuf::util::BinaryToJsonString(resolver_.get(), TypeUrl(type_name), binary, &json);
  return status.ok() ? json : "";
}

}  // namespace qingqu::gateway
