#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "common/status/status.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "services/distribution/location.h"

namespace qingqu::distribution {

struct BalanceRow;

// What all documents have at most.
inline constexpr int kLinesMax = 5000;

v1::Location ToProto(const Location& location);
v1::Balance ToProto(const BalanceRow& row);

// The id in a resource name; what is wrong is added to `violations` and gives "".
std::string ReadId(std::string_view pattern, std::string_view field, const std::string& name,
                   FieldViolations& violations);

// The id chosen by the caller, or the request id.
std::string ReadNewId(std::string_view field, const std::string& chosen,
                      const std::string& request_id, FieldViolations& violations);

// Adds a violation unless a document has 1 to kLinesMax lines.
void CheckLineCount(std::string_view field, int count, FieldViolations& violations);

// "lines[3].quantity" below `field`.
std::string LineField(std::string_view field, int index, std::string_view name);

// For the journal, with the proto's field names.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace qingqu::distribution
