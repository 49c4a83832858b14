#pragma once

#include <string>
#include <string_view>

#include "common/auth/call_context.h"

namespace qingqu::db {

// An id for what a call makes, a version 7 UUID. It is computed, so that what is tried again within
// RunIdempotent is the same; nobody else's call makes it, though it carry the same request id.
// `part` tells apart what one call makes.
std::string IdOfCall(const CallContext& call, std::string_view part = "");

}  // namespace qingqu::db
