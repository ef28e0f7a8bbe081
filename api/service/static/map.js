// The map on a canvas: what is seen of it, its points as pixels, and over them lines, rings and names.
// `view` has the centre of what is seen, from -1 to 1 with y upwards, and how much it is magnified.

import { HALF, clamp, dimmed, nearest, sprite, within } from "./points.js";

const LEAST_ZOOM = 0.5;
const MOST_ZOOM = 256;
const GAP = 3; // pixels at both ends of a name
const PAD = 24; // The pixels have a margin, so that a point at the edge needs no cutting.
const BUDGET = 12; // milliseconds that the points of one frame may take while something moves
const pack = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

export class MapView {
  view = { x: 0, y: 0, zoom: 1 };
  marks = []; // {kind, index}, the most important first; each gets its name
  labels = [];
  cost = 0; // milliseconds for a point, as measured
  drawn = 0;
  onRest = () => {};
  titleOf = () => undefined;
  over = () => {};

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  setPoints(points) {
    this.points = points;
    this.order = new Uint32Array(points.count);
    this.rank = new Uint32Array(points.count);
    this.colours = new Uint32Array(points.count);
    this.found = new Uint32Array(points.count);
    this.resize();
  }

  /** Give each point the colour of its code; what is not bright lies below the rest, and grey below colours. How many are bright? */
  paint(codes, rows, colours, isBright) {
    const dim = pack(dimmed(this.theme));
    const lut = new Uint32Array(256).fill(dim);
    const layer = new Uint8Array(256);
    rows.forEach((row, place) => {
      lut.fill(pack(colours[place]), row.low, row.high + 1);
      layer.fill(row.kind === "none" || row.kind === "other" ? 1 : 2, row.low, row.high + 1);
    });
    let at = 0;
    let dull = 0;
    for (let level = 0; level <= 2; level += 1) {
      for (let index = this.points.count - 1; index >= 0; index -= 1) {
        if ((isBright(index) ? layer[codes[index]] : 0) !== level) continue;
        this.colours[at] = level ? lut[codes[index]] : dim;
        this.rank[index] = at;
        this.order[at] = index;
        at += 1;
      }
      if (level === 0) dull = at;
    }
    this.redraw();
    return this.points.count - dull;
  }

