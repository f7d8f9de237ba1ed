#include "spec/secret_values.hpp"

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/normalize.hpp>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("a variable is a secret's by the end of its name") {
  for (const char* name : {"PASSWORD",
                           "DB_PASSWORD",
                           "db_password",
                           "API_TOKEN",
                           "TOKEN",
                           "AWS_SECRET_ACCESS_KEY",
                           "GITHUB_TOKEN",
                           "STRIPE_API_KEY",
                           "SSH_PRIVATE_KEY",
                           "PGPASSWORD",
                           "XPASSWORD",
                           "DB_PASS",
                           "POSTGRES_PWD",
                           "MY_CREDENTIAL",
                           "MYAPIKEY",
                           "SENTRY_DSN",
                           "apiKey",
                           "dbPassword",
                           "ROOT_PASSWORD_2",
                           "smtp.password",
                           "passWord",
                           "DB_PassWord",
                           "PassPhrase",
                           "SECRET_KEY_BASE",
                           "AWS_ACCESS_KEY_ID",
                           "JWT_KEY",
                           "USERPASS",
                           "ROOTPW",
                           "GITHUB_PAT",
                           "WORDPRESS_AUTH_SALT",
                           "DB_ENC_KEY",
                           "CREDENTIALS_KEY",
                           "ANON_KEY",
                           "SERVICE_ROLE_KEY",
                           "RABBITMQ_ERLANG_COOKIE",
                           "STRIPE_SK"}) {
    CAPTURE(name);
    CHECK(is_secret_name(name));
  }
  for (const char* name : {"TOKEN_FILE",
                           "PASSWORD_LENGTH",
                           "MAX_TOKENS",
                           "TOKENIZER",
                           "KEYBOARD",
                           "SECRETARY",
                           "MONKEY",
                           "PATH",
                           "PUBLIC_KEY",
                           "PWD",
                           "OLDPWD",
                           "BYPASS",
                           "COMPASS",
                           "GPG_KEY",
                           "PRIMARY_KEY",
                           "TOKEN_TTL",
                           "PASSWORD_FILE",
                           "_",
                           "9",
                           "TRESPASS",
                           "PATTERN",
                           "RPW",
                           "SK",
                           "SESSION_COOKIE",
                           "SECURE_COOKIE",
                           "RISK",
                           "TLS_KEY",
                           ""}) {
    CAPTURE(name);
    CHECK_FALSE(is_secret_name(name));
  }
}

