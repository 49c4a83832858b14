#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace qingqu::gateway {

// How deep objects and arrays may nest.
inline constexpr int kJsonDepthMax = 64;

// Refuses what protobuf's JSON parser lets through although RFC 8259 or the proto3 JSON mapping
// does not, or although two readers could understand it differently. Runs before that parser, which
// still checks ranges and formats.
//
// Fails with INVALID_ARGUMENT and one of these reasons; messages name the byte position or the path
// of the field:
//   MALFORMED_JSON   not RFC 8259: comments, trailing commas, single quotes, NaN, Infinity, a byte
//   order mark, invalid
//                    UTF-8, lone surrogates, anything after the document, an empty body, a document
//                    that is no object
//   NUL_CHARACTER    U+0000 in a key or string, raw or escaped: PostgreSQL text cannot hold it
//   JSON_TOO_DEEP    nested deeper than kJsonDepthMax
//   DUPLICATE_KEY    a key given twice in one object, also as request_id and requestId
//   UNKNOWN_FIELD    a key that is no field of the message
//   WRONG_JSON_TYPE  a value of another JSON type than the field's; a null in a list; an integer
//   written with a
//                    fraction or an exponent; an enum value that does not exist
absl::Status CheckJson(std::string_view json, const google::protobuf::Descriptor& type);

}  // namespace qingqu::gateway
