#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "integration/socket_server.hpp"

namespace program {

/// What stands in for a skill: the container's end of the attached streams.
class Skill {
 public:
  Skill(int connection, bool tty, std::vector<std::string> argv, std::function<bool()> killed)
      : words(std::move(argv)), connection_(connection), tty_(tty), killed_(std::move(killed)) {}

  void print(std::string_view bytes) const { send(1, bytes); }
  void complain(std::string_view bytes) const { send(2, bytes); }
  /// All of standard input.
  [[nodiscard]] std::string read() const;
  /// Some bytes of standard input; how many.
  [[nodiscard]] std::size_t receive(std::span<char> buffer) const;
  /// Until somebody kills it, ten seconds at most.
  void wait_for_kill() const;

  std::vector<std::string> words;  ///< entrypoint and arguments

 private:
  void send(char stream, std::string_view bytes) const;

  int connection_;
  bool tty_;
  std::function<bool()> killed_;
};

/// An engine that speaks docker's API and runs nothing: every image is there, containers are as they were asked for,
/// and what a skill does is a function of the test.
class StubEngine {
 public:
  using Play = std::function<int(const Skill&)>;

  /// Without `play` a skill is one of `cat`, `say TEXT`, `fail STATUS` and `hang`, by its first word.
  explicit StubEngine(Play play = {});

  /// For --engine.
  [[nodiscard]] std::string selection() const { return server_.selection(); }
  /// The requests so far: "POST /containers/create".
  [[nodiscard]] std::vector<std::string> requests() const;
  /// The body of the last one that made a container.
  [[nodiscard]] std::string last_request_to_create() const;

 private:
  struct Container;
  struct Request {
    std::string method;
    std::string path;  ///< without the version in front and without the query
    std::string query;
    std::string body;
  };

  void serve(int connection);
  void answer(int connection, const Request& request);
  void answer_container(int connection, const Request& request, const std::string& id, const std::string& action);
  [[nodiscard]] static std::string look(const std::string& query);
  void attach(int connection, const std::shared_ptr<Container>& container);
  void wait(int connection, const std::shared_ptr<Container>& container);
  [[nodiscard]] std::string inspect(const Container& container) const;
  [[nodiscard]] std::shared_ptr<Container> find(const std::string& id) const;

  Play play_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::vector<std::shared_ptr<Container>> containers_;
  integration::SocketServer server_;
};

}  // namespace program
