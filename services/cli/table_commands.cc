#include <algorithm>
#include <array>
#include <ostream>

#include "nlohmann/json.hpp"

#include "common/base/check.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/mapping.h"
#include "common/tabular/targets.h"
#include "services/cli/commands.h"
#include "services/cli/exported_tables.h"
#include "services/cli/progress.h"
#include "services/cli/table_file.h"

namespace qingqu::cli {
namespace {

struct Template {
  std::string_view name;  // the command that imports it, behind "import "
  std::string_view mapping;
};

std::span<const Template> Templates() {
  static const std::array<Template, 5> templates = {
      {{"items", tabular::BuiltInItemsMapping()},
       {"classes", tabular::BuiltInClassesMapping()},
       {"codes", tabular::CodesTarget().mapping},
       {"withdrawn-codes", tabular::WithdrawnCodesTarget().mapping},
       {"transcoded-codes", tabular::TranscodedCodesTarget().mapping}}};
  return templates;
}

template <typename Named>
std::string NamesOf(std::span<const Named> all) {
  std::string names;
  for (const Named& each : all) names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
  return names;
}

// The one that the first word names.
template <typename Named>
absl::StatusOr<const Named*> FindNamed(const CommandContext& context, std::span<const Named> all) {
  const std::string& name = context.arguments.positionals[0];
  const auto found = std::ranges::find(all, name, &Named::name);
  if (found != all.end()) return &*found;
  return UsageError(
      MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE",
                context.catalogue.Format(Message::kBadOptionValue, "NAME", name, NamesOf(all))));
}

absl::StatusOr<int64_t> WriteTable(const CommandContext& context, const ExportedTable& table) {
  QINGQU_ASSIGN_OR_RETURN(const auto connection, context.Connect());
  QINGQU_ASSIGN_OR_RETURN(
      const auto file, TableFile::Create(context.arguments.positionals[1], std::string(table.sheet),
                                         table.headings, context.catalogue));
  ProgressBar bar(context.environment.errors,
                  context.environment.errors_are_terminal && !context.quiet && !context.json,
                  context.environment.clock, context.catalogue);
  int64_t rows = 0;
  QINGQU_RETURN_IF_ERROR(table.read(context, *connection, [&](const TableRow& row) {
    ++rows;
    if (rows % 1'000 == 0) bar.Show({.rows_done = rows});
    return file->Write(row);
  }));
  bar.Clear();
  QINGQU_RETURN_IF_ERROR(file->Commit());
  return rows;
}

}  // namespace

ExitCode RunExportTable(CommandContext& context) {
  const auto table = FindNamed(context, ExportedTables());
  if (!table.ok()) return context.Fail(table.status());
  const auto rows = WriteTable(context, **table);
  if (!rows.ok()) return context.Fail(rows.status());
  const std::string& path = context.arguments.positionals[1];
  if (context.json) {
    const nlohmann::ordered_json object = {{"rows", *rows}, {"file", path}};
    context.environment.output << object.dump() << '\n';
  } else {
    context.environment.output << context.catalogue.Format(Message::kTableExported, *rows, path)
                               << '\n';
  }
  return ExitCode::kOk;
}

ExitCode RunTemplate(CommandContext& context) {
  const auto chosen = FindNamed(context, Templates());
  if (!chosen.ok()) return context.Fail(chosen.status());
  const auto mapping = tabular::ParseMapping((*chosen)->mapping);
  QINGQU_CHECK(mapping.ok());
  const std::vector<std::string> headings = HeadingsOf((*chosen)->mapping);
  const std::string& path = context.arguments.positionals[1];
  const std::string sheet = mapping->sheet.empty() ? std::string((*chosen)->name) : mapping->sheet;
  const auto file = TableFile::Create(path, sheet, headings, context.catalogue);
  if (!file.ok()) return context.Fail(file.status());
  const absl::Status committed = (*file)->Commit();
  if (!committed.ok()) return context.Fail(committed);
  context.Note(context.catalogue.Format(Message::kTemplateWritten, path));
  return ExitCode::kOk;
}

}  // namespace qingqu::cli
