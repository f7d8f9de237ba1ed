#pragma once

// Documents made by chance whose skills share what they hold, written with aliases and without.
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace skillrun::test {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

/// A text as it is written (with quotes where it has some), a list, or a table.
struct Node {
  std::string text = {};
  std::vector<NodePtr> items = {};
  std::vector<std::pair<std::string, NodePtr>> members = {};
  char kind = 't';  ///< t: text, l: list, m: table
};

inline NodePtr text(std::string written) { return std::make_shared<const Node>(Node{.text = std::move(written)}); }

inline std::string in_quotes(const std::string& value) { return "\"" + value + "\""; }

inline NodePtr table(std::vector<std::pair<std::string, NodePtr>> members) {
  return std::make_shared<const Node>(Node{.members = std::move(members), .kind = 'm'});
}

enum class Aliases { written, written_out };

/// Flow style, in which a value that was written before is an alias of it.
class YamlWriter {
 public:
  explicit YamlWriter(Aliases aliases) : aliases_(aliases) {}

  std::string write(const NodePtr& node) {
    if (aliases_ == Aliases::written_out) return content(*node);
    const auto [anchor, added] = anchors_.try_emplace(node.get(), anchors_.size());
    const std::string name = "a" + std::to_string(anchor->second);
    return added ? "&" + name + " " + content(*node) : "*" + name + " ";
  }

 private:
  std::string content(const Node& node) {
    if (node.kind == 't') return node.text;
    std::string all;
    for (const NodePtr& item : node.items) all += (all.empty() ? "" : ", ") + write(item);
    for (const auto& [key, value] : node.members) all += (all.empty() ? "" : ", ") + key + ": " + write(value);
    return node.kind == 'l' ? "[" + all + "]" : "{" + all + "}";
  }

  Aliases aliases_;
  std::map<const Node*, std::size_t> anchors_;
};

inline std::string toml_of(const Node& node) {
  if (node.kind == 't') return node.text;
  std::string all;
  for (const NodePtr& item : node.items) all += (all.empty() ? "" : ", ") + toml_of(*item);
  for (const auto& [key, value] : node.members) all += (all.empty() ? "" : ", ") + key + " = " + toml_of(*value);
  return node.kind == 'l' ? "[" + all + "]" : "{" + all + "}";
}

/// What a docker table or a service may hold: keys, and for each the words it is made of. A key of one word is a text.
struct Vocabulary {
  struct Key {
    std::string name;
    bool list = false;
    std::vector<std::string> words;
  };
  std::vector<Key> keys;
};

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
  bool happens(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  /// Values of a key come from a few that are made at their first use, so that tables share them.
  NodePtr value(const Vocabulary::Key& key) {
    auto& pool = pools_[key.name];
    if (pool.size() < 3) {
      Node made{.kind = key.list ? 'l' : 't'};
      if (key.list) {
        for (std::size_t i = 0, count = 1 + below(3); i < count; ++i) made.items.push_back(word(key));
      } else {
        made.text = key.words[below(key.words.size())];
      }
      pool.push_back(std::make_shared<const Node>(std::move(made)));
      return pool.back();
    }
    return pool[below(pool.size())];
  }

  /// Some of the keys, or a table that was made before.
  NodePtr table_of(const Vocabulary& vocabulary, const std::string& pool_name) {
    auto& pool = pools_[pool_name];
    if (!pool.empty() && happens(50)) return pool[below(pool.size())];
    std::vector<std::pair<std::string, NodePtr>> members;
    for (const Vocabulary::Key& key : vocabulary.keys) {
      if (happens(key.name == "image" ? 90 : 30)) members.emplace_back(key.name, value(key));
    }
    pool.push_back(table(std::move(members)));
    return pool.back();
  }

 private:
  NodePtr word(const Vocabulary::Key& key) {
    auto& pool = pools_[key.name + "[]"];
    if (pool.size() < 4) pool.push_back(text(key.words[below(key.words.size())]));
    return happens(30) ? text(key.words[below(key.words.size())]) : pool[below(pool.size())];
  }

  std::mt19937 random_;
  std::map<std::string, std::vector<NodePtr>> pools_;
};

inline const Vocabulary& docker_words() {
  static const Vocabulary vocabulary{
      {{"image",
        false,
        {in_quotes("busybox:1"), in_quotes("debian"), in_quotes("${NAME:-alpine:3}"), in_quotes("::"),
         in_quotes("-x")}},
       {"volumes",
        true,
        {in_quotes("/etc:/x"), in_quotes("./data:/d"), in_quotes("${NOWHERE}:/n"), in_quotes("films:/f:ro"),
         in_quotes("/:/h")}},
       {"extra_args",
        true,
        {in_quotes("--privileged"), in_quotes("--pid=host"), in_quotes("--cap-add=SYS_ADMIN"), in_quotes("--nope"),
         in_quotes("-v"), in_quotes("/:/h")}},
       {"environment",
        true,
        {in_quotes("A=1"), in_quotes("API_KEY=sk-live-0123456789abcdef"), in_quotes("HOME"),
         in_quotes("LD_PRELOAD=/x.so")}},
       {"network", false, {in_quotes("none"), in_quotes("host"), in_quotes("bridge"), in_quotes("container:x")}},
       {"memory", false, {in_quotes("512m"), in_quotes("0"), in_quotes("much")}},
       {"cpus", false, {in_quotes("1"), "2", in_quotes("-1")}},
       {"user", false, {in_quotes("host"), in_quotes("0"), in_quotes("1000:1000")}},
       {"read_only", false, {"true", "false", in_quotes("yes")}},
       {"cap_add", true, {in_quotes("NET_ADMIN"), in_quotes("ALL"), in_quotes("CHOWN")}},
       {"cap_drop", true, {in_quotes("ALL"), in_quotes("MKNOD")}},
       {"security_opt", true, {in_quotes("no-new-privileges"), in_quotes("seccomp=unconfined")}},
       {"tmpfs", true, {in_quotes("/tmp"), in_quotes("/tmp:size=64m"), in_quotes("tmp")}},
       {"memroy", false, {in_quotes("1g")}}}};
  return vocabulary;
}

/// A manifest: its skills by name, with instances that share with each other and with skills.
inline std::vector<std::pair<std::string, NodePtr>> skills_by_chance(unsigned seed) {
  Chance chance(seed);
  std::vector<std::pair<std::string, NodePtr>> skills;
  for (std::size_t i = 0, count = 1 + chance.below(4); i < count; ++i) {
    std::vector<std::pair<std::string, NodePtr>> members{{"docker", chance.table_of(docker_words(), "docker")}};
    std::vector<std::pair<std::string, NodePtr>> instances;
    for (const char* name : {"first", "second", "default"}) {
      if (!chance.happens(30)) continue;
      instances.emplace_back(name, table({{"docker", chance.table_of(docker_words(), "docker")}}));
    }
    if (!instances.empty()) members.emplace_back("instances", table(instances));
    if (!instances.empty() && chance.happens(40)) {
      members.emplace_back("default_instance", text(in_quotes(instances.front().first)));
    }
    skills.emplace_back("skill" + std::to_string(i), table(std::move(members)));
  }
  return skills;
}

inline const Vocabulary& service_words() {
  static const Vocabulary vocabulary{
      {{"image", false, {"busybox:1", "debian", in_quotes("::")}},
       {"privileged", false, {"true", "false"}},
       {"volumes", true, {"/etc:/x", "./data:/d", "films:/f", "/var/run/docker.sock:/s"}},
       {"environment", true, {"A=1", "API_KEY=sk-live-0123456789abcdef", "HOME"}},
       {"cap_add", true, {"NET_ADMIN", "ALL"}},
       {"cap_drop", true, {"ALL"}},
       {"pid", false, {"host"}},
       {"network_mode", false, {"none", "host", "bridge"}},
       {"ports", true, {in_quotes("80:80"), in_quotes("127.0.0.1:1:1")}},
       {"security_opt", true, {"no-new-privileges:true", "apparmor:unconfined"}},
       {"read_only", false, {"true"}},
       {"mem_limit", false, {"512m", "much"}},
       {"unheard_of", false, {"x"}}}};
  return vocabulary;
}

}  // namespace skillrun::test
