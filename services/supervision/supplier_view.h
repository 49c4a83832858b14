#pragma once

#include <string>

#include "services/supervision/entry.h"

namespace qingqu::supervision {

// Leaves of an entry that concerns a supplier what the supplier may know:
//  - names of agreements, orders, despatches, receipts, items, locations, institutions, alliances
//    and of the supplier itself; every other resource name goes, wherever it stands, and so do
//    fields that speak of requisitions;
//  - its own people by name; of others only institution and roles;
//  - nothing of patients and doctors.
void KeepSupplierPart(const std::string& supplier_id, Entry& entry);

}  // namespace qingqu::supervision
