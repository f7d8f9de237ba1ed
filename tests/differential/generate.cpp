// Words from flags: the spellings of one flag, injected words, and mutation of what came out.
#include <algorithm>
#include <cctype>
#include <numeric>

#include "grammar.hpp"

namespace differential {

namespace {

using Words = std::vector<std::string>;

const Flag& choose_flag(Random& random) {
  static const std::uint64_t total =
      std::accumulate(grammar().begin(), grammar().end(), std::uint64_t{0},
                      [](std::uint64_t sum, const Flag& flag) { return sum + flag.weight; });
  std::uint64_t at = random.below(total);
  for (const Flag& flag : grammar()) {
    if (at < flag.weight) return flag;
    at -= flag.weight;
  }
  return grammar().back();
}

std::string long_name(Random& random, const Flag& flag) {
  if (!flag.alias.empty() && random.chance(40)) return "--" + std::string(flag.alias);
  return "--" + std::string(flag.name);
}

/// Names that look right and are not.
std::string wrong_name(Random& random, const Flag& flag) {
  std::string name(flag.name);
  switch (random.below(7)) {
    case 0: name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0]))); break;
    case 1: return "\xE2\x80\x94" + name;  // an em dash
    case 2: return "-" + name;
    case 3: name = name.substr(0, 1 + random.below(name.size())); break;
    case 4: std::ranges::replace(name, '-', '_'); break;
    case 5: return "---" + name;
    default: name += random.pick({"s", " ", "-", "."}); break;
  }
  return "--" + name;
}

void put_boolean(Random& random, const Flag& flag, Words& words) {
  const std::string name = long_name(random, flag);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
    case 3: words.push_back(name); break;
    case 4:
    case 5:
    case 6: words.push_back(name + "=" + boolean_text(random)); break;
    case 7: words.push_back(flag.letter != 0 ? std::string("-") + flag.letter : name); break;
    case 8:
      words.push_back(flag.letter != 0 ? std::string("-") + flag.letter + "=" + boolean_text(random)
                                       : name + "=" + boolean_text(random));
      break;
    default:
      words.push_back(name);
      if (random.chance(20)) words.push_back(boolean_text(random));
      break;
  }
}

/// `-it`, `-itv /a:/b`, `-Pv=/a:/b`, `-im5m`.
void put_cluster(Random& random, Words& words) {
  std::string word = "-";
  for (std::uint64_t i = random.below(3); i > 0; --i) word += random.pick({"i", "t", "P", "d", "q"});
  const Flag* flag = &choose_flag(random);
  while (flag->letter == 0 || flag->value == nullptr) flag = &choose_flag(random);
  word += flag->letter;
  const std::string value = flag->value(random);
  switch (random.below(4)) {
    case 0: words.push_back(word + value); break;
    case 1: words.push_back(word + "=" + value); break;
    case 2:
      words.push_back(word);
      words.push_back(value);
      break;
    default:
      words.push_back(random.pick({"-i", "-t", "-it", "-ti", "-i=true", "-it=false", "-ti=0", "-t=", "-iX"}));
      break;
  }
}

void put_flag(Random& random, const Flag& flag, Words& words) {
  if (flag.value == nullptr) return put_boolean(random, flag, words);
  const std::string value = flag.value(random);
  const std::string name = long_name(random, flag);
  if (flag.letter != 0 && random.chance(40)) {
    const std::string letter = std::string("-") + flag.letter;
    switch (random.below(3)) {
      case 0: words.push_back(letter + value); return;
      case 1: words.push_back(letter + "=" + value); return;
      default: words.insert(words.end(), {letter, value}); return;
    }
  }
  if (random.chance(50)) {
    words.push_back(name + "=" + value);
  } else {
    words.insert(words.end(), {name, value});
  }
}

void inject(Random& random, Words& words) {
  const Flag& flag = choose_flag(random);
  Words injected;
  switch (random.below(9)) {
    case 0: injected = {"--"}; break;
    case 1: injected = {random.pick({"alpine", "evil:1", "sh", "true", "false", "0"})}; break;
    case 2: injected = {"-"}; break;
    case 3: injected = {""}; break;
    case 4: injected = {"--" + std::string(flag.name)}; break;  // a value may be missing
    case 5: injected = {random.pick({"-test.v", "-test.x=1", "-test.run", "--test.v"})}; break;
    case 6: injected = {wrong_name(random, flag)}; break;
    case 7: injected = {wrong_name(random, flag) + "=" + (flag.value != nullptr ? flag.value(random) : "true")}; break;
    default:
      injected = {random.pick({"--rootfs", "--pod=x", "--env-host", "--http-proxy", "--secret=x", "--uidmap=0:1:2",
                               "--replace", "--systemd=true", "--tz=local", "--volume-from=x", "--cpu=1", "--help",
                               "--=x", "--=", "-=", "-v", "-e", "--dns_option=x"})};
      break;
  }
  const auto at = random.chance(50) ? words.size() : random.below(words.size() + 1);
  words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), injected.begin(), injected.end());
}

void mutate(Random& random, Words& words) {
  if (words.empty()) return;
  std::string& word = words[random.below(words.size())];
  const auto byte = [&random] {
    static constexpr std::string_view likely = "=,:/.-\"' \n\t\\$0189azAZ@+%~;\r";
    return random.chance(85) ? likely[random.below(likely.size())] : static_cast<char>(1 + random.below(255));
  };
  for (std::uint64_t times = 1 + random.below(2); times > 0; --times) {
    const std::size_t at = word.empty() ? 0 : random.below(word.size() + 1);
    switch (random.below(6)) {
      case 0:
        if (at < word.size()) word.erase(at, 1);
        break;
      case 1: word.insert(at, 1, byte()); break;
      case 2:
        if (at < word.size()) word[at] = byte();
        break;
      case 3:
        if (at < word.size()) word[at] = static_cast<char>(word[at] ^ 0x20);
        break;
      case 4: word = word.substr(0, at); break;
      default:
        if (at < word.size()) word.insert(at, word.substr(at, 1 + random.below(4)));
        break;
    }
  }
  std::erase(word, '\0');
}

}  // namespace

Words generate_words(std::uint64_t seed, std::uint64_t index) {
  Random random(seed, index);
  Words words;
  const std::uint64_t count = random.chance(35) ? 1 : 1 + random.below(5);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (random.chance(8)) {
      put_cluster(random, words);
      continue;
    }
    const Flag& flag = choose_flag(random);
    put_flag(random, flag, words);
    if (random.chance(8)) put_flag(random, flag, words);  // a second time: does the last one win?
  }
  if (random.chance(6)) inject(random, words);
  if (random.chance(12)) mutate(random, words);
  return words;
}

}  // namespace differential
