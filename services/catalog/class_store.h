#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "services/catalog/class_row.h"

namespace qingqu::catalog {

struct Class {
  std::string code;
  int level = 0;
  std::string display_name;
  std::string monitored_group;  // only at level 6
};

struct ClassListOptions {
  int level = 0;            // of the classes to list
  std::string parent_code;  // empty for the first level
  std::string after_code;
  int limit = 0;
};

std::vector<Class> ListClasses(pqxx::transaction_base& tx, const ClassListOptions& options);
bool ClassExists(pqxx::transaction_base& tx, std::string_view code);

struct ClassCounts {
  int64_t first_level = 0;
  int64_t second_level = 0;
  int64_t third_level = 0;
  int64_t generic_names = 0;
  int64_t materials = 0;
  int64_t class_codes = 0;
  int64_t monitored_groups = 0;
};

ClassCounts CountClasses(pqxx::transaction_base& tx);

// What an import staged under a code.
struct StagedClass {
  std::string code;
  int64_t line = 0;
  std::string display_name;
  std::string monitored_group;  // of rows
};

std::vector<StagedClass> FindStagedNodes(pqxx::transaction_base& tx, int64_t import_number,
                                         const std::vector<std::string>& codes);
std::vector<StagedClass> FindStagedRows(pqxx::transaction_base& tx, int64_t import_number,
                                        const std::vector<std::string>& codes);
void StageNodes(pqxx::transaction_base& tx, int64_t import_number,
                std::span<const ClassNode> nodes);
// No code may be staged yet.
void StageRows(pqxx::transaction_base& tx, int64_t import_number,
               std::span<const ClassRow* const> rows);

// Applies what was staged and deletes it from staging. `accepted_count` is the number of rows that
// were not rejected.
db::ImportMerge MergeStagedClasses(pqxx::transaction_base& tx, int64_t import_number,
                                   int64_t accepted_count);

void DeleteStagedClasses(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers);

}  // namespace qingqu::catalog