TEST_CASE("of the variables that public images document, those are secrets that hold some") {
  // From the pages of postgres, mysql, mariadb, mongo, redis, rabbitmq, wordpress, nextcloud, ghost, gitea, grafana,
  // influxdb, elasticsearch, neo4j, minio, registry, traefik, keycloak, vault, nginx, node, python and memcached.
  const std::vector<std::string_view> secrets{"POSTGRES_PASSWORD",
                                              "MYSQL_ROOT_PASSWORD",
                                              "MYSQL_PASSWORD",
                                              "MARIADB_ROOT_PASSWORD",
                                              "MARIADB_PASSWORD",
                                              "MONGO_INITDB_ROOT_PASSWORD",
                                              "RABBITMQ_DEFAULT_PASS",
                                              "WORDPRESS_DB_PASSWORD",
                                              "WORDPRESS_AUTH_KEY",
                                              "NEXTCLOUD_ADMIN_PASSWORD",
                                              "REDIS_HOST_PASSWORD",
                                              "SMTP_PASSWORD",
                                              "OBJECTSTORE_S3_SECRET",
                                              "database__connection__password",
                                              "GITEA__database__PASSWD",
                                              "GF_SECURITY_ADMIN_PASSWORD",
                                              "GF_SECURITY_SECRET_KEY",
                                              "DOCKER_INFLUXDB_INIT_PASSWORD",
                                              "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN",
                                              "ELASTIC_PASSWORD",
                                              "MINIO_ROOT_PASSWORD",
                                              "MINIO_SECRET_KEY",
                                              "REGISTRY_HTTP_SECRET",
                                              "REGISTRY_STORAGE_S3_SECRETKEY",
                                              "KC_BOOTSTRAP_ADMIN_PASSWORD",
                                              "KC_DB_PASSWORD",
                                              "VAULT_DEV_ROOT_TOKEN_ID"};
  const std::vector<std::string_view> others{"POSTGRES_USER",
                                             "POSTGRES_DB",
                                             "POSTGRES_INITDB_ARGS",
                                             "POSTGRES_INITDB_WALDIR",
                                             "POSTGRES_HOST_AUTH_METHOD",
                                             "PGDATA",
                                             "POSTGRES_PASSWORD_FILE",
                                             "MYSQL_DATABASE",
                                             "MYSQL_USER",
                                             "MYSQL_INITDB_SKIP_TZINFO",
                                             "MARIADB_AUTO_UPGRADE",
                                             "MARIADB_ROOT_HOST",
                                             "MARIADB_PASSWORD_HASH",
                                             "MONGO_INITDB_ROOT_USERNAME",
                                             "MONGO_INITDB_DATABASE",
                                             "RABBITMQ_DEFAULT_USER",
                                             "RABBITMQ_DEFAULT_VHOST",
                                             "RABBITMQ_NODENAME",
                                             "WORDPRESS_DB_HOST",
                                             "WORDPRESS_DB_NAME",
                                             "WORDPRESS_TABLE_PREFIX",
                                             "WORDPRESS_DEBUG",
                                             "WORDPRESS_CONFIG_EXTRA",
                                             "NEXTCLOUD_ADMIN_USER",
                                             "NEXTCLOUD_TRUSTED_DOMAINS",
                                             "SMTP_HOST",
                                             "SMTP_AUTHTYPE",
                                             "OBJECTSTORE_S3_KEY",
                                             "OBJECTSTORE_S3_BUCKET",
                                             "url",
                                             "NODE_ENV",
                                             "GITEA__database__DB_TYPE",
                                             "GF_SERVER_ROOT_URL",
                                             "GF_PATHS_DATA",
                                             "DOCKER_INFLUXDB_INIT_MODE",
                                             "DOCKER_INFLUXDB_INIT_ORG",
                                             "discovery.type",
                                             "ES_JAVA_OPTS",
                                             "cluster.name",
                                             "xpack.security.enabled",
                                             "NEO4J_PLUGINS",
                                             "MINIO_ROOT_USER",
                                             "MINIO_BROWSER",
                                             "REGISTRY_HTTP_ADDR",
                                             "REGISTRY_AUTH_HTPASSWD_PATH",
                                             "REGISTRY_HTTP_TLS_KEY",
                                             "KC_DB",
                                             "KC_HOSTNAME",
                                             "KC_BOOTSTRAP_ADMIN_USERNAME",
                                             "VAULT_ADDR",
                                             "VAULT_LOCAL_CONFIG",
                                             "NGINX_HOST",
                                             "NGINX_ENTRYPOINT_QUIET_LOGS",
                                             "NODE_VERSION",
                                             "YARN_VERSION",
                                             "GPG_KEY",
                                             "PYTHON_VERSION",
                                             "PYTHON_SHA256",
                                             "LANG",
                                             "JAVA_HOME",
                                             "JAVA_TOOL_OPTIONS",
                                             "TZ",
                                             "PUID",
                                             "PGID",
                                             "UMASK",
                                             "MEMCACHED_MEMORY",
                                             "TRAEFIK_LOG_LEVEL"};
  std::vector<std::string_view> missed;
  for (const std::string_view name : secrets) {
    if (!is_secret_name(name)) missed.push_back(name);
  }
  CHECK(missed == std::vector<std::string_view>{"VAULT_DEV_ROOT_TOKEN_ID"});  // an id by its name
  for (const std::string_view name : others) {
    CAPTURE(name);
    CHECK_FALSE(is_secret_name(name));
  }
}

