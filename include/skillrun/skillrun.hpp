#pragma once

/// The policy library: manifests, specs, rules, reports. Link skillrun::policy.
#include <skillrun/check.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/grant.hpp>
#include <skillrun/host_view.hpp>
#include <skillrun/lint.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/normalize.hpp>
#include <skillrun/parsing.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/report.hpp>
#include <skillrun/rule.hpp>
#include <skillrun/source.hpp>
#include <skillrun/spec.hpp>
#include <skillrun/values.hpp>
#include <skillrun/version.hpp>
