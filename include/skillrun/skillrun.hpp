#pragma once

/// The policy library: manifests, specs, rules, reports. Link skillrun::policy.
#include <skillrun/finding.hpp>
#include <skillrun/grant.hpp>
#include <skillrun/lint.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/report.hpp>
#include <skillrun/source.hpp>
#include <skillrun/spec.hpp>
#include <skillrun/version.hpp>
