#include "services/cli/messages.h"

#include <array>

#include "common/base/check.h"
#include "services/cli/event_messages.h"

namespace qingqu::cli {
namespace {

using enum Message;
using event_messages::kEventMessages;

constexpr std::array kGeneralMessages = std::to_array<MessageText>({
    {kUnknownOption, "there is no option {}", "没有选项 {}"},
    {kUnknownOptionMeant, "there is no option {}; did you mean {}?", "没有选项 {}，是否指 {}？"},
    {kOptionTakesNoValue, "{} takes no value", "{} 不带值"},
    {kOptionNeedsValue, "{} needs a value: {}", "{} 需要一个值：{}"},
    {kOptionTwice, "{} is given twice", "{} 重复出现"},
    {kUnknownCommand, "there is no command \"{}\"", "没有命令“{}”"},
    {kUnknownCommandMeant, "there is no command \"{}\"; did you mean \"{}\"?",
     "没有命令“{}”，是否指“{}”？"},
    {kSubcommandNeeded, "\"{}\" needs one of: {}", "“{}”之后须是其中之一：{}"},
    {kTooFewArguments, "something is missing: qingqu {} {}", "缺少参数：qingqu {} {}"},
    {kTooManyArguments, "\"{}\" is one argument too many: qingqu {} {}",
     "多余的参数“{}”：qingqu {} {}"},
    {kSeeHelp, "qingqu{} --help says more", "详见 qingqu{} --help"},
    {kBadOptionValue, "{} cannot be \"{}\"; it is one of: {}", "{} 不能是“{}”，可取：{}"},
    {kUsage, "Usage:", "用法："},
    {kAbout,
     "qingqu: a client of the county medical supply platform for people and scripts.\n"
     "It speaks gRPC to the services; what it may do is what the signed-in user may do.",
     "qingqu：县域医疗物资平台的客户端，供人和脚本使用。\n"
     "它以 gRPC 访问各服务；能做什么，取决于登录用户的权限。"},
    {kCommands, "Commands:", "命令："},
    {kOptions, "Options:", "选项："},
    {kGlobalOptions, "Options of every command:", "通用选项："},
    {kExamples, "Examples:", "示例："},
    {kExitCodes,
     "Exit codes:\n"
     "  0  done\n"
     "  1  answered, and the answer is no: findings, an invalid scan, bad cells in a dry run\n"
     "  2  the command line or the request is wrong\n"
     "  3  imported in part: some rows were rejected\n"
     "  4  refused by the server: a rule, a state, a name that does not exist\n"
     "  5  not signed in, or without the right\n"
     "  6  no server, no answer in time, or it failed; nothing was changed\n"
     "  7  in doubt: the change may have happened; repeat with the same request id\n"
     "  8  a local file cannot be read or written, or does not make sense\n"
     "  9  the sealed journal contradicts what it signed before: its history forked",
     "退出码：\n"
     "  0  完成\n"
     "  1  已有答案，且为否：发现问题、扫码无效、试运行中有错误单元格\n"
     "  2  命令行或请求有误\n"
     "  3  部分导入：有行被拒绝\n"
     "  4  服务器拒绝：违反规则、状态不符或名称不存在\n"
     "  5  未登录或无权限\n"
     "  6  服务器不可达、超时或出错；未作任何更改\n"
     "  7  结果不明：更改可能已生效；请用同一请求号重试\n"
     "  8  本机文件无法读写或内容有误\n"
     "  9  封存日志与先前签名的内容矛盾：历史已分叉"},
    {kFiles,
     "The server is --server, else $QINGQU_SERVER, else \"server\" in config.json, else\n"
     "127.0.0.1:7100. config.json and credentials.json lie in $QINGQU_CONFIG_DIR, else\n"
     "~/.config/qingqu. $QINGQU_TOKEN is used in place of signing in.",
     "服务器依次取自 --server、$QINGQU_SERVER、config.json 中的 \"server\"，最后为\n"
     "127.0.0.1:7100。config.json 与 credentials.json 位于 $QINGQU_CONFIG_DIR，否则位于\n"
     "~/.config/qingqu。设置 $QINGQU_TOKEN 则无需登录。"},
    {kMoreHelp, "qingqu COMMAND --help explains one command.", "qingqu 命令 --help 说明该命令。"},
    {kOptionServer, "where the services listen: one address, or area=address,…",
     "服务地址：单个地址，或 区域=地址,…"},
    {kOptionCaFile, "TLS: certificates (PEM) to trust, else $QINGQU_CA_FILE; without it plain",
     "TLS：信任的证书（PEM），否则取 $QINGQU_CA_FILE；均无则不加密"},
    {kOptionCertFile, "TLS: own certificate (PEM), else $QINGQU_CERT_FILE",
     "TLS：本方证书（PEM），否则取 $QINGQU_CERT_FILE"},
    {kOptionKeyFile, "TLS: its private key (PEM), else $QINGQU_KEY_FILE",
     "TLS：本方私钥（PEM），否则取 $QINGQU_KEY_FILE"},
    {kOptionLanguage, "zh or en; otherwise LC_ALL, LC_MESSAGES, LANG decide",
     "zh 或 en；否则由 LC_ALL、LC_MESSAGES、LANG 决定"},
    {kOptionJson, "JSON for scripts, also for errors", "输出供脚本使用的 JSON，错误亦然"},
    {kOptionTimeout, "how long one call may take, 1 to 3600 (30)",
     "单次调用的时限，1 至 3600 秒（默认 30）"},
    {kOptionQuiet, "no progress and no notes", "不显示进度和提示"},
    {kOptionHelp, "explain and exit", "显示说明并退出"},
    {kLoginSummary, "sign in and keep the session", "登录并保存会话"},
    {kLoginDescription,
     "Asks for the password on the terminal without showing it, or takes the first line of a\n"
     "file or of standard input. Never put a password on the command line. The tokens are kept\n"
     "for this server in credentials.json, readable by you alone, and renewed when they end.\n"
     "Who has a second factor is asked for its code, too (with --password-stdin: the second line).",
     "在终端询问密码（不回显），或取文件或标准输入的第一行。切勿把密码写在命令行上。\n"
     "令牌按服务器保存在 credentials.json 中，仅本人可读，到期自动续期。\n"
     "启用了第二因素的用户还会被询问动态口令（用 --password-stdin 时取第二行）。"},
    {kLogoutSummary, "end the session", "退出登录"},
    {kLogoutDescription, "Ends the session at the server and forgets its tokens.",
     "在服务器上结束会话，并删除本机保存的令牌。"},
    {kWhoamiSummary, "who is signed in, with which rights", "当前用户及其权限"},
    {kWhoamiDescription, "Asks the server who the caller is: roles, and what part it sees.",
     "向服务器查询当前用户：角色与可见范围。"},
    {kCallSummary, "call any method", "调用任意方法"},
    {kCallDescription,
     "The request is JSON as in the API: an argument, @FILE, or - for standard input; {{}} when\n"
     "it is left out. CatalogService/GetItem, catalog.GetItem and the full name all work.\n"
     "A request_id is added where the method has one; calls that were turned away by a busy\n"
     "server are repeated with the same id. Column names are the API's field names.",
     "请求为 API 格式的 JSON：直接给出、@文件，或用 - 读标准输入；省略即为 {{}}。\n"
     "CatalogService/GetItem、catalog.GetItem 和全名均可。方法需要 request_id 时自动补上；\n"
     "服务器繁忙而拒绝的调用会用同一请求号重试。列名即 API 的字段名。"},
    {kMethodsSummary, "list the methods and the right that each needs", "列出方法及所需权限"},
    {kMethodsDescription, "With FILTER only those whose name or permission contains it.",
     "给出 FILTER 时，只列出名称或权限中含有它的方法。"},
    {kDescribeSummary, "show the fields of a method's request and response",
     "显示方法的请求与响应字段"},
    {kDescribeDescription, "Nested messages are shown indented below the field that holds them.",
     "嵌套的消息缩进列在所属字段之下。"},
    {kUdiSummary, "read UDI scans from standard input, one a line", "从标准输入逐行解析 UDI 扫码"},
    {kUdiDescription,
     "Reads GS1, MA, HIBC, ICCBBA and AHM. Prints one JSON object for each line: valid,\n"
     "issuer, di, lot, serial, expiry, manufactured, elements; or the error with reason and\n"
     "position. A group separator is the byte 0x1D or {{GS}}. Needs no server. Exits with 1 when\n"
     "a scan was invalid.",
     "支持 GS1、MA、HIBC、ICCBBA、AHM 编码。\n每行输出一个 JSON "
     "对象：valid、issuer、di、lot、serial、expiry、manufactured、elements；\n"
     "或错误的 reason 与 position。分组符为字节 0x1D 或 {{GS}}。无需服务器。\n"
     "有无效扫码时退出码为 1。"},
    {kImportClassesSummary, "import the national classes of consumables", "导入国家耗材分类"},
    {kImportClassesDescription,
     "Reads the list of key-monitored consumables (XLSX, or CSV in UTF-8 or GB18030). Nothing "
     "takes effect\n"
     "before the last row was taken; run again, it ends in the same state.",
     "读取重点治理耗材目录（XLSX，或 UTF-8、GB18030 的 CSV）。最后一行被接收之前不产生任何效果；\n"
     "重复运行结果相同。"},
    {kImportCodesSummary, "import a specification sheet of national codes",
     "导入医保编码规格型号表"},
    {kImportCodesDescription,
     "Reads a sheet (Query1) of a release of the insurance bureau, XLSX or CSV. Each of a "
     "release's\n"
     "sheets is imported with the same --release and --effective. Nothing takes effect before the\n"
     "last row was taken; run again, it changes nothing. The same row twice counts as unchanged.",
     "读取医保局发布的规格型号表（工作表 Query1；XLSX 或 CSV）。同一批次的各表用相同的\n"
     "--release 与 --effective 导入。最后一行被接收之前不产生任何效果；重复运行不产生变化。\n"
     "相同的重复行计为未变。"},
    {kImportWithdrawnCodesSummary, "import a list of withdrawn national codes",
     "导入停用的医保编码"},
    {kImportWithdrawnCodesDescription,
     "Reads the column 27位码. Items that carry such a code are marked, and buying them follows "
     "the\n"
     "rule in force; documents stay as they are.",
     "读取 27位码 一列。使用这些编码的品目被标记，其采购按现行规则处理；已有单据不变。"},
    {kImportTranscodedCodesSummary, "import a list of transcoded national codes",
     "导入变更、映射的医保编码"},
    {kImportTranscodedCodesDescription,
     "Reads the columns 原27位码, 27位码 and 类型 (变更 or 映射). Items that carry the old code "
     "are\n"
     "marked with the new one.",
     "读取 原27位码、27位码、类型（变更或映射）三列。使用旧码的品目标出其新码。"},
    {kImportDevicesSummary, "import a file of the device database (UDI)",
     "导入医疗器械唯一标识数据库文件"},
    {kImportDevicesDescription,
     "Reads the XML that udi.nmpa.gov.cn publishes, unpacked; illegal characters and bare "
     "ampersands\n"
     "are mended. Of each device the latest version counts; run again, it changes nothing.",
     "读取 udi.nmpa.gov.cn 发布的 XML（先解压）；其中的非法字符与未转义的 & 会被修正。\n"
     "每个器械以最新版本为准；重复运行不产生变化。"},
    {kExportTableSummary, "write a table of the catalogue into a file", "导出目录数据"},
    {kExportTableDescription,
     "NAME is items, suppliers, classes or national-codes; a FILE that ends with .xlsx is a\n"
     "workbook, else CSV. Rows are as the signed-in user sees them. Of national codes only those\n"
     "in force. Items, classes and national codes can be imported again, which changes nothing.",
     "NAME 为 items、suppliers、classes 或 national-codes；FILE 以 .xlsx 结尾时为工作簿，\n"
     "否则为 CSV。内容以登录用户可见为限；医保编码只含有效者。品目、分类与医保编码可再次\n"
     "导入，不产生变化。"},
    {kTemplateSummary, "write an empty file for an import", "生成导入模板"},
    {kTemplateDescription,
     "NAME is what stands behind \"import\": items, classes, codes, withdrawn-codes or\n"
     "transcoded-codes. The file has the headings that the import takes. Needs no server.",
     "NAME 为 import 之后的名称：items、classes、codes、withdrawn-codes 或 transcoded-codes。\n"
     "文件含导入所需的表头。无需服务器。"},
    {kImportItemsSummary, "propose the items of a list", "批量提请品目准入"},
    {kImportItemsDescription,
     "Reads an XLSX or CSV file with the headings that \"template items\" and \"export items\"\n"
     "write, or with the names of the fields of an item's row (item_id, display_name, ...), and\n"
     "proposes the items; others approve them. Packs stand in one cell: "
     "盒=10=UDI-DI;箱=100=UDI-DI.",
     "读取XLSX或CSV文件，表头同 template items 与 export items，也可用品目字段名，批量提请准入，\n"
     "由他人审批。包装写在一格中：盒=10=UDI-DI;箱=100=UDI-DI。"},
    {kImportHistorySummary, "import past orders and deliveries", "导入历史订单与到货"},
    {kImportHistoryDescription,
     "Reads an XLSX or CSV file through a mapping from its columns to ours "
     "(common/tabular/README.md).\n"
     "Nothing takes effect before the last row was taken; killed and run again, it ends in the\n"
     "same state, and run twice it changes nothing. Every row read is imported, unchanged or\n"
     "rejected. When an all-or-nothing import is refused, all of its rows count as rejected.",
     "按映射文件（见 common/tabular/README.md）读取 XLSX 或 "
     "CSV。最后一行被接收之前不产生任何效果；\n"
     "中断后重跑结果相同，重复运行不产生变化。每一行不是被导入，就是未变或被拒绝。\n"
     "全有或全无的导入被拒绝时，所有行都计为被拒绝。"},
    {kLedgerCheckSummary, "prove the stock ledger", "核对库存总账"},
    {kLedgerCheckDescription,
     "Every balance must be the sum of its movements, and debits must equal credits. Exits with 1\n"
     "when something is wrong.",
     "每个余额必须等于其流水之和，借贷必须相等。发现问题时退出码为 1。"},
    {kTraceSummary, "everything that happened to a lot of an item", "某物品某批号的全部经过"},
    {kTraceDescription,
     "The whole chain in order: when, what, who, which document. A supplier sees its own part.\n"
     "Each asking is itself recorded.",
     "按先后列出全过程：时间、事件、人员、单据。供应商只看到与己相关的部分。\n"
     "每次查询本身也被记录。"},
    {kInclusionSummary, "check that a leaf is in a log", "核验某叶节点在日志中"},
    {kInclusionDescription,
     "An inclusion proof of RFC 9162: hashes are SHA-256 as 64 hexadecimal digits, the proof is a\n"
     "list of them with commas, from the leaf's side to the root's; empty for a log of one leaf.\n"
     "Needs no server. Exits with 0 when the proof holds, and with 1 when it does not, or when\n"
     "anything in it is malformed.",
     "RFC 9162 的包含证明：哈希为 SHA-256 的 64 位十六进制数字，证明为以逗号分隔的哈希，\n"
     "从叶到根；只有一个叶节点的日志，证明为空。无需服务器。\n"
     "证明成立时退出码为 0；不成立或任何内容不合格式时为 1。"},
    {kConsistencySummary, "check that a log only grew", "核验日志只增不改"},
    {kConsistencyDescription,
     "A consistency proof of RFC 9162 between the first FROM and the first TO leaves of a log;\n"
     "empty when both are equal. Needs no server. Exits with 0 when the proof holds, and with 1\n"
     "when it does not, or when anything in it is malformed.",
     "RFC 9162 的一致性证明：日志的前 FROM 个与前 TO 个叶节点之间；两者相等时证明为空。\n"
     "无需服务器。证明成立时退出码为 0；不成立或任何内容不合格式时为 1。"},
    {kWitnessSummary, "watch that the sealed journal only grows, and cosign it",
     "监视封存日志只增不改，并予以联署"},
    {kWitnessDescription,
     "For regulators. Fetches the log's checkpoint, verifies its signature with the key pinned at\n"
     "the first use, proves from the tiles that the log only grew, cosigns the checkpoint and\n"
     "remembers it in the folder --state. The log itself need not be trusted. The cosigned note "
     "is\n"
     "written to --out, or shown. Exits with 9 when the history forked or was rewritten: both "
     "notes\n"
     "are then kept as evidence, and the last good checkpoint stays. With 1 when the checkpoint "
     "is\n"
     "not signed with the log's key, or is an older one.",
     "供监管部门使用。取得日志的检查点，用首次使用时固定的公钥核验签名，由瓦片证明日志只增不改，\n"
     "联署该检查点并记入 --state 目录；无需信任日志本身。联署后的检查点写入 --out，否则直接显示。\n"
     "历史分叉或被改写时退出码为 9，两份检查点均留作证据，最后一份有效的检查点不变；\n"
     "检查点签名不符或较旧时退出码为 1。"},
    {kVerifyJournalSummary, "recompute the sealed journal from the database",
     "由数据库重新计算封存日志"},
    {kVerifyJournalDescription,
     "Reads every entry of the database in the order of the log, recomputes its leaf, and "
     "compares\n"
     "with every tile and with the signed checkpoint. Names the first bad index: an entry that "
     "was\n"
     "changed, removed, inserted or left unsealed, or a tile that was changed. The role must see\n"
     "every entry. A password comes from PGPASSFILE (~/.pgpass); it is never shown. Exits with 1\n"
     "when something is wrong.",
     "按日志顺序读取数据库中的每条记录，重新计算叶节点，并与每个瓦片及已签名的检查点比较。\n"
     "指出第一个有误的序号：被更改、删除、插入或漏封的记录，或被更改的瓦片。\n"
     "数据库角色须能看到全部记录。密码取自 PGPASSFILE（~/.pgpass），不会显示。\n"
     "发现问题时退出码为 1。"},
    {kSearchSummary, "look for entries of the sealed journal", "检索封存日志"},
    {kSearchDescription,
     "All conditions given must hold. The newest entries come first, 50 of them. Asking is itself\n"
     "recorded, with the purpose. With --json each entry is a line, with its index and its leaf.",
     "须同时满足所给各项条件。默认按时间倒序列出 50 条。查询本身连同目的一并被记录。\n"
     "加 --json 时每条一行，含序号与叶节点。"},
    {kExportSummary, "save a stretch of the sealed journal to a file", "将封存日志的一段存为文件"},
    {kExportDescription,
     "The file holds what is needed to prove each entry on a machine without network (qingqu "
     "journal\n"
     "verify-export), and the checkpoint lies beside it as FILE.checkpoint. Interrupted, it is "
     "run\n"
     "again and goes on where the file ends. Asking is itself recorded, with the purpose.",
     "文件含有在无网络的机器上逐条核验所需的内容（qingqu journal verify-export），检查点存于\n"
     "FILE.checkpoint。中断后再次运行即从文件末尾继续。查询本身连同目的一并被记录。"},
    {kVerifyExportSummary, "check an export of the sealed journal, offline",
     "离线核验封存日志的导出文件"},
    {kVerifyExportDescription,
     "Reads the file once, whatever its size: every index must be there, every row be what was\n"
     "sealed, and all of them lead to the root of the checkpoint that the log signed. Needs "
     "neither\n"
     "server nor network. Exits with 1 and the first bad index when something is wrong.",
     "将文件读取一遍（大小不限）：序号须连续，每行须与封存时相同，并共同导出日志所签检查点的根哈希"
     "。\n"
     "无需服务器和网络。发现问题时指出第一个有误的序号，退出码为 1。"},
    {kOptionPasswordFile, "the first line of FILE is the password", "以文件第一行为密码"},
    {kOptionPasswordStdin, "the first line of standard input is the password",
     "以标准输入第一行为密码"},
    {kOptionAll, "follow page tokens to the end of a list", "翻页直到列表结束"},
    {kOptionMapping, "the mapping file", "映射文件"},
    {kOptionSource, "what the line ids belong to: a-z, 0-9, dash (scms)",
     "行号所属的来源：a-z、0-9、短横（默认 scms）"},
    {kOptionPrefix, "only national codes that begin so", "只含以此开头的医保编码"},
    {kOptionAsOf, "as of this day", "截至日期"},
    {kOptionRelease, "the release's id, such as 2026-11", "批次号，如 2026-11"},
    {kOptionEffective, "the day from which the release holds", "批次生效日期"},
    {kOptionSheet, "the sheet of a workbook, instead of the usual one",
     "工作表名称（默认为通常的表）"},
    {kOptionDryRun, "ask the server what it would say of each row; nothing is imported",
     "由服务器逐行检查并给出导入结果，不导入任何数据"},
    {kOptionOffline,
     "with --dry-run: look at the cells only, without a server; what only it can check, is not",
     "与 --dry-run 连用：不连服务器，只检查单元格；只有服务器能查的项目不查"},
    {kOptionMode, "all-or-nothing: one bad row refuses all (default); per-row: take the good ones",
     "all-or-nothing：一行有误则全部拒绝（默认）；per-row：接收正确的行"},
    {kOptionRejects, "where bad cells are written (the import's file + .rejects.csv, if any)",
     "错误单元格写入何处（默认为导入文件名加 .rejects.csv，无错误则不写）"},
    {kOptionLeafIndex, "which leaf, from 0", "第几个叶节点，从 0 起"},
    {kOptionTreeSize, "how many leaves the log has", "日志的叶节点数"},
    {kOptionLeafHash, "the leaf's hash", "叶节点的哈希"},
    {kOptionRoot, "the log's root hash", "日志的根哈希"},
    {kOptionProof, "the proof's hashes, with commas", "证明的各哈希，以逗号分隔"},
    {kOptionFrom, "the smaller size", "较小的叶节点数"},
    {kOptionTo, "the larger size", "较大的叶节点数"},
    {kOptionRootFrom, "the root hash of the smaller size", "较小者的根哈希"},
    {kOptionRootTo, "the root hash of the larger size", "较大者的根哈希"},
    {kOptionState, "the folder in which the witness remembers", "监视者的状态目录"},
    {kOptionLog, "the published log: a URL such as http://127.0.0.1:8080/journal, or a folder",
     "公开的日志：网址（如 http://127.0.0.1:8080/journal）或目录"},
    {kOptionKey, "the log's verifier key, or a file that holds it",
     "日志的验证公钥，或存有它的文件"},
    {kOptionWitnessName, "the name under which to cosign (witness)",
     "联署所用名称（默认 witness）"},
    {kOptionCheckpoint, "a file that holds the checkpoint", "存有检查点的文件"},
    {kOptionKeptCheckpoint,
     "a checkpoint kept earlier, a witness's for instance: the log must begin with it",
     "此前保存的检查点（如监视者所存）：日志须以其为前段"},
    {kOptionOut, "where to write it", "写入的文件"},
    {kOptionFollow, "go on until the history forks", "持续运行，直到历史分叉"},
    {kOptionEvery, "seconds between two looks (10)", "两次检查间隔的秒数（默认 10）"},
    {kOptionDatabase, "where the database is, as libpq reads it: \"host=… dbname=… user=…\"",
     "数据库的连接参数（libpq 格式）：\"host=… dbname=… user=…\""},
    {kOptionTiles, "the published log: a folder or a URL", "公开的日志：目录或网址"},
    {kOptionWait, "seconds within which a committed entry must be sealed (10)",
     "已提交的记录须在多少秒内封存（默认 10）"},
    {kOptionFromIndex, "the first index (0)", "第一个序号（默认 0）"},
    {kOptionToIndex, "the index after the last one (the end of the log)",
     "最后一个序号之后的序号（默认至日志末尾）"},
    {kOptionPurpose, "why you ask, 5 to 200 characters; it is recorded",
     "查询目的，5 至 200 字，将被记录"},
    {kOptionActor, "who did it", "操作人"},
    {kOptionInstitution, "the institution that it concerns, or whose person did it",
     "所涉机构，或操作人所属机构"},
    {kOptionEvent, "what happened: receipt.posted", "事件：如 receipt.posted"},
    {kOptionResource, "what changed: receipts/…", "变更的对象：如 receipts/…"},
    {kOptionItem, "an item that it concerns", "所涉品种"},
    {kOptionLot, "a lot of the item", "该品种的批号"},
    {kOptionPiece, "a piece, by the serial number on its label", "单件，按标签上的序列号"},
    {kOptionSince, "not before this day (UTC+8) or instant", "不早于该日（北京时间）或时刻"},
    {kOptionUntil, "up to the end of this day (UTC+8), or before this instant",
     "至该日（北京时间）终了，或早于该时刻"},
    {kOptionText, "words that it holds, all of them, in any order",
     "所含文字，各词均须出现，次序不限"},
    {kOptionOldestFirst, "from the beginning of the journal", "按时间顺序"},
    {kOptionLimit, "how many entries at most (50)", "最多列出的条数（默认 50）"},
    {kOptionPageToken, "go on where an earlier search ended", "由先前检索的止处继续"},
    {kPasswordPrompt, "Password of {}: ", "{} 的密码："},
    {kCodePrompt, "Code of your authenticator, or a recovery code: ", "动态口令或恢复码："},
    {kEnrolmentRequired,
     "you must enrol a second factor first, and can do nothing else until then:\n"
     "qingqu call CredentialService/EnrolSecondFactor, then CredentialService/ConfirmSecondFactor",
     "请先启用第二因素，此前不能进行其他操作：\n"
     "依次调用 qingqu call CredentialService/EnrolSecondFactor 和 "
     "CredentialService/ConfirmSecondFactor"},
    {kNoTerminalForPassword,
     "there is no terminal to ask for the password; use --password-file or --password-stdin",
     "没有终端可询问密码；请用 --password-file 或 --password-stdin"},
    {kPasswordEmpty, "the password is empty", "密码为空"},
    {kSignedIn, "signed in to {} as {} ({})", "已登录 {}：{}（{}）"},
    {kSignedOut, "signed out of {}", "已退出 {}"},
    {kWasNotSignedIn, "was not signed in to {}", "本未登录 {}"},
    {kNotSignedIn, "not signed in to {}: qingqu login USER", "未登录 {}：请运行 qingqu login 用户"},
    {kSessionOver, "the session has ended; sign in again: qingqu login {}",
     "会话已结束，请重新登录：qingqu login {}"},
    {kTokenFromEnvironment, "$QINGQU_TOKEN is set and used in place of the session",
     "已设置 $QINGQU_TOKEN，将以它代替会话"},
    {kFileNotReadable, "{} cannot be read: {}", "无法读取 {}：{}"},
    {kFileNotWritable, "{} cannot be written: {}", "无法写入 {}：{}"},
    {kFileTooLarge, "{} is larger than {} bytes", "{} 超过 {} 字节"},
    {kConfigInvalid, "{} is not a JSON object of texts such as {{\"server\": \"127.0.0.1:7100\"}}",
     "{} 不是形如 {{\"server\": \"127.0.0.1:7100\"}} 的 JSON 对象"},
    {kTlsIncomplete, "--cert-file needs --key-file and --ca-file, and so the other way round",
     "--cert-file、--key-file 须与 --ca-file 一并给出"},
    {kCredentialsInvalid, "{} is damaged; remove it and sign in again",
     "{} 已损坏，请删除后重新登录"},
    {kCredentialsExposed, "{} can be read by others; run: chmod 600 {}",
     "{} 可被他人读取，请运行：chmod 600 {}"},
    {kNoConfigDirectory, "neither $QINGQU_CONFIG_DIR nor $HOME is set",
     "未设置 $QINGQU_CONFIG_DIR，也未设置 $HOME"},
    {kServerUnreachable, "no server answers at {}", "{} 处没有服务器应答"},
    {kServiceWithoutAddress, "--server names no address for {}", "--server 中没有 {} 的地址"},
    {kUnknownMethod, "there is no method \"{}\"; qingqu methods lists them",
     "没有方法“{}”；qingqu methods 列出全部方法"},
    {kUnknownMethodMeant, "there is no method \"{}\"; did you mean {}?",
     "没有方法“{}”，是否指 {}？"},
    {kAmbiguousMethod, "\"{}\" could be any of: {}", "“{}”可能是：{}"},
    {kAllNeedsList, "--all is for methods with pages, and {} has none",
     "--all 用于分页方法，{} 不分页"},
    {kInDoubt,
     "the change may have happened; ask again with the same request id: \"request_id\": \"{}\"",
     "更改可能已生效；请用同一请求号重试：\"request_id\": \"{}\""},
    {kMorePages, "there is more: --all, or \"page_token\": \"{}\"",
     "还有更多：用 --all，或 \"page_token\": \"{}\""},
    {kNothing, "(nothing)", "（无）"},
    {kUnreadableAnswer, "the server's answer cannot be read; is it of another version?",
     "无法解读服务器的应答，版本是否不一致？"},
    {kRequestHeading, "Request {}", "请求 {}"},
    {kResponseHeading, "Response {}", "响应 {}"},
    {kPermissionIs, "Permission: {}", "所需权限：{}"},
    {kRepeated, "list of {}", "{} 的列表"},
    {kMethodHeading, "Method", "方法"},
    {kPermissionHeading, "Permission", "权限"},
    {kFieldHeading, "Field", "字段"},
    {kTypeHeading, "Type", "类型"},
    {kMeaningHeading, "Values", "取值"},
    {kBadSource, "--source is 1 to 40 of a-z, 0-9 and dash, not \"{}\"",
     "--source 由 1 至 40 个 a-z、0-9、短横组成，不能是“{}”"},
    {kProgress, "{} {}% {} rows, {} rows/s", "{} {}% {} 行，{} 行/秒"},
    {kProgressTime, ", {} left", "，剩余 {}"},
    {kBadCell, "line {}, {} \"{}\": {}: {}", "第 {} 行，{}“{}”：{}：{}"},
    {kBadRow, "line {}: {}: {}", "第 {} 行：{}：{}"},
    {kImportRead, "read", "读取"},
    {kImportImported, "imported", "导入"},
    {kImportUnchanged, "unchanged", "未变"},
    {kImportRejected, "rejected", "拒绝"},
    {kImportRefused,
     "{} of {} rows are bad, so nothing was imported (--mode=per-row takes the rest)",
     "{} 行有误（共 {} 行），未导入任何数据（--mode=per-row 可接收其余各行）"},
    {kRejectsWritten, "bad cells: {} in {}", "错误单元格：{} 个，见 {}"},
    {kDryRunClean, "{} rows read, no bad cell; nothing was sent",
     "读取 {} 行，无错误单元格；未发送数据"},
    {kDryRunBad, "{} rows read, {} of them bad; nothing was sent",
     "读取 {} 行，其中 {} 行有误；未发送数据"},
    {kDryRunRefused,
     "{} of {} rows are bad, so nothing would be imported (--mode=per-row would take the rest)",
     "{} 行有误（共 {} 行），不会导入任何数据（--mode=per-row 可接收其余各行）"},
    {kDryRunChangedNothing, "so the import would end; nothing was changed",
     "导入结果将如上；未作任何改动"},
    {kDryRunOffline, "--dry-run --offline checks the cells of the file without a server",
     "--dry-run --offline 可不连服务器检查文件的单元格"},
    {kOfflineNeedsDryRun, "--offline goes with --dry-run only", "--offline 只能与 --dry-run 连用"},
    {kImportStartsOver, "the server lost what was sent so far; starting over",
     "服务器丢失了已发送的数据，从头开始"},
    {kImportRetries, "{}; trying again", "{}；正在重试"},
    {kImportSumsDiffer, "the server counts {} rows, but {} were sent to it",
     "服务器计有 {} 行，而实际发送 {} 行"},
    {kColumnsIgnored, "columns that the mapping does not read: {}", "映射未读取的列：{}"},
    {kFileMended, "illegal characters and bare marks mended in the file: {}",
     "文件中已修正的非法字符与未转义符号：{} 处"},
    {kFileCountDiffers, "the file says that it holds {} records, and {} were read",
     "文件声明 {} 条记录，实际读取 {} 条"},
    {kLedgerFine, "the ledger is right: {} accounts, {} movements",
     "总账无误：{} 个账户，{} 笔流水"},
    {kLedgerFindings, "the ledger is wrong in {} places: {} accounts, {} movements",
     "总账有 {} 处错误：{} 个账户，{} 笔流水"},
    {kIndexHeading, "Index", "序号"},
    {kTimeHeading, "Time", "时间"},
    {kEventHeading, "Event", "事件"},
    {kWhoHeading, "Who", "人员"},
    {kDocumentHeading, "Document", "单据"},
    {kQuantityHeading, "Quantity", "数量"},
    {kDetailsHeading, "Details", "详情"},
    {kQuantityWithRejected, "{} ({} rejected)", "{}（拒收 {}）"},
    {kActsFor, "{} for {}", "{} 代 {}"},
    {kOptionMissing, "{} is missing", "缺少 {}"},
    {kProofHolds, "the proof holds", "证明成立"},
    {kProofMalformedNumber,
     "the proof does not hold: {} is not a number from 0 to 9223372036854775807: \"{}\"",
     "证明不成立：{} 不是 0 至 9223372036854775807 的数：“{}”"},
    {kProofMalformedHash, "the proof does not hold: {} is not 64 hexadecimal digits: \"{}\"",
     "证明不成立：{} 不是 64 位十六进制数字：“{}”"},
    {kProofImpossible, "the proof does not hold: there is none of {} hashes for these sizes",
     "证明不成立：此规模没有由 {} 个哈希组成的证明"},
    {kProofOtherRoot, "the proof does not hold: it leads to another root",
     "证明不成立：得出的根哈希不同"},
    {kVerifierKeyExpected, "NAME+ID+BASE64, or a file that holds it",
     "NAME+ID+BASE64，或存有它的文件"},
    {kLogPlaceExpected, "a folder, http://HOST:PORT/PATH, https://HOST/PATH",
     "目录、http://HOST:PORT/PATH、https://HOST/PATH"},
    {kLogForked, "THE HISTORY FORKED: {}. Both notes are kept:\n{}",
     "历史已分叉：{}。两份检查点已留存：\n{}"},
    {kLogUnreadable, "the log cannot be read: {}", "无法读取日志：{}"},
    {kCheckpointInvalid, "not a checkpoint that the log signed: {}", "不是该日志签名的检查点：{}"},
    {kCheckpointOlder, "the checkpoint is older than the one that was witnessed",
     "该检查点早于已联署的检查点"},
    {kWitnessFirst, "{}: {} entries; from now on it is watched. Verify cosignatures with {}",
     "{}：{} 条；自此开始监视。联署的验证公钥为 {}"},
    {kWitnessSame, "{}: unchanged since {} entries ({})", "{}：自 {} 条以来未变（{}）"},
    {kWitnessGrew, "{}: grew from {} to {} entries", "{}：由 {} 条增至 {} 条"},
    {kConninfoInvalid,
     "--database is no conninfo of libpq (it is not shown: a password may be in it)",
     "--database 不是有效的 libpq 连接参数（其中可能含密码，故不显示）"},
    {kDatabaseUnreadable, "the database cannot be read: {}", "无法读取数据库：{}"},
    {kJournalFine, "the journal is what was sealed: {} entries, root {}; {} more are not final yet",
     "日志与封存一致：{} 条，根哈希 {}；另有 {} 条尚未定序"},
    {kJournalCheckpoint, "the checkpoint is wrong: {}", "检查点有误：{}"},
    {kJournalEntryChanged, "index {}: the entry is not what was sealed",
     "序号 {}：记录与封存时不符"},
    {kJournalEntryMissing, "index {}: what was sealed is missing", "序号 {}：已封存的记录缺失"},
    {kJournalEntryInserted, "index {}: an entry stands where another one was sealed, or none can",
     "序号 {}：此处插入了未封存的记录"},
    {kJournalEntryUnsealed, "index {}: the entry should have been sealed and was not",
     "序号 {}：记录应已封存而未封存"},
    {kJournalTile, "index {}: the entry is right, and the log's file is not: {}",
     "序号 {}：记录无误，日志文件有误：{}"},
    {kJournalRoot,
     "index {}: journal and tiles agree with each other, but not with the signed root from here on",
     "序号 {}：自此日志与瓦片互相一致，但与已签名的根哈希不符"},
    {kJournalRewritten, "the log is not the one of the checkpoint that was kept: {}",
     "日志与所保存的检查点不是同一部：{}"},
    {kSearchFound, "{} found, in a journal of {} sealed entries", "共 {} 条，封存日志共 {} 条"},
    {kSearchMore, "there may be more: --page-token={}", "可能还有更多：--page-token={}"},
    {kExportGoesOn, "{} ends before index {}; going on from there",
     "{} 止于序号 {} 之前，由此继续"},
    {kExportComplete, "{} is complete already", "{} 已完整"},
    {kExportOfOthers, "{} is no part of this export; remove it or choose another file",
     "{} 不是本次导出的一部分，请删除或另选文件"},
    {kExportDisagrees, "index {}: what the server sends does not follow from what it sent before",
     "序号 {}：服务器发来的内容与先前不衔接"},
    {kExportDone, "{} rows in {}: indexes {} to {} of {}",
     "{} 行已存入 {}：序号 {} 至 {}（共 {} 条）"},
    {kExportFine,
     "the export is what was sealed: {} rows, indexes {} to {}, of a log of {} entries",
     "导出文件与封存一致：{} 行，序号 {} 至 {}，日志共 {} 条"},
    {kExportTruncated, "index {}: the file ends before its end", "序号 {}：文件不完整"},
    {kExportMalformed, "index {}: the file is damaged here, or no export",
     "序号 {}：文件在此损坏，或不是导出文件"},
    {kExportOtherCheckpoint,
     "index {}: the export is proved against the log of {} entries, the checkpoint is another one",
     "序号 {}：导出文件对应 {} 条时的日志，检查点不符"},
    {kExportGap, "index {}: the row is missing or out of order", "序号 {}：行缺失或次序有误"},
    {kExportRowChanged, "index {}: the row is not what was exported", "序号 {}：行与导出时不符"},
    {kExportRestricted, "index {}: what it reveals is not what was sealed",
     "序号 {}：所披露的内容与封存时不符"},
    {kExportOtherRoot,
     "index {}: the rows from here on agree with each other, but not with the signed root",
     "序号 {}：自此各行互相一致，但与已签名的根哈希不符"},
    {kTableExported, "{} rows written to {}", "{} 行已写入 {}"},
    {kTemplateWritten, "the template is in {}", "模板已写入 {}"},
});

constexpr size_t kGeneralCount = kGeneralMessages.size();
constexpr std::array<MessageText, kGeneralCount + kEventMessages.size()> JoinMessages() {
  std::array<MessageText, kGeneralCount + kEventMessages.size()> joined{};
  for (size_t index = 0; index < joined.size(); ++index) {
    joined[index] =
        index < kGeneralCount ? kGeneralMessages[index] : kEventMessages[index - kGeneralCount];
  }
  return joined;
}
constexpr auto kMessages = JoinMessages();

static_assert(kMessages.size() == static_cast<size_t>(kCount));

}  // namespace

std::string_view Catalogue::Text(Message message) const {
  const MessageText& text = kMessages[static_cast<size_t>(message)];
  QINGQU_CHECK(text.message == message);
  return language_ == Language::kChinese ? text.chinese : text.english;
}

Language LanguageOfLocale(std::string_view locale) {
  return locale.starts_with("zh") ? Language::kChinese : Language::kEnglish;
}

std::span<const MessageText> AllMessages() { return kMessages; }

}  // namespace qingqu::cli
