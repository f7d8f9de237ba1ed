#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "grammar.hpp"
#include "http_request.hpp"
#include "judge.hpp"
#include "shell_words.hpp"
#include "skillrun_reading.hpp"
#include "spec/docker_run_flags.hpp"

using namespace differential;

namespace {

const Places places{.folder = "/tmp/work", .home = "/home/tester"};

json::object request_of(const std::string& text) { return json::parse(text).as_object(); }

json::object host_of(const std::string& text) { return request_of(R"({"HostConfig":)" + text + "}"); }

}  // namespace

TEST_CASE("a seed gives the same cases on every machine") {
  CHECK(Random(1, 0).below(1'000'000) == Random(1, 0).below(1'000'000));
  std::uint64_t sum = 0;
  Random random(7, 42);
  for (int i = 0; i < 4; ++i) sum = sum * 1000 + random.below(1000);
  CHECK(sum == 281'707'411'625);
  CHECK(generate_words(3, 14) == generate_words(3, 14));
  CHECK(generate_words(3, 14) != generate_words(4, 14));
}

TEST_CASE("the generator writes every flag, in its long, short and hidden form") {
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    for (const std::string& word : generate_words(1, i)) {
      if (word.starts_with("--")) {
        seen.insert(word.substr(2, word.find('=') - 2));
      } else if (word.starts_with("-") && word.size() > 1) {
        seen.insert(word.substr(1, 1));
      }
    }
  }
  for (const Flag& flag : grammar()) {
    CAPTURE(flag.name);
    CHECK(seen.contains(std::string(flag.name)));
    if (!flag.alias.empty()) CHECK(seen.contains(std::string(flag.alias)));
    if (flag.letter != 0) CHECK(seen.contains(std::string(1, flag.letter)));
  }
}

TEST_CASE("every value is plain now and then, and odd now and then") {
  for (const Flag& flag : grammar()) {
    if (flag.value == nullptr) continue;
    CAPTURE(flag.name);
    std::set<std::string> values;
    Random random(1, 1);
    for (int i = 0; i < 500; ++i) values.insert(flag.value(random));
    CHECK(values.size() >= 3);
  }
}

TEST_CASE("the grammar and skillrun's table name the same flags") {
  std::set<std::string> ours;
  std::set<std::string> theirs;
  for (const Flag& flag : grammar()) {
    ours.insert(std::string(flag.name) + " " + (flag.letter == 0 ? '-' : flag.letter) + " " + std::string(flag.alias) +
                (flag.value == nullptr ? " bool" : ""));
  }
  for (const skillrun::DockerRunFlag& flag : skillrun::docker_run_flags()) {
    theirs.insert(std::string(flag.name) + " " + (flag.shorthand == 0 ? '-' : flag.shorthand) + " " +
                  std::string(flag.alias) + (flag.arity == skillrun::FlagArity::boolean ? " bool" : ""));
  }
  for (const std::string& flag : ours) CHECK_MESSAGE(theirs.contains(flag), flag);
  for (const std::string& flag : theirs) CHECK_MESSAGE(ours.contains(flag), flag);
}

TEST_CASE("the judge finds no harm in an ordinary request") {
  for (const char* text : {
           R"({})",
           R"({"Binds":["/srv/data:/data:ro","vol:/v","./x:/y","~/x:/z"]})",
           R"({"Binds":["/etc/localtime:/x:ro"],"CapAdd":["chown","CAP_KILL"],"CapDrop":["ALL"]})",
           R"({"SecurityOpt":["no-new-privileges","seccomp=builtin","label=type:container_t"]})",
           R"({"SecurityOpt":["no-new-privileges=false","no-new-privileges"]})",
           R"({"NetworkMode":"none","RestartPolicy":{"Name":"no"},"LogConfig":{"Type":"json-file"}})",
           R"({"Mounts":[{"Type":"tmpfs","Target":"/t"},{"Type":"volume","Source":"v","Target":"/v"}]})",
           R"({"Sysctls":{"net.ipv4.tcp_syncookies":"1"},"MaskedPaths":null,"Devices":[],"OomScoreAdj":5})",
       }) {
    CAPTURE(text);
    CHECK(harms(host_of(text), places) == std::vector<std::string>{});
  }
}

