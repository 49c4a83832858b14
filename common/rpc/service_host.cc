#include "common/rpc/service_host.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "fmt/format.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/db/response_purge.h"
#include "common/db/role_watch.h"
#include "common/status/status_macros.h"

namespace qingqu::rpc {
namespace {

constexpr int kMessageBytesMax = 8 * 1024 * 1024;
// A status carries up to 100 field violations, percent-encoded.
constexpr int kMetadataBytesMax = 64 * 1024;

absl::StatusOr<std::string> ReadPassword(const std::string& folder, const std::string& role) {
  const std::string path = folder + "/" + role;
  std::ifstream file(path);
  std::string password;
  if (!std::getline(file, password))
    return absl::NotFoundError(fmt::format("cannot read the password in {}", path));
  return std::string(TrimAsciiSpace(password));
}

absl::StatusOr<std::string> ConninfoFor(const ServiceHost::Options& options,
                                        const std::string& area) {
  const std::string role = "qingqu_" + area;
  std::string conninfo = fmt::format("{} user={}", options.database, role);
  if (options.passwords_dir.empty()) return conninfo;
  QINGQU_ASSIGN_OR_RETURN(const std::string password, ReadPassword(options.passwords_dir, role));
  return fmt::format("{} password={}", conninfo, password);
}

class Host final : public ServiceHost {
 public:
  explicit Host(const Options& options)
      : options_(options), registry_(std::make_shared<prometheus::Registry>()) {}
  ~Host() override { Stop(absl::Seconds(5)); }

  absl::Status StartAll(const std::vector<ServiceSpec>& specs) {
    std::vector<std::string> areas;
    for (const ServiceSpec& spec : specs) areas.push_back(spec.area);
    QINGQU_RETURN_IF_ERROR(CheckTlsFiles(options_.tls, areas));
    std::error_code error;
    std::filesystem::create_directories(options_.keys_dir, error);
    if (error) {
      return absl::FailedPreconditionError(
          fmt::format("cannot make the keys directory {}: {}", options_.keys_dir, error.message()));
    }
    QINGQU_ASSIGN_OR_RETURN(verifier_,
                            auth::TokenVerifier::Create(options_.keys_dir, options_.clock));
    if (std::any_of(specs.begin(), specs.end(),
                    [](const auto& spec) { return spec.names_people; })) {
      QINGQU_ASSIGN_OR_RETURN(pseudonyms_, privacy::PseudonymKey::LoadOrCreate(options_.keys_dir));
    }
    for (const ServiceSpec& spec : specs) QINGQU_RETURN_IF_ERROR(CreateService(spec));
    QINGQU_RETURN_IF_ERROR(WatchRoles(specs.front().area));
    QINGQU_RETURN_IF_ERROR(Listen());
    for (const auto& [area, hosted] : services_) hosted->Start();
    for (const auto& purge : purges_) purge->Start();
    for (const ServiceSpec& spec : specs) {
      server_->GetHealthCheckService()->SetServingStatus(spec.grpc_name, true);
      for (const std::string& name : spec.more_grpc_names) {
        server_->GetHealthCheckService()->SetServingStatus(name, true);
      }
    }
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  std::shared_ptr<prometheus::Registry> metrics() const override { return registry_; }

  void Stop(absl::Duration drain) override {
    if (server_ == nullptr) return;
    server_->GetHealthCheckService()->SetServingStatus(false);
    call_gate_.Close();
    server_->Shutdown(absl::ToChronoTime(absl::Now() + drain));
    role_watch_->Stop();
    for (const auto& purge : purges_) purge->Stop();
    for (const auto& [area, hosted] : services_) hosted->Stop();
    server_->Wait();
    server_.reset();
  }

 private:
  absl::Status CreateService(const ServiceSpec& spec) {
    QINGQU_ASSIGN_OR_RETURN(const std::string conninfo, ConninfoFor(options_, spec.area));
    pools_.push_back(std::make_unique<db::ConnectionPool>(
        db::ConnectionPool::Options{.conninfo = conninfo,
                                    .connections_max = options_.connections_per_service,
                                    .queries = {spec.queries.begin(), spec.queries.end()}}));
    absl::StatusOr<std::unique_ptr<HostedService>> hosted =
        spec.create({.area = spec.area,
                     .clock = options_.clock,
                     .pool = pools_.back().get(),
                     .verifier = verifier_.get(),
                     .roles = &roles_,
                     .metrics = registry_.get(),
                     .executor = options_.executor,
                     .address_proxies = options_.address_proxies,
                     .keys_dir = options_.keys_dir,
                     .bootstrap_password_file = options_.bootstrap_password_file,
                     .journal = options_.journal,
                     .second_factor_roles = options_.second_factor_roles,
                     .oidc_issuers_file = options_.oidc_issuers_file,
                     .pseudonyms = spec.names_people ? &*pseudonyms_ : nullptr,
                     .doctor_level = options_.doctor_level,
                     .channel_to = [this](std::string_view area) { return ChannelTo(area); },
                     .call_gate = &call_gate_});
    if (!hosted.ok()) return hosted.status();
    services_.emplace_back(spec.area, *std::move(hosted));
    purges_.push_back(std::make_unique<db::ResponsePurge>(
        pools_.back().get(),
        db::ResponsePurge::Options{.service = spec.area, .clock = options_.clock}));
    return absl::OkStatus();
  }

  // One copy of the table of roles for all services of the process, read with the role of one of
  // them. A start without a database goes on; the services serve nobody until it has been read.
  absl::Status WatchRoles(const std::string& area) {
    QINGQU_ASSIGN_OR_RETURN(const std::string conninfo, ConninfoFor(options_, area));
    role_pool_ = std::make_unique<db::ConnectionPool>(
        db::ConnectionPool::Options{.conninfo = conninfo, .connections_max = 1});
    role_watch_ = std::make_unique<db::RoleWatch>(role_pool_.get(), &roles_,
                                                  db::RoleWatch::Options{.service = area});
    if (const absl::Status looked = role_watch_->Look(); !looked.ok()) {
      spdlog::warn("the table of roles cannot be read yet: {}", looked.ToString());
    }
    role_watch_->Start();
    return absl::OkStatus();
  }

  absl::Status Listen() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options_.listen,
                             MakeServerCredentials(options_.tls, options_.tls_peers), &port_);
    builder.SetMaxReceiveMessageSize(kMessageBytesMax);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
    // Two processes on one port would each get some of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    for (const auto& [area, hosted] : services_) {
      for (grpc::Service* service : hosted->grpc_services()) builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return absl::UnavailableError(
          fmt::format("cannot listen on {}: is the port in use?", options_.listen));
    }
    return absl::OkStatus();
  }

