#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

namespace qingqu::rpc {

// The path of the first string in `message`, at any depth, that PostgreSQL cannot store
// ("lines[3].lot"); "" when all is well.
std::string FindUnstorableText(const google::protobuf::Message& message);

// The values of top-level string fields that look like resource names ("items/x"), for the
// journal's subjects, which are open: neither a purpose, nor a field that may tell of people
// (common/v1/people.proto), nor text that does without being a person's name.
std::vector<std::string> ResourceNamesIn(const google::protobuf::Message& message);

// How a question ended.
struct QuestionOutcome {
  std::string code;         // "OK"
  std::string reason = "";  // of the refusal or failure
  // Of the answer; not told when not known.
  std::optional<int64_t> rows = std::nullopt;
};

// What the journal keeps of a question, as JSON objects.
struct QuestionTexts {
  // {"question": <the request>, "outcome": "OK", "reason": …, "rows": …}
  std::string details;
  // {}, or where the request names patients or doctors {"question": <the request>}: in `details`
  // are the fields then that name nobody.
  std::string restricted = "{}";
};
// The request is left out when it is longer than 16 KiB.
QuestionTexts DescribeQuestion(const google::protobuf::Message& request,
                               const QuestionOutcome& outcome);

// How many rows an answer has: the elements of its lists, or 1 for one that has no list of
// messages.
int64_t CountRows(const google::protobuf::Message& answer);

}  // namespace qingqu::rpc
