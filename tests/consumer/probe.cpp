// Links the runtime library: says which engines are there. Finding none is an answer, not a failure.
#include <iostream>
#include <skillrun/detection.hpp>

int main() {
  const skillrun::Detection detection = skillrun::detect_engine(skillrun::DetectionContext::current(), true);
  for (const skillrun::Probe& probe : detection.probes) std::cout << probe.place << ": " << probe.outcome << '\n';
  return detection.probes.empty() ? 1 : 0;
}
