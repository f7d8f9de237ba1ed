#include "socket_server.hpp"

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

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

}  // namespace

SocketServer::SocketServer(Serve serve)
    : serve_(std::move(serve)), folder_(new_folder()), path_(folder_ / "engine.sock") {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path_);
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("can not listen on " + path_.string());
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
  std::filesystem::remove_all(folder_, ignored);
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

void relay(int connection, const std::string& socket, const std::function<void(const std::string&)>& passed) {
  const int engine = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(socket);
  bool open = engine >= 0 && ::connect(engine, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
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
      send_all(from == 0 ? engine : connection, bytes);
      if (from == 0) passed(bytes);
    }
  }
  if (engine >= 0) ::close(engine);
}

}  // namespace integration
