#include "tests/support/log_capture.h"

#include <mutex>

#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

namespace qingqu::testing {

class LogCapture::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::string Text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    text_.append(line.data(), line.size());
  }
  void flush_() override {}

  std::string text_;
};

LogCapture::LogCapture() : sink_(std::make_shared<Sink>()) {
  spdlog::default_logger()->sinks().push_back(sink_);
  spdlog::set_level(spdlog::level::trace);
}

LogCapture::~LogCapture() {
  spdlog::default_logger()->sinks().pop_back();
  spdlog::set_level(spdlog::level::info);
}

std::string LogCapture::Text() const { return sink_->Text(); }

}  // namespace qingqu::testing
