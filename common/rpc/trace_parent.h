#pragma once

#include <string>
#include <string_view>

// W3C Trace Context, version 00: the header "traceparent" that follows a request through all
// processes.
namespace qingqu::rpc {

// The caller's traceparent when it is well-formed, else a new one.
std::string TraceParentOrNew(const std::string* header);

// The same, or "" when it is not well-formed.
std::string WellFormedTraceParent(std::string_view traceparent);

// For a call that is made in order to serve another one: its trace and flags with a span of its
// own. "" when `traceparent` is not well-formed: then the call belongs to no trace.
std::string ChildTraceParent(std::string_view traceparent);

// The 32 hexadecimal digits that name the trace: the request's id in every log.
std::string_view TraceIdOf(std::string_view traceparent);

}  // namespace qingqu::rpc
