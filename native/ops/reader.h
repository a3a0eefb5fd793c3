// Reads one command's arguments with every check that memory safety needs: nothing that JS sends is trusted.
#pragma once
#include <string>
#include <vector>

#include "base/types.h"

namespace hebb {

struct Buffer {
  int32_t region;   // 0 workspace, 1 input, 2 output, 3 leaf
  int64_t place;    // byte offset, or the leaf's number
  int64_t bytes;
};

class Reader {
 public:
  Reader(const int32_t* args, int64_t count, const std::vector<Buffer>& buffers, int32_t scalars)
      : args_(args), count_(count), buffers_(buffers), scalars_(scalars) {}

  int32_t integer();                             // any argument; 0 after a failure
  int32_t integer(int32_t low, int32_t high);    // low <= value <= high, else a failure
  bool flag() { return integer(0, 1) != 0; }
  int64_t size() { return integer(0, INT32_MAX); }
  int32_t read(int64_t bytes);                   // a buffer number with at least so many bytes, read by the command
  int32_t write(int64_t bytes);                  // the same, written (and perhaps read) by the command
  int32_t read_or_none(int64_t bytes);           // the same, or -1
  int32_t write_or_none(int64_t bytes);
  int32_t scalar(int32_t consecutive = 1);       // the index of a scalar (the first of some)
  int32_t scalar_or_none();
  int64_t product(int64_t a, int64_t b);         // a * b, a failure beyond 2^46

  int64_t bytes(int32_t buffer) const { return ok() && buffer >= 0 ? buffers_[size_t(buffer)].bytes : 0; }  // a buffer's size
  int32_t scalars() const { return scalars_; }

  bool ok() const { return error_.empty(); }
  bool at_end() const { return next_ == count_; }
  std::nullptr_t fail(const std::string& why);   // keeps the first reason
  const std::string& error() const { return error_; }
  const std::vector<int32_t>& reads() const { return reads_; }    // buffer numbers, for the Program's bookkeeping
  const std::vector<int32_t>& writes() const { return writes_; }

 private:
  int32_t buffer(int64_t bytes, bool none, std::vector<int32_t>& seen);

  const int32_t* args_;
  int64_t count_, next_ = 0;
  const std::vector<Buffer>& buffers_;
  int32_t scalars_;
  std::string error_;
  std::vector<int32_t> reads_, writes_;
};

}  // namespace hebb
