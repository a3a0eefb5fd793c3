// Reading a number of bytes as people write it.
#include "runtime/budget.h"

namespace hebb {

int64_t parse_bytes(const std::string& text) {
  constexpr int64_t MOST = INT64_C(1) << 50;
  int64_t value = 0;
  size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; i++) {
    value = value * 10 + (text[i] - '0');
    if (value > MOST) return -1;
  }
  if (i == 0 || text.size() - i > 1) return -1;
  int shift = 0;
  if (i < text.size()) {
    switch (text[i]) {
      case 'K':
      case 'k': shift = 10; break;
      case 'M':
      case 'm': shift = 20; break;
      case 'G':
      case 'g': shift = 30; break;
      default: return -1;
    }
  }
  return value == 0 || value > (MOST >> shift) ? -1 : value << shift;
}

}  // namespace hebb
