#include "services/catalog/class_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/queries.h"

namespace qingqu::catalog {
namespace {

int64_t Affected(const pqxx::result& result) {
  return static_cast<int64_t>(result.affected_rows());
}

}  // namespace

std::vector<Class> ListClasses(pqxx::transaction_base& tx, const ClassListOptions& options) {
  // ':' follows '9', so this is the end of the parent's codes.
  const std::string end = options.parent_code.empty() ? "D" : options.parent_code + ":";
  std::vector<Class> classes;
  for (const auto& row :
       tx.exec_prepared(queries::kListClasses.name, options.level, options.after_code,
                        options.parent_code, end, options.limit)) {
    classes.push_back({.code = row["code"].as<std::string>(),
                       .level = row["level"].as<int>(),
                       .display_name = row["display_name"].as<std::string>(),
                       .monitored_group = row["monitored_group"].as<std::string>()});
  }
  return classes;
}

bool ClassExists(pqxx::transaction_base& tx, std::string_view code) {
  return tx
      .exec_prepared1(queries::kClassExists.name, LevelOfCodeLength(code.size()),
                      std::string(code))[0]
      .as<bool>();
}

ClassCounts CountClasses(pqxx::transaction_base& tx) {
  const pqxx::row row = tx.exec_prepared1(queries::kCountClasses.name);
  return {.first_level = row["first_level"].as<int64_t>(),
          .second_level = row["second_level"].as<int64_t>(),
          .third_level = row["third_level"].as<int64_t>(),
          .generic_names = row["generic_names"].as<int64_t>(),
          .materials = row["materials"].as<int64_t>(),
          .class_codes = row["class_codes"].as<int64_t>(),
          .monitored_groups = row["monitored_groups"].as<int64_t>()};
}

std::vector<StagedClass> FindStagedNodes(pqxx::transaction_base& tx, int64_t import_number,
                                         const std::vector<std::string>& codes) {
  std::vector<StagedClass> nodes;
  for (const auto& row :
       tx.exec_prepared(queries::kFindStagedClassNodes.name, import_number, db::TextArray(codes))) {
    nodes.push_back({.code = row["code"].as<std::string>(),
                     .line = row["line"].as<int64_t>(),
                     .display_name = row["display_name"].as<std::string>()});
  }
  return nodes;
}

std::vector<StagedClass> FindStagedRows(pqxx::transaction_base& tx, int64_t import_number,
                                        const std::vector<std::string>& codes) {
  if (codes.empty()) return {};
  std::vector<StagedClass> staged;
  for (const auto& row :
       tx.exec_prepared(queries::kFindStagedClassRows.name, import_number, db::TextArray(codes))) {
    staged.push_back({.code = row["code"].as<std::string>(),
                      .line = row["line"].as<int64_t>(),
                      .display_name = row["display_name"].as<std::string>(),
                      .monitored_group = row["monitored_group"].as<std::string>()});
  }
  return staged;
}

void StageNodes(pqxx::transaction_base& tx, int64_t import_number,
                std::span<const ClassNode> nodes) {
  db::ArrayBuilder codes;
  db::ArrayBuilder lines;
  db::ArrayBuilder names;
  for (const ClassNode& node : nodes) {
    codes.AddText(node.code);
    lines.AddInteger(node.line);
    names.AddText(node.name);
  }
  tx.exec_prepared(queries::kInsertStagedClassNodes.name, import_number, codes.Build(),
                   lines.Build(), names.Build());
}

void StageRows(pqxx::transaction_base& tx, int64_t import_number,
               std::span<const ClassRow* const> rows) {
  db::ArrayBuilder codes;
  db::ArrayBuilder lines;
  db::ArrayBuilder features;
  db::ArrayBuilder groups;
  for (const ClassRow* row : rows) {
    codes.AddText(row->class_code);
    lines.AddInteger(row->line);
    features.AddText(row->NameAtLevel(kClassLevels));
    groups.AddText(row->monitored_group);
  }
  tx.exec_prepared(queries::kInsertStagedClassRows.name, import_number, codes.Build(),
                   lines.Build(), features.Build(), groups.Build());
}

db::ImportMerge MergeStagedClasses(pqxx::transaction_base& tx, int64_t import_number,
                                   int64_t accepted_count) {
  tx.exec_prepared(queries::kLockClassTree.name);
  // Before anything is renamed.
  int64_t changed =
      tx.exec_prepared1(queries::kCountClassRowsBelowRenamedNodes.name, import_number)[0]
          .as<int64_t>();
  tx.exec_prepared(queries::kRenameClassNodes.name, import_number);
  tx.exec_prepared(queries::kInsertClassNodes.name, import_number);
  changed += Affected(tx.exec_prepared(queries::kUpdateClassRows.name, import_number));
  changed += Affected(tx.exec_prepared(queries::kInsertClassRows.name, import_number));
  DeleteStagedClasses(tx, {import_number});
  return {.imported_count = changed, .unchanged_count = accepted_count - changed};
}

void DeleteStagedClasses(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers) {
  if (import_numbers.empty()) return;
  const std::string numbers = db::IntegerArray(import_numbers);
  tx.exec_prepared(queries::kDeleteStagedClassRows.name, numbers);
  tx.exec_prepared(queries::kDeleteStagedClassNodes.name, numbers);
}

}  // namespace qingqu::catalog
