#pragma once

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "services/cli/messages.h"

namespace qingqu::cli {

// proto3 JSON in one line, as the gateway writes it.
std::string MessageAsJson(const google::protobuf::Message& message);

// A message for people: a list response as a table, anything else as "field: value" lines with what
// is nested indented. Names are the API's; instants are shown in the county's time (UTC+8).
std::string MessageForPeople(const google::protobuf::Message& message, const Catalogue& catalogue);

// The repeated field that a response with pages is about; nullptr when it has no pages.
const google::protobuf::FieldDescriptor* PagedField(const google::protobuf::Descriptor& response);

// "2026-11-21 20:17:28", UTC+8.
std::string LocalTime(int64_t unix_seconds);

}  // namespace qingqu::cli
