// A picture that is zoomed and moved together with the others of its group, or the bar for all.
// Where it stands is told in shares of a picture, so that pictures of all sizes show the same part.
const MOST = 12;

export default function ({ parentElement, data }) {
  const find = (selector) => parentElement.querySelector(selector);
  const group = groupOf(data.group, { scale: 1, x: 0, y: 0 });
  const [bar, frame] = [find('.bar'), find('.frame')];
  [bar.hidden, frame.hidden] = [!data.bar, data.bar];
  if (data.bar) makeBar(find, group);
  else makePicture(frame, find('img'), data, group);
  const show = data.bar
    ? () => (find('output').textContent = `${Math.round(group.scale * 100)} %`)
    : () => place(frame, find('img'), group);
  group.members.set(bar, show);
  show();
  return () => {
    if (group.members.get(bar) === show) group.members.delete(bar);
  };
}

function makeBar(find, group) {
  find('.in').onclick = () => zoom(group, 1.5);
  find('.out').onclick = () => zoom(group, 1 / 1.5);
  find('.reset').onclick = () => move(group, 1, 0, 0);
}

function makePicture(frame, img, data, group) {
  if (img.src !== data.source) img.src = data.source;
  img.alt = data.alt;
  frame.setAttribute('aria-label', `${data.alt}. Plus and minus zoom, the arrows move.`);
  frame.style.aspectRatio = `${data.width} / ${data.height}`;
  const at = (event) => {
    const box = frame.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  frame.onwheel = (event) => {
    // Away from a whole picture the page itself scrolls on.
    if (event.deltaY > 0 && group.scale === 1) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    zoom(group, Math.exp(-Math.max(-200, Math.min(200, event.deltaY * lines)) / 400), ...at(event));
  };
  frame.onkeydown = (event) => byKey(event, group);
  byHand(frame, at, group);
}

function byKey(event, group) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10] };
  if ('+='.includes(event.key)) zoom(group, 1.25);
  else if ('-_'.includes(event.key)) zoom(group, 1 / 1.25);
  else if (event.key === '0') move(group, 1, 0, 0);
  else if (event.key in arrow && group.scale > 1) {
    const [right, down] = arrow[event.key];
    move(group, group.scale, group.x + right, group.y + down);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

// One finger or the mouse moves, two fingers zoom about the point between them.
function byHand(frame, at, group) {
  const down = new Map();
  const middle = () => {
    const points = [...down.values()];
    const [x, y] = [0, 1].map((n) => points.reduce((sum, one) => sum + one[n], 0) / points.length);
    const box = frame.getBoundingClientRect();
    const [one, other] = points;
    const apart = other
      ? Math.hypot((one[0] - other[0]) * box.width, (one[1] - other[1]) * box.height)
      : 0;
    return { x, y, apart };
  };
  frame.onpointerdown = (event) => {
    if (event.button) return;
    down.set(event.pointerId, at(event));
    if (group.scale > 1 || down.size > 1) frame.setPointerCapture(event.pointerId);
  };
  frame.onpointermove = (event) => {
    if (!down.has(event.pointerId)) return;
    const before = middle();
    down.set(event.pointerId, at(event));
    const now = middle();
    if (before.apart && now.apart) zoom(group, now.apart / before.apart, now.x, now.y);
    const [right, below] = [(now.x - before.x) * 100, (now.y - before.y) * 100];
    move(group, group.scale, group.x + right, group.y + below);
  };
  frame.onpointerup = frame.onpointercancel = (event) => down.delete(event.pointerId);
  frame.onpointerleave = (event) => {
    if (!frame.hasPointerCapture(event.pointerId)) down.delete(event.pointerId);
  };
}

// About a point of the frame, from 0 to 1.
function zoom(group, by, x = 0.5, y = 0.5) {
  const scale = Math.max(1, Math.min(MOST, group.scale * by));
  const real = scale / group.scale;
  move(group, scale, 100 * x - (100 * x - group.x) * real, 100 * y - (100 * y - group.y) * real);
}

function move(group, scale, x, y) {
  const inside = (value) => Math.round(Math.max(-100 * (scale - 1), Math.min(0, value)) * 1e3) / 1e3;
  group.scale = scale < 1.001 ? 1 : Math.round(scale * 1e4) / 1e4;
  [group.x, group.y] = group.scale === 1 ? [0, 0] : [inside(x), inside(y)];
  for (const show of membersOf(group)) show();
}

function place(frame, img, group) {
  frame.classList.toggle('near', group.scale > 1);
  img.style.transform = `translate(${group.x}%, ${group.y}%) scale(${group.scale})`;
}
