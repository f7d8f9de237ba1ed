#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace skillrun::testing {

/// What stands behind a unix socket in these tests: it reads requests and answers with canned bytes, good or bad.
class FakeEngine {
 public:
  class Connection {
   public:
    Connection(int fd, FakeEngine& engine) : fd_(fd), engine_(engine) {}

    /// The next request, head and body as they came; empty when the client is gone.
    std::string request() {
      std::string text;
      while (text.find("\r\n\r\n") == std::string::npos) {
        if (!more(text)) return {};
      }
      const std::size_t head = text.find("\r\n\r\n") + 4;
      if (const auto at = text.find("Content-Length: "); at != std::string::npos && at < head) {
        const auto length = static_cast<std::size_t>(std::strtoul(text.c_str() + at + 16, nullptr, 10));
        while (text.size() < head + length && more(text)) {
        }
      }
      if (text.substr(0, head).find("Transfer-Encoding: chunked") != std::string::npos) {
        while (!text.ends_with("0\r\n\r\n") && more(text)) {
        }
      }
      const std::lock_guard lock(engine_.mutex_);
      engine_.requests_.push_back(text);
      return text;
    }
    void send(std::string_view bytes) const {
      while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    void answer(int status, std::string_view body = {}, std::string_view headers = {}) const {
      send(fmt::format("HTTP/1.1 {} X\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\nOstype: linux\r\n{}",
                       status, headers) +
           (status == 204 ? "\r\n" : fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body)));
    }
    [[nodiscard]] int descriptor() const { return fd_; }
    /// What the client sends after its request; up to `size` bytes, or all until it closes.
    std::string read(std::size_t size) {
      std::string text;
      while (text.size() < size && more(text)) {
      }
      return text;
    }

   private:
    bool more(std::string& text) const {
      std::array<char, 4096> buffer;
      const auto got = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
      return got > 0;
    }

    int fd_;
    FakeEngine& engine_;
  };

  /// `script` runs once for each connection, in a thread of its own; the connection closes when it returns.
  explicit FakeEngine(std::function<void(Connection&)> script) : script_(std::move(script)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "skillrun-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/engine.sock";
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 16) != 0) {
      throw std::runtime_error("cannot listen on " + path_);
    }
    acceptor_ = std::thread([this] { accept_all(); });
  }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    // Whoever still waits for a client's next request need not.
    for (const int fd : connected_) ::shutdown(fd, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int fd : connected_) ::close(fd);
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all() {
    while (true) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      // No test waits for longer than this, whatever goes wrong.
      const timeval patience{.tv_sec = 5, .tv_usec = 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      connected_.push_back(fd);
      ++connections_;
      threads_.emplace_back([this, fd] {
        Connection connection(fd, *this);
        script_(connection);
        ::shutdown(fd, SHUT_RDWR);
      });
    }
  }

  std::function<void(Connection&)> script_;
  std::string folder_;
  std::string path_;
  int listener_ = -1;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> connected_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// Answers every ping, and all other requests by `script`, on one connection after another.
inline std::function<void(FakeEngine::Connection&)> after_ping(
    std::function<void(FakeEngine::Connection&, const std::string& request)> script) {
  return [script = std::move(script)](FakeEngine::Connection& connection) {
    while (true) {
      const std::string request = connection.request();
      if (request.empty()) return;
      if (request.starts_with("GET /_ping ")) {
        connection.answer(200, "OK");
      } else if (request.starts_with("GET /v1.41/version ")) {
        connection.answer(200, R"({"Version":"20.10.24","Arch":"amd64","Os":"linux"})");
      } else if (request.starts_with("GET /v1.41/info ")) {
        connection.answer(200, R"({"SecurityOptions":["name=seccomp,profile=default"]})");
      } else {
        script(connection, request);
      }
    }
  };
}

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace skillrun::testing
