// What the emulated driver shares with the code it runs. The same as in emulator.h.
#pragma once

#include <cstdint>

struct dim3 {
  unsigned x, y, z;
};

struct NeuriteBlock {
  dim3 thread, block, threads, blocks;
  void (*barrier)();
  void (*exchange)(unsigned mask, std::uint64_t word, std::uint64_t* all);
  int lane;
};