  std::shared_ptr<grpc::Channel> ChannelTo(std::string_view area) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
    for (const auto& [hosted_area, hosted] : services_) {
      if (hosted_area == area) return server_->InProcessChannel(arguments);
    }
    const auto found = options_.addresses.find(area);
    const std::string address = found == options_.addresses.end() ? "127.0.0.1:1" : found->second;
    return MakeChannel(address, area, options_.tls, arguments);
  }

  const Options options_;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::optional<privacy::PseudonymKey> pseudonyms_;
  auth::RoleSource roles_;
  CallGate call_gate_;
  std::unique_ptr<db::ConnectionPool> role_pool_;
  std::unique_ptr<db::RoleWatch> role_watch_;
  std::vector<std::unique_ptr<db::ConnectionPool>> pools_;
  std::vector<std::pair<std::string, std::unique_ptr<HostedService>>> services_;
  std::vector<std::unique_ptr<db::ResponsePurge>> purges_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CallRunner>> CreateRunner(
    const ServiceDependencies& dependencies, const google::protobuf::ServiceDescriptor& service) {
  return CallRunner::Create({.service = &service,
                             .clock = dependencies.clock,
                             .verifier = dependencies.verifier,
                             .roles = dependencies.roles,
                             .pool = dependencies.pool,
                             .metrics = dependencies.metrics,
                             .executor = dependencies.executor,
                             .address_proxies = dependencies.address_proxies,
                             .pseudonyms = dependencies.pseudonyms,
                             .doctor_level = dependencies.doctor_level});
}

absl::StatusOr<std::unique_ptr<ServiceHost>> ServiceHost::Start(
    const Options& options, const std::vector<ServiceSpec>& specs) {
  auto host = std::make_unique<Host>(options);
  QINGQU_RETURN_IF_ERROR(host->StartAll(specs));
  return host;
}

}  // namespace qingqu::rpc
