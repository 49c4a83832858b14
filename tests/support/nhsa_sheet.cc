#include "tests/support/nhsa_sheet.h"

#include <array>
#include <string_view>
#include <vector>

#include "fmt/format.h"

#include "common/status/status_macros.h"
#include "common/tabular/xlsx_writer.h"

namespace qingqu::testing {
namespace {

constexpr std::array<std::string_view, 21> kHeadings = {
    "GOODS_ID",       "UDI",        "原27位码", "原码状态",   "27位码",
    "类型",           "20位码",     "一级分类", "二级分类",   "三级分类",
    "医保通用名分类", "材质",       "特征",     "注册备案号", "单件产品名称",
    "耗材企业",       "规格型号数", "规格",     "型号",       "医保通用名编号",
    "医保通用名"};
constexpr std::array<std::string_view, 17> kDisciplines = {
    "非血管介入", "血管介入", "骨科",       "神经外科", "心脏外科",  "人工器官",
    "口腔",       "眼科",     "体外循环",   "血液净化", "吻合器",    "修补",
    "中医类",     "基础卫生", "止血防粘连", "注射穿刺", "功能性敷料"};
constexpr std::array<std::string_view, 8> kThings = {"导管",   "螺钉", "缝合线", "敷料",
                                                     "注射器", "支架", "滤器",   "引流管"};
constexpr std::array<std::string_view, 6> kPlaces = {"江苏", "山东", "浙江",
                                                     "上海", "北京", "广东"};
constexpr int64_t kSpecificationsPerProduct = 60;
constexpr int64_t kProductsPerMaker = 40;

// The row of the code with this number.
std::vector<std::string> RowOf(int64_t number, int64_t goods_id) {
  const int64_t product = number / kSpecificationsPerProduct;
  const int64_t specification = number % kSpecificationsPerProduct;
  const int64_t maker = product / kProductsPerMaker;
  const auto discipline = static_cast<size_t>(product % 17);
  const int64_t use = product % 23 + 1;
  const int64_t site = product % 11 + 1;
  const auto thing = static_cast<size_t>(product % 8);
  const std::string class_code = fmt::format("C{:02}{:02}{:02}{:03}{:02}{:03}", discipline + 1, use,
                                             site, thing + 1, product % 7, product % 5);
  const std::string product_code = fmt::format("{}{:05}", class_code, maker % 100'000);
  const std::string code = fmt::format("{}{:07}", product_code, number % 10'000'000);
  const std::string discipline_name(kDisciplines[discipline]);
  const std::string thing_name(kThings[thing]);
  const std::string registration = fmt::format("国械注准20{:02}3{:02}{:04}", product % 9 + 16,
                                               product % 22 + 1, product % 10'000);
  return {fmt::format("{}", goods_id),
          number % 3 == 0 ? fmt::format("069{:011}", number) : "",
          "",
          "",
          code,
          "新增",
          product_code,
          fmt::format("{:02}-{}材料", discipline + 1, discipline_name),
          fmt::format("{:02}-{}用", use, thing_name),
          fmt::format("{:02}-部位{}", site, site),
          fmt::format("{:03}-{}", thing + 1, thing_name),
          fmt::format("{:02}-材质{}", product % 7, product % 7),
          fmt::format("{:03}-特征{}", product % 5, product % 5),
          registration,
          fmt::format("一次性使用{}（{}型）", thing_name, product % 100),
          fmt::format("{}第{}医疗器械有限公司", kPlaces[static_cast<size_t>(maker % 6)], maker),
          fmt::format("{}", kSpecificationsPerProduct),
          fmt::format("{}.{}mm×{}cm", specification % 10 + 1, specification % 5, specification),
          fmt::format("{}-{:02}", static_cast<char>('A' + product % 26), specification),
          fmt::format("{:03}", thing + 1),
          thing_name};
}

}  // namespace

absl::Status WriteNhsaSheet(const std::string& path, const NhsaSheetOptions& options) {
  tabular::XlsxSheet sheet{.name = "Query1", .guard_formulas = false};
  for (const std::string_view heading : kHeadings) {
    sheet.columns.push_back({.heading = std::string(heading)});
  }
  QINGQU_ASSIGN_OR_RETURN(const auto writer, tabular::XlsxWriter::Create(path, sheet));
  int64_t codes = 0;
  for (int64_t row = 0; row < options.rows; ++row) {
    const bool repeats = codes > 0 && row * 617 % 1'000 < options.repeated_per_thousand;
    // Some repeat what came just before, some what came long ago.
    const int64_t number = repeats ? (row % 2 == 0 ? codes - 1 : row * 7'919 % codes) : codes++;
    QINGQU_RETURN_IF_ERROR(writer->Write(RowOf(number, row + 1)));
  }
  return writer->Commit();
}

}  // namespace qingqu::testing
