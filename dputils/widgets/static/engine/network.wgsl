// A network's layers and their gradients as compute shaders: each function runs once for every number of a map, all at
// the same time as far as the card has room. gpu_network.js says in which order, and how many.
//
// All maps lie in one buffer, `values`, one after the other, (channel, row, column), and their gradients at the same
// places of another. A job says which map a layer reads (`source`) and which it fills (`map`). Forward, a shader
// computes a number of `map`; backward, it sums what comes down to a number of `source`, from all places it went to.
// So every number has one writer, and nobody waits for anybody.

struct Job {
  source: u32, channels: u32, height: u32, width: u32, // where it begins, and its shape
  map: u32, outputs: u32, rows: u32, columns: u32,
  high: u32, wide: u32, stride: u32, padding: u32, // the window that a number of `map` looks through
  weights: u32, bias: u32, count: u32, // where they begin; how many numbers are asked for
}

@group(0) @binding(0) var<storage, read_write> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>; // (output, input, row, column) of all layers, and biases
@group(0) @binding(3) var<uniform> job: Job;

// ---- convolution ----------------------------------------------------------------------------------------------------

// One tap of a kernel is a product of matrices: weights, (outputs, inputs), times what the map has under this tap,
// (inputs, places). A convolution is the sum over all taps. Its gradient is such a sum, too: weights the other way
// round, (inputs, outputs), times the gradients, (outputs, places of the source), that the tap reached from there.

override BACK: bool = false;

const NOWHERE = 0xffffffffu;

/// Where the first channel has what a tap sees from a place: beyond the edge nothing.
fn under(tap: vec2i, place: u32) -> u32 {
  if (BACK) { // which window has this pixel under this tap? with a stride, often none
    let moved = vec2i(vec2u(place % job.width, place / job.width) + job.padding) - tap;
    let window = moved / i32(job.stride);
    if (any(moved < vec2i(0)) || any(window * i32(job.stride) != moved)
        || window.x >= i32(job.columns) || window.y >= i32(job.rows)) { return NOWHERE; }
    return job.map + u32(window.y) * job.columns + u32(window.x);
  }
  let pixel = vec2i(vec2u(place % job.columns, place / job.columns) * job.stride) + tap - i32(job.padding);
  if (any(pixel < vec2i(0)) || pixel.x >= i32(job.width) || pixel.y >= i32(job.height)) { return NOWHERE; }
  return job.source + u32(pixel.y) * job.width + u32(pixel.x);
}

// The memory of the card is far away, so that a number should be used often once it was fetched. 64 invocations fetch
// strips of both matrices together, of 32 rows and of 32 places, into memory that they share, and multiply from there:
// each of them 4 rows by 4 places, whose sums stay in its registers until the end.

const SIDE = 32u;
const STRIP = 32u; // channels at a time
var<workgroup> of_weights: array<f32, STRIP * SIDE>;
var<workgroup> of_numbers: array<f32, STRIP * SIDE>;

@compute @workgroup_size(64)
fn convolve(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) me: u32) {
  let rows = select(job.outputs, job.channels, BACK);
  let depth = select(job.channels, job.outputs, BACK);
  let places = select(job.rows * job.columns, job.height * job.width, BACK);
  let area = select(job.height * job.width, job.rows * job.columns, BACK); // from channel to channel
  let taps = job.high * job.wide;
  let step = select(vec2u(job.channels * taps, taps), vec2u(taps, job.channels * taps), BACK); // to next row, channel
  let fetched = tile.yx * SIDE + me % SIDE; // the row and the place that this invocation fetches
  let first = tile.yx * SIDE + 4u * vec2u(me / 8u, me % 8u); // of those that it multiplies
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < taps; tap++) {
    let weight = job.weights + fetched.x * step.x + tap;
    var number = NOWHERE;
    if (fetched.y < places) { number = under(vec2i(vec2u(tap % job.wide, tap / job.wide)), fetched.y); }
    for (var channel = 0u; channel < depth; channel += STRIP) {
      let deep = min(STRIP, depth - channel);
      for (var k = me / SIDE; k < deep; k += 2u) {
        let n = k * SIDE + me % SIDE;
        of_weights[n] = 0.0;
        of_numbers[n] = 0.0;
        if (fetched.x < rows) { of_weights[n] = weights[weight + (channel + k) * step.y]; }
        if (number != NOWHERE) {
          let at = number + (channel + k) * area;
          if (BACK) { of_numbers[n] = gradients[at]; } else { of_numbers[n] = values[at]; }
        }
      }
      workgroupBarrier(); // all have fetched
      if (first.x < rows && first.y < places) {
        for (var k = 0u; k < deep * SIDE; k += SIDE) {
          let n = k + 4u * (me % 8u);
          let numbers = vec4f(of_numbers[n], of_numbers[n + 1u], of_numbers[n + 2u], of_numbers[n + 3u]);
          for (var r = 0u; r < 4u; r++) { sums[r] += of_weights[k + 4u * (me / 8u) + r] * numbers; }
        }
      }
      workgroupBarrier(); // all have multiplied
    }
  }
  for (var r = 0u; r < 4u; r++) {
    for (var p = 0u; p < 4u; p++) {
      let row = first.x + r;
      let place = first.y + p;
      if (row >= rows || place >= places) { continue; }
      if (BACK) { gradients[job.source + row * places + place] += sums[r][p]; }
      else { values[job.map + row * places + place] = weights[job.bias + row] + sums[r][p]; }
    }
  }
}

