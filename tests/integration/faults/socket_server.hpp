#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace integration {

/// A unix socket that is no engine: each connection is given to `serve`, in a thread of its own.
class SocketServer {
 public:
  using Serve = std::function<void(int connection)>;

  explicit SocketServer(Serve serve);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  /// Shuts every connection down, which ends whoever reads from one.
  ~SocketServer();

  [[nodiscard]] std::string selection() const { return "unix://" + path_.string(); }

 private:
  void accept_all();

  Serve serve_;
  std::filesystem::path folder_;
  std::filesystem::path path_;
  int listener_ = -1;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// Reads one request's head; empty when the client has gone.
[[nodiscard]] std::string read_request(int connection);
void send_all(int connection, const std::string& bytes);

/// Passes bytes between a connection and the engine at `socket` until the engine ends it. `passed` sees what the client
/// sends, after it was passed on.
void relay(int connection, const std::string& socket, const std::function<void(const std::string&)>& passed);

}  // namespace integration