TEST_CASE("what connects is a secret unless it is an open URL, and AUTH where it is no way to authenticate") {
  const std::string key(32, 'c');
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"SENTRY_DSN", "https://" + key + "@o1.ingest.example.org/2"},
                                                        {"DATABASE_DSN", "app:hunter2@tcp(db:3306)/app"},
                                                        {"B_DSN", "Server=db;Uid=app;Pwd=hunter2"},
                                                        {"ORA_DSN", "app/hunter2"},
                                                        {"PG_DSN", "host=db user=u pwd=hunter2"},
                                                        {"ODBC_DSN", "Driver=x;Server=db;PWD=hunter2;"},
                                                        {"DSN", "hunter2"},
                                                        {"DSN", "mysql://db/app?user=app&pwd=hunter2"},
                                                        {"DSN", "mysql://db/app?user=app#auth=hunter2"},
                                                        {"DSN", "mysql://db/app?p%77d=hunter2"},
                                                        {"DSN", "redis://app:hunter2"},
                                                        {"DSN", "https://app%40db/1"},
                                                        {"REDIS_AUTH", "hunter2"},
                                                        {"NEO4J_AUTH", "neo4j/hunter2"},
                                                        {"HTTP_AUTH", "admin:hunter2"},
                                                        {"AUTH", "opensesame"}}) {
    CAPTURE(name);
    CHECK(is_secret(name, value));
    CHECK(may_be_secret(name, value));
  }
  CHECK(may_be_secret("DSN", "sqlite:///var/lib/db.sqlite"));
  CHECK_FALSE(may_be_secret("DSN", ""));
  CHECK_FALSE(may_be_secret("SMTP_AUTH", "login"));
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"DSN", "sqlite:///var/lib/db.sqlite?_fk=true"},
                                                        {"CLICKHOUSE_DSN", "tcp://clickhouse:9000"},
                                                        {"MONGO_DSN", "mongodb://a:27017,[fd00::1]:27017/app?w=1"},
                                                        {"PG_DSN", "postgres://db/app?user=app&password="},
                                                        {"NEO4J_AUTH", "none"},
                                                        {"SMTP_AUTH", "login"},
                                                        {"SMTP_AUTH", "CRAM-MD5"},
                                                        {"POSTGRES_HOST_AUTH", "scram-sha-256"},
                                                        {"REQUIRE_AUTH", "true"},
                                                        {"BASIC_AUTH", "/etc/nginx/htpasswd"},
                                                        {"FORWARD_AUTH", "http://authelia:9091/api/verify"},
                                                        {"API_TOKEN", ""},
                                                        {"SMTP_AUTHTYPE", "plainish"}}) {
    CAPTURE(name);
    CHECK_FALSE(is_secret(name, value));
  }
  // A password in the query is one by its shape.
  CHECK(has_secret_shape("postgres://db/app?user=app&password=hunter2"));
  CHECK(has_secret_shape("host=db user=app password=hunter2"));
}

TEST_CASE("tokens and keys are known by their shape") {
  // Put together at run time, so that scanners of this repository do not take them for real ones.
  const std::string tail(40, 'a');
  for (const std::string& value :
       {"ghp_" + tail, "AKIA" + std::string(16, 'Q'), "glpat-" + tail, "xoxb-" + tail, "sk-" + tail, "npm_" + tail,
        "eyJhbGciOi" + tail, "postgres://user:" + tail + "@db/x", "-----BEGIN RSA " + std::string("PRIVATE KEY-----"),
        "Bearer ghp_" + tail, "sk_test_" + tail, "LS0tLS1CRUdJTiBQUklWQVRF" + tail}) {
    CAPTURE(value);
    CHECK(has_secret_shape(value));
  }
  for (const std::string& value : std::vector<std::string>{
           "", "hello", "https://example.org/path", "https://user@example.org", "task-" + tail, "sk-short",
           "AKIA-not-a-key", "postgres://db/x?user=a:b@c", "-----BEGIN CERTIFICATE-----"}) {
    CAPTURE(value);
    CHECK_FALSE(has_secret_shape(value));
  }
}

TEST_CASE("a secret in what connects to something is known by its key") {
  const std::string word = "s3cret";
  for (const std::string& value :
       {"Server=db;User Id=sa;Password=" + word + ";", "jdbc:mysql://h/db?user=u&password=" + word,
        "-Djavax.net.ssl.trustStorePassword=" + word, "host=db password='" + word + "'",
        "https://hooks.slack.com/services/" + std::string(9, 'T') + "/" + std::string(30, 'x')}) {
    CAPTURE(value);
    CHECK(has_secret_shape(value));
  }
  for (const char* value : {"password=${PW}", "password=$(cat /run/secrets/pw)", "passwordFile=/run/secrets/pw",
                            "password=no", "tokens=4096", "password==x", "a=b&c=d"}) {
    CAPTURE(value);
    CHECK_FALSE(has_secret_shape(value));
  }
}

TEST_CASE("what only chance makes is a secret, what people and hashes make is none") {
  for (const char* value : {"dGhpcyBpcyBhIHJhbmRvbTEyMw9Qx2Z7Lk=", "Zx81kQp0Lm4TtR7vB2nYc9Wd"}) {
    CAPTURE(value);
    CHECK(has_secret_shape(value));
  }
  for (const char* value :
       {"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "C0FFEE123456789ABCDEFC0FFEE12345",
        "org.apache.kafka.common.serialization.StringSerializer2", "LongNamesOfClassesInCamelCase2024Version",
        "TheMainHTTPServerV2ForX86And64BitLinux", "/usr/local/lib/Python3/dist-packages/X1Y2Z3",
        "8e0f2a34-11aa-4e55-9a1f-0a2b3c4d5e6f", "en_US.UTF-8", "ALL_THE_FLAGS_THAT_2024_HAS_with_small_ones",
        "PLAINTEXT://0.0.0.0:9092,CONTROLLER://0.0.0.0:9093"}) {
    CAPTURE(value);
    CHECK_FALSE(has_secret_shape(value));
  }
}

