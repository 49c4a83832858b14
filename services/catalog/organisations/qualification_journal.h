#pragma once

#include <string_view>

#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "services/catalog/organisations/qualification.h"

namespace qingqu::catalog {

// The journal's entry of a change of a document, which its organisation may read.
void JournalQualification(pqxx::transaction_base& tx, const CallContext& call,
                          std::string_view event, const Qualification& qualification,
                          std::string_view reason = "");

}  // namespace qingqu::catalog
