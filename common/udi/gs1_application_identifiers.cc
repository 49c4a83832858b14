#include "common/udi/gs1_application_identifiers.h"

#include <algorithm>

namespace qingqu::udi {
namespace {

using enum Check;

constexpr Component Make(CharacterSet characters, int length_min, int length_max,
                         std::array<Check, 3> checks) {
  return {.characters = characters,
          .length_min = static_cast<uint8_t>(length_min),
          .length_max = static_cast<uint8_t>(length_max),
          .checks = checks};
}

// N, X, Y and Z are the names of the character sets in the GS1 General Specifications.
template <typename... Checks>
constexpr Component N(int length, Checks... checks) {
  return Make(CharacterSet::kNumeric, length, length, {checks...});
}
template <typename... Checks>
constexpr Component NUpTo(int length, Checks... checks) {
  return Make(CharacterSet::kNumeric, 1, length, {checks...});
}
template <typename... Checks>
constexpr Component X(int length, Checks... checks) {
  return Make(CharacterSet::kText, length, length, {checks...});
}
template <typename... Checks>
constexpr Component XUpTo(int length, Checks... checks) {
  return Make(CharacterSet::kText, 1, length, {checks...});
}
template <typename... Checks>
constexpr Component YUpTo(int length, Checks... checks) {
  return Make(CharacterSet::kPartText, 1, length, {checks...});
}
constexpr Component ZUpTo(int length) { return Make(CharacterSet::kBase64Url, 1, length, {}); }

constexpr Component Optional(Component component) {
  component.optional = true;
  return component;
}

using Components = std::array<Component, 5>;

template <typename... Parts>
constexpr Components Format(Parts... parts) {
  return {parts...};
}
constexpr Components Text(int length_max) { return Format(XUpTo(length_max)); }

constexpr Components kGtinFormat = Format(N(14, kCheckDigit, kCompanyPrefixSecond));
constexpr Components kLocationFormat = Format(N(13, kCheckDigit, kCompanyPrefixFirst));
constexpr Components kDayFormat = Format(N(6, kDateDayOptional));

constexpr unsigned kPlain = 0;
constexpr unsigned kPredefined = 1;
constexpr unsigned kLinkable = 2;
constexpr unsigned kLinkKey = 4;

constexpr ApplicationIdentifier Range(std::string_view first, std::string_view last, unsigned flags,
                                      Components components, Associations associations,
                                      std::string_view title) {
  return {.first = first,
          .last = last,
          .predefined_length = (flags & kPredefined) != 0,
          .link_attribute = (flags & kLinkable) != 0,
          .link_key = (flags & kLinkKey) != 0,
          .components = components,
          .associations = associations,
          .title = title};
}

constexpr ApplicationIdentifier One(std::string_view ai, unsigned flags, Components components,
                                    Associations associations, std::string_view title) {
  return Range(ai, ai, flags, components, associations, title);
}

// Six digits; the last digit of the AI is the number of decimal places.
constexpr ApplicationIdentifier Measure(std::string_view first, std::string_view last,
                                        std::string_view pattern, std::string_view requires_one_of,
                                        std::string_view title) {
  return Range(first, last, kPredefined | kLinkable, Format(N(6)),
               {.requires_one_of = requires_one_of, .excludes = pattern}, title);
}

// What more than a few rows require.
constexpr std::string_view kGtin = "01";
constexpr std::string_view kLogisticUnit = "00";
constexpr std::string_view kGtinOrContent = "01 02";
constexpr std::string_view kGtinOrLogisticUnit = "00 01";
constexpr std::string_view kAnyGtin = "01 02 03";
constexpr std::string_view kTrade = "01 02 03 8006 8026";
constexpr std::string_view kGtinOrPiece = "01 03 8006";
constexpr std::string_view kGtinOrAsset = "01 8004";
constexpr std::string_view kServiceRelation = "8017 8018";

constexpr ApplicationIdentifier kTable[] = {
    One("00", kPredefined | kLinkable | kLinkKey, Format(N(18, kCheckDigit, kCompanyPrefixSecond)),
        {}, "SSCC"),
    One("01", kPredefined | kLinkable | kLinkKey, kGtinFormat,
        {.excludes = "255 37", .link_qualifiers = "22 10 21|235"}, "GTIN"),
    One("02", kPredefined | kLinkable, kGtinFormat, {.requires_one_of = "37", .excludes = "01 03"},
        "CONTENT"),
    One("03", kPredefined, kGtinFormat, {.excludes = "01 02 37 235"}, "MTO GTIN"),
    One("10", kLinkable, Text(20), {.requires_one_of = kTrade}, "BATCH/LOT"),
    One("11", kPredefined | kLinkable, kDayFormat, {.requires_one_of = kTrade}, "PROD DATE"),
    One("12", kPredefined | kLinkable, kDayFormat, {.requires_one_of = "8020"}, "DUE DATE"),
    One("13", kPredefined | kLinkable, kDayFormat, {.requires_one_of = kTrade}, "PACK DATE"),
    One("15", kPredefined | kLinkable, kDayFormat, {.requires_one_of = kTrade},
        "BEST BEFORE or BEST BY"),
    One("16", kPredefined | kLinkable, kDayFormat, {.requires_one_of = kTrade}, "SELL BY"),
    One("17", kPredefined | kLinkable, kDayFormat, {.requires_one_of = "01 02 03 255 8006 8026"},
        "USE BY or EXPIRY"),
    One("20", kPredefined | kLinkable, Format(N(2)), {.requires_one_of = kTrade}, "VARIANT"),
    One("21", kPlain, Text(20), {.requires_one_of = kGtinOrPiece, .excludes = "235"}, "SERIAL"),
    One("22", kPlain, Text(20), {.requires_one_of = kGtin}, "CPV"),
    One("235", kPlain, Text(28), {.requires_one_of = kGtin}, "TPX"),
    One("240", kLinkable, Text(30), {.requires_one_of = kTrade}, "ADDITIONAL ID"),
    One("241", kLinkable, Text(30), {.requires_one_of = kTrade}, "CUST. PART No."),
    One("242", kLinkable, Format(NUpTo(6)), {.requires_one_of = "01 02 8006 8026"}, "MTO VARIANT"),
    One("243", kLinkable, Text(20), {.requires_one_of = "01 03"}, "PCN"),
    One("250", kLinkable, Text(30), {.requires_one_of = "01+21 03+21 8006+21"}, "SECONDARY SERIAL"),
    One("251", kLinkable, Text(30), {.requires_one_of = kGtinOrPiece}, "REF. TO SOURCE"),
    One("253", kLinkable | kLinkKey,
        Format(N(13, kCheckDigit, kCompanyPrefixFirst), Optional(XUpTo(17))), {}, "GDTI"),
    One("254", kPlain, Text(20), {.requires_one_of = "414"}, "GLN EXTENSION COMPONENT"),
    One("255", kLinkable | kLinkKey,
        Format(N(13, kCheckDigit, kCompanyPrefixFirst), Optional(NUpTo(12))),
        {.excludes = "01 02 415 8006 8020 8026"}, "GCN"),
    One("30", kLinkable, Format(NUpTo(8)), {.requires_one_of = kGtinOrContent}, "VAR. COUNT"),
    Measure("3100", "3105", "310n", kGtinOrContent, "NET WEIGHT (kg)"),
    Measure("3110", "3115", "311n", kGtinOrContent, "LENGTH (m)"),
    Measure("3120", "3125", "312n", kGtinOrContent, "WIDTH (m)"),
    Measure("3130", "3135", "313n", kGtinOrContent, "HEIGHT (m)"),
    Measure("3140", "3145", "314n", kGtinOrContent, "AREA (m²)"),
    Measure("3150", "3155", "315n", kGtinOrContent, "NET VOLUME (l)"),
    Measure("3160", "3165", "316n", kGtinOrContent, "NET VOLUME (m³)"),
    Measure("3200", "3205", "320n", kGtinOrContent, "NET WEIGHT (lb)"),
    Measure("3210", "3215", "321n", kGtinOrContent, "LENGTH (in)"),
    Measure("3220", "3225", "322n", kGtinOrContent, "LENGTH (ft)"),
    Measure("3230", "3235", "323n", kGtinOrContent, "LENGTH (yd)"),
    Measure("3240", "3245", "324n", kGtinOrContent, "WIDTH (in)"),
    Measure("3250", "3255", "325n", kGtinOrContent, "WIDTH (ft)"),
    Measure("3260", "3265", "326n", kGtinOrContent, "WIDTH (yd)"),
    Measure("3270", "3275", "327n", kGtinOrContent, "HEIGHT (in)"),
    Measure("3280", "3285", "328n", kGtinOrContent, "HEIGHT (ft)"),
    Measure("3290", "3295", "329n", kGtinOrContent, "HEIGHT (yd)"),
    Measure("3300", "3305", "330n", kGtinOrLogisticUnit, "GROSS WEIGHT (kg)"),
    Measure("3310", "3315", "331n", kGtinOrLogisticUnit, "LENGTH (m), log"),
    Measure("3320", "3325", "332n", kGtinOrLogisticUnit, "WIDTH (m), log"),
    Measure("3330", "3335", "333n", kGtinOrLogisticUnit, "HEIGHT (m), log"),
    Measure("3340", "3345", "334n", kGtinOrLogisticUnit, "AREA (m²), log"),
    Measure("3350", "3355", "335n", kGtinOrLogisticUnit, "VOLUME (l), log"),
    Measure("3360", "3365", "336n", kGtinOrLogisticUnit, "VOLUME (m³), log"),
    Measure("3370", "3375", "337n", kGtin, "KG PER m²"),
    Measure("3400", "3405", "340n", kGtinOrLogisticUnit, "GROSS WEIGHT (lb)"),
    Measure("3410", "3415", "341n", kGtinOrLogisticUnit, "LENGTH (in), log"),
    Measure("3420", "3425", "342n", kGtinOrLogisticUnit, "LENGTH (ft), log"),
    Measure("3430", "3435", "343n", kGtinOrLogisticUnit, "LENGTH (yd), log"),
    Measure("3440", "3445", "344n", kGtinOrLogisticUnit, "WIDTH (in), log"),
    Measure("3450", "3455", "345n", kGtinOrLogisticUnit, "WIDTH (ft), log"),
    Measure("3460", "3465", "346n", kGtinOrLogisticUnit, "WIDTH (yd), log"),
    Measure("3470", "3475", "347n", kGtinOrLogisticUnit, "HEIGHT (in), log"),
    Measure("3480", "3485", "348n", kGtinOrLogisticUnit, "HEIGHT (ft), log"),
    Measure("3490", "3495", "349n", kGtinOrLogisticUnit, "HEIGHT (yd), log"),
    Measure("3500", "3505", "350n", kGtinOrContent, "AREA (in²)"),
    Measure("3510", "3515", "351n", kGtinOrContent, "AREA (ft²)"),
    Measure("3520", "3525", "352n", kGtinOrContent, "AREA (yd²)"),
    Measure("3530", "3535", "353n", kGtinOrLogisticUnit, "AREA (in²), log"),
    Measure("3540", "3545", "354n", kGtinOrLogisticUnit, "AREA (ft²), log"),
    Measure("3550", "3555", "355n", kGtinOrLogisticUnit, "AREA (yd²), log"),
    Measure("3560", "3565", "356n", kGtinOrContent, "NET WEIGHT (tr oz)"),
    Measure("3570", "3575", "357n", kGtinOrContent, "NET VOLUME (oz)"),
    Measure("3600", "3605", "360n", kGtinOrContent, "NET VOLUME (qt (US))"),
    Measure("3610", "3615", "361n", kGtinOrContent, "NET VOLUME (gal.)"),
    Measure("3620", "3625", "362n", kGtinOrLogisticUnit, "VOLUME (qt (US)), log"),
    Measure("3630", "3635", "363n", kGtinOrLogisticUnit, "VOLUME (gal (US)), log"),
    Measure("3640", "3645", "364n", kGtinOrContent, "NET VOLUME (in³)"),
    Measure("3650", "3655", "365n", kGtinOrContent, "NET VOLUME (ft³)"),
    Measure("3660", "3665", "366n", kGtinOrContent, "NET VOLUME (yd³)"),
    Measure("3670", "3675", "367n", kGtinOrLogisticUnit, "VOLUME (in³), log"),
    Measure("3680", "3685", "368n", kGtinOrLogisticUnit, "VOLUME (ft³), log"),
    Measure("3690", "3695", "369n", kGtinOrLogisticUnit, "VOLUME (yd³), log"),
    One("37", kLinkable, Format(NUpTo(8)), {.requires_one_of = "00+02 00+8026"}, "COUNT"),
    Range("3900", "3909", kLinkable, Format(NUpTo(15)),
          {.requires_one_of = "255 8020", .excludes = "390n 391n 394n 8111"}, "AMOUNT"),
    Range("3910", "3919", kLinkable, Format(N(3, kCurrency), NUpTo(15)),
          {.requires_one_of = "8020", .excludes = "391n"}, "AMOUNT"),
    Range("3920", "3929", kLinkable, Format(NUpTo(15)),
          {.requires_one_of = "01+30 01+31nn 01+32nn 01+35nn 01+36nn", .excludes = "392n 393n"},
          "PRICE"),
    Range("3930", "3939", kLinkable, Format(N(3, kCurrency), NUpTo(15)),
          {.requires_one_of = "30 31nn 32nn 35nn 36nn", .excludes = "393n"}, "PRICE"),
    Range("3940", "3943", kLinkable, Format(N(4)),
          {.requires_one_of = "255", .excludes = "394n 8111"}, "PRCNT OFF"),
    Range("3950", "3955", kLinkable, Format(N(6)),
          {.requires_one_of = "30 31nn 32nn 35nn 36nn", .excludes = "392n 393n 395n 8005"},
          "PRICE/UoM"),
    One("400", kLinkable, Text(30), {}, "ORDER NUMBER"),
    One("401", kLinkable | kLinkKey, Format(XUpTo(30, kCompanyPrefixFirst)), {}, "GINC"),
    One("402", kLinkable | kLinkKey, Format(N(17, kCheckDigit, kCompanyPrefixFirst)), {}, "GSIN"),
    One("403", kLinkable, Text(30), {.requires_one_of = kLogisticUnit}, "ROUTE"),
    One("410", kPredefined | kLinkable, kLocationFormat, {}, "SHIP TO LOC"),
    One("411", kPredefined | kLinkable, kLocationFormat, {}, "BILL TO"),
    One("412", kPredefined | kLinkable, kLocationFormat, {}, "PURCHASE FROM"),
    One("413", kPredefined | kLinkable, kLocationFormat, {}, "SHIP FOR LOC"),
    One("414", kPredefined | kLinkable | kLinkKey, kLocationFormat, {.link_qualifiers = "254|7040"},
        "LOC No."),
    One("415", kPredefined | kLinkable | kLinkKey, kLocationFormat,
        {.requires_one_of = "8020", .link_qualifiers = "8020"}, "PAY TO"),
    One("416", kPredefined | kLinkable, kLocationFormat, {}, "PROD/SERV LOC"),
    One("417", kPredefined | kLinkable | kLinkKey, kLocationFormat, {.link_qualifiers = "7040"},
        "PARTY"),
    One("420", kLinkable, Text(20), {.excludes = "421"}, "SHIP TO POST"),
    One("421", kLinkable, Format(N(3, kCountry), XUpTo(9)), {.excludes = "4307"}, "SHIP TO POST"),
    One("422", kLinkable, Format(N(3, kCountry)), {.requires_one_of = kTrade, .excludes = "426"},
        "ORIGIN"),
    One("423", kLinkable,
        Format(N(3, kCountry), Optional(N(3, kCountry)), Optional(N(3, kCountry)),
               Optional(N(3, kCountry)), Optional(N(3, kCountry))),
        {.requires_one_of = kAnyGtin, .excludes = "426"}, "COUNTRY - INITIAL PROCESS"),
    One("424", kLinkable, Format(N(3, kCountry)), {.requires_one_of = kAnyGtin, .excludes = "426"},
        "COUNTRY - PROCESS"),
    One("425", kLinkable,
        Format(N(3, kCountry), Optional(N(3, kCountry)), Optional(N(3, kCountry)),
               Optional(N(3, kCountry)), Optional(N(3, kCountry))),
        {.requires_one_of = kAnyGtin, .excludes = "426"}, "COUNTRY - DISASSEMBLY"),
    One("426", kLinkable, Format(N(3, kCountry)), {.requires_one_of = kAnyGtin},
        "COUNTRY - FULL PROCESS"),
    One("427", kLinkable, Text(3), {.requires_one_of = "01+422 02+422 03+422"},
        "ORIGIN SUBDIVISION"),
    One("4300", kLinkable, Format(XUpTo(35, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SHIP TO COMP"),
    One("4301", kLinkable, Format(XUpTo(35, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SHIP TO NAME"),
    One("4302", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SHIP TO ADD1"),
    One("4303", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = "4302"},
        "SHIP TO ADD2"),
    One("4304", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SHIP TO SUB"),
    One("4305", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SHIP TO LOC"),
    One("4306", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SHIP TO REG"),
    One("4307", kLinkable, Format(X(2, kCountryLetters)), {.requires_one_of = kLogisticUnit},
        "SHIP TO COUNTRY"),
    One("4308", kLinkable, Text(30), {.requires_one_of = kLogisticUnit}, "SHIP TO PHONE"),
    One("4309", kLinkable, Format(N(10, kLatitude), N(10, kLongitude)),
        {.requires_one_of = kLogisticUnit}, "SHIP TO GEO"),
    One("4310", kLinkable, Format(XUpTo(35, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "RTN TO COMP"),
    One("4311", kLinkable, Format(XUpTo(35, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "RTN TO NAME"),
    One("4312", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "RTN TO ADD1"),
    One("4313", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = "4312"},
        "RTN TO ADD2"),
    One("4314", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "RTN TO SUB"),
    One("4315", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "RTN TO LOC"),
    One("4316", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "RTN TO REG"),
    One("4317", kLinkable, Format(X(2, kCountryLetters)), {.requires_one_of = kLogisticUnit},
        "RTN TO COUNTRY"),
    One("4318", kLinkable, Text(20), {.requires_one_of = kLogisticUnit}, "RTN TO POST"),
    One("4319", kLinkable, Text(30), {.requires_one_of = kLogisticUnit}, "RTN TO PHONE"),
    One("4320", kLinkable, Format(XUpTo(35, kPercentEncoding)), {.requires_one_of = kLogisticUnit},
        "SRV DESCRIPTION"),
    One("4321", kLinkable, Format(N(1, kYesNo)), {.requires_one_of = kLogisticUnit},
        "DANGEROUS GOODS"),
    One("4322", kLinkable, Format(N(1, kYesNo)), {.requires_one_of = kLogisticUnit},
        "AUTH TO LEAVE"),
    One("4323", kLinkable, Format(N(1, kYesNo)), {.requires_one_of = kLogisticUnit},
        "SIG REQUIRED"),
    One("4324", kLinkable, Format(N(6, kDateDayOptional), N(4, kHourMinute)),
        {.requires_one_of = kLogisticUnit}, "NOT BEF DEL DT"),
    One("4325", kLinkable, Format(N(6, kDateDayOptional), N(4, kHourMinute)),
        {.requires_one_of = kLogisticUnit}, "NOT AFT DEL DT"),
    One("4326", kLinkable, Format(N(6, kDate)), {.requires_one_of = kLogisticUnit}, "REL DATE"),
    One("4330", kLinkable, Format(N(6), Optional(X(1, kHyphen))),
        {.requires_one_of = kLogisticUnit, .excludes = "4331"}, "MAX TEMP F."),
    One("4331", kLinkable, Format(N(6), Optional(X(1, kHyphen))),
        {.requires_one_of = kLogisticUnit, .excludes = "4330"}, "MAX TEMP C."),
    One("4332", kLinkable, Format(N(6), Optional(X(1, kHyphen))),
        {.requires_one_of = kLogisticUnit, .excludes = "4333"}, "MIN TEMP F."),
    One("4333", kLinkable, Format(N(6), Optional(X(1, kHyphen))),
        {.requires_one_of = kLogisticUnit, .excludes = "4332"}, "MIN TEMP C."),
    One("7001", kLinkable, Format(N(13)), {.requires_one_of = "01 02 8006 8026"}, "NSN"),
    One("7002", kLinkable, Text(30), {.requires_one_of = kGtinOrContent}, "MEAT CUT"),
    One("7003", kLinkable, Format(N(6, kDate), N(4, kHourMinute)), {.requires_one_of = kAnyGtin},
        "EXPIRY TIME"),
    One("7004", kLinkable, Format(NUpTo(4)), {.requires_one_of = "01+10 03+10"}, "ACTIVE POTENCY"),
    One("7005", kLinkable, Text(12), {.requires_one_of = kGtinOrContent}, "CATCH AREA"),
    One("7006", kLinkable, Format(N(6, kDate)), {.requires_one_of = kGtinOrContent},
        "FIRST FREEZE DATE"),
    One("7007", kLinkable, Format(N(6, kDate), Optional(N(6, kDate))),
        {.requires_one_of = kGtinOrContent}, "HARVEST DATE"),
    One("7008", kLinkable, Text(3), {.requires_one_of = kGtinOrContent}, "AQUATIC SPECIES"),
    One("7009", kLinkable, Text(10), {.requires_one_of = kGtinOrContent}, "FISHING GEAR TYPE"),
    One("7010", kLinkable, Text(2), {.requires_one_of = kAnyGtin}, "PROD METHOD"),
    One("7011", kLinkable, Format(N(6, kDate), Optional(N(4, kHourMinute))),
        {.requires_one_of = kAnyGtin}, "TEST BY DATE"),
    One("7020", kLinkable, Text(20), {.requires_one_of = "01+416 03+416 8006+416"}, "REFURB LOT"),
    One("7021", kLinkable, Text(20), {.requires_one_of = kGtinOrPiece}, "FUNC STAT"),
    One("7022", kLinkable, Text(20), {.requires_one_of = "01+7021 03+7021 8006+7021"}, "REV STAT"),
    One("7023", kLinkable, Format(XUpTo(30, kCompanyPrefixFirst)), {}, "GIAI - ASSEMBLY"),
    One("7030", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 0"),
    One("7031", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 1"),
    One("7032", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 2"),
    One("7033", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 3"),
    One("7034", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 4"),
    One("7035", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 5"),
    One("7036", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 6"),
    One("7037", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 7"),
    One("7038", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 8"),
    One("7039", kLinkable, Format(N(3, kCountryOr999), XUpTo(27)),
        {.requires_one_of = kGtinOrContent}, "PROCESSOR # 9"),
    One("7040", kPlain, Format(N(1), X(1), X(1), X(1, kImporterIndex)), {}, "UIC+EXT"),
    One("7041", kPlain, Format(XUpTo(4, kPackageType)), {.requires_one_of = kLogisticUnit},
        "UFRGT UNIT TYPE"),
    One("710", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN PZN"),
    One("711", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN CIP"),
    One("712", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN CN"),
    One("713", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN DRN"),
    One("714", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN AIM"),
    One("715", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN NDC"),
    One("716", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN AIC"),
    One("717", kLinkable, Text(20), {.requires_one_of = kGtin}, "NHRN SRN"),
    One("7230", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 1"),
    One("7231", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 2"),
    One("7232", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 3"),
    One("7233", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 4"),
    One("7234", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 5"),
    One("7235", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 6"),
    One("7236", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 7"),
    One("7237", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 8"),
    One("7238", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 9"),
    One("7239", kLinkable, Format(X(2), XUpTo(28)), {.requires_one_of = kGtinOrAsset}, "CERT # 10"),
    One("7240", kLinkable, Text(20), {.requires_one_of = "01 8006", .excludes = "03"}, "PROTOCOL"),
    One("7241", kLinkable, Format(N(2, kMediaType)), {.requires_one_of = kServiceRelation},
        "AIDC MEDIA TYPE"),
    One("7242", kLinkable, Text(25), {.requires_one_of = kServiceRelation}, "VCN"),
    One("7250", kLinkable, Format(N(8, kDateFullYear)),
        {.requires_one_of = "8018", .excludes = "7251"}, "DOB"),
    One("7251", kLinkable, Format(N(8, kDateFullYear), N(4, kHourMinute)),
        {.requires_one_of = "8018", .excludes = "7250"}, "DOB TIME"),
    One("7252", kLinkable, Format(N(1, kSex)), {.requires_one_of = "8018"}, "BIO SEX"),
    One("7253", kLinkable, Format(XUpTo(40, kPercentEncoding)),
        {.requires_one_of = kServiceRelation, .excludes = "7256 7259"}, "FAMILY NAME"),
    One("7254", kLinkable, Format(XUpTo(40, kPercentEncoding)),
        {.requires_one_of = kServiceRelation, .excludes = "7256 7259"}, "GIVEN NAME"),
    One("7255", kLinkable, Text(10), {.requires_one_of = kServiceRelation, .excludes = "7256 7259"},
        "SUFFIX"),
    One("7256", kLinkable, Format(XUpTo(90, kPercentEncoding)),
        {.requires_one_of = kServiceRelation}, "FULL NAME"),
    One("7257", kLinkable, Format(XUpTo(70, kPercentEncoding)), {.requires_one_of = "8018"},
        "PERSON ADDR"),
    One("7258", kLinkable, Format(X(3, kPositionInSequence)), {.requires_one_of = "8018+7259"},
        "BIRTH SEQUENCE"),
    One("7259", kLinkable, Format(XUpTo(40, kPercentEncoding)),
        {.requires_one_of = "8018", .excludes = "7256"}, "BABY"),
    One("8001", kLinkable,
        Format(N(4, kNonzero), N(5, kNonzero), N(3, kNonzero), N(1, kWinding), N(1)),
        {.requires_one_of = kGtin}, "DIMENSIONS"),
    One("8002", kLinkable, Text(20), {}, "CMT No."),
    One("8003", kLinkable | kLinkKey,
        Format(N(1, kZero), N(13, kCheckDigit, kCompanyPrefixFirst), Optional(XUpTo(16))), {},
        "GRAI"),
    One("8004", kLinkable | kLinkKey, Format(XUpTo(30, kCompanyPrefixFirst)),
        {.link_qualifiers = "7040"}, "GIAI"),
    One("8005", kLinkable, Format(N(6)), {.requires_one_of = kGtinOrContent}, "PRICE PER UNIT"),
    One("8006", kLinkable | kLinkKey,
        Format(N(14, kCheckDigit, kCompanyPrefixSecond), N(4, kPieceOfTotal)),
        {.excludes = "01 03 37", .link_qualifiers = "22 10 21"}, "ITIP"),
    One("8007", kLinkable, Format(XUpTo(34, kIban)), {.requires_one_of = "415"}, "IBAN"),
    One("8008", kLinkable,
        Format(N(6, kDate), N(2, kHour), Optional(N(2, kMinute)), Optional(N(2, kSecond))),
        {.requires_one_of = kAnyGtin}, "PROD TIME"),
    One("8009", kLinkable, Text(50), {.requires_one_of = "00 01 03"}, "OPTSEN"),
    One("8010", kLinkable | kLinkKey, Format(YUpTo(30, kCompanyPrefixFirst)),
        {.link_qualifiers = "8011"}, "CPID"),
    One("8011", kPlain, Format(NUpTo(12, kNoZeroPrefix)), {.requires_one_of = "8010"},
        "CPID SERIAL"),
    One("8012", kLinkable, Text(20), {.requires_one_of = kGtinOrPiece}, "VERSION"),
    One("8013", kLinkable | kLinkKey, Format(XUpTo(25, kCheckCharacters, kCompanyPrefixFirst)), {},
        "GMN"),
    One("8014", kPlain, Format(XUpTo(25, kCheckCharacters, kCompanyPrefixFirst, kHasNonDigit)),
        {.requires_one_of = kGtin}, "MUDI"),
    One("8017", kLinkable | kLinkKey, Format(N(18, kCheckDigit, kCompanyPrefixFirst)),
        {.excludes = "8018", .link_qualifiers = "8019"}, "GSRN - PROVIDER"),
    One("8018", kLinkable | kLinkKey, Format(N(18, kCheckDigit, kCompanyPrefixFirst)),
        {.excludes = "8017", .link_qualifiers = "8019"}, "GSRN - RECIPIENT"),
    One("8019", kPlain, Format(NUpTo(10)), {.requires_one_of = kServiceRelation}, "SRIN"),
    One("8020", kPlain, Text(25), {.requires_one_of = "415"}, "REF No."),
    One("8026", kLinkable, Format(N(14, kCheckDigit, kCompanyPrefixSecond), N(4, kPieceOfTotal)),
        {.requires_one_of = "37", .excludes = "02 03 8006"}, "ITIP CONTENT"),
    One("8030", kLinkable, Format(ZUpTo(90)),
        {.requires_one_of = "00 01+21 03+21 253 255 8003 8004 8006+21 8010+8011 8017 8018"},
        "DIGSIG"),
    One("8040", kPlain, Format(N(15)), {.requires_one_of = "01+21"}, "IMEI"),
    One("8041", kPlain, Format(N(15)), {.requires_one_of = "01+21+8040"}, "IMEI2"),
    One("8042", kPlain, Format(N(32)), {.requires_one_of = "01+21+8040"}, "ESIM"),
    One("8043", kPlain, Format(N(18), Optional(NUpTo(2))), {.requires_one_of = "01+21+8040"},
        "PSIM"),
    One("8110", kLinkable, Format(XUpTo(70, kCoupon)), {}, ""),
    One("8111", kLinkable, Format(N(4)), {.requires_one_of = "255"}, "POINTS"),
    One("8112", kLinkable, Format(XUpTo(70, kPositiveOffer)), {}, ""),
    One("8200", kPlain, Text(70), {.requires_one_of = kGtin}, "PRODUCT URL"),
    One("90", kLinkable, Text(30), {}, "INTERNAL"),
    Range("91", "99", kLinkable, Text(90), {}, "INTERNAL"),
};

constexpr std::array<std::string_view, kCheckCount> kCheckNames = {"",
                                                                   "csum",
                                                                   "csumalpha",
                                                                   "gcppos1",
                                                                   "gcppos2",
                                                                   "yymmd0",
                                                                   "yymmdd",
                                                                   "yyyymmdd",
                                                                   "hhmi",
                                                                   "hh",
                                                                   "mi",
                                                                   "ss",
                                                                   "iso3166",
                                                                   "iso3166999",
                                                                   "iso3166alpha2",
                                                                   "iso4217",
                                                                   "iso5218",
                                                                   "iban",
                                                                   "pcenc",
                                                                   "yesno",
                                                                   "winding",
                                                                   "zero",
                                                                   "nonzero",
                                                                   "nozeroprefix",
                                                                   "pieceoftotal",
                                                                   "posinseqslash",
                                                                   "importeridx",
                                                                   "packagetype",
                                                                   "mediatype",
                                                                   "latitude",
                                                                   "longitude",
                                                                   "hyphen",
                                                                   "couponcode",
                                                                   "couponposoffer",
                                                                   "hasnondigit"};

}  // namespace

std::string_view CheckName(Check check) { return kCheckNames[static_cast<size_t>(check)]; }

std::span<const Component> ApplicationIdentifier::format() const {
  const auto end = std::ranges::find(components, 0, &Component::length_max);
  return {components.begin(), end};
}

size_t ApplicationIdentifier::length_max() const {
  size_t length = 0;
  for (const Component& component : components) length += component.length_max;
  return length;
}

std::span<const ApplicationIdentifier> ApplicationIdentifiers() { return kTable; }

const ApplicationIdentifier* FindApplicationIdentifier(std::string_view ai) {
  const auto* row = std::ranges::upper_bound(kTable, ai, {}, &ApplicationIdentifier::first);
  if (row == std::begin(kTable)) return nullptr;
  --row;
  const bool found =
      ai.size() == row->first.size() && ai <= row->last &&
      std::ranges::all_of(ai, [](char digit) { return '0' <= digit && digit <= '9'; });
  return found ? row : nullptr;
}

size_t LeadingIdentifierLength(std::string_view text) {
  for (size_t length = 2; length <= 4 && length <= text.size(); ++length) {
    if (FindApplicationIdentifier(text.substr(0, length)) != nullptr) return length;
  }
  return 0;
}

bool MatchesPattern(std::string_view ai, std::string_view pattern) {
  return std::ranges::equal(ai, pattern, [](char digit, char wanted) {
    return wanted == 'n' ? '0' <= digit && digit <= '9' : digit == wanted;
  });
}

}  // namespace qingqu::udi
