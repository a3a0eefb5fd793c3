// The `gemm` command of a Program: decoding, validation, and a run of ops/gemm.cpp.
#include "ops/gemm.h"
#include "ops/reader.h"
#include "ops/run.h"

namespace hebb {

namespace {

class GemmCommand : public Command {
 public:
  GemmCommand(const GemmShape& shape, int32_t a, int32_t b, int32_t c, bool has_epilogue, Chain epilogue)
      : gemm_(shape), a_(a), b_(b), c_(c), has_epilogue_(has_epilogue), epilogue_(std::move(epilogue)) {
    nanoseconds = gemm_.nanoseconds() + (has_epilogue ? epilogue_.nanoseconds() : 0);
  }

  void run(Run& run) const override {
    gemm_.run(run, run.ptr<const float>(a_), run.ptr<const float>(b_), run.ptr<float>(c_), has_epilogue_ ? &epilogue_ : nullptr);
  }

 private:
  Gemm gemm_;
  int32_t a_, b_, c_;
  bool has_epilogue_;
  Chain epilogue_;
};

}  // namespace

std::unique_ptr<Command> decode_gemm(Reader& reader) {
  GemmShape s;
  s.batch = reader.size();
  s.m = reader.size();
  s.n = reader.size();
  s.k = reader.size();
  s.trans_a = reader.flag();
  s.trans_b = reader.flag();
  const auto operand = [&](int64_t rows, int64_t columns, bool& batched) {
    const int64_t one = reader.product(reader.product(rows, columns), 4);
    const int32_t buffer = reader.read(one);
    batched = reader.flag();
    const int64_t all = batched ? reader.product(s.batch, one) : one;
    if (reader.ok() && reader.bytes(buffer) < all) reader.fail("the buffer is smaller than its matrices");
    return buffer;
  };
  const int32_t a = operand(s.m, s.k, s.batched_a), b = operand(s.k, s.n, s.batched_b);
  const int64_t elements = reader.product(s.batch, reader.product(s.m, s.n));
  const int32_t c = reader.write(reader.product(elements, 4));
  const bool has_epilogue = reader.flag();
  Chain epilogue;
  if (has_epilogue) epilogue.decode(reader, Chain::Host::input, elements);
  if (!reader.ok()) return nullptr;
  return std::make_unique<GemmCommand>(s, a, b, c, has_epilogue, std::move(epilogue));
}

}  // namespace hebb
