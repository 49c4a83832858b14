#pragma once

#include "pqxx/row"

#include "services/catalog/mapping/local_code.h"
#include "services/catalog/mapping/mapping_store.h"

namespace qingqu::catalog {

// Rows of the tables of local codes, between PostgreSQL's text and our types.

// The columns of queries/parts/local_code_columns.sql.
LocalCode ReadLocalCode(const pqxx::row& row);
// The columns of queries/parts/mapping_columns.sql.
MappingRecord ReadMapping(const pqxx::row& row);
// The texts, price, unit and factor of a local row; not its code.
UploadedRow ReadRow(const pqxx::row& row);
// The columns of queries/read_mapping_targets.sql.
MappingTarget ReadTarget(const pqxx::row& row);

std::string ProposalsJson(const std::vector<KeptProposal>& proposals);
std::string EvidenceText(const std::vector<MappingEvidence>& evidence);  // "registration,name"

}  // namespace qingqu::catalog
