#include "common/tabular/workbook.h"

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/cell_error.h"
#include "common/tabular/xml_stream.h"

namespace qingqu::tabular {
namespace {

constexpr int64_t kPartBytesMax = int64_t{16} << 20;
constexpr size_t kSheetsShownMax = 20;
constexpr size_t kSheetsMax = 10'000;
constexpr size_t kRelationshipsMax = 20'000;
constexpr std::string_view kRootRelationships = "_rels/.rels";

struct Relationship {
  std::string type;  // what follows the last slash of its URI
  std::string target;
  bool external = false;
};

using Relationships = std::map<std::string, Relationship, std::less<>>;

absl::Status NotAWorkbook(std::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "NOT_A_WORKBOOK",
      fmt::format("the file is an archive, but not a workbook: {}; save it as .xlsx", what));
}

absl::Status TooMany(std::string_view part) {
  return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_TOO_MANY_PARTS",
                   fmt::format("{} lists more parts than any workbook has", part));
}

class RelationshipEvents final : public XmlEvents {
 public:
  void Start(const XmlName& name, const XmlAttributes& attributes) override {
    if (name.space != XmlSpace::kPackage || name.local != "Relationship") return;
    full_ = relationships_.size() >= kRelationshipsMax;
    if (full_) return;
    const std::string_view type = attributes.Get("Type");
    relationships_.try_emplace(
        std::string(attributes.Get("Id")),
        Relationship{.type = std::string(type.substr(type.find_last_of('/') + 1)),
                     .target = std::string(attributes.Get("Target")),
                     .external = attributes.Get("TargetMode") == "External"});
  }
  void End(const XmlName&) override {}
  void Text(std::string_view) override {}

  bool full() const { return full_; }
  Relationships Take() && { return std::move(relationships_); }

 private:
  bool full_ = false;
  Relationships relationships_;
};

struct SheetEntry {
  std::string name;
  std::string relationship;
  bool hidden = false;
};

class WorkbookEvents final : public XmlEvents {
 public:
  void Start(const XmlName& name, const XmlAttributes& attributes) override {
    if (root_.empty()) root_ = name.IsSheet("workbook") ? "workbook" : "other";
    if (name.IsSheet("workbookPr")) {
      const std::string_view value = attributes.Get("date1904");
      from_1904 = value == "1" || value == "true" || value == "on";
    }
    if (!name.IsSheet("sheet")) return;
    full_ = sheets.size() >= kSheetsMax;
    if (full_) return;
    const std::string_view state = attributes.Get("state");
    sheets.push_back(
        {.name = std::string(attributes.Get("name")),
         .relationship = std::string(attributes.Find("id", XmlSpace::kRelationships).value_or("")),
         .hidden = state == "hidden" || state == "veryHidden"});
  }
  void End(const XmlName&) override {}
  void Text(std::string_view) override {}
  bool is_workbook() const { return root_ == "workbook"; }
  bool full() const { return full_; }

  std::vector<SheetEntry> sheets;
  bool from_1904 = false;

 private:
  bool full_ = false;
  std::string root_;
};

class StyleEvents final : public XmlEvents {
 public:
  void Start(const XmlName& name, const XmlAttributes& attributes) override {
    if (name.IsSheet("cellXfs")) in_cell_formats_ = true;
    if (name.IsSheet("numFmt")) {
      formats_.try_emplace(Number(attributes.Get("numFmtId")),
                           ParseNumberFormat(attributes.Get("formatCode")));
    }
    if (!in_cell_formats_ || !name.IsSheet("xf")) return;
    const int id = Number(attributes.Get("numFmtId"));
    const auto format = formats_.find(id);
    cell_formats.push_back(format == formats_.end() ? BuiltInNumberFormat(id) : format->second);
  }
  void End(const XmlName& name) override {
    if (name.IsSheet("cellXfs")) in_cell_formats_ = false;
  }
  void Text(std::string_view) override {}

  std::vector<NumberFormat> cell_formats;

 private:
  static int Number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
  }

  bool in_cell_formats_ = false;
  absl::flat_hash_map<int, NumberFormat> formats_;
};

std::string Folder(std::string_view part) {
  return std::string(part.substr(0, part.find_last_of('/') + 1));
}

std::string RelationshipsPart(std::string_view part) {
  const std::string folder = Folder(part);
  return fmt::format("{}_rels/{}.rels", folder, part.substr(folder.size()));
}

// The part that `target` means, seen from a part in `folder`.
std::string Resolve(const std::string& folder, const std::string& target) {
  const std::string path = target.starts_with('/') ? target : folder + target;
  std::vector<std::string> steps;
  for (const absl::string_view step : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (step == ".") continue;
    if (step != "..") {
      steps.emplace_back(step);
    } else if (!steps.empty()) {
      steps.pop_back();
    }
  }
  return absl::StrJoin(steps, "/");
}

