#include "program/stub_engine.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "integration/process.hpp"
#include "support/base64.hpp"
#include "support/json.hpp"

namespace program {

namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view image = R"({"Id":"sha256:1111111111111111111111111111111111111111111111111111111111111111",)"
                                   R"("RepoDigests":[],"Os":"linux","Architecture":"amd64","Config":{"Cmd":["sh"]}})";

std::string response(std::string_view status, std::string_view body, bool with_body = true) {
  return fmt::format(
      "HTTP/1.1 {}\r\nApi-Version: 1.47\r\nServer: Docker/28.0.0 (linux)\r\nOstype: linux\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      status, body.size(), with_body ? body : "");
}

std::string ok(std::string_view body) { return response("200 OK", body); }

/// Bytes of one connection.
class Reader {
 public:
  explicit Reader(int connection) : connection_(connection) {}

  /// Up to and with `end`; empty when the client has gone.
  std::string until(std::string_view end) {
    std::size_t at = 0;
    while ((at = bytes_.find(end)) == std::string::npos) {
      if (!more()) return {};
    }
    return take(at + end.size());
  }
  std::string exactly(std::size_t size) {
    while (bytes_.size() < size) {
      if (!more()) return {};
    }
    return take(size);
  }
  /// Chunks joined.
  std::string chunks() {
    std::string body;
    while (true) {
      const std::string head = until("\r\n");
      const std::size_t size = head.empty() ? 0 : std::stoul(head, nullptr, 16);
      const std::string chunk = exactly(size + 2);
      if (size == 0) return body;
      body += chunk.substr(0, size);
    }
  }

 private:
  bool more() {
    std::array<char, 16384> buffer{};
    const ssize_t count = ::recv(connection_, buffer.data(), buffer.size(), 0);
    if (count > 0) bytes_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
  std::string take(std::size_t size) {
    std::string taken = bytes_.substr(0, size);
    bytes_.erase(0, size);
    return taken;
  }

  int connection_;
  std::string bytes_;
};

std::optional<std::string> header(const std::string& head, std::string_view name) {
  const std::size_t at = head.find(fmt::format("\r\n{}: ", name));
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::vector<std::string> texts(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return out;
  for (const json::value& entry : value->as_array()) out.emplace_back(entry.as_string());
  return out;
}

int play_by_word(const Skill& skill) {
  const std::string word = skill.words.empty() ? "" : skill.words.front();
  if (word == "cat") {
    skill.print(skill.read());
  } else if (word == "say") {
    skill.print(skill.words.at(1));
  } else if (word == "fail") {
    return std::stoi(skill.words.at(1));
  } else if (word == "hang") {
    skill.wait_for_kill();
    return 137;
  }
  return 0;
}

}  // namespace

std::string Skill::read() const {
  std::string text;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t count = ::recv(connection_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::size_t Skill::receive(std::span<char> buffer) const {
  return static_cast<std::size_t>(std::max<ssize_t>(::recv(connection_, buffer.data(), buffer.size(), 0), 0));
}

void Skill::wait_for_kill() const {
  for (int i = 0; i < 1000 && !killed_(); ++i) std::this_thread::sleep_for(10ms);
}

void Skill::send(char stream, std::string_view bytes) const {
  if (tty_) return integration::send_all(connection_, std::string(bytes));
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string frame{stream, 0, 0, 0};
  for (const unsigned shift : {24U, 16U, 8U, 0U}) frame += static_cast<char>((size >> shift) & 0xFFU);
  integration::send_all(connection_, frame.append(bytes));
}

struct StubEngine::Container {
  std::string id;
  json::object request;
  bool started = false;
  bool killed = false;
  bool removed = false;
  std::optional<int> status;

  [[nodiscard]] std::vector<std::string> words() const {
    std::vector<std::string> words = texts(request, "Entrypoint");
    for (std::string& word : texts(request, "Cmd")) words.push_back(std::move(word));
    return words;
  }
  [[nodiscard]] bool tty() const {
    const json::value* value = request.if_contains("Tty");
    return value != nullptr && value->is_bool() && value->as_bool();
  }
};

StubEngine::StubEngine(Play play)
    : play_(play ? std::move(play) : play_by_word), server_([this](int connection) { serve(connection); }) {}

std::vector<std::string> StubEngine::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string StubEngine::last_request_to_create() const {
  const std::lock_guard lock(mutex_);
  return containers_.empty() ? "" : json::serialize(containers_.back()->request);
}

void StubEngine::serve(int connection) {
  Reader reader(connection);
  while (true) {
    const std::string head = reader.until("\r\n\r\n");
    if (head.empty()) return;
    const std::size_t space = head.find(' ');
    Request request{.method = head.substr(0, space), .path = {}, .query = {}, .body = {}};
    request.path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    if (const std::size_t query = request.path.find('?'); query != std::string::npos) {
      request.query = request.path.substr(query + 1);
      request.path.erase(query);
    }
    if (request.path.starts_with("/v1.")) request.path.erase(0, request.path.find('/', 1));
    if (const auto size = header(head, "Content-Length")) request.body = reader.exactly(std::stoul(*size));
    if (header(head, "Transfer-Encoding")) request.body = reader.chunks();
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request.method + " " + request.path);
    }
    answer(connection, request);
    if (request.path.ends_with("/attach") || request.path.ends_with("/wait")) return;
  }
}

void StubEngine::answer(int connection, const Request& request) {
  const auto say = [&](const std::string& text) { integration::send_all(connection, text); };
  constexpr std::string_view containers = "/containers/";
  if (request.path == "/_ping") return say(ok("OK"));
  if (request.path == "/version") {
    return say(ok(R"({"Version":"28.0.0","ApiVersion":"1.47","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"})"));
  }
  if (request.path == "/info") {
    return say(ok(R"({"OSType":"linux","Architecture":"x86_64","MemoryLimit":true,"SwapLimit":true,"PidsLimit":true,)"
                  R"("CpuCfsQuota":true,"SecurityOptions":["name=seccomp,profile=default"]})"));
  }
  if (request.path == "/images/create" || request.path == "/build") return say(ok(R"({"status":"done"})"));
  if (request.path.starts_with("/images/")) return say(ok(image));
  if (request.path == "/containers/json") return say(ok("[]"));
  if (request.path == "/containers/create") {
    auto container = std::make_shared<Container>();
    container->request = json::parse(request.body).as_object();
    const std::lock_guard lock(mutex_);
    container->id = fmt::format("{:064x}", containers_.size() + 1);
    containers_.push_back(container);
    return say(response("201 Created", fmt::format(R"({{"Id":"{}","Warnings":[]}})", container->id)));
  }
  if (request.path.starts_with(containers)) {
    const std::string rest = request.path.substr(containers.size());
    const std::size_t slash = rest.find('/');
    const std::string action = slash == std::string::npos ? "" : rest.substr(slash + 1);
    return answer_container(connection, request, rest.substr(0, slash), action);
  }
  say(response("404 Not Found", R"({"message":"there is none"})"));
}

void StubEngine::answer_container(int connection, const Request& request, const std::string& id,
                                  const std::string& action) {
  const auto container = find(id);
  const auto say = [&](const std::string& text) { integration::send_all(connection, text); };
  if (!container) return say(response("404 Not Found", R"({"message":"no such container"})"));
  if (action == "attach") return attach(connection, container);
  if (action == "wait") return wait(connection, container);
  if (action == "json") return say(ok(inspect(*container)));
  if (action == "archive") return say(look(request.query));
  const std::lock_guard lock(mutex_);
  if (action == "start") container->started = true;
  if (action == "kill") container->killed = true;
  if (request.method == "DELETE") container->removed = container->killed = true;
  changed_.notify_all();
  say("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
}

/// In its image are programs, and nothing else: no command `missing`, and `plain`, which cannot be executed.
std::string StubEngine::look(const std::string& query) {
  constexpr std::string_view nothing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  const bool program = query.starts_with("path=/bin/") || query.starts_with("path=/usr/bin/");
  if (!program || query.ends_with("/missing")) return std::string(nothing);
  const std::string stat =
      fmt::format(R"({{"name":"x","size":1,"mode":{},"mtime":"2026-01-01T00:00:00Z","linkTarget":""}})",
                  query.ends_with("/plain") ? 0644 : 0755);
  return fmt::format("HTTP/1.1 200 OK\r\nX-Docker-Container-Path-Stat: {}\r\nContent-Length: 0\r\n\r\n",
                     skillrun::base64_encode(stat));
}

void StubEngine::attach(int connection, const std::shared_ptr<Container>& container) {
  integration::send_all(connection,
                        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                        "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, 30s, [&] { return container->started || container->removed; });
  if (!container->started) return;
  lock.unlock();
  const Skill skill(connection, container->tty(), container->words(), [this, container] {
    const std::lock_guard look(mutex_);
    return container->killed;
  });
  const int status = play_(skill);
  ::shutdown(connection, SHUT_WR);
  lock.lock();
  container->status = status;
  changed_.notify_all();
}

void StubEngine::wait(int connection, const std::shared_ptr<Container>& container) {
  integration::send_all(connection,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, 60s, [&] { return container->status || container->removed; });
  const std::string body = fmt::format(R"({{"StatusCode":{}}})", container->status.value_or(0));
  integration::send_all(connection, fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body));
}

/// What docker says of a container that was made of the request: its answer to another, with the request's fields.
std::string StubEngine::inspect(const Container& container) const {
  const std::lock_guard lock(mutex_);
  json::object answer =
      json::parse(integration::read_file(SKILLRUN_SOURCE_DIR "/tests/data/inspect/docker-api-plain.json")).as_object();
  answer["Id"] = container.id;
  answer["Image"] = json::parse(image).at("Id");
  json::object& config = answer["Config"].as_object();
  json::object& host = answer["HostConfig"].as_object();
  host["CgroupnsMode"] = "private";
  for (const auto& [key, value] : container.request) {
    if (key != "HostConfig" && key != "NetworkingConfig") config[key] = value;
  }
  if (const json::value* asked = container.request.if_contains("HostConfig")) {
    for (const auto& [key, value] : asked->as_object()) host[key] = value;
  }
  std::vector<std::string> words = container.words();
  if (words.empty()) words = {"sh"};
  answer["Path"] = words.front();
  answer["Args"] = json::array(words.begin() + 1, words.end());
  json::array& mounts = answer["Mounts"].as_array();
  for (const std::string& bind : texts(host, "Binds")) {  // SOURCE:TARGET[:OPTIONS]
    const std::size_t target = bind.find(':') + 1;
    const std::size_t end = std::min(bind.find(':', target), bind.size());
    mounts.push_back(json::object{{"Type", "bind"},
                                  {"Source", bind.substr(0, target - 1)},
                                  {"Destination", bind.substr(target, end - target)},
                                  {"RW", !bind.substr(end).contains("ro")},
                                  {"Propagation", "rprivate"}});
  }
  if (const json::value* asked = host.if_contains("Mounts"); asked != nullptr && asked->is_array()) {
    for (const json::value& entry : asked->as_array()) {
      const json::object& mount = entry.as_object();
      const json::value* read_only = mount.if_contains("ReadOnly");
      mounts.push_back(json::object{{"Type", mount.at("Type")},
                                    {"Source", mount.at("Source")},
                                    {"Destination", mount.at("Target")},
                                    {"RW", read_only == nullptr || !read_only->as_bool()},
                                    {"Propagation", "rprivate"}});
    }
  }
  json::object& state = answer["State"].as_object();
  state["Status"] = container.status ? "exited" : container.started ? "running" : "created";
  state["ExitCode"] = container.status.value_or(0);
  return json::serialize(answer);
}

std::shared_ptr<StubEngine::Container> StubEngine::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& container : containers_) {
    if (container->id == id && !container->removed) return container;
  }
  return nullptr;
}

}  // namespace program