TEST_CASE("switches, empty values and paths are no secrets") {
  for (const char* value : {"", "0", "1", "true", "False", "none", "/run/secrets/token", "/keys/id_rsa"}) {
    CAPTURE(value);
    CHECK(is_plain_value(value));
  }
  for (const char* value : {"hunter2", "changeme", "/aGVsbG8+d29ybGQ=", "t", "12345", "/slash"}) {
    CAPTURE(value);
    CHECK_FALSE(is_plain_value(value));
  }
}

TEST_CASE("the secret itself is never part of a finding") {
  ContainerSpec spec = clean_spec();
  spec.env.push_back(set(EnvironmentEntry{.name = "API_TOKEN", .value = "hunter2hunter2", .from_caller = false},
                         "docker.environment[0]", "API_TOKEN=hunter2hunter2"));
  const Findings findings = evaluate(baseline(), spec, LexicalHost());
  REQUIRE(rules_of(findings) == std::vector<std::string>{"secret-in-environment"});
  const Finding& finding = findings.front();
  for (const std::string& text : {finding.message, finding.evidence, finding.remediation, finding.field}) {
    CHECK(text.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a reference to a variable, a copied variable and the caller's own option are not literals") {
  ContainerSpec spec = clean_spec();
  const EnvironmentEntry entry{.name = "API_TOKEN", .value = "hunter2hunter2", .from_caller = false};
  spec.env.push_back(set(entry, "docker.environment[0]", "API_TOKEN=${API_TOKEN}"));
  spec.env.back().origin.expansions = {{.variable = "API_TOKEN", .begin = 10, .end = 24, .has_value = true}};
  spec.env.push_back({entry, {.kind = OriginKind::command_line, .field = "--env", .span = {}, .text = "API_TOKEN=x"}});
  spec.env.push_back(set(EnvironmentEntry{.name = "API_TOKEN", .value = "v", .from_caller = true},
                         "docker.environment[1]", "API_TOKEN"));
  CHECK_FALSE(has(evaluate(restricted(), spec, LexicalHost()), "secret-in-environment"));
}

TEST_CASE("a default of a secret's is one, whatever it is put into") {
  const auto says = [](const std::string& written) {
    const SourcePtr source = std::make_shared<const SourceText>(
        SourceText{.name = "x.toml",
                   .directory = "/srv",
                   .text = "[skills.tool.docker]\nimage = \"x:1\"\nenvironment = [\"" + written + "\"]\n"});
    const auto manifest = parse_manifest(source, ManifestFormat::toml);
    REQUIRE(manifest);
    const CallerContext caller{.workdir = "/srv", .cwd = "/srv", .home = "/home/a", .uid = 1000, .gid = 1000};
    const MapVariables nobody_knows({});
    const auto resolved =
        resolve_skill(*manifest, manifest->skills[0], {}, caller, nobody_knows, UndefinedVariables::warning);
    REQUIRE(resolved);
    return has(evaluate(baseline(), normalize(*resolved, {}, caller, nobody_knows), LexicalHost()),
               "secret-in-environment");
  };
  for (const char* written : {"A=${PW:-changeme}", "DB_PASS=${PW:-changeme}", "URL=pg://u:${DB_PASSWORD:-changeme}@h",
                              "A=x${B}y${API_TOKEN-abcdef}"}) {
    CAPTURE(written);
    CHECK(says(written));
  }
  // Nobody knows HOST, and the password beside it stands there all the same.
  for (const char* written : {"URL=http://u:pw@${HOST}:80/", "API_TOKEN=hunter2hunter2${HOST}"}) {
    CAPTURE(written);
    CHECK(says(written));
  }
  for (const char* written : {"A=${PW:-}", "A=${PW}", "DB_PASS=${PW}", "DB_PASS=${PW:-}", "A=${PORT:-8080}",
                              "API_TOKEN=Bearer ${T}", "API_TOKEN=Bearer ${T:-}", "URL=pg://u:${PW}@h",
                              "A=${PASSWORD_FILE:-/run/secrets/pw}", "${N}=hunter2hunter2"}) {
    CAPTURE(written);
    CHECK_FALSE(says(written));
  }
}