absl::StatusOr<std::string> PartOf(const Relationship& relationship, const std::string& folder) {
  if (!relationship.external) return Resolve(folder, relationship.target);
  return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_EXTERNAL_PART",
                   fmt::format("a part of the workbook ({}) lies outside of the file, at \"{}\"; "
                               "such a file is made to attack its reader",
                               ShownValue(relationship.type), ShownValue(relationship.target)));
}

absl::StatusOr<Relationships> ReadRelationships(const ZipPackage& package,
                                                const std::string& part) {
  RelationshipEvents events;
  QINGQU_RETURN_IF_ERROR(ParsePart(package, part, kPartBytesMax, events));
  if (events.full()) return TooMany(part);
  return std::move(events).Take();
}

const Relationship* FindType(const Relationships& relationships, std::string_view type) {
  for (const auto& [id, relationship] : relationships) {
    if (relationship.type == type) return &relationship;
  }
  return nullptr;
}

absl::StatusOr<std::string> FindWorkbookPart(const ZipPackage& package) {
  if (!package.HasPart(std::string(kRootRelationships))) {
    return NotAWorkbook("it has no relationships");
  }
  QINGQU_ASSIGN_OR_RETURN(const Relationships relationships,
                          ReadRelationships(package, std::string(kRootRelationships)));
  const Relationship* const document = FindType(relationships, "officeDocument");
  if (document == nullptr) return NotAWorkbook("it names no document");
  QINGQU_ASSIGN_OR_RETURN(std::string part, PartOf(*document, ""));
  if (!part.ends_with(".bin")) return part;
  return MakeError(absl::StatusCode::kInvalidArgument, "XLSB_NOT_SUPPORTED",
                   "the workbook is in Excel's binary form; save it as .xlsx");
}

}  // namespace

absl::StatusOr<Workbook> ReadWorkbook(const ZipPackage& package) {
  QINGQU_ASSIGN_OR_RETURN(const std::string part, FindWorkbookPart(package));
  WorkbookEvents events;
  QINGQU_RETURN_IF_ERROR(ParsePart(package, part, kPartBytesMax, events));
  if (!events.is_workbook()) return NotAWorkbook("its document is of another kind");
  if (events.full()) return TooMany(part);
  QINGQU_ASSIGN_OR_RETURN(const Relationships relationships,
                          ReadRelationships(package, RelationshipsPart(part)));
  const std::string folder = Folder(part);
  Workbook workbook{.from_1904 = events.from_1904};
  for (SheetEntry& sheet : events.sheets) {
    const auto found = relationships.find(sheet.relationship);
    // Sheets of charts and dialogs have no cells.
    if (found == relationships.end() || found->second.type != "worksheet") continue;
    QINGQU_ASSIGN_OR_RETURN(std::string sheet_part, PartOf(found->second, folder));
    workbook.sheets.push_back(
        {.name = std::move(sheet.name), .part = std::move(sheet_part), .hidden = sheet.hidden});
  }
  if (const Relationship* const strings = FindType(relationships, "sharedStrings")) {
    QINGQU_ASSIGN_OR_RETURN(workbook.strings_part, PartOf(*strings, folder));
  }
  if (const Relationship* const styles = FindType(relationships, "styles")) {
    QINGQU_ASSIGN_OR_RETURN(const std::string styles_part, PartOf(*styles, folder));
    StyleEvents style_events;
    QINGQU_RETURN_IF_ERROR(ParsePart(package, styles_part, kPartBytesMax, style_events));
    workbook.cell_formats = std::move(style_events.cell_formats);
  }
  return workbook;
}

absl::StatusOr<const WorkbookSheet*> ChooseSheet(const Workbook& workbook,
                                                 const std::string& name) {
  for (const WorkbookSheet& sheet : workbook.sheets) {
    if (name.empty() ? !sheet.hidden : sheet.name == name) return &sheet;
  }
  std::string names;
  for (size_t index = 0; index < workbook.sheets.size() && index < kSheetsShownMax; ++index) {
    const WorkbookSheet& sheet = workbook.sheets[index];
    names += fmt::format("{}\"{}\"{}", names.empty() ? "" : ", ", ShownValue(sheet.name),
                         sheet.hidden ? " (hidden)" : "");
  }
  if (workbook.sheets.size() > kSheetsShownMax) names += ", …";
  const std::string what =
      name.empty() ? "every sheet is hidden" : fmt::format("there is no sheet \"{}\"", name);
  return MakeError(
      absl::StatusCode::kInvalidArgument, "SHEET_NOT_FOUND",
      fmt::format("{}; the workbook has {}", what, names.empty() ? "no sheet of cells" : names));
}

}  // namespace qingqu::tabular
