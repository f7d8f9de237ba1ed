#include "stub_engine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "http_request.hpp"

namespace differential {

struct StubEngine::Connection {
  explicit Connection(int descriptor) : fd(descriptor) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd); }

  int fd;
  std::string bytes;
  bool done = false;
};

namespace {

constexpr std::string_view image_json =
    R"({"Id":"sha256:)"
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    R"(","RepoTags":["tool:1"],"RepoDigests":[],"Os":"linux","Architecture":"amd64",)"
    R"("Config":{"Env":[],"Cmd":["sh"]},"RootFS":{"Type":"layers"}})";

std::string response(int status, std::string_view reason, std::string_view version, std::string_view body,
                     bool with_body) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nApi-Version: {}\r\nOSType: linux\r\n"
      "Docker-Experimental: false\r\nServer: Docker/0 (linux)\r\nContent-Length: {}\r\n\r\n{}",
      status, reason, version, body.size(), with_body ? body : std::string_view());
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

StubEngine::StubEngine(std::string socket) : socket_(std::move(socket)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof address.sun_path) throw std::runtime_error("the path of the socket is too long");
  std::memcpy(address.sun_path, socket_.c_str(), socket_.size() + 1);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (listener_ < 0 || wake_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error(fmt::format("{}: {}", socket_, std::strerror(errno)));
  }
  thread_ = std::thread([this] { serve(); });
}

StubEngine::~StubEngine() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(listener_);
  ::close(wake_);
  ::unlink(socket_.c_str());
}

void StubEngine::set_api_version(const std::string& version) {
  const std::lock_guard lock(mutex_);
  api_version_ = version;
}

std::vector<Request> StubEngine::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(created_, {});
}

void StubEngine::serve() {
  std::vector<std::unique_ptr<Connection>> connections;
  while (true) {
    std::vector<pollfd> polled{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& connection : connections) polled.push_back({connection->fd, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    for (std::size_t i = 0; i < connections.size(); ++i) {
      if (polled[i + 2].revents != 0) read_from(*connections[i]);
    }
    std::erase_if(connections, [](const auto& connection) { return connection->done; });
    if (polled[1].revents != 0) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) connections.push_back(std::make_unique<Connection>(fd));
    }
  }
}

void StubEngine::read_from(Connection& connection) {
  std::array<char, 16 * 1024> buffer;
  const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    connection.done = true;
    return;
  }
  connection.bytes.append(buffer.data(), static_cast<std::size_t>(got));
  while (auto request = take_request(connection.bytes, connection.done)) {
    send_all(connection.fd, answer(*request));
  }
}

std::string StubEngine::answer(const Request& request) {
  const std::lock_guard lock(mutex_);
  const bool body = request.method != "HEAD";
  if (request.path == "/_ping") return response(200, "OK", api_version_, "OK", body);
  if (request.path == "/version") {
    return response(200, "OK", api_version_,
                    fmt::format(R"({{"Version":"0.0.0","ApiVersion":"{}","MinAPIVersion":"1.24","Os":"linux",)"
                                R"("Arch":"amd64"}})",
                                api_version_),
                    body);
  }
  if (request.path == "/info") {
    return response(200, "OK", api_version_, R"({"OSType":"linux","Architecture":"x86_64","ServerVersion":"0.0.0"})",
                    body);
  }
  if (request.path == "/containers/create") {
    created_.push_back(request);
    return response(400, "Bad Request", api_version_, R"({"message":"recorded"})", body);
  }
  if (request.path == "/images/create") return response(200, "OK", api_version_, "", body);
  if (request.path.starts_with("/images/")) return response(200, "OK", api_version_, image_json, body);
  return response(404, "Not Found", api_version_, R"({"message":"this engine only records create requests"})", body);
}

}  // namespace differential
