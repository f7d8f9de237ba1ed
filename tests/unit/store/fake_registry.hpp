#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "integration/socket_server.hpp"
#include "support/sha256.hpp"

namespace store_test {

/// A registry on loopback that serves what a test puts into it, honest or not (OCI distribution specification, pull).
class FakeRegistry {
 public:
  FakeRegistry()
      : address_("127.0.0.1:" + std::to_string(free_port())),
        server_(address_, [this](int connection) { serve(connection); }) {}

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::string name(const std::string& rest) const { return address_ + "/tools/jq" + rest; }

  /// The digest's digits.
  std::string blob(const std::string& bytes) {
    const std::string digits = skillrun::sha256(bytes);
    put("/v2/tools/jq/blobs/sha256:" + digits, {"application/octet-stream", bytes});
    return digits;
  }
  /// Under its digest and, where one is given, a tag.
  std::string manifest(const std::string& text, const std::string& tag, const std::string& type) {
    const std::string digits = skillrun::sha256(text);
    put("/v2/tools/jq/manifests/sha256:" + digits, {type, text});
    if (!tag.empty()) put("/v2/tools/jq/manifests/" + tag, {type, text});
    return digits;
  }
  /// An image of one layer; its manifest's digits.
  std::string image(const std::string& layer, const std::string& tag) {
    const std::string config = R"({"architecture":"amd64","os":"linux","config":{"Cmd":["jq"]},"rootfs":)"
                               R"({"type":"layers","diff_ids":["sha256:)" +
                               skillrun::sha256(layer) + R"("]}})";
    return manifest(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)" +
                        descriptor("application/vnd.oci.image.config.v1+json", blob(config), config.size()) +
                        R"(,"layers":[)" +
                        descriptor("application/vnd.oci.image.layer.v1.tar", blob(layer), layer.size()) + "]}",
                    tag, "application/vnd.oci.image.manifest.v1+json");
  }
  static std::string descriptor(const std::string& type, const std::string& digits, std::size_t size,
                                const std::string& more = {}) {
    return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + digits + R"(","size":)" + std::to_string(size) +
           more + "}";
  }

  struct Answer {
    std::string type;
    std::string body;
  };
  void put(const std::string& path, const Answer& answer) {
    const std::lock_guard lock(mutex_);
    answers_[path] = answer;
  }
  /// The paths that were asked for, in order.
  [[nodiscard]] std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  /// From now on nothing is answered.
  void fall_silent() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
  }

 private:
  static int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(probe, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(probe);
    return ntohs(address.sin_port);
  }

  void serve(int connection) {
    // TLS, which is tried first, begins with this byte.
    char first = 0;
    if (::recv(connection, &first, 1, MSG_PEEK) != 1 || first == '\x16') {
      ::shutdown(connection, SHUT_RDWR);
      return;
    }
    while (true) {
      const std::string request = integration::read_request(connection);
      if (request.empty()) return;
      const std::size_t begin = request.find(' ') + 1;
      const std::string path = request.substr(begin, request.find(' ', begin) - begin);
      integration::send_all(connection, answer_to(path, request.starts_with("HEAD")));
    }
  }

  std::string answer_to(const std::string& path, bool head) {
    const std::lock_guard lock(mutex_);
    if (silent_) return {};
    if (path != "/v2/") asked_.push_back(path);
    const auto found = answers_.find(path);
    const bool ping = path == "/v2/";
    const std::string status = ping || found != answers_.end() ? "200 OK" : "404 Not Found";
    const Answer missing{"application/json",
                         ping ? "{}" : R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})"};
    const Answer& answer = found == answers_.end() ? missing : found->second;
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + answer.type +
           "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + (head ? "" : answer.body);
  }

  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<std::string> asked_;
  bool silent_ = false;
  std::string address_;
  integration::SocketServer server_;
};

}  // namespace store_test