// ---- number by number -----------------------------------------------------------------------------------------------

@compute @workgroup_size(256)
fn relu(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < job.count) { values[job.map + id.x] = max(0.0, values[job.source + id.x]); }
}

@compute @workgroup_size(256)
fn relu_back(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < job.count && values[job.map + id.x] > 0.0) { gradients[job.source + id.x] += gradients[job.map + id.x]; }
}

// Concatenation: each of its sources has a job of its own, whose `map` begins where that source belongs.

@compute @workgroup_size(256)
fn concat(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < job.count) { values[job.map + id.x] = values[job.source + id.x]; }
}

@compute @workgroup_size(256)
fn concat_back(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < job.count) { gradients[job.source + id.x] += gradients[job.map + id.x]; }
}

// ---- pools ----------------------------------------------------------------------------------------------------------

/// The first pixel of the window through which the n-th number of the map looks.
fn window_of(n: u32) -> u32 {
  let line = n / job.columns; // rows of all channels are counted through
  let row = (line / job.rows) * job.height + (line % job.rows) * job.stride;
  return job.source + row * job.width + (n % job.columns) * job.stride;
}

/// How much of the gradient of the n-th number comes down to a pixel of its window: of an average, a share; of a
/// maximum, all to the first pixel that has it, as in PyTorch.
fn comes_down(n: u32, pixel: u32, maximum: bool) -> f32 {
  let gradient = gradients[job.map + n];
  if (!maximum) { return gradient / f32(job.high * job.wide); }
  let first = window_of(n);
  for (var y = 0u; y < job.high; y++) {
    for (var x = 0u; x < job.wide; x++) {
      let at = first + y * job.width + x;
      if (values[at] == values[job.map + n]) { return select(0.0, gradient, at == pixel); }
    }
  }
  return 0.0;
}

/// What all windows that contain the n-th pixel of the source hand down to it.
fn from_windows(n: u32, maximum: bool) -> f32 {
  let x = n % job.width;
  let y = (n / job.width) % job.height;
  let channel = n / (job.width * job.height);
  // The first window that reaches it begins less than a window before it, the last one at it.
  let top = (max(y + 1u, job.high) - job.high + job.stride - 1u) / job.stride;
  let left = (max(x + 1u, job.wide) - job.wide + job.stride - 1u) / job.stride;
  var sum = 0.0;
  for (var v = top; v <= min(y / job.stride, job.rows - 1u); v++) {
    for (var u = left; u <= min(x / job.stride, job.columns - 1u); u++) {
      sum += comes_down((channel * job.rows + v) * job.columns + u, job.source + n, maximum);
    }
  }
  return sum;
}

@compute @workgroup_size(256)
fn average(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= job.count) { return; }
  let first = window_of(id.x);
  var sum = 0.0;
  for (var y = 0u; y < job.high; y++) {
    for (var x = 0u; x < job.wide; x++) { sum += values[first + y * job.width + x]; }
  }
  values[job.map + id.x] = sum / f32(job.high * job.wide);
}

@compute @workgroup_size(256)
fn average_back(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < job.count) { gradients[job.source + id.x] += from_windows(id.x, false); }
}

@compute @workgroup_size(256)
fn maximum(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= job.count) { return; }
  let first = window_of(id.x);
  var largest = values[first];
  for (var y = 0u; y < job.high; y++) {
    for (var x = 0u; x < job.wide; x++) { largest = max(largest, values[first + y * job.width + x]); }
  }
  values[job.map + id.x] = largest;
}

@compute @workgroup_size(256)
fn maximum_back(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < job.count) { gradients[job.source + id.x] += from_windows(id.x, true); }
}
