#include "common/tabular/xlsx_fixture.h"

#include <zip.h>

#include "fmt/format.h"

#include "common/base/check.h"

namespace qingqu::tabular {
namespace {

constexpr std::string_view kDeclaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";
constexpr std::string_view kPackageSpace =
    "http://schemas.openxmlformats.org/package/2006/relationships";

struct Spaces {
  std::string_view sheet;
  std::string_view relationships;
};

constexpr Spaces kTransitional = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships"};
constexpr Spaces kStrict = {"http://purl.oclc.org/ooxml/spreadsheetml/main",
                            "http://purl.oclc.org/ooxml/officeDocument/relationships"};

std::string Relation(std::string_view id, std::string_view space, std::string_view type,
                     std::string_view target) {
  return fmt::format(R"(<Relationship Id="{}" Type="{}/{}" Target="{}"/>)", id, space, type,
                     target);
}

std::string Relations(std::string_view content) {
  return fmt::format(R"({}<Relationships xmlns="{}">{}</Relationships>)", kDeclaration,
                     kPackageSpace, content);
}

std::string Element(std::string_view name, std::string_view space, std::string_view content) {
  return fmt::format(R"({}<{} xmlns="{}">{}</{}>)", kDeclaration, name, space, content, name);
}

}  // namespace

Parts WorkbookFixture::Build() const {
  const Spaces& spaces = strict ? kStrict : kTransitional;
  Parts parts;
  parts["[Content_Types].xml"] =
      R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>)";
  parts["_rels/.rels"] =
      Relations(Relation("rId1", spaces.relationships, "officeDocument", "xl/workbook.xml"));
  parts["xl/workbook.xml"] =
      fmt::format(R"({}<workbook xmlns="{}" xmlns:r="{}">{}<sheets>)"
                  R"(<sheet name="Query1" sheetId="1" r:id="rId1"/></sheets></workbook>)",
                  kDeclaration, spaces.sheet, spaces.relationships, properties);
  std::string relations =
      Relation("rId1", spaces.relationships, "worksheet", "worksheets/sheet1.xml");
  parts["xl/worksheets/sheet1.xml"] =
      Element("worksheet", spaces.sheet, fmt::format("<sheetData>{}</sheetData>", rows));
  if (!strings.empty()) {
    relations += Relation("rId2", spaces.relationships, "sharedStrings", "sharedStrings.xml");
    parts["xl/sharedStrings.xml"] = Element("sst", spaces.sheet, strings);
  }
  if (!styles.empty()) {
    relations += Relation("rId3", spaces.relationships, "styles", "/xl/styles.xml");
    parts["xl/styles.xml"] = Element("styleSheet", spaces.sheet, styles);
  }
  parts["xl/_rels/workbook.xml.rels"] = Relations(relations);
  return parts;
}

std::string TextRow(int row, const std::vector<std::string_view>& cells) {
  std::string text = fmt::format(R"(<row r="{}">)", row);
  for (const std::string_view cell : cells) {
    text += fmt::format(R"(<c t="inlineStr"><is><t>{}</t></is></c>)", cell);
  }
  return text + "</row>";
}

std::string MakeZip(const Parts& parts, ZipStyle style) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* const archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  QINGQU_CHECK(archive != nullptr);
  for (const auto& [name, content] : parts) {
    zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    QINGQU_CHECK(index >= 0);
    const auto entry = static_cast<zip_uint64_t>(index);
    if (style == ZipStyle::kStored) zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0);
    if (style != ZipStyle::kEncrypted) continue;
    QINGQU_CHECK(zip_file_set_encryption(archive, entry, ZIP_EM_AES_256, "secret") == 0);
  }
  QINGQU_CHECK(zip_close(archive) == 0);
  std::string bytes;
  // An archive without entries is no file at all to libzip.
  if (zip_source_open(target) == 0) {
    zip_stat_t information;
    QINGQU_CHECK(zip_source_stat(target, &information) == 0);
    bytes.resize(information.size);
    QINGQU_CHECK(zip_source_read(target, bytes.data(), bytes.size()) ==
                 static_cast<zip_int64_t>(bytes.size()));
    zip_source_close(target);
  }
  zip_source_free(target);
  return bytes;
}

}  // namespace qingqu::tabular
