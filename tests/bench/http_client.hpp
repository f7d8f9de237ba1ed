#pragma once

#include <string>

/// HTTP over one kept connection to a unix socket, with nothing around it: the floor that skillrun is compared with.
class HttpClient {
 public:
  explicit HttpClient(const std::string& socket_path);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// The body of the answer. Throws std::runtime_error when the status is not 2xx.
  std::string request(const std::string& method, const std::string& target, const std::string& body = {});

  /// Sends a request that the engine answers by turning the connection into a stream; its descriptor, which stays this
  /// object's. Only before the engine has anything to send.
  int upgrade(const std::string& target);

 private:
  std::string read_line();
  std::string read_bytes(std::size_t count);
  void fill();

  int socket_;
  std::string buffer_;
};
