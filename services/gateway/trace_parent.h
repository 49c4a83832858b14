#pragma once

#include <string>
#include <string_view>

namespace qingqu::gateway {

// The caller's traceparent (W3C Trace Context, version 00) when it is well-formed, else a new one.
std::string TraceParentOrNew(const std::string* header);

// The 32 hexadecimal digits that name the trace: the request's id in every log.
std::string_view TraceIdOf(std::string_view traceparent);

}  // namespace qingqu::gateway
