#include <array>

#include "common/udid/device_xml.h"

namespace qingqu::udid {
namespace {

constexpr std::array kDeviceElements = std::to_array<DeviceElement>({
    {"deviceRecordKey", "record_key"},
    {"zxxsdycpbs", "device_identifier"},    // 最小销售单元产品标识
    {"cpbsbmtxmc", "issuer"},               // 编码体系名称
    {"cpbsfbrq", "publish_date"},           // 产品标识发布日期
    {"zxxsdyzsydydsl", "use_unit_count"},   // 最小销售单元中使用单元的数量
    {"sydycpbs", "use_unit_identifier"},    // 使用单元产品标识
    {"bszt", "carrier"},                    // 标识载体
    {"sfyzcbayz", "same_as_registered"},    // 是否与注册/备案产品标识一致
    {"zcbacpbs", "registered_identifier"},  // 注册/备案产品标识
    {"sfybtzjbs", "directly_marked"},       // 是否有本体标识
    {"btcpbsyzxxsdycpbssfyz", "same_direct_mark"},  // 本体标识与最小销售单元产品标识是否一致
    {"btcpbs", "direct_mark_identifier"},           // 本体产品标识
    {"cpmctymc", "product_name"},                   // 产品名称/通用名称
    {"spmc", "trade_name"},                         // 商品名称
    {"ggxh", "specification"},                      // 规格型号
    {"sfwblztlcp", "kit"},                          // 是否为包类/组套类产品
    {"cpms", "description"},                        // 产品描述
    {"cphhhbh", "article_number"},                  // 产品货号或编号
    {"yflbm", "former_class_code"},                 // 原分类编码
    {"qxlb", "kind"},                               // 器械类别
    {"flbm", "class_code"},                         // 分类编码
    {"cplb", "product_kind"},                       // 产品类别
    {"tyshxydm", "credit_code"},                    // 统一社会信用代码
    {"zczbhhzbapzbh", "registration_number"},       // 注册证编号或者备案凭证编号
    {"ylqxzcrbarmc", "registrant"},                 // 注册人/备案人名称
    {"ylqxzcrbarywmc", "registrant_english_name"},  // 注册人/备案人英文名称
    {"ybbm", "national_code"},                      // 医保耗材编码
    {"cgzmraqxgxx", "mri_safety"},                  // 磁共振安全相关信息
    {"sfbjwycxsy", "single_use"},                   // 是否标记为一次性使用
    {"zdcfsycs", "reuse_max"},                      // 最大重复使用次数
    {"sfwwjbz", "sterile"},                         // 是否为无菌包装
    {"syqsfxyjxmj", "to_be_sterilised"},            // 使用前是否需要进行灭菌
    {"mjfs", "sterilisation"},                      // 灭菌方式
    {"qtxxdwzlj", "link"},                          // 其他信息的网址链接
    {"tsrq", "withdrawal_date"},                    // 退市日期
    {"scbssfbhph", "carries_lot"},                  // 生产标识是否包含批号
    {"scbssfbhxlh", "carries_serial"},              // 生产标识是否包含序列号
    {"scbssfbhscrq", "carries_manufacture_date"},   // 生产标识是否包含生产日期
    {"scbssfbhsxrq", "carries_expiry_date"},        // 生产标识是否包含失效日期
    {"tscchcztj", "special_storage"},               // 特殊储存或操作条件
    {"tsccsm", "special_size"},                     // 特殊尺寸说明
    {"versionNumber", "version_number"},
    {"versionTime", "version_date"},
    {"versionStauts", "version_state"},  // as the files spell it
    {"versionStatus", "version_state"},
    {"correctionNumber", "correction_number"},
    {"correctionRemark", "correction_remark"},
    {"correctionTime", "correction_date"},
});

constexpr std::array kPackElements = std::to_array<DeviceElement>({
    {"bzcpbs", "device_identifier"},       // 包装产品标识
    {"cpbzjb", "level"},                   // 产品包装级别
    {"bznhxyjcpbssl", "contained_count"},  // 包装内含小一级产品标识数量
    {"bznhxyjcpbzsl", "contained_count"},
    {"bznhxyjbzcpbs", "contained_identifier"},  // 包装内含小一级包装产品标识
});
constexpr std::array kStorageElements = std::to_array<DeviceElement>({
    {"cchcztj", "condition"},  // 储存或操作条件
    {"zdz", "least"},          // 最低值
    {"zgz", "most"},           // 最高值
    {"jldw", "unit"},          // 计量单位
});
constexpr std::array kClinicalElements = std::to_array<DeviceElement>({
    {"lcsycclx", "kind"},  // 临床使用尺寸类型
    {"ccz", "value"},      // 尺寸值
    {"ccdw", "unit"},      // 尺寸单位
});
constexpr std::array kContactElements = std::to_array<DeviceElement>({
    {"qylxrcz", "fax"},    // 企业联系人传真
    {"qylxryx", "email"},  // 企业联系人邮箱
    {"qylxrdh", "phone"},  // 企业联系人电话
});

constexpr std::array kLists = std::to_array<DeviceList>({
    {"packingList", "packs", kPackElements},
    {"storageList", "storages", kStorageElements},
    {"clinicalList", "clinical_sizes", kClinicalElements},
    {"contactList", "contacts", kContactElements},
});

}  // namespace

std::span<const DeviceElement> DeviceElements() { return kDeviceElements; }
std::span<const DeviceList> DeviceLists() { return kLists; }

}  // namespace qingqu::udid