TEST_CASE("the judge finds the harm in a request, one reason each") {
  for (const char* text : {
           R"({"Privileged":true})",
           R"({"Binds":["/:/h"]})",
           R"({"Binds":["//etc//:/h"]})",
           R"({"Binds":["/tmp/../etc:/h"]})",
           R"({"Binds":["/etc/localtime:/h"]})",
           R"({"Binds":["../../etc:/h"]})",
           R"({"Binds":["~:/h"]})",
           R"({"Binds":["~/.ssh:/h:ro"]})",
           R"({"Binds":["/var/run/docker.sock:/s"]})",
           R"({"Binds":["/srv:/etc"]})",
           R"({"Binds":["/srv:/h:rshared"]})",
           R"({"Mounts":[{"Type":"bind","Source":"/home/tester","Target":"/h"}]})",
           R"({"Mounts":[{"Type":"npipe","Source":"x","Target":"/h"}]})",
           R"({"Mounts":[{"Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Options":{"o":"bind"}}}}]})",
           R"({"Mounts":[{"Type":"volume","Source":"v","Target":"/h","VolumeOptions":{"Subpath":"a/../../x"}}]})",
           R"({"Tmpfs":{"/proc":""}})",
           R"({"CapAdd":["sys_admin"]})",
           R"({"CapAdd":["ALL"]})",
           R"({"SecurityOpt":["seccomp:unconfined"]})",
           R"({"SecurityOpt":["seccomp={}"]})",
           R"({"SecurityOpt":["apparmor=unconfined"]})",
           R"({"SecurityOpt":["label=disable"]})",
           R"({"SecurityOpt":["no-new-privileges","no-new-privileges=0"]})",
           R"({"MaskedPaths":[]})",
           R"({"NetworkMode":"host"})",
           R"({"PidMode":"container:x"})",
           R"({"CgroupnsMode":"host"})",
           R"({"VolumesFrom":["x"]})",
           R"({"Devices":[{"PathOnHost":"/dev/sda"}]})",
           R"({"DeviceCgroupRules":["b 8:* rwm"]})",
           R"({"CgroupParent":"x"})",
           R"({"Annotations":{"a":"b"}})",
           R"({"Runtime":"/usr/bin/x"})",
           R"({"OomKillDisable":true})",
           R"({"OomScoreAdj":-1})",
           R"({"LogConfig":{"Type":"syslog"}})",
           R"({"RestartPolicy":{"Name":"always"}})",
           R"({"Sysctls":{"kernel.shmmax":"1"}})",
           R"({"Sysctls":{"net.ipv4.tcp_syncookies":"1+x=1"}})",
       }) {
    CAPTURE(text);
    CHECK(harms(host_of(text), places).size() == 1);
  }
  CHECK(harms(request_of(R"({"WorkingDir":"/x/../proc/self/fd/7"})"), places).size() == 1);
  CHECK(harms(request_of(R"({"NetworkingConfig":{"EndpointsConfig":{"host":{}}}})"), places).size() == 1);
  CHECK(
      harms(request_of(R"({"Env":["LD_PRELOAD=x"],"HostConfig":{"DeviceRequests":[{"Count":-1}]}})"), places).size() ==
      1);
}

