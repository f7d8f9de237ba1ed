#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace differential {

/// One request as it arrived.
struct Request {
  std::string method;
  std::string path;   ///< without the API version in front and without the query
  std::string query;  ///< as sent, percent-encoded
  std::string body;   ///< chunks joined
};

/// The value of `name` in a query, percent-decoded; empty when it has none.
[[nodiscard]] std::string query_value(const std::string& query, const std::string& name);

/// Speaks just enough of the Engine API for a client to post a create request: version negotiation, information, images
/// that always exist. The create request is recorded and answered with an error, so that the client ends there.
/// Serves any number of connections from one thread of its own.
class StubEngine {
 public:
  /// Listens on `socket`, which must not exist yet. Throws std::runtime_error when that fails.
  explicit StubEngine(std::string socket);
  StubEngine(const StubEngine&) = delete;
  StubEngine& operator=(const StubEngine&) = delete;
  ~StubEngine();

  [[nodiscard]] const std::string& socket() const noexcept { return socket_; }
  /// The newest API version that it says it knows: "1.47".
  void set_api_version(const std::string& version);
  /// The create requests since the last call.
  [[nodiscard]] std::vector<Request> take();

 private:
  struct Connection;

  void serve();
  void read_from(Connection& connection);
  [[nodiscard]] std::string answer(const Request& request);

  std::string socket_;
  int listener_ = -1;
  int wake_ = -1;
  std::mutex mutex_;
  std::string api_version_ = "1.47";
  std::vector<Request> created_;
  std::thread thread_;
};

}  // namespace differential
