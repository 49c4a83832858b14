#include "common/rpc/service_main.h"

#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "common/metrics/metrics_listener.h"
#include "common/rpc/service_addresses.h"
#include "common/rpc/tls_flags.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:7100",
          "address to serve gRPC on; loopback only unless with --tls_cert_file");
ABSL_FLAG(std::vector<std::string>, tls_peers,
          (std::vector<std::string>{"gateway", "edge", "operator", "identity", "catalog",
                                    "procurement", "distribution", "usage", "supervision"}),
          "who may connect with --tls_cert_file: names before .qingqu.internal");
ABSL_FLAG(std::string, metrics_listen, "",
          "loopback address to serve Prometheus text on; empty: none");
ABSL_FLAG(std::string, database, "", "libpq connection string without user and password");
ABSL_FLAG(std::string, database_password_dir, "",
          "directory with a password file for each role (qingqu_catalog, …)");
ABSL_FLAG(std::string, keys_dir, "var/keys", "directory of the token keys");
ABSL_FLAG(std::string, bootstrap_password_file, "",
          "password of the first user, admin, made when there are no users");
ABSL_FLAG(std::string, log_dir, "",
          "directory where supervision publishes the sealed journal; empty: nowhere");
ABSL_FLAG(std::string, journal_origin, "qingqu.local/journal",
          "name of the sealed journal, a URL without its scheme; never changes once it is in use");
ABSL_FLAG(std::string, second_factor_roles, "approver,discipline_inspector",
          "roles whose users must have a second factor, separated by commas; empty: none");
ABSL_FLAG(std::string, oidc_issuers_file, "",
          "JSON file of hospitals' own sign-in systems whose tokens are good here; empty: none");
ABSL_FLAG(std::string, services, "",
          "addresses of services in other processes: catalog=host:port,…");
ABSL_FLAG(std::string, address_proxies, "127.0.0.1,::1",
          "addresses of the gateway and the edge, whose word on the client's address is believed");
ABSL_FLAG(int, connections, 4, "database connections, and as many workers, for each service");
ABSL_FLAG(int, queue_max, 64, "calls that may wait for a worker of a service; more are refused");
ABSL_FLAG(int, doctor_level_per_user, 300,
          "askings in an hour for what tells of patients and doctors, by one user");
ABSL_FLAG(int, doctor_level_per_institution, 3000,
          "the same by all users of one institution, or of the county's offices together");
ABSL_FLAG(int, drain_ms, 10000, "milliseconds that calls at hand get to finish at a stop");

namespace qingqu::rpc {
namespace {

absl::StatusOr<ServiceHost::Options> OptionsFromFlags(const Clock& clock) {
  ServiceHost::Options options{
      .listen = absl::GetFlag(FLAGS_listen),
      .database = absl::GetFlag(FLAGS_database),
      .passwords_dir = absl::GetFlag(FLAGS_database_password_dir),
      .keys_dir = absl::GetFlag(FLAGS_keys_dir),
      .bootstrap_password_file = absl::GetFlag(FLAGS_bootstrap_password_file),
      .journal = {.origin = absl::GetFlag(FLAGS_journal_origin),
                  .folder = absl::GetFlag(FLAGS_log_dir)},
      .tls = TlsFilesFromFlags(),
      .tls_peers = absl::GetFlag(FLAGS_tls_peers),
      .connections_per_service = absl::GetFlag(FLAGS_connections),
      .executor = {.threads = absl::GetFlag(FLAGS_connections),
                   .queue_max = static_cast<size_t>(absl::GetFlag(FLAGS_queue_max))},
      .doctor_level = {.per_user = absl::GetFlag(FLAGS_doctor_level_per_user),
                       .per_institution = absl::GetFlag(FLAGS_doctor_level_per_institution)},
      .clock = &clock};
  if (options.doctor_level.per_user < 1 || options.doctor_level.per_institution < 1) {
    return absl::InvalidArgumentError("--doctor_level_per_… must be at least 1");
  }
  if (options.tls.certificate.empty() && !IsLoopbackAddress(options.listen)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "LISTEN_NEEDS_TLS",
                     fmt::format("--listen={} is no loopback address: others may reach it, so it "
                                 "needs --tls_cert_file, --tls_key_file and --tls_ca_file",
                                 options.listen));
  }
  if (const std::string services = absl::GetFlag(FLAGS_services); !services.empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.addresses, ParseServiceAddresses(services));
  }
  options.oidc_issuers_file = absl::GetFlag(FLAGS_oidc_issuers_file);
  const std::string roles = absl::GetFlag(FLAGS_second_factor_roles);
  options.second_factor_roles = absl::StrSplit(roles, ',', absl::SkipWhitespace());
  QINGQU_ASSIGN_OR_RETURN(options.address_proxies,
                          ParseAddressProxies(absl::GetFlag(FLAGS_address_proxies)));
  return options;
}

sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int Fail(const absl::Status& status) {
  fmt::print(stderr, "qingqu: {}\n", std::string(status.message()));
  return 1;
}

}  // namespace

int RunServiceMain(int argc, char** argv, const std::vector<ServiceSpec>& specs) {
  absl::SetProgramUsageMessage("A service of Qingqu. Stops gracefully on SIGTERM.");
  absl::ParseCommandLine(argc, argv);
  // Debian's Abseil has its deadlock detector on, which ends the process; it is for tests.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const sigset_t signals = BlockStopSignals();
  const SystemClock clock;
  absl::StatusOr<ServiceHost::Options> options = OptionsFromFlags(clock);
  if (!options.ok()) return Fail(options.status());
  absl::StatusOr<std::unique_ptr<ServiceHost>> host = ServiceHost::Start(*options, specs);
  if (!host.ok()) return Fail(host.status());
  std::unique_ptr<MetricsListener> metrics;
  if (const std::string address = absl::GetFlag(FLAGS_metrics_listen); !address.empty()) {
    absl::StatusOr<std::unique_ptr<MetricsListener>> started =
        MetricsListener::Start(address, (*host)->metrics());
    if (!started.ok()) return Fail(started.status());
    metrics = *std::move(started);
  }
  spdlog::info("serving on port {}", (*host)->port());
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping on signal {}", signal);
  (*host)->Stop(absl::Milliseconds(absl::GetFlag(FLAGS_drain_ms)));
  return 0;
}

}  // namespace qingqu::rpc
