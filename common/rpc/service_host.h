#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "prometheus/registry.h"

#include "common/auth/role_table.h"
#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "common/rpc/call_gate.h"
#include "common/rpc/call_runner.h"
#include "common/rpc/client_address.h"
#include "common/rpc/doctor_level.h"
#include "common/rpc/executor.h"
#include "common/rpc/process_tls.h"
#include "common/rpc/service_addresses.h"

namespace qingqu::rpc {

// Where the sealed journal is published, and under which name.
struct JournalLogOptions {
  std::string origin = "qingqu.local/journal";
  std::string folder;  // empty: nothing is published
};

// What a service gets from the process that hosts it. Everything pointed to outlives the service.
struct ServiceDependencies {
  std::string area;  // "catalog"
  const Clock* clock = nullptr;
  db::ConnectionPool* pool = nullptr;
  const auth::TokenVerifier* verifier = nullptr;
  const auth::RoleSource* roles = nullptr;
  prometheus::Registry* metrics = nullptr;
  Executor::Options executor;
  AddressProxies address_proxies;
  std::string keys_dir;
  std::string bootstrap_password_file;
  JournalLogOptions journal;
  // Who must have a second factor: for identity.
  std::set<std::string> second_factor_roles = {};
  // Hospitals' own sign-in (services/identity/oidc_issuer.h): for identity.
  std::string oidc_issuers_file = {};
  // For a service whose answers name people; else null.
  const privacy::PseudonymKey* pseudonyms = nullptr;
  DoctorLevelLimits doctor_level = {};
  // A channel to another service ("distribution"): in process when it is hosted here too. To be
  // asked when a call is made, not before Start.
  std::function<std::shared_ptr<grpc::Channel>(std::string_view area)> channel_to;
  // Calls on such a channel pass it.
  CallGate* call_gate = nullptr;
};

// What runs the calls of `service`. FAILED_PRECONDITION when a method of it lacks its declarations.
absl::StatusOr<std::unique_ptr<CallRunner>> CreateRunner(
    const ServiceDependencies& dependencies, const google::protobuf::ServiceDescriptor& service);

// One service in a process.
class HostedService {
 public:
  virtual ~HostedService() = default;
  virtual grpc::Service& grpc_service() = 0;
  // All of them, when the area has more than one.
  virtual std::vector<grpc::Service*> grpc_services() { return {&grpc_service()}; }
  // Background work (followers) begins here, when the server listens.
  virtual void Start() {}
  // Ends background work and drains the executor; called after the server stopped taking calls.
  virtual void Stop() = 0;
};

// How to make a service.
struct ServiceSpec {
  std::string area;
  std::string grpc_name;                          // "qingqu.catalog.v1.CatalogService"
  std::vector<std::string> more_grpc_names = {};  // when the area has more than one
  std::span<const db::Query* const> queries;
  bool names_people = false;  // its answers tell of patients or doctors
  std::function<absl::StatusOr<std::unique_ptr<HostedService>>(const ServiceDependencies&)> create;
};

// One gRPC server with one or all services: each with its own role and pool, its own executor;
// health and reflection on.
class ServiceHost {
 public:
  struct Options {
    std::string listen = "127.0.0.1:0";
    // Conninfo without user; each service logs in as qingqu_<area>.
    std::string database;
    // A file per role with its password; empty: none needed.
    std::string passwords_dir;
    std::string keys_dir;
    std::string bootstrap_password_file;
    JournalLogOptions journal;
    std::set<std::string> second_factor_roles = {};
    std::string oidc_issuers_file = {};
    // Whose word on the client's address is believed.
    AddressProxies address_proxies = LoopbackProxies();
    // Mutual TLS with the other processes; without files plain connections.
    TlsFiles tls;
    // Who may connect then: "gateway", "edge", areas of services.
    std::vector<std::string> tls_peers;
    // Addresses of services that are not hosted here.
    ServiceAddresses addresses;
    int connections_per_service = 4;
    Executor::Options executor;
    DoctorLevelLimits doctor_level = {};
    const Clock* clock = nullptr;
  };

  // Fails with one clear line: port in use, keys directory not writable, a method without
  // declarations.
  static absl::StatusOr<std::unique_ptr<ServiceHost>> Start(const Options& options,
                                                            const std::vector<ServiceSpec>& specs);
  virtual ~ServiceHost() = default;
  virtual int port() const = 0;
  virtual std::shared_ptr<prometheus::Registry> metrics() const = 0;
  // Health says NOT_SERVING; no new calls; those at hand get `drain` to finish.
  virtual void Stop(absl::Duration drain) = 0;
};

}  // namespace qingqu::rpc
