#pragma once

#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "services/supervision/entry.h"

namespace qingqu::supervision {

// Without what is restricted; see RevealRestricted.
v1::Entry ToProto(const Entry& entry);

}  // namespace qingqu::supervision
