#include "services/cli/exported_tables.h"

#include <array>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/status_macros.h"
#include "common/tabular/mapping.h"
#include "common/tabular/targets.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"
#include "services/cli/method_lookup.h"

namespace qingqu::cli {
namespace {

namespace catalog = qingqu::catalog::v1;

constexpr int kPageSize = 1'000;
constexpr size_t kProductCodeLength = 20;
constexpr size_t kLevels = 6;

// Lists from the first page to the last.
template <typename Response, typename Request, typename Take>
absl::Status ForEachPage(const CommandContext& context, Connection& connection,
                         std::string_view method_name, Request request, const Take& take) {
  QINGQU_ASSIGN_OR_RETURN(const auto* method, FindMethod(method_name, context.catalogue));
  request.set_page_size(kPageSize);
  Response response;
  do {
    QINGQU_ASSIGN_OR_RETURN(const auto answer,
                            connection.caller.Call(*method, request, context.Policy()));
    response.CopyFrom(*answer);
    QINGQU_RETURN_IF_ERROR(take(response));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string YesOrNo(bool value) { return value ? "是" : "否"; }

std::string StateOf(catalog::ApprovalState state) {
  constexpr std::string_view kPrefix = "APPROVAL_STATE_";
  return catalog::ApprovalState_Name(state).substr(kPrefix.size());
}

std::string ClassOf(catalog::DeviceClass device_class) {
  constexpr std::array<const char*, 4> kNames = {"", "I", "II", "III"};
  const auto index = static_cast<size_t>(device_class);
  return index < kNames.size() ? kNames[index] : "";
}

// "盒=10=16901234567899;箱=100=26901234567896", as imports take it.
std::string PacksOf(const catalog::Item& item) {
  std::string packs;
  for (const catalog::Pack& pack : item.packs()) {
    packs += fmt::format("{}{}={}={}", packs.empty() ? "" : ";", pack.unit(), pack.base_units(),
                         pack.device_identifier());
  }
  return packs;
}

std::string CelsiusOf(bool known, int degrees) { return known ? fmt::format("{}", degrees) : ""; }

// In the order of the headings of items.
TableRow RowOf(const catalog::Item& item) {
  return {IdOf(item.name()),
          item.display_name(),
          item.specification(),
          item.model(),
          item.manufacturer(),
          item.registration_number(),
          item.registration_expire_date(),
          ClassOf(item.device_class()),
          item.national_code(),
          item.device_identifier(),
          item.base_unit(),
          PacksOf(item),
          YesOrNo(item.lot_tracked()),
          YesOrNo(item.serial_tracked()),
          YesOrNo(item.expiry_tracked()),
          YesOrNo(item.high_value()),
          YesOrNo(item.sterile()),
          YesOrNo(item.single_use()),
          YesOrNo(item.implant()),
          item.storage_conditions(),
          CelsiusOf(item.has_storage_celsius_min(), item.storage_celsius_min()),
          CelsiusOf(item.has_storage_celsius_max(), item.storage_celsius_max()),
          item.procurement_group(),
          item.charge_code(),
          StateOf(item.state())};
}

std::vector<std::string> ItemHeadings() {
  std::vector<std::string> headings = HeadingsOf(tabular::BuiltInItemsMapping());
  headings.emplace_back("状态");
  return headings;
}

absl::Status ReadItems(const CommandContext& context, Connection& connection, const TakeRow& take) {
  catalog::ListItemsRequest request;
  request.set_national_code_prefix(context.arguments.Get("prefix"));
  return ForEachPage<catalog::ListItemsResponse>(
      context, connection, "CatalogService/ListItems", request,
      [&](const catalog::ListItemsResponse& page) -> absl::Status {
        for (const catalog::Item& item : page.items()) {
          QINGQU_RETURN_IF_ERROR(take(RowOf(item)));
        }
        return absl::OkStatus();
      });
}

absl::Status ReadSuppliers(const CommandContext& context, Connection& connection,
                           const TakeRow& take) {
  return ForEachPage<catalog::ListSuppliersResponse>(
      context, connection, "CatalogService/ListSuppliers", catalog::ListSuppliersRequest(),
      [&](const catalog::ListSuppliersResponse& page) -> absl::Status {
        for (const catalog::Supplier& supplier : page.suppliers()) {
          QINGQU_RETURN_IF_ERROR(
              take({IdOf(supplier.name()), supplier.display_name(), supplier.credit_code(),
                    supplier.licence_number(), supplier.licence_expire_date(),
                    ClassOf(supplier.licence_class()), StateOf(supplier.state())}));
        }
        return absl::OkStatus();
      });
}

// Walks the tree of classes from its root to its leaves, which are the rows.
class ClassWalk {
 public:
  ClassWalk(const CommandContext& context, Connection& connection, const TakeRow& take)
      : context_(context), connection_(connection), take_(take) {}

  absl::Status Below(const std::string& parent) {
    catalog::ListClassesRequest request;
    request.set_parent(parent);
    return ForEachPage<catalog::ListClassesResponse>(
        context_, connection_, "CatalogService/ListClasses", request,
        [&](const catalog::ListClassesResponse& page) -> absl::Status {
          for (const catalog::Class& each : page.classes()) QINGQU_RETURN_IF_ERROR(Visit(each));
          return absl::OkStatus();
        });
  }

 private:
  absl::Status Visit(const catalog::Class& each) {
    QINGQU_CHECK(each.level() >= 1 && each.level() <= static_cast<int>(kLevels));
    names_[static_cast<size_t>(each.level()) - 1] = each.display_name();
    if (each.level() < static_cast<int>(kLevels)) return Below(each.name());
    const std::string& code = each.code();
    return take_({each.monitored_group(), code, names_[0], names_[1], names_[2], code.substr(7, 3),
                  names_[3], code.substr(10, 2), names_[4], code.substr(12, 3), names_[5]});
  }

  const CommandContext& context_;
  Connection& connection_;
  const TakeRow& take_;
  std::array<std::string, kLevels> names_;  // of the classes around, outermost first
};

absl::Status ReadClasses(const CommandContext& context, Connection& connection,
                         const TakeRow& take) {
  return ClassWalk(context, connection, take).Below("");
}

absl::Status ReadNationalCodes(const CommandContext& context, Connection& connection,
                               const TakeRow& take) {
  catalog::ListNationalCodesRequest request;
  request.set_prefix(context.arguments.Get("prefix"));
  request.set_as_of(context.arguments.Get("as-of"));
  return ForEachPage<catalog::ListNationalCodesResponse>(
      context, connection, "CodeReleaseService/ListNationalCodes", request,
      [&](const catalog::ListNationalCodesResponse& page) -> absl::Status {
        for (const catalog::NationalCode& code : page.codes()) {
          // What is gone would come back by an import of the file.
          if (code.state() != catalog::CODE_STATE_CURRENT) continue;
          QINGQU_RETURN_IF_ERROR(
              take({code.code(), code.original_code(), code.code().substr(0, kProductCodeLength),
                    code.device_identifier(), code.registration_number(), code.product_name(),
                    code.manufacturer(), code.generic_name(), code.specification(), code.model()}));
        }
        return absl::OkStatus();
      });
}

}  // namespace

std::vector<std::string> HeadingsOf(std::string_view mapping_text) {
  const auto mapping = tabular::ParseMapping(mapping_text);
  QINGQU_CHECK(mapping.ok());
  std::vector<std::string> headings;
  for (const tabular::FieldMapping& field : mapping->fields) {
    if (field.optional && field.other_columns.empty()) continue;
    headings.insert(headings.end(), field.columns.begin(), field.columns.end());
  }
  return headings;
}

std::span<const ExportedTable> ExportedTables() {
  static const std::vector<ExportedTable> tables = {
      {.name = "items", .sheet = "品目", .headings = ItemHeadings(), .read = ReadItems},
      {.name = "suppliers",
       .sheet = "供应商",
       .headings = {"编号", "名称", "统一社会信用代码", "经营许可证号", "许可证有效期至",
                    "许可类别", "状态"},
       .read = ReadSuppliers},
      {.name = "classes",
       .sheet = "分类",
       .headings = HeadingsOf(tabular::BuiltInClassesMapping()),
       .read = ReadClasses},
      {.name = "national-codes",
       .sheet = "Query1",
       .headings = HeadingsOf(tabular::CodesTarget().mapping),
       .read = ReadNationalCodes}};
  return tables;
}

}  // namespace qingqu::cli
