// What concerns the process and its container's life.
#include <fmt/format.h>

#include "grammar.hpp"

namespace differential {

std::string env_value(Random& random) {
  if (random.chance(55))
    return random.pick({"A=1", "B=two words", "PATH=/bin", "A=2", "EMPTY=", "LANG=C.UTF-8", "C=x=y=z"});
  return random.pick({"SET_BY_CALLER",
                      "NOT_SET_BY_CALLER",
                      "",
                      "=",
                      "=x",
                      " A=1",
                      "A =1",
                      "A= 1",
                      "a-b=1",
                      "1A=2",
                      "A",
                      "LD_PRELOAD=x",
                      "NVIDIA_VISIBLE_DEVICES=all",
                      "DOCKER_HOST=unix:///x",
                      "A=\"x\"",
                      "A='x'",
                      "A=$HOME",
                      "A=${HOME}",
                      "A=$$",
                      "A=a\nb",
                      "\xC3\xA9=1",
                      "A=\xC3\xA9",
                      "A=,B=2",
                      "A=\t",
                      "A B=1",
                      "API_TOKEN=abcdefghijklmnop",
                      "HOME",
                      "*",
                      "SET_*",
                      "A#b=1",
                      "A=#x"});
}

std::string key_value(Random& random) {
  return random.pick(
      {"a=b", "com.example/x=1", "a", "a=", "=b", "", "a=b=c", "a b=c", "run.oci.x=/etc", "a:b", "A=B", " a=b"});
}

std::string label_value(Random& random) {
  return random.pick({"a=b", "team=data", "a", "a=", "=b", "", "a=b=c", "a b=c", "a=x,y", "skillrun.run=x",
                      "a=\xC3\xA9", "a=a\nb", "A=\"q\"", " a=b", "com.docker.compose.project=x", "a=${HOME}"});
}

std::string env_file_value(Random& random) {
  return random.pick({"vars.env", "./vars.env", "missing.env", "/dev/null", "", "."});
}

std::string label_file_value(Random& random) {
  return random.pick({"labels.txt", "missing.txt", "/dev/null", "", "."});
}

std::string user_value(Random& random) {
  if (random.chance(50)) return random.pick({"1000", "1000:1000", "node", "nobody:nogroup", "1000:node"});
  return random.pick({"0",
                      "root",
                      "00",
                      "+0",
                      "-0",
                      "0:0",
                      "",
                      ":",
                      ":0",
                      "1000:",
                      "root:root",
                      "host",
                      "01000",
                      "-1",
                      "4294967295",
                      "4294967296",
                      "2147483648",
                      "a b",
                      "1000:1000:1000",
                      "+5",
                      "node:0",
                      "\xC3\xA9",
                      " 0",
                      "0 ",
                      "1e3",
                      "0x0",
                      "1000:root",
                      "Root"});
}

std::string group_value(Random& random) {
  return random.pick({"1000", "video", "0", "root", "docker", "00", "+0", "", "a b", "-1", "keep-groups", "audio:x",
                      "999", "Docker", " 0"});
}

std::string signal_value(Random& random) {
  return random.pick({"SIGTERM", "TERM",    "9",   "sigkill", "kill",        "SIGRTMIN+3", "RTMIN+3", "0",
                      "65",      "64",      "",    "bogus",   "SIGSIGTERM",  "15 ",        "+9",      "09",
                      "-9",      "SIGKILL", "int", "Sigint",  "SIGRTMAX-14", "rtmax"});
}

std::string restart_value(Random& random) {
  return random.pick({"no", "always", "on-failure", "on-failure:3", "unless-stopped", "", "no:1", "always:2",
                      "on-failure:", "bogus", "on-failure:-1", "NO", "on-failure:3:4", "on-failure:x", "never"});
}

std::string log_driver_value(Random& random) {
  return random.pick(
      {"none", "json-file", "local", "syslog", "journald", "", "fluentd", "NONE", "bogus", "gelf", "awslogs"});
}

std::string log_option_value(Random& random) {
  return random.pick({"max-size=1m", "max-file=2", "syslog-address=tcp://10.0.0.1:514", "mode=non-blocking", "a", "",
                      "=", "tag=x", "a=b=c", "env=A,B"});
}

std::string storage_value(Random& random) {
  return random.pick({"size=1G", "size", "", "a=b=c", "=", "dm.basesize=5G"});
}

std::string platform_value(Random& random) {
  return random.pick({"linux/amd64",
                      "linux/arm64",
                      "linux",
                      "amd64",
                      "linux/arm/v7",
                      "linux/AMD64",
                      "LINUX/amd64",
                      "windows/amd64",
                      "linux/x86_64",
                      "linux/aarch64",
                      "",
                      "/",
                      "linux/",
                      "linux/amd64/",
                      "linux/amd64/v2",
                      "bogus",
                      "a/b/c/d",
                      "linux/arm64/v8",
                      "linux/armhf",
                      "linux/i386",
                      "darwin",
                      "linux/arm",
                      "lin ux/amd64",
                      "linux/386"});
}

std::string pull_value(Random& random) {
  return random.pick({"missing", "never", "always", "", "Always", "newer", "bogus", "true"});
}

std::string attach_value(Random& random) {
  return random.pick({"stdin", "stdout", "stderr", "STDOUT", "", "bogus", "stdout,stderr"});
}

std::string runtime_value(Random& random) {
  return random.pick({"runc", "crun", "runsc", "nvidia", "", "/usr/bin/evil", "io.containerd.runc.v2", "RUNC"});
}

std::string isolation_value(Random& random) {
  return random.pick({"default", "", "process", "hyperv", "bogus", "DEFAULT"});
}

std::string cpuset_value(Random& random) {
  return random.pick({"0", "0-1", "0,1", "0-", "", "a", "-1", "0-1,3", " 0", "1-0", "999", "0,,1"});
}

std::string hostname_value(Random& random) {
  if (random.chance(60)) return random.pick({"box", "web-1", "db.internal", "example.org"});
  return random.pick({"", "-x", "a b", "a_b", "A", ".", "a.", "x\ny", "\xC3\xA9", "host/etc", "a..b", " box",
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"});
}

std::string cidfile_value(Random& random) { return random.pick({"cid", "./cid", "sub/cid", ""}); }

std::string command_value(Random& random) {
  return random.pick({"/bin/true", "sh", "tool --flag", "", "[\"sh\",\"-c\"]", "-x", "a b", "/bin/../bin/sh", "none",
                      "NONE", "\xC3\xA9"});
}

std::string keys_value(Random& random) {
  return random.pick({"ctrl-p,ctrl-q", "a", "", "ctrl-@", "bogus-x", "ctrl-c"});
}

}  // namespace differential
