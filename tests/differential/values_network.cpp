// Networks, ports, addresses.
#include <fmt/format.h>

#include "grammar.hpp"

namespace differential {

std::string network_value(Random& random) {
  if (random.chance(55)) return random.pick({"none", "bridge", "default", "mynet", "host", "container:web"});
  return random.pick({"HOST",
                      "Host",
                      "name=host",
                      "name=HOST",
                      "NAME=host",
                      "name=mynet",
                      "name=mynet,alias=a",
                      "name=mynet,alias=a,alias=b",
                      "alias=a",
                      "name=mynet,ip=10.0.0.5",
                      "name=mynet,ip6=2001:db8::5",
                      "name=mynet,driver-opt=a=b",
                      "name=mynet,link-local-ip=169.254.1.1",
                      "name=host,alias=a",
                      "name=mynet,mac-address=02:42:ac:11:00:02",
                      "name=mynet,gw-priority=1",
                      "name=",
                      "name=host,name=none",
                      "\"name=host\"",
                      "name=container:web",
                      "container:",
                      "ns:/proc/1/ns/net",
                      "",
                      " host",
                      "host ",
                      "user",
                      "pasta",
                      "slirp4netns",
                      "a=b",
                      "=",
                      "none,",
                      "NONE",
                      "Bridge",
                      "name=none\n",
                      "x\nname=host",
                      "name=mynet,bogus=1",
                      "private",
                      "network:x",
                      "name=\"host\"",
                      "my=net",
                      "name =host"});
}

std::string publish_value(Random& random) {
  const std::int64_t port = random.between(1, 9000);
  const std::int64_t host = random.between(1, 65000);
  switch (random.below(11)) {
    case 0: return fmt::format("{}", port);
    case 1: return fmt::format("{}:{}", host, port);
    case 2: return fmt::format("127.0.0.1:{}:{}", host, port);
    case 3: return fmt::format("127.0.0.1::{}", port);
    case 4: return fmt::format("{}:{}/{}", host, port, random.pick({"udp", "tcp", "sctp", "UDP", "icmp", "", "Tcp"}));
    case 5: return fmt::format("{}-{}:{}-{}", port, port + random.between(0, 2), port, port + random.between(0, 2));
    case 6: return fmt::format("{}-{}:{}", host, host + random.between(-1, 3), port);
    case 7: return fmt::format("[::1]:{}:{}", host, port);
    case 8:
      return fmt::format("published={},target={}{}", host, port,
                         random.pick({"", ",protocol=udp", ",mode=host", ",mode=ingress", ",protocol=bogus", ",x=y"}));
    default:
      return random.pick({"",
                          ":",
                          "::",
                          "0",
                          "0:80",
                          "65536",
                          "80:0",
                          "80:65536",
                          "a:b",
                          "80:80:80",
                          "0.0.0.0:80:80",
                          "[::]:80:80",
                          "::1:80:80",
                          "80/tcp/udp",
                          "1.2.3.4",
                          "localhost:80:80",
                          "+80",
                          "080",
                          " 80",
                          "80 ",
                          "80-",
                          "-80",
                          "80-79",
                          "8000-9000",
                          "target=80",
                          "published=80",
                          "target=80,target=81",
                          "1-3:5",
                          "127.0.0.1:8000-8002:80",
                          "[fe80::1%eth0]:80:80",
                          "80:90-92",
                          "0-0:80",
                          "1e2:80"});
  }
}

std::string expose_value(Random& random) {
  if (random.chance(60)) return fmt::format("{}{}", random.between(1, 9000), random.pick({"", "/tcp", "/udp"}));
  return random.pick({"80-82", "80-79", "", "80:80", "0", "65536", "a", "80/bogus", "80/UDP", "1-3/udp", "+80", "080"});
}

std::string address_value(Random& random) {
  if (random.chance(70)) return random.pick({"10.0.0.5", "192.0.2.1", "172.17.0.9", "1.1.1.1"});
  return random.pick({"", "10.0.0", "010.0.0.1", "10.0.0.256", "::1", "2001:db8::1", "localhost", "10.0.0.5/24",
                      " 10.0.0.5", "0.0.0.0", "fe80::1%eth0", "::ffff:10.0.0.1", "[::1]", "10.0.0.5:53", "127.1"});
}

std::string address6_value(Random& random) {
  return random.pick({"2001:db8::5", "::1", "fe80::1", "10.0.0.5", "", "2001:db8::5/64", "::ffff:1.2.3.4", "bogus",
                      "[::1]", "2001:DB8::5"});
}

std::string extra_host_value(Random& random) {
  if (random.chance(60)) return random.pick({"db:10.0.0.5", "web:192.0.2.1", "host.docker.internal:host-gateway"});
  return random.pick({"db=10.0.0.5",
                      "db:::1",
                      "db:[::1]",
                      "db=::1",
                      "db=[2001:db8::1]",
                      "db",
                      ":10.0.0.5",
                      "db:",
                      "a b:10.0.0.5",
                      "db:bogus",
                      "DB:10.0.0.5",
                      "db:10.0.0.5:6",
                      "db=host-gateway",
                      "db:HOST-GATEWAY",
                      "",
                      "=",
                      ":",
                      "a=b:10.0.0.1",
                      "db:10.0.0.05",
                      "-x:1.2.3.4",
                      "db :1.2.3.4",
                      "db:1.2.3.4,web:5.6.7.8"});
}

std::string mac_value(Random& random) {
  return random.pick({"02:42:ac:11:00:02", "02-42-ac-11-00-02", "0242.ac11.0002", "bogus", "", "02:42:AC:11:00:02",
                      "02:42:ac:11:00", " 02:42:ac:11:00:02", "02:42:ac:11:00:02:00:01"});
}

std::string link_value(Random& random) {
  return random.pick({"web", "web:alias", "web:a:b", "", ":", ":a", "a:", "/web:/x"});
}

}  // namespace differential
