// What is drawn over the points: lines to the nearest, rings around marked books, the outline of a selection.

export function start(page) {
  const { map } = page;
  const kinds = { outline: [], read: [], recommended: [], near: [], dislike: [], like: [], article: [], pointed: [] };
  map.over = draw;

  /** Mark these points as of one kind, in place of those before. */
  function set(changes) {
    Object.assign(kinds, changes);
    const named = ["article", "like", "dislike", "near", "recommended"];
    const marks = named.flatMap((kind) => kinds[kind].map((index) => ({ kind, index })));
    map.marks = [...new Map(marks.reverse().map((mark) => [mark.index, mark])).values()].reverse();
    map.redraw();
  }

  const spot = (index) => map.toScreen(map.points.x[index], map.points.y[index]);

  function draw() {
    const { context, accents } = map;
    drawLines(context, accents);
    for (const index of kinds.read) ring(index, map.size / 2 + 1.5, accents.read, 1.2);
    for (const kind of ["recommended", "near", "dislike", "like", "article"]) {
      for (const index of kinds[kind]) {
        ring(index, map.size / 2 + 4.5, map.ground, 4.5);
        ring(index, map.size / 2 + 4.5, accents[kind], kind === "near" ? 1.5 : 2.5);
        if (kind === "dislike") cross(...spot(index), map.size / 2 + 4.5, accents[kind]);
      }
    }
    for (const index of kinds.pointed) ring(index, map.size / 2 + 2, map.ink, 2);
    drawOutline(context, accents);
  }

  function drawLines(context, accents) {
    Object.assign(context, { strokeStyle: accents.near, lineWidth: 1.2 });
    for (const from of kinds.article) {
      context.beginPath();
      for (const to of kinds.near) {
        context.moveTo(...spot(from));
        context.lineTo(...spot(to));
      }
      context.stroke();
    }
  }

  function ring(index, radius, colour, width) {
    const [x, y] = spot(index);
    if (x < -20 || y < -20 || x > map.width + 20 || y > map.height + 20) return;
    Object.assign(map.context, { strokeStyle: colour, lineWidth: width });
    map.context.beginPath();
    map.context.arc(x, y, radius, 0, 2 * Math.PI);
    map.context.stroke();
  }

  function cross(x, y, radius, colour) {
    const reach = radius * Math.SQRT1_2;
    Object.assign(map.context, { strokeStyle: colour, lineWidth: 2 });
    map.context.beginPath();
    map.context.moveTo(x - reach, y - reach);
    map.context.lineTo(x + reach, y + reach);
    map.context.stroke();
  }

  function drawOutline(context, accents) {
    if (kinds.outline.length < 2) return;
    Object.assign(context, { strokeStyle: accents.article, lineWidth: 1.5 });
    context.setLineDash([6, 4]);
    context.beginPath();
    for (const place of kinds.outline) context.lineTo(...map.toScreen(...place));
    context.closePath();
    context.stroke();
    context.setLineDash([]);
  }

  return { set, kinds };
}
