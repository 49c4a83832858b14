#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

namespace qingqu::rpc {

// The path of the first string in `message`, at any depth, that PostgreSQL cannot store
// ("lines[3].lot"); "" when all is well.
std::string FindUnstorableText(const google::protobuf::Message& message);

// The values of top-level string fields that look like resource names ("items/x"), for the
// journal's subjects.
std::vector<std::string> ResourceNamesIn(const google::protobuf::Message& message);

// {"question": <the request as JSON>, "outcome": "OK"}; the request is left out when it is longer
// than 16 KiB.
std::string QuestionJson(const google::protobuf::Message& request, std::string_view outcome);

}  // namespace qingqu::rpc
