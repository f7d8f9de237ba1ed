#pragma once

#include <sys/socket.h>

#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace integration {

/// A socket that is neither an engine nor a registry: each connection is given to `serve`, in a thread of its own.
class SocketServer {
 public:
  using Serve = std::function<void(int connection)>;

  /// A unix socket in a folder of its own.
  explicit SocketServer(Serve serve);
  /// `address` is like "127.0.0.1:5000".
  SocketServer(const std::string& address, Serve serve);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  /// Shuts every connection down, which ends whoever reads from one.
  ~SocketServer();

  [[nodiscard]] std::string selection() const { return "unix://" + path_.string(); }

 private:
  void listen(const sockaddr* address, socklen_t size, const std::string& name);
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

/// Passes bytes between a connection and what listens at `address` (a path, or like "127.0.0.1:5000") until that ends
/// it. `passed` sees what the client sends, after it was passed on; `answered` what is about to be passed back, and
/// ends the connection instead when it gives false.
void relay(int connection, const std::string& address, const std::function<void(const std::string&)>& passed,
           const std::function<bool(const std::string&)>& answered = {});

}  // namespace integration
