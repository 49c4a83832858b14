#pragma once

#include <string>

#include "qingqu/distribution/v1/ledger.pb.h"

namespace qingqu::distribution {

// For the model of the ledger. What counts as content: all but the name.
bool SameContent(v1::Movement one, v1::Movement other);

// The field in which two movements in good form differ. "?" when several differ: the ledger may
// have filled in what it was not told, and does not know which of them was the first.
std::string DifferentField(const v1::Movement& one, const v1::Movement& other);

}  // namespace qingqu::distribution