  resize() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    Object.assign(this, { ratio, width: box.width, height: box.height });
    this.canvas.width = Math.max(1, Math.round(box.width * ratio));
    this.canvas.height = Math.max(1, Math.round(box.height * ratio));
    this.stride = this.canvas.width + 2 * PAD;
    this.image = new ImageData(this.stride, this.canvas.height + 2 * PAD);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.readStyle();
  }

  /** Take over the colours and letters of the page's style sheet. */
  readStyle() {
    const style = getComputedStyle(this.canvas);
    this.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    Object.assign(this, { ink: style.color, ground: style.backgroundColor, letters: style.fontFamily });
    this.unit = parseFloat(style.fontSize) / 16; // Wide screens have larger letters.
    this.accents = Object.fromEntries(
      ["article", "near", "like", "dislike", "recommended", "read"].map((kind) => [kind, style.getPropertyValue(`--${kind}`).trim()]),
    );
    this.redraw();
  }

  /** Pixels of the page for one step of 1 in the view. */
  get scale() {
    return (this.view.zoom * Math.min(this.width, this.height) * 0.92) / 2;
  }

  /** Where a place stands, in pixels from the canvas's upper left corner. */
  toScreen(x, y) {
    return [this.width / 2 + (x / HALF - 1 - this.view.x) * this.scale, this.height / 2 - (y / HALF - 1 - this.view.y) * this.scale];
  }

  /** The place that stands at a pixel. */
  toPlace(left, top) {
    const x = this.view.x + (left - this.width / 2) / this.scale;
    const y = this.view.y - (top - this.height / 2) / this.scale;
    return [(x + 1) * HALF, (y + 1) * HALF];
  }

  /** The index of the point nearest to a pixel, or -1 where none is near. */
  pick(left, top, reach = 12) {
    return this.points ? nearest(this.points, ...this.toPlace(left, top), (reach / this.scale) * HALF) : -1;
  }

  /** Call `visit(index)` for every point that is seen. */
  seen(visit) {
    const [left, top] = this.toPlace(0, 0);
    const [right, bottom] = this.toPlace(this.width, this.height);
    within(this.points, left, bottom, right, top, visit);
  }

  setView({ x, y, zoom }) {
    this.view = { x: clamp(x, -1.2, 1.2), y: clamp(y, -1.2, 1.2), zoom: clamp(zoom, LEAST_ZOOM, MOST_ZOOM) };
    this.redraw(true);
  }

  redraw(isMoving = false) {
    if (isMoving) {
      clearTimeout(this.resting);
      this.moving = true;
      this.canvas.dataset.moving = "";
      this.resting = setTimeout(() => {
        this.moving = false;
        delete this.canvas.dataset.moving;
        this.redraw();
        this.onRest();
      }, 160);
    }
    if (!this.points || this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = undefined;
      this.draw();
    });
  }

  draw() {
    const began = performance.now();
    this.pixels.fill(pack(this.ground.match(/\d+/g).map(Number)));
    const shown = this.drawPoints();
    this.context.putImageData(this.image, -PAD, -PAD);
    if (shown > 1000) this.cost = (performance.now() - began) / shown;
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.over(this);
    this.drawLabels();
    if (!this.drawn) performance.mark("map-drawn");
    this.drawn += 1;
  }

  /** Pixels of the page across one point: more where there are few, and more when magnified. */
  get size() {
    const room = Math.sqrt((Math.min(this.width, this.height) ** 2 * 0.3) / Math.max(1, this.points.count));
    return clamp(clamp(room, 1.6, 9) * this.view.zoom ** 0.4, 1.6, 13);
  }

  drawPoints() {
    const { points, order, colours, rank, found } = this;
    const isNear = this.view.zoom > 2;
    let count = isNear ? 0 : points.count;
    if (isNear) this.seen((index) => (found[count++] = rank[index]));
    const ranks = isNear ? found.subarray(0, count).sort() : undefined;
    const most = this.moving && this.cost ? Math.max(20000, BUDGET / this.cost) : count;
    const put = sprite(Math.round(this.size * this.ratio), this.stride, this.pixels);
    const scale = (this.scale * this.ratio) / HALF;
    const [left, top] = this.toScreen(0, 0).map((value) => value * this.ratio + PAD + 0.5);
    const edge = PAD - Math.ceil((this.size * this.ratio) / 2) - 1;
    const [right, bottom] = [this.stride - edge, this.canvas.height + 2 * PAD - edge];
    for (let at = Math.max(0, Math.floor(count - most)); at < count; at += 1) {
      const place = ranks ? ranks[at] : at;
      const index = order[place];
      const x = Math.floor(left + points.x[index] * scale);
      const y = Math.floor(top - points.y[index] * scale);
      if (x > edge && x < right && y > edge && y < bottom) put(y * this.stride + x, colours[place]);
    }
    return Math.min(count, most);
  }

  /** Names that do not overlap. While the map is only shifted, the same names stand. */
  drawLabels() {
    if (!this.moving || this.labelled !== this.view.zoom) this.labels = this.placed();
    this.labelled = this.view.zoom;
    const { context } = this;
    const look = { lineWidth: 3.5, strokeStyle: this.ground, fillStyle: this.ink };
    Object.assign(context, { textBaseline: "middle", textAlign: "left", lineJoin: "round", ...look });
    for (const label of this.labels) {
      const [x, y] = this.toScreen(label.x, label.y);
      Object.assign(label, { left: x + label.right, top: y + label.down });
      context.font = label.font;
      context.strokeText(label.text, label.left + GAP, label.top + label.height / 2);
      context.fillText(label.text, label.left + GAP, label.top + label.height / 2);
    }
  }

  placed() {
    const labels = [];
    const most = (this.width * this.height) / (14000 * this.unit ** 2);
    for (const wanted of this.wanted()) {
      if (labels.length >= most) break;
      const label = this.measured(wanted);
      const [x, y] = this.toScreen(label.x, label.y);
      for (const [right, down] of label.offsets) {
        const box = { ...label, right, down, left: x + right, top: y + down };
        if (box.left < 0 || box.top < 0 || box.left + box.width > this.width || box.top + box.height > this.height) continue;
        if (!labels.some((other) => overlap(box, other))) {
          labels.push(box);
          break;
        }
      }
    }
    return labels;
  }

  /** Marked books first, then the regions of this magnification, then books while there are few. */
  *wanted() {
    const { x, y } = this.points;
    const book = (index, weight) => ({ text: this.titleOf(index), x: x[index], y: y[index], font: [weight, 12.5] });
    for (const { index } of this.marks) if (this.titleOf(index)) yield book(index, 600);
    const { zoom } = this.view;
    const levels = [[1, 2], [2, 3], [3]][Number(zoom >= 2.2) + Number(zoom >= 7)];
    for (const [place, level] of levels.entries()) {
      const regions = this.points.header.regions.filter((one) => one.level === level); // the largest first
      const font = [650, 17 - 2 * level + (place === 0 ? 1 : -1)];
      yield* regions.map((one) => ({ text: one.name, x: one.x, y: one.y, font, isRegion: true }));
    }
    if (zoom < 2 && this.points.count > 400) return;
    const books = [];
    this.seen((index) => books.push(index));
    if (books.length > 1500) return;
    const marked = new Set(this.marks.map((mark) => mark.index));
    for (const index of books.sort((a, b) => a - b)) if (!marked.has(index) && this.titleOf(index)) yield book(index, 400);
  }

  measured(label) {
    const [weight, size] = [label.font[0], label.font[1] * this.unit];
    const text = label.text.length > 44 ? `${label.text.slice(0, 42)}…` : label.text;
    this.context.font = `${weight} ${size}px ${this.letters}`;
    const width = this.context.measureText(text).width + 2 * GAP;
    const height = size * 1.3;
    const far = this.size / 2 + 2;
    const beside = [[far, -height / 2], [-width - far, -height / 2], [-width / 2, -height - far], [-width / 2, far]];
    return { ...label, text, width, height, font: this.context.font, offsets: label.isRegion ? [[-width / 2, -height / 2]] : beside };
  }
}

const overlap = (a, b) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
