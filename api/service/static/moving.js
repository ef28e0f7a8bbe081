// Moving over the map: by mouse, fingers and keys; a card for the point below, and a click that opens it.

import { HALF, clamp } from "./points.js";
import { start as startCard } from "./card.js";

const FLIGHT = 700; // milliseconds
const CLICK = 6; // pixels that a pointer may wander in a click
const STEP = 80; // pixels for a press of an arrow

export function start(page) {
  const { map } = page;
  const card = startCard(page);
  const fingers = new Map();
  let flight;
  let way = 0; // pixels that the pointers have gone since the first came down
  let walked = -1;

  /** Magnify around a pixel, which keeps its place. */
  function zoomAt(factor, left = map.width / 2, top = map.height / 2) {
    cancelAnimationFrame(flight);
    const [x, y] = map.toPlace(left, top).map((place) => place / HALF - 1);
    const { view } = map;
    map.setView({ ...view, zoom: view.zoom * factor });
    const ratio = view.zoom / map.view.zoom;
    map.setView({ x: x + (view.x - x) * ratio, y: y + (view.y - y) * ratio, zoom: map.view.zoom });
  }

  function pan(right, down) {
    cancelAnimationFrame(flight);
    map.setView({ ...map.view, x: map.view.x - right / map.scale, y: map.view.y + down / map.scale });
  }

  /** Go there; whoever asks for less motion is there at once. */
  function fly(goal) {
    cancelAnimationFrame(flight);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      map.setView(goal);
      return;
    }
    const from = map.view;
    const began = performance.now();
    const isZooming = Math.abs(Math.log(goal.zoom / from.zoom)) > 0.01;
    const frame = (now) => {
      const time = clamp((now - began) / FLIGHT, 0, 1);
      const eased = time * time * (3 - 2 * time);
      const zoom = from.zoom * (goal.zoom / from.zoom) ** eased;
      const share = isZooming ? (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / goal.zoom) : eased;
      map.setView({ x: from.x + (goal.x - from.x) * share, y: from.y + (goal.y - from.y) * share, zoom });
      if (time < 1) flight = requestAnimationFrame(frame);
    };
    flight = requestAnimationFrame(frame);
  }

  const home = () => fly({ x: 0, y: 0, zoom: 1 });

  function open(index) {
    if (index < 0) return;
    card.hide();
    page.titles().then((titles) => page.go({ article: titles[index] }));
  }

  /** The next or last point of those that are seen, the most prominent first. */
  function walk(step) {
    const seen = [];
    map.seen((index) => seen.push(index));
    if (!seen.length) return;
    seen.sort((a, b) => a - b);
    const next = seen.indexOf(walked) + step;
    walked = seen[(next + seen.length) % seen.length];
    card.show(walked, { aloud: true });
  }

  function key(event) {
    const does = {
      ArrowLeft: () => pan(STEP, 0),
      ArrowRight: () => pan(-STEP, 0),
      ArrowUp: () => pan(0, STEP),
      ArrowDown: () => pan(0, -STEP),
      "+": () => zoomAt(1.5),
      "=": () => zoomAt(1.5),
      "-": () => zoomAt(1 / 1.5),
      Home: home,
      n: () => walk(1),
      p: () => walk(-1),
      Enter: () => open(card.index >= 0 ? card.index : map.pick(map.width / 2, map.height / 2, Infinity)),
      Escape: () => (map.tool ? map.tool.cancel() : card.hide()),
    }[event.key];
    if (!does || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    does();
  }

  const place = (event) => {
    const box = map.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  /** The middle of the fingers, and how far apart they are. */
  function grip() {
    const [[left, top], [other, down] = [left, top]] = fingers.values();
    return { left: (left + other) / 2, top: (top + down) / 2, apart: Math.hypot(other - left, down - top) };
  }

  function down(event) {
    if (event.button > 0) return;
    if (map.tool) {
      map.tool.down(event, place);
      return;
    }
    if (!fingers.size) way = 0;
    fingers.set(event.pointerId, place(event));
    if (event.pointerType === "mouse") map.canvas.setPointerCapture(event.pointerId); // A finger is captured anyway.
  }

  function move(event) {
    if (map.tool) return;
    if (!fingers.has(event.pointerId)) {
      if (event.pointerType !== "touch") card.show(map.pick(...place(event)));
      return;
    }
    const before = grip();
    fingers.set(event.pointerId, place(event));
    const now = grip();
    way += Math.hypot(now.left - before.left, now.top - before.top) + Math.abs(now.apart - before.apart);
    if (way < CLICK) return;
    card.hide();
    pan(now.left - before.left, now.top - before.top);
    if (before.apart > 0 && now.apart > 0) zoomAt(now.apart / before.apart, now.left, now.top);
  }

  function up(event) {
    if (!fingers.delete(event.pointerId) || fingers.size || event.type !== "pointerup" || way >= CLICK) return;
    open(map.pick(...place(event), event.pointerType === "touch" ? 24 : 12));
  }

  function wheel(event) {
    event.preventDefault();
    card.hide();
    const lines = event.deltaMode === 1 ? 16 : 1;
    zoomAt(Math.exp(clamp(-event.deltaY * lines, -240, 240) / 320), ...place(event));
  }

  const pointer = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: card.hide };
  const listeners = { ...pointer, keydown: key, blur: card.hide };
  for (const [name, listener] of Object.entries(listeners)) map.canvas.addEventListener(name, listener);
  map.canvas.addEventListener("wheel", wheel, { passive: false });
  return { listeners, fly, home, in: () => zoomAt(1.6), out: () => zoomAt(1 / 1.6) };
}