TEST_CASE("two requests that make the same container are the same") {
  const auto same = [](const std::string& first, const std::string& second) {
    return differences(canonical(request_of(first), places), canonical(request_of(second), places)).empty();
  };
  CHECK(same(R"({"HostConfig":{"Binds":["/srv//a/:/x/:ro,cached"]}})",
             R"({"HostConfig":{"Binds":["/srv/a:/x:ro"],"Memory":0,"Dns":null}})"));
  CHECK(same(R"({"Volumes":{"/x":{}}})", R"({"HostConfig":{"Mounts":[{"Type":"volume","Target":"/x"}]}})"));
  CHECK(same(R"({"HostConfig":{"Tmpfs":{"/x":"rw,size=1m"}}})",
             R"({"HostConfig":{"Mounts":[{"Type":"tmpfs","Target":"/x","TmpfsOptions":{"SizeBytes":1048576}}]}})"));
  CHECK(same(R"({"Env":["A=1","A=2"]})", R"({"Env":["A=2"]})"));
  CHECK(same(R"({"HostConfig":{"CapAdd":["all","chown"],"CapDrop":["ALL"]}})", R"({"HostConfig":{"CapAdd":["ALL"]}})"));
  CHECK(same(
      R"({"HostConfig":{"NetworkMode":"default"},"NetworkingConfig":{"EndpointsConfig":{"default":{"IPAMConfig":null}}}})",
      R"({})"));
  CHECK(same(R"({"HostConfig":{"Binds":["/srv:/x"]}})",
             R"({"HostConfig":{"Mounts":[{"Type":"bind","Source":"/srv","Target":"/x"}]}})"));
  CHECK_FALSE(same(R"({"HostConfig":{"Init":false}})", R"({})"));
  CHECK_FALSE(same(R"({"StopTimeout":0})", R"({})"));
  CHECK_FALSE(same(R"({"HostConfig":{"MaskedPaths":[]}})", R"({})"));
  CHECK_FALSE(same(R"({"HostConfig":{"Memory":1}})", R"({"HostConfig":{"Memory":2}})"));
  CHECK_FALSE(same(R"({"Env":["A"]})", R"({"Env":["A="]})"));
  CHECK_FALSE(same(R"({"HostConfig":{"SomethingNew":1}})", R"({})"));
}

TEST_CASE("what is written for generated words is read as what was written") {
  const std::map<std::string, std::string, std::less<>> environment{{"SET_BY_CALLER", "the caller's value"}};
  std::size_t read_again = 0;
  for (std::uint64_t i = 0; i < 6'000; ++i) {
    const auto words = generate_words(11, i);
    const SkillrunAnswer asked = read_with_skillrun(words, i % 2 == 0 ? "1.48" : "1.41", places, environment);
    if (!asked.privileged.empty()) continue;
    CAPTURE(shell_quoted(words));
    const Request create{.method = "POST",
                         .path = "/containers/create",
                         .query = asked.platform.empty() ? "" : "platform=" + asked.platform,
                         .body = json::serialize(asked.request)};
    const SkillrunAnswer read = read_request_with_skillrun(create, i % 2 == 0 ? "1.48" : "1.41", places);
    for (const Objection& objection : read.privileged) FAIL_CHECK(objection.message);
    CHECK(differences(canonical(read.request, places), canonical(asked.request, places)).empty());
    CHECK(read.platform == asked.platform);
    ++read_again;
  }
  CHECK(read_again > 500);
}

TEST_CASE("words go through a shell's quoting and back") {
  const std::vector<std::string> words{"--a=b", "", "two words", "it's", "a\nb\t\\", "\xC3\xA9", "$HOME", "\x01\xFF"};
  CHECK(shell_words(shell_quoted(words)) == words);
  CHECK(shell_quoted({"-v", "/a b:/x", "a\nb"}) == R"(-v '/a b:/x' $'a\x0ab')");
  CHECK_FALSE(shell_words("'open"));
}

TEST_CASE("a request is taken when all of it has arrived, by length or in chunks") {
  bool broken = false;
  std::string bytes = "POST /v1.47/containers/create?name=a%2Fb HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel";
  CHECK_FALSE(take_request(bytes, broken));
  bytes += "loGET /_ping HTTP/1.1\r\n\r\n";
  const auto first = take_request(bytes, broken);
  REQUIRE(first);
  CHECK(first->path == "/containers/create");
  CHECK(query_value(first->query, "name") == "a/b");
  CHECK(first->body == "hello");
  CHECK(take_request(bytes, broken)->path == "/_ping");
  bytes = "POST /x HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n";
  CHECK_FALSE(take_request(bytes, broken));
  bytes += "\r\n";
  CHECK(take_request(bytes, broken)->body == "abcde");
  CHECK(bytes.empty());
  CHECK_FALSE(broken);
  bytes = "nonsense\r\n\r\n";
  CHECK_FALSE(take_request(bytes, broken));
  CHECK(broken);
}
