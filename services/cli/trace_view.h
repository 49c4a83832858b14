#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "services/cli/messages.h"

namespace qingqu::cli {

// The lot that a trace is about.
struct TracedLot {
  std::string item;  // items/{item}
  std::string lot;
};

// One line of a trace for people: time (UTC+8), event, who, document, how much of the lot, where
// and why. What the details do not say is left empty; an event without a name of its own is shown
// as the journal has it.
std::vector<std::string> TraceRow(const supervision::v1::Entry& entry, const TracedLot& traced,
                                  const Catalogue& catalogue);

// What an event of the journal is called.
struct EventName {
  std::string_view event;  // "receipt.posted"
  Message message;
};
std::span<const EventName> AllEventNames();

}  // namespace qingqu::cli
