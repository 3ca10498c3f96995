// SPDX-License-Identifier: MIT
#include "core/policy.hpp"

namespace poised::core {

Policy default_policy() {
  Policy policy;
  policy.breaks = {
      {"micro", false, 20min, 20s, 20s, "", {}},
      {"rest", false, 120min, 10min, 10min, "", {}},
      {"stretch", true, 60min, 60s, 5min, "hourly-micro-break", {}},
  };
  return policy;
}

}  // namespace poised::core
