#include <ostream>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "nlohmann/json.hpp"

#include "common/base/strings.h"
#include "common/rpc/service_addresses.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/command.h"
#include "services/cli/local_file.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDefaultServer = "127.0.0.1:7100";
constexpr size_t kConfigBytesMax = size_t{64} << 10;

google::rpc::BadRequest ViolationsOf(const absl::Status& status) {
  google::rpc::BadRequest violations;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload.has_value() && !violations.ParseFromString(std::string(*payload))) violations.Clear();
  return violations;
}

Json ErrorAsJson(const absl::Status& status, std::string_view request_id) {
  Json violations = Json::array();
  const google::rpc::BadRequest bad_request = ViolationsOf(status);
  for (const auto& violation : bad_request.field_violations()) {
    violations.push_back({{"field", violation.field()}, {"description", violation.description()}});
  }
  Json object = {{"code", absl::StatusCodeToString(status.code())},
                 {"reason", ErrorReason(status)},
                 {"message", std::string(status.message())},
                 {"violations", std::move(violations)},
                 {"metadata", ErrorDetails(status)}};
  if (!request_id.empty()) object["request_id"] = request_id;
  return object;
}

std::string ErrorForPeople(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  std::string text = "qingqu: ";
  // A message of ours may list problems, one a line.
  std::string_view message = ToStd(status.message());
  while (true) {
    const size_t end = message.find('\n');
    text += ForTerminal(message.substr(0, end));
    if (end == std::string_view::npos) break;
    message.remove_prefix(end + 1);
    text += "\n  ";
  }
  const std::string label =
      reason.empty() ? absl::StatusCodeToString(status.code()) : ForTerminal(reason);
  text += fmt::format(" [{}]\n", label);
  const google::rpc::BadRequest violations = ViolationsOf(status);
  for (const auto& violation : violations.field_violations()) {
    text += fmt::format("  {}: {}\n", ForTerminal(violation.field()),
                        ForTerminal(violation.description()));
  }
  return text;
}

absl::StatusOr<std::string> ConfigFolder(const Environment& environment,
                                         const Catalogue& catalogue) {
  const std::string folder = environment.variable("QINGQU_CONFIG_DIR");
  if (!folder.empty()) return folder;
  const std::string home = environment.variable("HOME");
  if (!home.empty()) return home + "/.config/qingqu";
  return LocalFileError(MakeError(absl::StatusCode::kFailedPrecondition, "NO_CONFIG_FOLDER",
                                  catalogue.Text(Message::kNoConfigDirectory)));
}

// "" when the file does not exist or names no server.
absl::StatusOr<std::string> ServerInConfig(const std::string& path, const Catalogue& catalogue) {
  const auto text = ReadWholeFile(path, kConfigBytesMax, catalogue);
  if (absl::IsNotFound(text.status())) return std::string();
  if (!text.ok()) return text.status();
  const Json document = Json::parse(*text, nullptr, false);
  const bool fits = document.is_object() &&
                    document.size() == (document.contains("server") ? 1 : 0) &&
                    (document.empty() || document["server"].is_string());
  if (!fits) {
    return LocalFileError(MakeError(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID",
                                    catalogue.Format(Message::kConfigInvalid, path)));
  }
  return document.empty() ? std::string() : document["server"].get<std::string>();
}

// What an option or else a variable names; "" when neither does.
absl::StatusOr<std::string> NamedFile(const CommandContext& context, std::string_view option,
                                      const std::string& variable) {
  std::string path = context.arguments.Get(option);
  if (path.empty()) path = context.environment.variable(variable);
  if (path.empty()) return std::string();
  return ReadWholeFile(path, kConfigBytesMax, context.catalogue);
}

absl::StatusOr<ClientTls> ReadClientTls(const CommandContext& context) {
  ClientTls tls;
  QINGQU_ASSIGN_OR_RETURN(tls.authority, NamedFile(context, "ca-file", "QINGQU_CA_FILE"));
  QINGQU_ASSIGN_OR_RETURN(tls.certificate, NamedFile(context, "cert-file", "QINGQU_CERT_FILE"));
  QINGQU_ASSIGN_OR_RETURN(tls.key, NamedFile(context, "key-file", "QINGQU_KEY_FILE"));
  const bool with_certificate = !tls.certificate.empty() || !tls.key.empty();
  const bool complete = !tls.authority.empty() && !tls.certificate.empty() && !tls.key.empty();
  if (!with_certificate || complete) return tls;
  return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "TLS_INCOMPLETE",
                              context.catalogue.Text(Message::kTlsIncomplete)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> CommandContext::Connect() const {
  QINGQU_ASSIGN_OR_RETURN(const std::string folder, ConfigFolder(environment, catalogue));
  std::string server = arguments.Get("server");
  if (!arguments.Has("server")) server = environment.variable("QINGQU_SERVER");
  if (server.empty() && !arguments.Has("server")) {
    QINGQU_ASSIGN_OR_RETURN(server, ServerInConfig(folder + "/config.json", catalogue));
  }
  if (server.empty() && !arguments.Has("server")) server = kDefaultServer;
  auto addresses = ParseServiceAddresses(server);
  if (!addresses.ok()) return UsageError(addresses.status());
  QINGQU_ASSIGN_OR_RETURN(const ClientTls tls, ReadClientTls(*this));
  SessionOptions options{
      .server = server, .token_override = environment.variable("QINGQU_TOKEN"), .timeout = timeout};
  return std::make_unique<Connection>(server, *std::move(addresses), tls,
                                      CredentialStore(folder, catalogue), std::move(options),
                                      environment.clock, catalogue);
}

CallPolicy CommandContext::Policy() const {
  return {.timeout = timeout, .on_retry = [this](const absl::Status& status) {
            Note(catalogue.Format(Message::kImportRetries, ForTerminal(ToStd(status.message()))));
          }};
}

void CommandContext::Note(std::string_view text) const {
  if (quiet || json) return;
  environment.errors << "qingqu: " << text << '\n';
}

ExitCode CommandContext::Fail(const absl::Status& status, bool changes,
                              std::string_view request_id) const {
  const ExitCode code = ExitCodeOf(status, changes);
  const std::string_view id = code == ExitCode::kInDoubt ? request_id : "";
  if (json) {
    environment.errors
        << ErrorAsJson(status, id).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
        << '\n';
    return code;
  }
  environment.errors << ErrorForPeople(status);
  if (!id.empty()) {
    environment.errors << "qingqu: " << catalogue.Format(Message::kInDoubt, id) << '\n';
  }
  return code;
}

}  // namespace qingqu::cli
