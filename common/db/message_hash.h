#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace qingqu::db {

// The same bytes for the same content, in this version of the program.
std::string SerializeDeterministically(const google::protobuf::Message& message);

// BLAKE2b-256 of SerializeDeterministically, as 64 hexadecimal digits.
std::string MessageHash(const google::protobuf::Message& message);

}  // namespace qingqu::db
