#include "http_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

HttpClient::HttpClient(const std::string& socket_path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof(address.sun_path)) throw std::runtime_error(socket_path + " is too long");
  socket_path.copy(address.sun_path, socket_path.size());
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect to " + socket_path);
  }
}

HttpClient::~HttpClient() { ::close(socket_); }

std::string HttpClient::request(const std::string& method, const std::string& target, const std::string& body) {
  const std::string message = method + " " + target +
                              " HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n" +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (::send(socket_, message.data(), message.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(message.size())) {
    throw std::runtime_error("the engine does not take the request");
  }
  const std::string status = read_line();
  const bool success = status.size() > 9 && status[9] == '2';
  const bool empty = status.starts_with("HTTP/1.1 204");
  std::size_t length = 0;
  bool chunked = false;
  for (std::string line = read_line(); !line.empty(); line = read_line()) {
    std::ranges::transform(line, line.begin(),
                           [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
    if (line.starts_with("content-length: ")) length = std::stoul(line.substr(16));
    if (line == "transfer-encoding: chunked") chunked = true;
  }
  std::string answer;
  if (chunked) {
    for (std::size_t size = std::stoul(read_line(), nullptr, 16); size != 0;
         size = std::stoul(read_line(), nullptr, 16)) {
      answer += read_bytes(size);
      read_line();
    }
    read_line();
  } else if (!empty) {
    answer = read_bytes(length);
  }
  if (!success) throw std::runtime_error(method + " " + target + ": " + status + " " + answer);
  return answer;
}

int HttpClient::upgrade(const std::string& target) {
  const std::string message =
      "POST " + target +
      " HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
  if (::send(socket_, message.data(), message.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(message.size())) {
    throw std::runtime_error("the engine does not take the request");
  }
  const std::string status = read_line();
  if (!status.starts_with("HTTP/1.1 101")) throw std::runtime_error(target + ": " + status);
  while (!read_line().empty()) {
  }
  return socket_;
}

std::string HttpClient::read_line() {
  std::size_t end = buffer_.find("\r\n");
  while (end == std::string::npos) {
    fill();
    end = buffer_.find("\r\n");
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string HttpClient::read_bytes(std::size_t count) {
  while (buffer_.size() < count) fill();
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

void HttpClient::fill() {
  std::array<char, 8192> bytes{};
  const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) throw std::runtime_error("the engine closed the connection");
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
}
