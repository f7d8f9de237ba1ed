#include "socket_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "process.hpp"

namespace integration {

namespace {

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

sockaddr_in tcp_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  if (::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error(text + " is not an address");
  }
  return address;
}

/// -1 when nobody listens.
int connect_to(const std::string& address) {
  const bool local = address.starts_with('/');
  const int connection = ::socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto tried = [&](const auto& to) {
    return ::connect(connection, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  };
  if (connection >= 0 && (local ? tried(unix_address(address)) : tried(tcp_address(address)))) return connection;
  if (connection >= 0) ::close(connection);
  return -1;
}

}  // namespace

SocketServer::SocketServer(Serve serve)
    : serve_(std::move(serve)), folder_(new_folder()), path_(folder_ / "engine.sock") {
  const sockaddr_un own = unix_address(path_);
  listen(reinterpret_cast<const sockaddr*>(&own), sizeof own, path_);
}

SocketServer::SocketServer(const std::string& address, Serve serve) : serve_(std::move(serve)) {
  const sockaddr_in own = tcp_address(address);
  listen(reinterpret_cast<const sockaddr*>(&own), sizeof own, address);
}

void SocketServer::listen(const sockaddr* address, socklen_t size, const std::string& name) {
  listener_ = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener_ < 0 || ::bind(listener_, address, size) != 0 || ::listen(listener_, 16) != 0) {
    throw std::runtime_error("cannot listen on " + name);
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

SocketServer::~SocketServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
  for (const int connection : connections_) ::close(connection);
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void SocketServer::accept_all() {
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] {
      serve_(connection);
      ::shutdown(connection, SHUT_RDWR);
    });
  }
}

std::string read_request(int connection) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (!text.ends_with("\r\n\r\n")) {
    const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

void send_all(int connection, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

void relay(int connection, const std::string& address, const std::function<void(const std::string&)>& passed,
           const std::function<bool(const std::string&)>& answered) {
  const int engine = connect_to(address);
  bool open = engine >= 0;
  std::array<char, 65536> buffer{};
  std::array<pollfd, 2> ends{{{connection, POLLIN, 0}, {engine, POLLIN, 0}}};
  while (open) {
    ::poll(ends.data(), ends.size(), -1);
    for (std::size_t from = 0; from < 2 && open; ++from) {
      if (ends[from].revents == 0) continue;
      const ssize_t count = ::recv(ends[from].fd, buffer.data(), buffer.size(), 0);
      if (count <= 0) {  // the client's end of input is not the end of its connection; the engine's is
        ::shutdown(engine, SHUT_WR);
        ends[from].fd = -1;
        open = from == 0;
        continue;
      }
      const std::string bytes(buffer.data(), static_cast<std::size_t>(count));
      if (from == 1 && answered && !answered(bytes)) {
        open = false;
        continue;
      }
      send_all(from == 0 ? engine : connection, bytes);
      if (from == 0 && passed) passed(bytes);
    }
  }
  if (engine >= 0) ::close(engine);
}

}  // namespace integration
