#pragma once

#include <mutex>

#include <spdlog/sinks/base_sink.h>

#include "cli/console.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"
#include "support/write_all.hpp"

namespace skillrun::cli {

/// Writes the log to a descriptor of its own, a line at a time, safe to print on a terminal. A line that cannot be
/// written is lost: the log is no reason to end a skill.
class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LogSink(UniqueFd file) : file_(std::move(file)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    (void)write_all(file_.get(), printable_lines({line.data(), line.size()}));
  }
  void flush_() override {}

 private:
  UniqueFd file_;
};

}  // namespace skillrun::cli
