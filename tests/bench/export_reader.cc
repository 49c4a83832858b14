// Takes an export of the sealed journal and throws it away: what the service can send, without what
// a client does with it. Ends with 1 when other rows came than were asked for.
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"

#include "qingqu/supervision/v1/journal_service.grpc.pb.h"

ABSL_FLAG(std::string, server, "127.0.0.1:7100", "address of the service");
ABSL_FLAG(std::string, token, "", "access token");
ABSL_FLAG(int64_t, rows, 0, "how many, from the first");

namespace qingqu {
namespace {

int Read() {
  auto stub = supervision::v1::JournalService::NewStub(
      grpc::CreateChannel(absl::GetFlag(FLAGS_server), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + absl::GetFlag(FLAGS_token));
  supervision::v1::ExportEntriesRequest request;
  request.set_purpose("bench");
  request.set_to_index(absl::GetFlag(FLAGS_rows));
  const auto reader = stub->ExportEntries(&context, request);
  supervision::v1::LogChunk chunk;
  int64_t rows = 0;
  while (reader->Read(&chunk)) rows += chunk.rows().rows_size();
  const grpc::Status status = reader->Finish();
  if (status.ok() && rows == absl::GetFlag(FLAGS_rows)) return 0;
  fmt::print(stderr, "export_reader: {} rows; {} {}\n", rows, static_cast<int>(status.error_code()),
             status.error_message());
  return 1;
}

}  // namespace
}  // namespace qingqu

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return qingqu::Read();
}
