#include "tests/support/catalogue_words.h"

namespace qingqu::testing {
namespace {

constexpr std::string_view kSyringeSizes[] = {
    "1ml",   "2ml",  "2.5ml",       "5ml",         "10ml",       "20ml",
    "30ml",  "50ml", "5ml 0.7×30",  "10ml 1.2×38", "2ml 0.6×25", "1ml 0.45×16",
    "0.5ml", "60ml", "20ml 1.2×38", "50ml 1.6×38"};
constexpr std::string_view kNeedleSizes[] = {"0.45×16mm", "0.5×20mm", "0.55×25mm", "0.6×25mm",
                                             "0.7×30mm",  "0.8×38mm", "0.9×38mm",  "1.2×38mm",
                                             "4号",       "5号",      "6号",       "7号",
                                             "8号",       "9号",      "12号",      "16号"};
constexpr std::string_view kCatheterSizes[] = {
    "6Fr",  "8Fr",  "10Fr", "12Fr",      "14Fr",      "16Fr",      "18Fr",
    "20Fr", "22Fr", "24Fr", "双腔 12Fr", "双腔 14Fr", "双腔 16Fr", "三腔 18Fr"};
constexpr std::string_view kDressingSizes[] = {
    "5cm×5cm",   "5cm×7cm",   "6cm×8cm-8层", "8cm×10cm",  "10cm×10cm", "10cm×15cm",
    "10cm×20cm", "15cm×20cm", "20cm×30cm",   "30cm×40cm", "6cm×600cm", "8cm×600cm"};
constexpr std::string_view kSutureSizes[] = {
    "2-0 75cm 圆针1/2", "3-0 75cm 圆针1/2", "4-0 45cm 角针3/8", "5-0 45cm 角针3/8",
    "0 90cm 圆针1/2",   "1 90cm 圆针1/2",   "6-0 60cm 双针",    "7-0 60cm 双针"};
constexpr std::string_view kGloveSizes[] = {"6号",   "6.5号", "7号",   "7.5号",   "8号",
                                            "小号S", "中号M", "大号L", "加大号XL"};
constexpr std::string_view kTubeSizes[] = {"2ml 紫帽", "3ml 绿帽",   "4ml 黄帽",   "5ml 红帽",
                                           "2ml 蓝帽", "3.5ml 黄帽", "1.6ml 黑帽", "6ml 灰帽"};
constexpr std::string_view kPiecesSizes[] = {"10片/包", "20片/包", "50只/盒", "100只/盒",
                                             "成人型",  "儿童型",  "标准型",  "加长型"};
constexpr std::string_view kBagSizes[] = {"100ml",  "200ml",  "500ml", "1000ml",
                                          "1500ml", "2000ml", "3000ml"};

constexpr Everyday kAllEveryday[] = {
    {"注射器", "C14010100100001", "支", SizeKind::kSyringe, 3, 45},
    {"注射器 带针", "C14010100100002", "支", SizeKind::kSyringe, 3, 50},
    {"胰岛素注射器", "C14010100200001", "支", SizeKind::kSyringe, 3, 160},
    {"自毁型注射器", "C14010100300001", "支", SizeKind::kSyringe, 3, 120},
    {"溶药注射器", "C14010100400001", "支", SizeKind::kSyringe, 3, 90},
    {"高压造影注射器", "C14010100500001", "支", SizeKind::kSyringe, 3, 6800},
    {"注射针", "C14010200100001", "支", SizeKind::kNeedle, 3, 20},
    {"静脉输液针", "C14010200200001", "支", SizeKind::kNeedle, 3, 60},
    {"采血针", "C14010200300001", "支", SizeKind::kNeedle, 2, 30},
    {"腰椎穿刺针", "C14010200400001", "支", SizeKind::kNeedle, 3, 2600},
    {"静脉留置针", "C14010300100001", "支", SizeKind::kNeedle, 3, 1200},
    {"输液器 带针", "C14020100100001", "套", SizeKind::kPieces, 3, 180},
    {"精密过滤输液器", "C14020100200001", "套", SizeKind::kPieces, 3, 950},
    {"避光输液器", "C14020100300001", "套", SizeKind::kPieces, 3, 1100},
    {"输血器", "C14020200100001", "套", SizeKind::kPieces, 3, 320},
    {"延长管", "C14020300100001", "根", SizeKind::kPieces, 2, 400},
    {"三通阀", "C14020300200001", "个", SizeKind::kPieces, 3, 350},
    {"肝素帽", "C14020300300001", "个", SizeKind::kPieces, 3, 120},
    {"真空采血管", "C14030100100001", "支", SizeKind::kTube, 2, 90},
    {"硅胶导尿管", "C14040100100001", "根", SizeKind::kCatheter, 2, 1800},
    {"乳胶导尿管", "C14040100200001", "根", SizeKind::kCatheter, 2, 700},
    {"导尿包", "C14040100300001", "包", SizeKind::kCatheter, 2, 2400},
    {"胃管", "C14040200100001", "根", SizeKind::kCatheter, 2, 380},
    {"鼻饲管", "C14040200200001", "根", SizeKind::kCatheter, 2, 900},
    {"吸痰管", "C14040300100001", "根", SizeKind::kCatheter, 2, 160},
    {"气管插管", "C14040400100001", "根", SizeKind::kCatheter, 2, 2200},
    {"气管切开插管", "C14040400200001", "根", SizeKind::kCatheter, 2, 5600},
    {"引流管", "C14040500100001", "根", SizeKind::kCatheter, 2, 1300},
    {"引流袋", "C14040500200001", "个", SizeKind::kBag, 2, 260},
    {"集尿袋", "C14040500300001", "个", SizeKind::kBag, 1, 150},
    {"负压引流器", "C14040500400001", "个", SizeKind::kBag, 2, 3200},
    {"中心静脉导管包", "C14040600100001", "套", SizeKind::kCatheter, 3, 9800},
    {"血液透析管路", "C10010100100001", "套", SizeKind::kPieces, 3, 2500},
    {"透析器", "C10010200100001", "支", SizeKind::kPieces, 3, 7800},
    {"医用纱布块", "C14050100100001", "片", SizeKind::kDressing, 2, 40},
    {"医用纱布绷带", "C14050100200001", "卷", SizeKind::kDressing, 1, 150, false},
    {"弹力绷带", "C14050100300001", "卷", SizeKind::kDressing, 1, 600, false},
    {"医用棉签", "C14050200100001", "包", SizeKind::kPieces, 2, 80},
    {"医用棉球", "C14050200200001", "包", SizeKind::kPieces, 2, 120},
    {"碘伏棉签", "C14050200300001", "包", SizeKind::kPieces, 2, 200},
    {"透明敷贴", "C17010100100001", "片", SizeKind::kDressing, 2, 320},
    {"水胶体敷料", "C17010200100001", "片", SizeKind::kDressing, 3, 2800},
    {"泡沫敷料", "C17010200200001", "片", SizeKind::kDressing, 2, 3600},
    {"藻酸盐敷料", "C17010200300001", "片", SizeKind::kDressing, 3, 4200},
    {"银离子敷料", "C17010200400001", "片", SizeKind::kDressing, 3, 6500},
    {"医用胶带", "C14050300100001", "卷", SizeKind::kDressing, 1, 260, false},
    {"创口贴", "C14050300200001", "片", SizeKind::kPieces, 2, 30},
    {"医用外科口罩", "C14060100100001", "只", SizeKind::kPieces, 2, 60},
    {"医用防护口罩", "C14060100200001", "只", SizeKind::kPieces, 2, 450},
    {"医用帽", "C14060100300001", "只", SizeKind::kPieces, 1, 40, false},
    {"手术衣", "C14060200100001", "件", SizeKind::kGlove, 2, 1600},
    {"医用防护服", "C14060200200001", "件", SizeKind::kGlove, 2, 4500},
    {"橡胶外科手套", "C14060300100001", "双", SizeKind::kGlove, 2, 220},
    {"医用检查手套", "C14060300200001", "双", SizeKind::kGlove, 1, 60, false},
    {"手术洞巾", "C14060400100001", "块", SizeKind::kDressing, 2, 500},
    {"医用垫单", "C14060400200001", "条", SizeKind::kDressing, 1, 180, false},
    {"可吸收缝合线", "C14070100100001", "根", SizeKind::kSuture, 3, 3800},
    {"非吸收缝合线", "C14070100200001", "根", SizeKind::kSuture, 2, 1200},
    {"聚丙烯缝合线", "C14070100300001", "根", SizeKind::kSuture, 2, 2900},
    {"手术刀片", "C14080100100001", "片", SizeKind::kNeedle, 2, 110},
    {"备皮刀", "C14080100200001", "把", SizeKind::kPieces, 1, 90},
    {"心电电极片", "C14090100100001", "片", SizeKind::kPieces, 2, 70},
    {"氧气面罩", "C14090200100001", "个", SizeKind::kPieces, 2, 480},
    {"鼻氧管", "C14090200200001", "根", SizeKind::kPieces, 2, 240},
    {"雾化吸入器", "C14090200300001", "套", SizeKind::kPieces, 2, 680},
    {"麻醉面罩", "C14090200400001", "个", SizeKind::kGlove, 2, 900},
    {"呼吸过滤器", "C14090200500001", "个", SizeKind::kPieces, 2, 1500},
    {"镇痛泵", "C14090300100001", "套", SizeKind::kBag, 3, 12000},
    {"压舌板", "C14090400100001", "支", SizeKind::kPieces, 1, 15},
    {"阴道扩张器", "C14090400200001", "个", SizeKind::kGlove, 2, 130},
    {"胎儿脐带夹", "C14090400300001", "个", SizeKind::kPieces, 2, 160},
    {"血糖试纸", "C14100100100001", "条", SizeKind::kPieces, 2, 180, false},
    {"体温计套", "C14100100200001", "个", SizeKind::kPieces, 1, 10, false},
    {"活检针", "C14010200500001", "支", SizeKind::kNeedle, 2, 18500},
    {"鞘管", "C02040100100001", "根", SizeKind::kCatheter, 3, 42000},
    {"造影导管", "C02040200100001", "根", SizeKind::kCatheter, 3, 38000},
    {"电刀笔", "C14080200100001", "支", SizeKind::kPieces, 2, 3900},
    {"负极板", "C14080200200001", "片", SizeKind::kGlove, 2, 1400},
    {"切口保护套", "C14080300100001", "个", SizeKind::kGlove, 2, 8800},
    {"穿刺器", "C14080300200001", "个", SizeKind::kNeedle, 2, 16000}};

constexpr std::pair<std::string_view, std::string_view> kAllPlaces[] = {
    {"济南", "鲁"}, {"青岛", "鲁"}, {"淄博", "鲁"}, {"南昌", "赣"}, {"进贤", "赣"}, {"上海", "沪"},
    {"苏州", "苏"}, {"常州", "苏"}, {"扬州", "苏"}, {"泰州", "苏"}, {"杭州", "浙"}, {"台州", "浙"},
    {"宁波", "浙"}, {"绍兴", "浙"}, {"深圳", "粤"}, {"广州", "粤"}, {"珠海", "粤"}, {"东莞", "粤"},
    {"武汉", "鄂"}, {"仙桃", "鄂"}, {"新乡", "豫"}, {"长垣", "豫"}, {"郑州", "豫"}, {"北京", "京"},
    {"天津", "津"}, {"成都", "川"}, {"重庆", "渝"}, {"长沙", "湘"}, {"合肥", "皖"}, {"天长", "皖"},
    {"厦门", "闽"}, {"福州", "闽"}, {"大连", "辽"}, {"沈阳", "辽"}, {"长春", "吉"}, {"西安", "陕"}};
constexpr std::string_view kAllBrandBeginnings[] = {
    "康", "瑞", "达", "诚", "益", "安", "华", "润", "恒", "博", "佳", "普", "新", "同", "圣",
    "远", "鑫", "宏", "蓝", "正", "维", "凯", "迈", "润", "健", "乐", "和", "美", "双", "天"};
constexpr std::string_view kAllBrandEndings[] = {"健", "泰", "源", "康", "德", "邦", "成", "宇",
                                                 "瑞", "民", "生", "洁", "诺", "信", "林", "峰",
                                                 "欣", "霖", "格", "科", "捷", "舒", "弘", "朗"};
constexpr std::string_view kAllCompanyKinds[] = {
    "医疗器械有限公司", "医疗器械股份有限公司", "医疗科技有限公司",     "医用材料有限公司",
    "卫生材料有限公司", "医疗用品有限责任公司", "生物材料股份有限公司", "高分子制品有限公司"};
constexpr std::string_view kAllProductEndings[] = {"系统", "组件", "套装"};
constexpr std::string_view kAllHospitalRemarks[] = {"（集采）", "-停用", "★",
                                                    "(新)",     "/备货", "（赠）"};

}  // namespace

const std::span<const Everyday> kEveryday = kAllEveryday;
const std::span<const std::pair<std::string_view, std::string_view>> kPlaces = kAllPlaces;
const std::span<const std::string_view> kBrandBeginnings = kAllBrandBeginnings;
const std::span<const std::string_view> kBrandEndings = kAllBrandEndings;
const std::span<const std::string_view> kCompanyKinds = kAllCompanyKinds;
const std::span<const std::string_view> kProductEndings = kAllProductEndings;
const std::span<const std::string_view> kHospitalRemarks = kAllHospitalRemarks;

std::span<const std::string_view> SizesOfKind(SizeKind kind) {
  switch (kind) {
    case SizeKind::kSyringe:
      return kSyringeSizes;
    case SizeKind::kNeedle:
      return kNeedleSizes;
    case SizeKind::kCatheter:
      return kCatheterSizes;
    case SizeKind::kDressing:
      return kDressingSizes;
    case SizeKind::kSuture:
      return kSutureSizes;
    case SizeKind::kGlove:
      return kGloveSizes;
    case SizeKind::kTube:
      return kTubeSizes;
    case SizeKind::kPieces:
      return kPiecesSizes;
    case SizeKind::kBag:
      return kBagSizes;
    case SizeKind::kScrew:
    case SizeKind::kModel:
      return {};
  }
  return {};
}

}  // namespace qingqu::testing
