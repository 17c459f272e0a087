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

// A convolution is a product of matrices, (outputs, depth) times (depth, places), with `depth` the inputs times the taps
// of the kernel; the second one is never written down, because `number_at` finds its numbers in the map. Its gradient
// is such a product, too: (inputs, depth) times (depth, places of the source), with depth the outputs times the taps.

override BACK: bool = false;

fn weight_at(row: u32, k: u32) -> f32 {
  let taps = job.high * job.wide;
  if (BACK) { return weights[job.weights + ((k / taps) * job.channels + row) * taps + k % taps]; }
  return weights[job.weights + row * job.channels * taps + k];
}

fn number_at(k: u32, place: u32) -> f32 {
  let taps = job.high * job.wide;
  let channel = k / taps;
  let tap = vec2i(vec2u(k % job.wide, (k % taps) / job.wide));
  if (BACK) { // which window has this pixel under this tap? with a stride, often none
    let moved = vec2i(vec2u(place % job.width, place / job.width) + job.padding) - tap;
    let window = moved / i32(job.stride);
    if (any(moved < vec2i(0)) || any(window * i32(job.stride) != moved)
        || window.x >= i32(job.columns) || window.y >= i32(job.rows)) { return 0.0; }
    return gradients[job.map + (channel * job.rows + u32(window.y)) * job.columns + u32(window.x)];
  }
  let pixel = vec2i(vec2u(place % job.columns, place / job.columns) * job.stride) + tap - i32(job.padding);
  if (any(pixel < vec2i(0)) || pixel.x >= i32(job.width) || pixel.y >= i32(job.height)) { return 0.0; }
  return values[job.source + (channel * job.height + u32(pixel.y)) * job.width + u32(pixel.x)];
}

// The memory of the card is far away, so that a number should be used often once it was fetched. 64 invocations fetch
// strips of both matrices together, 32 rows and 32 places wide, into memory that they share, and multiply from there:
// each of them 4 rows by 4 places, which stay in its registers until all of the depth was added.

const SIDE = 32u;
const STRIP = 16u;
var<workgroup> of_weights: array<f32, STRIP * SIDE>;
var<workgroup> of_numbers: array<f32, STRIP * SIDE>;

@compute @workgroup_size(8, 8)
fn convolve(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) lane: vec3u,
    @builtin(local_invocation_index) me: u32) {
  let taps = job.high * job.wide;
  let rows = select(job.outputs, job.channels, BACK);
  let depth = select(job.channels, job.outputs, BACK) * taps;
  let places = select(job.rows * job.columns, job.height * job.width, BACK);
  let corner = tile.yx * SIDE; // the first row, the first place
  var sums: array<vec4f, 4>;
  for (var first = 0u; first < depth; first += STRIP) {
    for (var n = me; n < STRIP * SIDE; n += 64u) {
      let k = first + n / SIDE;
      let row = corner.x + n % SIDE;
      let place = corner.y + n % SIDE;
      of_weights[n] = 0.0;
      of_numbers[n] = 0.0;
      if (k < depth && row < rows) { of_weights[n] = weight_at(row, k); }
      if (k < depth && place < places) { of_numbers[n] = number_at(k, place); }
    }
    workgroupBarrier(); // all have fetched
    for (var k = 0u; k < STRIP * SIDE; k += SIDE) {
      let n = k + 4u * lane.x;
      let numbers = vec4f(of_numbers[n], of_numbers[n + 1u], of_numbers[n + 2u], of_numbers[n + 3u]);
      for (var r = 0u; r < 4u; r++) { sums[r] += of_weights[k + 4u * lane.y + r] * numbers; }
    }
    workgroupBarrier(); // all have multiplied
  }
  for (var r = 0u; r < 4u; r++) {
    let row = corner.x + 4u * lane.y + r;
    for (var p = 0u; p < 4u; p++) {
      let place = corner.y + 4u * lane.x + p;
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
