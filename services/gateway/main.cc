// qingqu-gateway: the platform's HTTP side. See README.md.

#include <signal.h>

#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/rpc/tls_flags.h"
#include "common/status/status_macros.h"
#include "services/gateway/gateway_server.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:7180", "address and port to serve HTTP on");
ABSL_FLAG(std::string, services, "127.0.0.1:7100",
          "where the services are: one address for all of them, or identity=127.0.0.1:7101,…");
ABSL_FLAG(std::string, metrics_listen, "", "address and port of /metrics; empty: none");
ABSL_FLAG(std::string, static_dir, "", "folder of files to serve at /; empty: none");
ABSL_FLAG(std::string, log_dir, "",
          "folder of the sealed journal, served at /journal; empty: none");
ABSL_FLAG(bool, edge_in_front, false,
          "all requests come through the edge: its X-Forwarded-For names the client");
ABSL_FLAG(int64_t, timeout_default_ms, 30'000, "deadline of a call that names none");
ABSL_FLAG(int64_t, timeout_max_ms, 60'000, "deadlines are cut to this");
ABSL_FLAG(uint64_t, body_limit_bytes, 4 << 20, "largest request body");
ABSL_FLAG(uint64_t, body_memory_bytes, 256 << 20, "memory for the bodies of all requests");
ABSL_FLAG(int, response_limit_bytes, 32 << 20, "largest answer of a service");
ABSL_FLAG(uint64_t, connections_max, 1'024, "open connections; more are answered 503");
ABSL_FLAG(int, calls_max, 256, "calls in flight; more are answered 503");
ABSL_FLAG(int, io_threads, 2, "threads that serve connections");
ABSL_FLAG(int64_t, drain_ms, 10'000, "how long a stop waits for running calls");

namespace {

absl::StatusOr<qingqu::gateway::GatewayOptions> OptionsFromFlags() {
  qingqu::gateway::GatewayOptions options;
  auto services = qingqu::ParseServiceAddresses(absl::GetFlag(FLAGS_services));
  if (!services.ok()) return services.status();
  options.services = *std::move(services);
  options.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  options.static_dir = absl::GetFlag(FLAGS_static_dir);
  options.log_dir = absl::GetFlag(FLAGS_log_dir);
  options.limits.connect.timeout_default_ms = absl::GetFlag(FLAGS_timeout_default_ms);
  options.limits.connect.timeout_max_ms = absl::GetFlag(FLAGS_timeout_max_ms);
  options.limits.calls_max = absl::GetFlag(FLAGS_calls_max);
  options.limits.edge_in_front = absl::GetFlag(FLAGS_edge_in_front);
  options.upstream.response_bytes_max = absl::GetFlag(FLAGS_response_limit_bytes);
  options.upstream.tls = qingqu::rpc::TlsFilesFromFlags();
  QINGQU_RETURN_IF_ERROR(qingqu::rpc::CheckTlsFiles(options.upstream.tls, {"gateway"}));
  options.http.listen = absl::GetFlag(FLAGS_listen);
  options.http.threads = absl::GetFlag(FLAGS_io_threads);
  options.http.connections_max = absl::GetFlag(FLAGS_connections_max);
  options.http.body_memory_bytes_max = absl::GetFlag(FLAGS_body_memory_bytes);
  options.http.session.body_bytes_max = absl::GetFlag(FLAGS_body_limit_bytes);
  return options;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "qingqu-gateway: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread, so that all inherit it and only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) {
    return qingqu::ToStd(file).ends_with("gateway/main.cc") ||
           qingqu::ToStd(file).ends_with("rpc/tls_flags.cc");
  };
  absl::SetFlagsUsageConfig(usage);
  absl::SetProgramUsageMessage("Serves the platform's methods over HTTP (Connect protocol).");
  absl::ParseCommandLine(argc, argv);
  const auto options = OptionsFromFlags();
  if (!options.ok()) return Fail(options.status());
  auto server = qingqu::gateway::GatewayServer::Start(*options);
  if (!server.ok()) return Fail(server.status());
  spdlog::info("gateway listening on {} (port {})", options->http.listen, (*server)->port());

  int received = 0;
  sigwait(&signals, &received);
  spdlog::info("gateway stopping: signal {}", received);
  const bool drained = (*server)->Stop(std::chrono::milliseconds(absl::GetFlag(FLAGS_drain_ms)));
  spdlog::info("gateway stopped{}", drained ? "" : ": running calls were cancelled");
  return 0;
}
