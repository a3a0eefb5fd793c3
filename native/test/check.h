// The whole test framework of native_tests: TEST declares a test, CHECK notes a condition that doesn't hold.
#pragma once
#include <stdio.h>

namespace hebb::test {

struct Test {
  Test(const char* name, void (*body)());
  const char* name;
  void (*body)();
  Test* next;
};

void check(bool holds, const char* what, const char* file, int line);

}  // namespace hebb::test

#define CHECK(condition) hebb::test::check((condition), #condition, __FILE__, __LINE__)
#define TEST(name) \
  static void test_##name(); \
  static const hebb::test::Test entry_##name(#name, test_##name); \
  static void test_##name()
